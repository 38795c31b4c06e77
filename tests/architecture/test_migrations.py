"""No model without its migration; triggers and full-text tables are those that are declared."""

import pytest
from django.core.management import call_command

from firstline.audit.queries import trigger_faults


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_triggers_are_those_declared() -> None:
    assert trigger_faults() == []
