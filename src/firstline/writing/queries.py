"""Which texts a technician may use, filled for a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.organizations.models import Team
from firstline.tickets.models import Ticket
from firstline.writing.filling import filled, first_name
from firstline.writing.models import DEFAULT_KEY, Signature, TextModule
from firstline.writing.permissions import check_can_manage

FOUND_MAX = 8


@dataclass(frozen=True, slots=True)
class Ready:
    """A text module ready to be inserted."""

    id: int
    name: str
    keyword: str
    text: str


def all_modules(actor: Actor) -> list[TextModule]:
    """Every text module, for Administration."""
    check_can_manage(actor)
    return list(TextModule.objects.select_related("team").order_by("name", "id"))


def get_module(actor: Actor, module_id: int) -> TextModule:
    """One of them. Raises `text_module_unknown`."""
    check_can_manage(actor)
    found = TextModule.objects.filter(pk=module_id).first()
    if found is None:
        raise NotFound("text_module_unknown")
    return found


def ready_modules(actor: Actor, ticket: Ticket, text: str = "") -> list[Ready]:
    """What the actor may insert into an answer of this ticket, in its requester's language.

    `text` is matched against keyword and name; a keyword that begins so comes first. Two queries.
    """
    rows = TextModule.objects.filter(Q(team=None) | Q(team_id__in=actor.team_ids), is_active=True)
    wanted = text.strip()[:40]
    if wanted:
        rows = rows.filter(Q(keyword__istartswith=wanted) | Q(name__icontains=wanted))
    found = list(rows.order_by("name", "id")[:100])
    found.sort(key=lambda row: not (wanted and row.keyword.lower().startswith(wanted.lower())))
    if not found:
        return []
    values = values_for(ticket, actor.id)
    language = ticket.requester.language
    return [
        Ready(row.pk, row.name, row.keyword, filled(row.body_for(language), values))
        for row in found[:FOUND_MAX]
    ]


def values_for(ticket: Ticket, person_id: int | None) -> dict[str, str]:
    """What stands for each variable in a text of this ticket that `person_id` writes."""
    writer = Person.objects.filter(pk=person_id or 0).first()
    requester, device, service = ticket.requester, ticket.device, ticket.service
    return {
        "ticket.number": ticket.display_id,
        "ticket.subject": ticket.subject,
        "ticket.link": f"{settings.FIRSTLINE_PUBLIC_URL}{ticket.portal_path}",
        "requester.name": requester.name,
        "requester.first_name": first_name(requester.name),
        "technician.name": writer.name if writer else "",
        "technician.first_name": first_name(writer.name) if writer else "",
        "technician.job": writer.job_title if writer else "",
        "technician.phone": writer.phone if writer else "",
        "team.name": ticket.team.name if ticket.team else "",
        "organization.name": ticket.organization.name,
        "device.name": device.label if device else "",
        "service.name": service.label_in(requester.language) if service else "",
    }


def example_values(language: str) -> Mapping[str, str]:
    """What stands for each variable in a preview."""
    with translation.override(language):
        return {
            "ticket.number": "INC-42",
            "ticket.subject": _("The printer on floor two is silent"),
            "ticket.link": f"{settings.FIRSTLINE_PUBLIC_URL}/portal/requests/42/",
            "requester.name": _("Gillian Marsh"),
            "requester.first_name": first_name(_("Gillian Marsh")),
            "technician.name": _("Mei Zhao"),
            "technician.first_name": first_name(_("Mei Zhao")),
            "technician.job": _("IT support"),
            "technician.phone": "+86 10 5550 0142",
            "team.name": _("Service desk"),
            "organization.name": _("Alder Instruments"),
            "device.name": "LT-042",
            "service.name": _("Printing"),
        }


def signature_of(ticket: Ticket, person_id: int | None, language: str) -> str:
    """What stands below a mail that this person writes in this ticket, as plain text; "" for nothing."""
    keys = [f"person:{person_id}", f"team:{ticket.team_id}", DEFAULT_KEY]
    rows = {row.key: row for row in Signature.objects.filter(key__in=keys)}
    text = next((rows[key].text_for(language) for key in keys if key in rows), "")
    return filled(text, values_for(ticket, person_id)).strip() if text.strip() else ""


def own_signature(actor: Actor) -> Signature | None:
    """The actor's own."""
    return Signature.objects.filter(key=f"person:{actor.id}").first()


def signatures(actor: Actor) -> list[tuple[Team | None, Signature | None]]:
    """The desk's own first, then each active team with what it has."""
    check_can_manage(actor)
    rows = {row.key: row for row in Signature.objects.filter(person=None)}
    teams = Team.objects.filter(is_active=True).order_by("name", "id")
    return [(None, rows.get(DEFAULT_KEY)), *((team, rows.get(f"team:{team.pk}")) for team in teams)]
