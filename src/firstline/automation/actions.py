"""Alerts become tickets: opened, kept up to date, and resolved while nobody has touched them.

Each function may run again after a crash at any point and then changes nothing twice: the ticket is found by
its external key, lines of the timeline are renewed, and states are only moved forward.
"""

from dataclasses import replace
from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from firstline.accounts.actions import PersonDetails, create_person
from firstline.accounts.models import Person
from firstline.automation.models import AlertTicket
from firstline.automation.queries import has_open_alerts, is_untouched, ticket_of_alert
from firstline.kit.actor import Actor
from firstline.kit.text import truncate
from firstline.monitoring.enums import Severity
from firstline.monitoring.models import Alert
from firstline.monitoring.queries import previous_alert
from firstline.organizations.queries import installation
from firstline.outbox.actions import transaction
from firstline.tickets import actions as tickets
from firstline.tickets.enums import Channel, Status
from firstline.tickets.models import Ticket

COMES_BACK_WITHIN = timedelta(hours=24)
CONTACT_NAME = "Monitoring"


def follow_raised_alert(*, actor: Actor, alert_id: int) -> Ticket | None:
    """Open a ticket for an alert, or bring its ticket up to date when it was reported again.

    A fault that is back within a day joins the ticket of the last time, reopened where it was resolved,
    unless that one is closed. Nothing happens for an alert that is gone.
    """
    alert = Alert.objects.select_related("device__owner", "service", "raised_by").filter(pk=alert_id).first()
    if alert is None:
        return None
    speaker = _speaker(actor, alert)
    ticket = ticket_of_alert(alert.pk)
    if ticket is None:
        ticket = _rejoin(speaker, alert) or _open(speaker, alert)
        _link(alert, ticket)
    if alert.count > 1:
        _note(speaker, alert, ticket, "repeated")
    return ticket


def follow_resolved_alert(*, actor: Actor, alert_id: int) -> None:
    """Say in the ticket that the alert is over, and resolve it when no person has touched it."""
    ticket = follow_raised_alert(actor=actor, alert_id=alert_id)
    if ticket is None:
        return
    alert = Alert.objects.get(pk=alert_id)
    speaker = _speaker(actor, alert)
    _note(speaker, alert, ticket, "resolved")
    ticket.refresh_from_db()
    if not ticket.is_open or has_open_alerts(ticket) or not is_untouched(ticket):
        return
    with translation.override(ticket.requester.language):
        solution = _("%(source)s reports that this is over.") % {"source": alert.source}
    tickets.resolve_ticket(actor=speaker, ticket=ticket, solution=solution, expected_version=ticket.version)


def _open(actor: Actor, alert: Alert) -> Ticket:
    first_line = alert.text.splitlines()[0]
    place = alert.device.label if alert.device else alert.service.name if alert.service else ""
    subject = f"{place}: {first_line}" if place and place not in first_line else first_line
    return tickets.create_ticket(
        actor=actor,
        requester=_requester(actor, alert),
        subject=truncate(subject, 200),
        body=f"{alert.text}\n\n{alert.source} · {alert.key}",
        channel=Channel.ALERT,
        device=alert.device,
        service=alert.service,
        external_key=f"alert:{alert.pk}",
        alert_severity=alert.worst,
        acknowledge=False,
    )


def _rejoin(actor: Actor, alert: Alert) -> Ticket | None:
    """The ticket of the same fault's last time, if that is recent enough to be the same matter."""
    before = previous_alert(alert)
    if before is None or before.resolved_at is None:
        return None
    ticket = ticket_of_alert(before.pk)
    recent = alert.first_at - before.resolved_at <= COMES_BACK_WITHIN
    if ticket is None or not recent or ticket.status == Status.CLOSED:
        return None
    tickets.reopen_ticket(actor=actor, ticket=ticket, reason=alert.text)
    _note(actor, alert, ticket, "raised")
    return ticket


def _link(alert: Alert, ticket: Ticket) -> None:
    with transaction():
        AlertTicket.objects.get_or_create(alert=alert, defaults={"ticket": ticket})


def _note(actor: Actor, alert: Alert, ticket: Ticket, state: str) -> None:
    facts: dict[str, int | str] = {
        "source": alert.source,
        "key": alert.key,
        "severity": str(Severity(alert.severity)),
        "count": alert.count,
    }
    tickets.note_alert(actor=actor, ticket=ticket, alert_id=alert.pk, state=state, facts=facts)


def _requester(actor: Actor, alert: Alert) -> Person:
    """Whose matter it is: the owner of the device, else who reports it, else a contact for monitoring."""
    owner = alert.device.owner if alert.device else None
    for person in (owner, alert.raised_by):
        if person and person.is_active and person.organization_id == alert.organization_id:
            return person
    known = Person.objects.filter(
        organization_id=alert.organization_id, name=CONTACT_NAME, email=None, is_active=True
    )
    found = known.order_by("pk").first()
    if found is not None:
        return found
    language = installation().default_language
    details = PersonDetails(name=CONTACT_NAME, organization=alert.organization, language=language)
    return create_person(actor=actor, details=details, roles=())


def _speaker(actor: Actor, alert: Alert) -> Actor:
    """The handler under the name that people know: the source of the alert."""
    return replace(actor, label=alert.source)
