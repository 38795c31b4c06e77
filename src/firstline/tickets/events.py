"""What the ticket slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("tickets.ticket_created")
@dataclass(frozen=True)
class TicketCreated:
    """A ticket exists; `acknowledge` says whether its requester gets a receipt by mail."""

    ticket_id: int
    acknowledge: bool = True


@event("tickets.message_added")
@dataclass(frozen=True)
class MessageAdded:
    """A message joined a ticket: a reply, a note, or something the requester wrote."""

    ticket_id: int
    message_id: int


@event("tickets.status_changed")
@dataclass(frozen=True)
class StatusChanged:
    ticket_id: int
    old: str
    new: str


@event("tickets.ticket_assigned")
@dataclass(frozen=True)
class TicketAssigned:
    """The assignee changed (None: nobody any more); `decision_id` names the record with the reasons."""

    ticket_id: int
    assignee_id: int | None
    decision_id: int | None = None


@event("tickets.team_changed")
@dataclass(frozen=True)
class TeamChanged:
    ticket_id: int
    old_team_id: int | None
    team_id: int | None


@event("tickets.priority_changed")
@dataclass(frozen=True)
class PriorityChanged:
    ticket_id: int
    old: int
    new: int


@event("tickets.ticket_resolved")
@dataclass(frozen=True)
class TicketResolved:
    """A technician resolved it; `message_id` is the solution that the requester reads."""

    ticket_id: int
    message_id: int


@event("tickets.ticket_rated")
@dataclass(frozen=True)
class TicketRated:
    ticket_id: int
    stars: int


@event("tickets.step_undone")
@dataclass(frozen=True)
class StepUndone:
    """A technician walked back what they had done (`enums.StepKind`); the changes announce themselves too."""

    ticket_id: int
    step_id: int
    kind: str


@event("tickets.tickets_merged")
@dataclass(frozen=True)
class TicketsMerged:
    """What was said in `source_id` is now in `target_id`."""

    operation_id: int
    source_id: int
    target_id: int


@event("tickets.ticket_split")
@dataclass(frozen=True)
class TicketSplit:
    """A message of `ticket_id` became the ticket `made_id`."""

    operation_id: int
    ticket_id: int
    made_id: int


@event("tickets.operation_undone")
@dataclass(frozen=True)
class OperationUndone:
    """An operation was taken back on all its tickets by another one, `operation_id`."""

    operation_id: int
    undone_id: int


@event("tickets.batch_imported")
@dataclass(frozen=True)
class BatchImported:
    """A batch of tickets came in from a file; none of them announces itself."""

    run_id: int
    count: int
    first_number: int
    last_number: int
