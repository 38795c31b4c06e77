"""Operations on tickets."""

from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status
from ninja.decorators import decorate_view
from ninja.responses import codes_4xx

from firstline.accounts.models import Person
from firstline.api.access import actor_of, external_key, gate, repeatable
from firstline.api.alerts import find_device, find_service
from firstline.api.problems import Problem
from firstline.api.schemas import (
    MessageOut,
    ReplyIn,
    TicketDetailOut,
    TicketFilter,
    TicketIn,
    TicketOut,
    TicketPageOut,
)
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.kit.prepared import Prepared
from firstline.organizations.models import Team
from firstline.tickets import actions, queries
from firstline.tickets.enums import Channel
from firstline.tickets.models import Message, Ticket
from firstline.tickets.permissions import (
    PORTAL_USE,
    TICKET_CREATE,
    TICKET_NOTE,
    TICKET_REPLY,
    TICKET_VIEW,
    TICKET_VIEW_ALL,
)

router = Router(tags=["tickets"])
Found = TypeVar("Found")
_RELATED = ("requester", "organization", "team", "assignee", "service")


@router.post("/tickets", response={201: TicketDetailOut, codes_4xx: Problem}, operation_id="create_ticket")
@decorate_view(repeatable)
@gate(TICKET_CREATE, PORTAL_USE)
def create_ticket(request: HttpRequest, response: HttpResponse, payload: TicketIn) -> Status[Any]:
    """Make a ticket, for the caller or for a person the caller may write for."""
    actor = actor_of(request)
    ticket = actions.create_ticket(
        actor=actor,
        requester=_requester(actor, payload.requester),
        subject=payload.subject,
        body=payload.body,
        channel=Channel.API,
        kind=payload.kind,
        can_work=payload.can_work,
        device=_named(find_device(actor, payload.device), payload.device, "device"),
        service=_named(find_service(payload.service), payload.service, "service"),
        team=_team(payload.team_id),
        cc=payload.cc,
        tags=payload.tags,
        external_key=external_key(request),
    )
    response["Location"] = reverse("api-1:read_ticket", kwargs={"number": ticket.display_id})
    return Status(201, _detail(actor, queries.get_ticket_for(actor, ticket.number)))


@router.get("/tickets", response={200: TicketPageOut, codes_4xx: Problem}, operation_id="list_tickets")
@gate(TICKET_VIEW, TICKET_VIEW_ALL, PORTAL_USE)
def list_tickets(request: HttpRequest, filters: Query[TicketFilter]) -> TicketPageOut:
    """The tickets that the caller may see, newest first, page by page."""
    found = queries.visible_to(actor_of(request)).select_related(*_RELATED)
    wanted = filters.model_dump(include={"status", "is_open", "priority"}, exclude_none=True)
    found = found.filter(**wanted)
    if filters.cursor:
        found = found.filter(pk__lt=_read_cursor(filters.cursor))
    rows = list(found.order_by("-pk")[: filters.limit + 1])
    shown = rows[: filters.limit]
    more = f"t{shown[-1].pk}" if len(rows) > filters.limit else ""
    return TicketPageOut(items=[TicketOut(**_row(row)) for row in shown], next_cursor=more)


@router.get(
    "/tickets/{number}",
    response={200: TicketDetailOut, codes_4xx: Problem},
    operation_id="read_ticket",
    url_name="read_ticket",
)
@gate(TICKET_VIEW, TICKET_VIEW_ALL, PORTAL_USE)
def read_ticket(request: HttpRequest, number: str) -> TicketDetailOut:
    """One ticket by number or display id ("INC-42"), with what the caller may read of its conversation."""
    actor = actor_of(request)
    return _detail(actor, queries.get_ticket_for(actor, number[:40]))


@router.post(
    "/tickets/{number}/replies",
    response={201: MessageOut, codes_4xx: Problem},
    operation_id="reply_to_ticket",
)
@decorate_view(repeatable)
@gate(TICKET_REPLY, TICKET_NOTE, PORTAL_USE)
def reply(request: HttpRequest, number: str, payload: ReplyIn) -> Status[Any]:
    """Answer a ticket, or add a note that only the team reads."""
    actor = actor_of(request)
    ticket = queries.get_ticket_for(actor, number[:40])
    key = external_key(request)
    if payload.internal:
        if payload.status or payload.cc:
            raise InvalidInput("value_unusable", field="status" if payload.status else "cc")
        message = actions.add_note(
            actor=actor,
            ticket=ticket,
            body=payload.body,
            external_key=key,
            minutes=payload.minutes,
            channel=Channel.API,
        )
    else:
        message = actions.reply(
            actor=actor,
            ticket=ticket,
            body=payload.body,
            cc=payload.cc,
            external_key=key,
            status=payload.status,
            minutes=payload.minutes,
            channel=Channel.API,
        )
    return Status(201, _message(message))


def _requester(actor: Actor, address: str | None) -> Person:
    """The person the ticket is for: the caller, or one within the caller's reach."""
    if address is None:
        return _people.get(actor.id or 0)
    person = _people_at.first(address.lower())
    if person is None or not (actor.is_provider or person.organization_id == actor.organization_id):
        raise InvalidInput("api_requester_unknown", field="requester", value=address)
    return person


_people = Prepared(lambda pk: Person.objects.select_related("organization").filter(pk=pk))
_people_at = Prepared(
    lambda email: Person.objects.select_related("organization").filter(email=email, is_active=True)
)


def _named(found: Found | None, name: str | None, field: str) -> Found | None:
    if name and found is None:
        raise InvalidInput(f"api_{field}_unknown", field=field, value=name)
    return found


def _team(team_id: int | None) -> Team | None:
    team = Team.objects.filter(pk=team_id, is_active=True).first() if team_id else None
    if team_id and team is None:
        raise InvalidInput("api_team_unknown", field="team_id")
    return team


def _read_cursor(cursor: str) -> int:
    if not (cursor.startswith("t") and cursor[1:].isdecimal() and len(cursor) < 19):
        raise InvalidInput("cursor_invalid", field="cursor")
    return int(cursor[1:])


def _row(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.display_id,
        "number": ticket.number,
        "kind": ticket.kind,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "requester": ticket.requester.name,
        "organization": ticket.organization.name,
        "team": ticket.team.name if ticket.team else None,
        "assignee": ticket.assignee.name if ticket.assignee else None,
        "service": ticket.service.name if ticket.service else None,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "resolved_at": ticket.resolved_at,
        "response_due_at": ticket.response_due_at,
        "resolution_due_at": ticket.resolution_due_at,
    }


def _detail(actor: Actor, ticket: Ticket) -> TicketDetailOut:
    return TicketDetailOut(
        **_row(ticket),
        impact=ticket.impact,
        urgency=ticket.urgency,
        channel=ticket.channel,
        language=ticket.language,
        device=ticket.device.label if ticket.device else None,
        tags=ticket.tags,
        version=ticket.version,
        messages=[_message(message) for message in queries.readable_messages(ticket, actor)],
    )


def _message(message: Message) -> MessageOut:
    return MessageOut(
        id=message.pk,
        kind=message.kind,
        author=message.author_label,
        channel=message.channel,
        body=message.body_text,
        created_at=message.created_at,
    )
