"""Alerts in the timeline."""

import pytest

from firstline.kit.actor import automation
from firstline.tickets.actions import note_alert
from firstline.tickets.models import TicketEvent
from firstline.tickets.testing import make_cast, make_ticket

pytestmark = pytest.mark.django_db


def test_repeats_of_an_alert_renew_one_line():
    ticket = make_ticket(make_cast())
    monitor = automation("Monitoring")

    for count in (2, 3):
        note_alert(actor=monitor, ticket=ticket, alert_id=7, state="repeated", facts={"count": count})
    note_alert(actor=monitor, ticket=ticket, alert_id=8, state="repeated", facts={"count": 2})

    lines = TicketEvent.objects.filter(ticket=ticket, kind="alert").order_by("id")
    assert [line.data for line in lines] == [
        {"alert_id": 7, "state": "repeated", "count": 3},
        {"alert_id": 8, "state": "repeated", "count": 2},
    ]
