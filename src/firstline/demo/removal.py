"""Leaving the demonstration: its records go; the audit trail and what every installation has stay."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from firstline.kit.actor import Actor
from firstline.servicelevels.actions import ensure_default_rules
from firstline.tickets.models import NumberCounter

# What is no part of the demonstration: history, roles, schedules, and rows that migrations made.
_KEPT = frozenset(
    {
        "accounts_role",
        "auth_permission",
        "django_content_type",
        "organizations_installation",
        "outbox_event",
        "outbox_job",
        "outbox_schedule",
        "routing_routingsettings",
        "tickets_numbercounter",
    }
)
LEFT_MARKER = "no-demo"


def remove(actor: Actor) -> None:
    """Delete every record of the demonstration in one transaction, may be repeated.

    Everybody is signed out, because nobody is left. The audit trail stays: it tells that a
    demonstration was here. The next start does not bring it back.
    """
    with transaction.atomic(durable=True):
        # Foreign keys are checked at the end of the transaction, so the order does not matter.
        with connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own names
        NumberCounter.objects.update(last=0)
        ensure_default_rules()
    data = Path(settings.FIRSTLINE_DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    (data / LEFT_MARKER).touch()
    (data / "demo").unlink(missing_ok=True)


def _tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models}  # noqa: SLF001 - Django's documented Options
    return sorted(table for table in tables - _KEPT if not table.startswith("audit_"))
