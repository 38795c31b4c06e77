"""Reports from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from firstline.devices.models import Device
from firstline.monitoring.models import Alert
from firstline.organizations.testing import make_organization

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = io.StringIO()
    call_command("alert", *arguments, stdout=out)
    return out.getvalue().strip()


def test_scripts_raise_and_resolve():
    make_organization(is_provider=True)
    contoso = make_organization("Contoso")
    Device.objects.create(organization=contoso, hostname="srv-1")
    named = ("--source", "cron", "--key", "backup", "--device", "srv-1")

    raised = run("raise", *named, "--severity", "error", "Backup failed")
    again = run("raise", *named, "Backup failed again")
    over = run("resolve", *named)

    alert = Alert.objects.get()
    assert (alert.organization, alert.worst, alert.count, alert.is_open) == (contoso, "error", 2, False)
    assert (raised, again, over) == (
        f"Alert {alert.pk}, reported once.",
        f"Alert {alert.pk}, reported 2 times.",
        f"Alert {alert.pk} is over.",
    )


def test_impossible_reports_are_refused():
    with pytest.raises(CommandError, match="whose"):
        run("raise", "--source", "cron", "--key", "k", "text")
    make_organization(is_provider=True)
    with pytest.raises(CommandError, match="no device"):
        run("raise", "--source", "cron", "--key", "k", "--device", "nobody", "text")
    with pytest.raises(CommandError, match="no open alert"):
        run("resolve", "--source", "cron", "--key", "k")
