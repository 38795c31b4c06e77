"""Alerts become tickets, once, whatever is repeated, comes back, or is handled twice."""

from datetime import timedelta

import pytest

from firstline.accounts.models import Person
from firstline.accounts.queries import actor_for
from firstline.accounts.testing import make_actor
from firstline.automation import actions
from firstline.automation.models import AlertTicket
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.kit.actor import automation
from firstline.monitoring import actions as monitoring
from firstline.organizations.models import Service
from firstline.organizations.testing import make_organization
from firstline.outbox.testing import drain
from firstline.tickets import actions as tickets
from firstline.tickets.models import Message, Ticket, TicketEvent
from firstline.tickets.testing import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def watcher():
    return make_actor("Sid Systems", "system_administrator")


def raised(actor, **changed):
    given = {"source": "zabbix", "key": "disk-42", "severity": "critical", "text": "Disk is full\nC: 0 bytes"}
    alert = monitoring.raise_alert(actor=actor, **{**given, **changed})
    drain()
    return alert


def resolved(actor, **changed):
    monitoring.resolve_alert(actor=actor, **{"source": "zabbix", "key": "disk-42", **changed})
    drain()


def noted(ticket):
    lines = TicketEvent.objects.filter(ticket=ticket, kind="alert").order_by("at", "id")
    return [(line.data["state"], line.data["count"]) for line in lines]


def test_alert_opens_a_ticket_for_the_owner_of_the_device(cast, watcher):
    device = Device.objects.create(organization=cast.contoso, hostname="pc-7", owner=cast.requester)
    service = Service.objects.create(name="Files")

    raised(watcher, device=device, service=service)

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel) == ("pc-7: Disk is full", "alert")
    assert (ticket.requester, ticket.device, ticket.service) == (cast.requester, device, service)
    assert Message.objects.get().author_label == "zabbix"
    assert "zabbix · disk-42" in Message.objects.get().body_text
    assert ticket.resolution_due_at is not None


def test_alert_without_a_device_is_the_matter_of_who_reports_it(cast, watcher):
    raised(watcher)

    assert Ticket.objects.get().requester_id == watcher.id


def test_alert_of_a_machine_without_an_owner_goes_to_a_monitoring_contact(cast, watcher):
    contoso = make_organization("Contoso")
    for number in (1, 2):
        device = Device.objects.create(organization=contoso, hostname=f"srv-{number}")
        raised(watcher, device=device, key=f"disk-{number}")

    contact = Person.objects.get(name="Monitoring")
    assert (contact.organization, contact.email) == (contoso, None)
    assert [ticket.requester for ticket in Ticket.objects.all()] == [contact, contact]


def test_repeats_renew_one_line_and_write_no_message(cast, watcher):
    for _ in range(4):
        raised(watcher)

    ticket = Ticket.objects.get()
    assert noted(ticket) == [("repeated", 4)]
    assert Message.objects.count() == 1


def test_end_of_an_alert_resolves_a_ticket_nobody_touched(cast, watcher):
    raised(watcher)

    resolved(watcher)

    ticket = Ticket.objects.get()
    assert ticket.status == "resolved"
    assert noted(ticket) == [("resolved", 1)]
    assert "zabbix reports that this is over." in Message.objects.order_by("-id").first().body_text


def test_end_of_an_alert_leaves_a_ticket_that_somebody_works_on(cast, watcher):
    raised(watcher)
    ticket = Ticket.objects.get()
    tickets.add_note(actor=cast.actor("manager"), ticket=ticket, body="I am on it.")

    resolved(watcher)

    ticket.refresh_from_db()
    assert ticket.is_open
    assert noted(ticket) == [("resolved", 1)]


def test_fault_that_comes_back_soon_reopens_its_ticket(cast, watcher):
    raised(watcher)
    resolved(watcher)

    raised(watcher)

    ticket = Ticket.objects.get()
    assert ticket.status == "open"
    assert AlertTicket.objects.filter(ticket=ticket).count() == 2
    resolved(watcher)
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_fault_that_comes_back_later_or_after_closing_gets_a_new_ticket(cast, watcher):
    with clock.frozen(clock.now()):
        raised(watcher)
        resolved(watcher)
        clock.advance(timedelta(hours=25))
        raised(watcher)
        resolved(watcher)
        second = Ticket.objects.order_by("-pk").first()
        tickets.confirm_ticket(actor=actor_for(second.requester), ticket=second)
        raised(watcher)

    assert Ticket.objects.count() == 3


def test_alert_that_ends_before_anybody_looks_still_leaves_its_ticket(cast, watcher):
    alert = monitoring.raise_alert(
        actor=watcher, source="zabbix", key="blip", severity="warning", text="Link down"
    )
    resolved(watcher, key="blip")

    assert AlertTicket.objects.get(alert=alert).ticket.status == "resolved"


def test_handling_twice_changes_nothing(cast, watcher):
    alert = raised(watcher)
    AlertTicket.objects.all().delete()  # as after a crash between ticket and link
    monitor = automation("test")

    for _ in range(2):
        actions.follow_raised_alert(actor=monitor, alert_id=alert.pk)
    resolved(watcher)
    for _ in range(2):
        actions.follow_resolved_alert(actor=monitor, alert_id=alert.pk)

    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 2
    assert noted(Ticket.objects.get()) == [("resolved", 1)]


def test_unknown_alert_is_dropped():
    monitor = automation("test")

    assert actions.follow_raised_alert(actor=monitor, alert_id=0) is None
    actions.follow_resolved_alert(actor=monitor, alert_id=0)
