"""Erasing a person's traces from tickets; the tickets keep their shape."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from firstline.audit import actions as audit
from firstline.files import actions as files
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.kit.rows import naming, rewrite
from firstline.kit.traces import Traces
from firstline.mail import actions as mail
from firstline.notifications import actions as notifications
from firstline.outbox import actions as outbox
from firstline.remote.actions import forget_outputs
from firstline.tickets.access import FILE_KIND
from firstline.tickets.actions import indexing
from firstline.tickets.enums import MessageKind
from firstline.tickets.models import (
    Attachment,
    ImportProblem,
    ImportRun,
    Message,
    Operation,
    Rating,
    ReplyDraft,
    Step,
    Ticket,
    TicketCommand,
    TicketEvent,
    Watcher,
)

ERASED_TEXT = "—"
_BATCH = 100
_WORDS = ["body_text", "body_html", "author_label"]


def forget_person(*, actor: Actor, traces: Traces) -> dict[str, int]:
    """Erase an anonymised person from every ticket; what was removed, by kind.

    Of their own requests remain number, times, states and what others answered, without name, words
    and files. What they wrote as a technician stays as the work it was, without their name. In
    everybody's words whole name, address and telephone number are replaced. Works through small
    transactions: killed and run again it goes on.
    """
    person_id = traces.person_id
    figures = {"tickets": 0, "messages": 0, "files": 0, "ratings": 0}
    for ids in _batches(list(own_tickets(person_id).order_by("pk").values_list("pk", flat=True))):
        _add(figures, _forget_own(actor, traces, ids))
        mail.forget_about(kind="ticket", ref_ids=ids, traces=traces)
        notifications.forget_about(kind="ticket", ref_ids=ids, params={"subject": ERASED_TEXT})
        asked = TicketCommand.objects.filter(ticket_id__in=ids).values_list("command_id", flat=True)
        forget_outputs(traces, asked)
    written = Message.objects.filter(author_id=person_id)
    for ids in _batches(list(written.order_by("pk").values_list("pk", flat=True))):
        _add(figures, _forget_written(actor, traces, ids))
        worked_on = Message.objects.filter(pk__in=ids).values_list("ticket_id", flat=True).distinct()
        mail.forget_signatures(kind="ticket", ref_ids=worked_on, traces=traces)
    figures["mentions"] = _forget_elsewhere(traces)
    indexing.index_related(requester=person_id)
    indexing.index_related(assignee=person_id)
    with outbox.transaction():
        ref = Ref("person", person_id)
        audit.record(actor=actor, verb="tickets.person_forgotten", ref=ref, new=figures)
    return figures


def own_tickets(person_id: int) -> QuerySet[Ticket]:
    """What a person asked for."""
    return Ticket.objects.filter(requester_id=person_id)


def their_words(person_id: int) -> Q:
    """Messages that hold a person's own words: written as the one who asks, or taken down for them."""
    asked = Q(by_requester=True) | Q(kind=MessageKind.REQUEST) | Q(author_id=person_id)
    taken_down = Q(by_requester=True) | Q(kind=MessageKind.REQUEST)
    # A merge may have moved them to somebody else's ticket.
    moved = Q(came_from__requester_id=person_id, author_id=None) & taken_down
    return Q(ticket__requester_id=person_id) & asked | moved | Q(author_id=person_id, by_requester=True)


def _forget_own(actor: Actor, traces: Traces, ticket_ids: Sequence[int]) -> dict[str, int]:
    messages = Message.objects.filter(ticket_id__in=ticket_ids)
    with outbox.transaction():
        changed = Ticket.objects.filter(pk__in=ticket_ids).exclude(subject=ERASED_TEXT)
        tickets = changed.update(subject=ERASED_TEXT)
        emptied = _empty(messages.filter(their_words(traces.person_id)))
        messages.update(to=[])
        removed = _remove_files(actor, messages)
        ratings = Rating.objects.filter(ticket_id__in=ticket_ids).exclude(comment="").update(comment="")
        Step.objects.filter(ticket_id__in=ticket_ids).update(draft={})
        ReplyDraft.objects.filter(ticket_id__in=ticket_ids).delete()
        audit.erase_naming(traces.near, kind="ticket", ids=ticket_ids)
        indexing.index_soon(ticket_ids)
    rewrite(messages, traces.near, _WORDS)
    rewrite(TicketEvent.objects.filter(ticket_id__in=ticket_ids), traces.near, ["data", "actor_label"])
    rewrite(Ticket.objects.filter(pk__in=ticket_ids), traces.near, ["tags", "category"])
    rewrite(Step.objects.filter(ticket_id__in=ticket_ids), traces.near, ["before", "after", "moved"])
    return {"tickets": tickets, "messages": emptied, "files": removed, "ratings": ratings}


