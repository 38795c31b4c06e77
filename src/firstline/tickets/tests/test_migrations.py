"""Data that a migration moves."""

from importlib import import_module

from django.apps import apps

from firstline.servicelevels.models import Clock
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket


def test_open_tickets_learn_when_they_are_at_risk(cast: Cast) -> None:
    running, paused, done = (make_ticket(cast, name) for name in ("Running", "Paused", "Done"))
    me = cast.actor("technician")
    actions.reply(actor=me, ticket=paused, body="Wait.", status="scheduled")
    actions.resolve_ticket(actor=me, ticket=done, solution="Done.")
    before = dict(Ticket.objects.values_list("subject", "next_risk_at"))
    Ticket.objects.update(next_risk_at=None)

    fill = import_module("firstline.tickets.migrations.0005_fill_risk").fill
    fill(apps, None)
    fill(apps, None)

    assert dict(Ticket.objects.values_list("subject", "next_risk_at")) == before
    first = Clock.objects.filter(subject_id=running.pk).order_by("risk_at")[0]
    assert before == {"Running": first.risk_at, "Paused": None, "Done": None}
