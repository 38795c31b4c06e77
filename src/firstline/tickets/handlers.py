"""What tickets do when something was announced: mail, notices, due dates, the timeline."""

from firstline.accounts.actions import erase_part
from firstline.accounts.events import PersonAnonymised, PersonChanged
from firstline.devices.events import DeviceChanged
from firstline.files.events import TextRead
from firstline.mail.events import DeliveryFailed, MessageReceived
from firstline.notifications.events import MailWanted
from firstline.organizations.events import OrganizationChanged, ServiceChanged
from firstline.organizations.events import TeamChanged as TeamRenamed
from firstline.outbox.events import Context, Drop, handles
from firstline.remote.events import CommandStateChanged
from firstline.servicelevels.events import ClockAtRisk, ClockBreached, ClocksRecomputed
from firstline.tickets.access import FILE_KIND
from firstline.tickets.actions import (
    following,
    forgetting,
    grouping,
    inbound,
    indexing,
    mails,
    mentions,
    telling,
)
from firstline.tickets.erasure import PART
from firstline.tickets.events import MessageAdded, TicketAssigned, TicketCreated, TicketResolved
from firstline.tickets.models import Ticket


@handles(MessageReceived, name="tickets.receive_mail")
def receive_mail(event: MessageReceived, context: Context) -> None:
    inbound.receive_mail(actor=context.actor, inbound_id=event.inbound_id)


@handles(PersonAnonymised, name="tickets.forget_person", timeout_seconds=3600)
def forget_person(event: PersonAnonymised, context: Context) -> None:
    erase_part(
        actor=context.actor,
        part=PART.name,
        person_id=event.person_id,
        erase=lambda traces: forgetting.forget_person(actor=context.actor, traces=traces),
    )


@handles(TicketCreated, name="tickets.send_receipt")
def send_receipt(event: TicketCreated, context: Context) -> None:
    if event.acknowledge:
        mails.send_receipt(actor=context.actor, ticket_id=event.ticket_id)


@handles(MessageAdded, name="tickets.send_message")
def send_message(event: MessageAdded, context: Context) -> None:
    mails.send_message(actor=context.actor, message_id=event.message_id)


@handles(MessageAdded, name="tickets.tell_of_message")
def tell_of_message(event: MessageAdded, context: Context) -> None:
    telling.tell_of_message(actor=context.actor, event_id=context.event_id, message_id=event.message_id)


@handles(MessageAdded, name="tickets.tell_mentioned")
def tell_mentioned(event: MessageAdded, context: Context) -> None:
    mentions.tell_mentioned(actor=context.actor, event_id=context.event_id, message_id=event.message_id)


@handles(TicketAssigned, name="tickets.tell_of_assignment")
def tell_of_assignment(event: TicketAssigned, context: Context) -> None:
    if event.assignee_id is not None:
        telling.tell_assignee_of_assignment(
            actor=context.actor,
            event_id=context.event_id,
            ticket_id=event.ticket_id,
            assignee_id=event.assignee_id,
        )


@handles(TicketResolved, name="tickets.solve_duplicates")
def solve_duplicates(event: TicketResolved, context: Context) -> None:
    grouping.solve_duplicates(actor=context.actor, message_id=event.message_id)


@handles(MailWanted, name="tickets.send_notice")
def send_notice(event: MailWanted, context: Context) -> None:
    mails.send_notice(actor=context.actor, notification_id=event.notification_id)


@handles(ClockAtRisk, name="tickets.tell_of_risk")
def tell_of_risk(event: ClockAtRisk, context: Context) -> None:
    _tell_of_clock(event, context, breached=False)


@handles(ClockBreached, name="tickets.tell_of_breach")
def tell_of_breach(event: ClockBreached, context: Context) -> None:
    _tell_of_clock(event, context, breached=True)


@handles(ClocksRecomputed, name="tickets.copy_dues")
def copy_dues(event: ClocksRecomputed, context: Context) -> None:
    if event.subject_kind == "ticket":
        following.copy_new_dues(ticket_ids=event.subject_ids)


@handles(DeliveryFailed, name="tickets.note_undelivered")
def note_undelivered(event: DeliveryFailed, context: Context) -> None:
    ticket_id = following.note_undelivered(
        actor=context.actor, event_id=context.event_id, outbound_id=event.outbound_id
    )
    if ticket_id is not None:
        telling.tell_of_undelivered(actor=context.actor, event_id=context.event_id, ticket_id=ticket_id)


@handles(CommandStateChanged, name="tickets.show_command")
def show_command(event: CommandStateChanged, context: Context) -> None:
    following.show_command(command_id=event.command_id)


@handles(TextRead, name="tickets.index_file")
def index_file(event: TextRead, context: Context) -> None:
    """The words of an attachment are known: its ticket is found by them."""
    if event.kind == FILE_KIND:
        indexing.index_related(messages=event.ref_id)


@handles(TeamRenamed, name="tickets.index_team")
def index_team(event: TeamRenamed, context: Context) -> None:
    if event.is_renamed:
        indexing.index_related(team=event.team_id)


@handles(ServiceChanged, name="tickets.index_service")
def index_service(event: ServiceChanged, context: Context) -> None:
    if event.is_renamed:
        indexing.index_related(service=event.service_id)


@handles(OrganizationChanged, name="tickets.index_organization")
def index_organization(event: OrganizationChanged, context: Context) -> None:
    if event.is_renamed:
        indexing.index_related(organization=event.organization_id)


@handles(PersonChanged, name="tickets.index_person")
def index_person(event: PersonChanged, context: Context) -> None:
    if event.is_renamed:
        indexing.index_related(requester=event.person_id)
        indexing.index_related(assignee=event.person_id)


@handles(DeviceChanged, name="tickets.index_device")
def index_device(event: DeviceChanged, context: Context) -> None:
    indexing.index_related(device=event.device_id)


def _tell_of_clock(event: ClockAtRisk | ClockBreached, context: Context, *, breached: bool) -> None:
    if event.subject_kind != "ticket":
        return
    try:
        telling.tell_of_clock(
            actor=context.actor, event_id=context.event_id, ticket_id=event.subject_id, breached=breached
        )
    except Ticket.DoesNotExist as gone:
        raise Drop from gone