def _forget_written(actor: Actor, traces: Traces, message_ids: Sequence[int]) -> dict[str, int]:
    messages = Message.objects.filter(pk__in=message_ids)
    with outbox.transaction():
        asked = messages.filter(their_words(traces.person_id))
        asked_ids = list(asked.values_list("pk", flat=True))
        removed = _remove_files(actor, asked)
        emptied = _empty(asked)
        messages.update(author_label=traces.stand_in)
        indexing.index_soon(set(messages.values_list("ticket_id", flat=True)))
    rewrite(messages.exclude(pk__in=asked_ids), traces.near, ["body_text", "body_html"])
    return {"messages": emptied, "files": removed}


def _empty(messages: QuerySet[Message]) -> int:
    """Take away the words of these messages; how many had any."""
    ids = list(messages.exclude(body_text=ERASED_TEXT).values_list("pk", flat=True))
    # A Message-ID is made by the sender's program and often names them or their computer.
    Message.objects.filter(pk__in=ids).update(
        body_text=ERASED_TEXT,
        body_html=f"<p>{ERASED_TEXT}</p>",
        to=[],
        cc=[],
        message_id="",
        external_key=None,
    )
    return len(ids)


def _remove_files(actor: Actor, messages: QuerySet[Message]) -> int:
    ids = list(messages.filter(attachments__isnull=False).values_list("pk", flat=True).distinct())
    if not ids:
        return 0
    Attachment.objects.filter(message_id__in=ids).delete()
    return files.erase(actor=actor, kind=FILE_KIND, ref_ids=ids)


def _forget_elsewhere(traces: Traces) -> int:
    """Their name in what belongs to others; how many messages named them."""
    person_id = traces.person_id
    with outbox.transaction():
        TicketEvent.objects.filter(actor_kind="person", actor_id=person_id).update(
            actor_label=traces.stand_in
        )
        Step.objects.filter(actor_id=person_id).update(draft={})
        Operation.objects.filter(actor_id=person_id).update(actor_label=traces.stand_in)
        ReplyDraft.objects.filter(author_id=person_id).delete()
        Watcher.objects.filter(person_id=person_id).delete()
    _forget_copies(traces)
    named = rewrite(Message.objects.all(), traces.wide, _WORDS)
    tickets = rewrite(Ticket.objects.all(), traces.wide, ["subject", "tags", "category"])
    rewrite(TicketEvent.objects.all(), traces.wide, ["data", "actor_label"])
    rewrite(Rating.objects.all(), traces.wide, ["comment"])
    rewrite(Step.objects.all(), traces.wide, ["before", "after", "moved", "draft"])
    rewrite(Operation.objects.all(), traces.wide, ["actor_label", "data"])
    rewrite(ReplyDraft.objects.all(), traces.wide, ["body", "fields"])
    rewrite(ImportProblem.objects.all(), traces.wide, ["params"])
    rewrite(ImportRun.objects.all(), traces.wide, ["name"])
    touched = {*tickets, *Message.objects.filter(pk__in=named[:5000]).values_list("ticket_id", flat=True)}
    with outbox.transaction():
        indexing.index_later(touched)
    return len(named)


def _forget_copies(traces: Traces) -> None:
    """Nobody's further replies go to an address that was erased."""
    if not traces.email:
        return
    rows = Message.objects.alias(_to=Cast("to", TextField()), _cc=Cast("cc", TextField()))
    copied = rows.filter(Q(_to__icontains=traces.email) | Q(_cc__icontains=traces.email))
    for ids in _batches(list(copied.values_list("pk", flat=True))):
        with outbox.transaction():
            for message in Message.objects.select_for_update().filter(pk__in=ids):
                message.to, message.cc = (
                    [line for line in lines if traces.email.lower() not in str(line).lower()]
                    for lines in (message.to, message.cc)
                )
                message.save(update_fields=["to", "cc"])


def survey(traces: Traces) -> dict[str, int]:
    """What there is now of a person, by kind."""
    tickets = own_tickets(traces.person_id)
    words = Message.objects.filter(their_words(traces.person_id))
    return {
        "tickets": tickets.count(),
        "messages": words.count(),
        "files": Attachment.objects.filter(Q(message__in=words) | Q(message__ticket__in=tickets)).count(),
        "ratings": Rating.objects.filter(ticket__in=tickets).exclude(comment="").count(),
        "mentions": naming(
            Message.objects.exclude(their_words(traces.person_id)), traces.wide, _WORDS
        ).count(),
    }


def _add(figures: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        figures[name] += count


def _batches(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
