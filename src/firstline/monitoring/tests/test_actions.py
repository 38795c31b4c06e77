"""Alerts: one for one fault, counted up while it lasts, and nobody else's."""

import pytest

from firstline.accounts.testing import make_actor
from firstline.audit.queries import records_for
from firstline.devices.models import Device
from firstline.kit.actor import ANONYMOUS, Actor
from firstline.kit.errors import InvalidInput, NotAllowed, NotFound
from firstline.monitoring import actions
from firstline.monitoring.models import Alert
from firstline.monitoring.queries import previous_alert, visible_to
from firstline.organizations.testing import make_organization
from firstline.outbox.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def watcher():
    return make_actor("Sid Systems", "system_administrator")


def raised(actor, **changed):
    given = {"source": "zabbix", "key": "disk-42", "severity": "warning", "text": "Disk is 91 % full"}
    return actions.raise_alert(actor=actor, **{**given, **changed})


def announced():
    return list(
        Event.objects.filter(name__startswith="monitoring.").order_by("id").values_list("name", "payload")
    )


def test_first_report_makes_an_alert(watcher):
    alert = raised(watcher)

    assert (alert.count, alert.worst, alert.is_open) == (1, "warning", True)
    assert (alert.organization_id, alert.raised_by_id) == (watcher.organization_id, watcher.id)
    assert announced() == [("monitoring.alert_raised", {"alert_id": alert.pk, "is_new": True})]
    assert [record.verb for record in records_for(alert.ref)] == ["monitoring.alert_raised"]


def test_repeat_counts_up_the_open_alert_and_keeps_the_worst(watcher):
    raised(watcher, severity="critical")

    alert = raised(watcher, text="Disk is 95 % full")

    assert Alert.objects.get() == alert
    assert (alert.count, alert.severity, alert.worst) == (2, "warning", "critical")
    assert alert.text == "Disk is 95 % full"
    assert announced()[-1] == ("monitoring.alert_raised", {"alert_id": alert.pk, "is_new": False})


def test_resolved_alert_is_followed_by_a_new_one(watcher):
    first = raised(watcher)
    done = actions.resolve_alert(actor=watcher, source="zabbix", key="disk-42", text="Cleaned up")

    second = raised(watcher)

    assert done.resolved_at is not None
    assert second.pk != first.pk
    assert previous_alert(second) == first
    assert announced()[1] == ("monitoring.alert_resolved", {"alert_id": first.pk})


def test_resolving_what_is_not_open_is_not_found(watcher):
    raised(watcher)
    actions.resolve_alert(actor=watcher, source="zabbix", key="disk-42")

    with pytest.raises(NotFound):
        actions.resolve_alert(actor=watcher, source="zabbix", key="disk-42")


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"source": " \n"}, "alert_source_missing", "source"),
        ({"source": "x" * 101}, "alert_too_long", "source"),
        ({"key": ""}, "alert_key_missing", "key"),
        ({"key": "k" * 201}, "alert_too_long", "key"),
        ({"text": "\x00 "}, "alert_text_missing", "text"),
        ({"text": "t" * 4001}, "alert_too_long", "text"),
        ({"severity": "fatal"}, "alert_severity_unknown", "severity"),
    ],
)
def test_bad_report_is_refused_by_field(watcher, changed, code, field):
    with pytest.raises(InvalidInput) as caught:
        raised(watcher, **changed)

    assert (caught.value.code, caught.value.field) == (code, field)


def test_alert_belongs_to_the_organisation_of_its_device(watcher):
    contoso = make_organization("Contoso")
    device = Device.objects.create(organization=contoso, hostname="srv-1")

    assert raised(watcher, device=device).organization_id == contoso.pk


def test_customers_report_for_themselves_only(watcher):
    contoso, fabrikam = make_organization("Contoso"), make_organization("Fabrikam")
    customer = make_actor("Cora Customer", "system_administrator", organization=contoso)
    device = Device.objects.create(organization=fabrikam, hostname="srv-1")

    own, providers = raised(customer), raised(watcher)

    assert own.pk != providers.pk
    assert list(visible_to(customer)) == [own]
    assert set(visible_to(watcher)) == {own, providers}
    with pytest.raises(NotAllowed):
        raised(customer, device=device)
    with pytest.raises(NotAllowed):
        raised(customer, organization_id=fabrikam.pk)
    with pytest.raises(InvalidInput):
        raised(watcher, organization_id=contoso.pk, device=device)


def test_only_those_who_may_report_and_a_device_about_itself():
    device = Device.objects.create(organization=make_organization("Contoso"), hostname="pc-1")
    itself = Actor(kind="device", id=device.pk, label="pc-1", organization_id=device.organization_id)

    assert raised(itself, device=device).raised_by_id is None
    with pytest.raises(NotAllowed):
        raised(itself)
    with pytest.raises(NotAllowed):
        raised(make_actor("Tom Technician", "technician"))
    with pytest.raises(InvalidInput):
        raised(ANONYMOUS)
