"""Tables of tickets, their messages and timelines."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from firstline.devices.models import Device
from firstline.files.models import StoredFile
from firstline.kit.refs import Ref
from firstline.organizations.models import Organization, Service, Team
from firstline.remote.models import Command
from firstline.tickets.enums import (
    OPEN_STATUSES,
    PREFIXES,
    CanWork,
    Channel,
    DraftMode,
    EventKind,
    Kind,
    Level,
    LinkKind,
    MessageKind,
    OperationKind,
    Priority,
    PrioritySource,
    Status,
    StepKind,
)
from firstline.tickets.moments import NEVER

_PERSON = settings.AUTH_USER_MODEL


class Ticket(models.Model):
    """Somebody needs something. Written by `tickets.actions` only.

    `is_open`, `next_due_at` and the two due dates are denormalised from status and clocks,
    so that lists read one index. `version` moves on with every change. A ticket that was merged is closed,
    empty, and leads to `merged_into`; one with `deleted_at` lies in the bin, where only technicians look.
    """

    number = models.PositiveBigIntegerField(unique=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.INCIDENT)
    subject = models.CharField(max_length=200)
    requester = models.ForeignKey(_PERSON, models.PROTECT, db_index=False, related_name="requested_tickets")
    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="tickets")
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="tickets")
    service = models.ForeignKey(Service, models.SET_NULL, null=True, related_name="tickets")
    category = models.CharField(max_length=60, blank=True)
    impact = models.PositiveSmallIntegerField(choices=Level, default=Level.MEDIUM)
    urgency = models.PositiveSmallIntegerField(choices=Level, default=Level.MEDIUM)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.P3)
    priority_source = models.CharField(max_length=20, choices=PrioritySource, default=PrioritySource.DEFAULT)
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    is_open = models.BooleanField(default=True)
    team = models.ForeignKey(Team, models.PROTECT, db_index=False, null=True, related_name="tickets")
    assignee = models.ForeignKey(
        _PERSON, models.PROTECT, db_index=False, null=True, related_name="assigned_tickets"
    )
    channel = models.CharField(max_length=20, choices=Channel)
    language = models.CharField(max_length=10)
    tags = models.JSONField(default=list)
    expected_minutes = models.PositiveIntegerField(default=30)
    can_work = models.CharField(max_length=10, choices=CanWork, default=CanWork.UNKNOWN)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    first_replied_at = models.DateTimeField(null=True)
    response_due_at = models.DateTimeField(null=True)
    resolution_due_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(default=NEVER)
    next_risk_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField()
    last_message_by_requester = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged_tickets")
    deleted_at = models.DateTimeField(null=True)
    is_spam = models.BooleanField(default=False)

    class Meta:
        indexes = [
            # One per list of the desk, each holding open tickets in the order in which they are shown.
            models.Index(
                fields=["team", "next_due_at", "id"], condition=Q(is_open=True), name="ticket_open_by_team"
            ),
            models.Index(
                fields=["team", "next_due_at", "id"],
                condition=Q(is_open=True, assignee__isnull=True),
                name="ticket_unassigned_by_team",
            ),
            models.Index(
                fields=["assignee", "next_due_at", "id", "team"],
                condition=Q(is_open=True),
                name="ticket_open_by_assignee",
            ),
            models.Index(
                fields=["assignee", "next_due_at", "id"],
                condition=Q(is_open=True, last_message_by_requester=True),
                name="ticket_answered_by_assignee",
            ),
            models.Index(
                fields=["team", "next_risk_at"],
                condition=Q(is_open=True, next_risk_at__isnull=False),
                name="ticket_risk_by_team",
            ),
            models.Index(
                fields=["organization", "next_due_at", "id"],
                condition=Q(is_open=True),
                name="ticket_open_by_org",
            ),
            models.Index(fields=["next_due_at", "id"], condition=Q(is_open=True), name="ticket_open"),
            models.Index(
                fields=["team", "-resolved_at", "-id"], condition=Q(is_open=False), name="ticket_done_by_team"
            ),
            models.Index(
                fields=["assignee", "-resolved_at", "-id"],
                condition=Q(is_open=False),
                name="ticket_done_by_assignee",
            ),
            models.Index(fields=["-resolved_at", "-id"], condition=Q(is_open=False), name="ticket_done"),
            models.Index(fields=["requester", "-id"], name="ticket_by_requester"),
            models.Index(fields=["organization", "-id"], name="ticket_by_org"),
            models.Index(fields=["resolved_at"], condition=Q(status=Status.RESOLVED), name="ticket_to_close"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="ticket_in_bin"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=True, status__in=sorted(OPEN_STATUSES))
                | Q(is_open=False, status__in=[Status.CLOSED, Status.RESOLVED]),
                name="ticket_is_open_says_status",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(resolved_at__isnull=False), name="ticket_done_has_date"
            ),
            models.CheckConstraint(
                condition=Q(impact__range=(1, 4), urgency__range=(1, 4), priority__range=(1, 4)),
                name="ticket_levels_known",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="ticket_kind_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, deleted_at__isnull=True) | Q(is_open=False),
                name="ticket_put_away_is_done",
            ),
        ]

    @property
    def display_id(self) -> str:
        """What people call it: INC-42, REQ-7."""
        return display_id(self.kind, self.number)

    @property
    def ref(self) -> Ref:
        return Ref("ticket", self.pk, self.display_id)

    @property
    def desk_path(self) -> str:
        """Where technicians read it."""
        return f"/desk/tickets/{self.number}/"

    @property
    def portal_path(self) -> str:
        """Where its requester reads it."""
        return f"/portal/requests/{self.number}/"

    @property
    def due_at(self) -> datetime | None:
        """The next promise to keep, or None while none runs."""
        return None if self.next_due_at >= NEVER else self.next_due_at


def display_id(kind: str, number: int) -> str:
    """The display id of a ticket of `kind` with `number`."""
    return f"{PREFIXES[Kind(kind)]}-{number}"


class NumberCounter(models.Model):
    """The last number given out; one row, moved on inside the transaction that uses it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ticket_counter_single")]


class Message(models.Model):
    """Something somebody wrote: the request, a reply, or an internal note. Its words never change.

    A merge or a split moves it to another ticket; `came_from` is the one it was written on.

    While `held_until` is set it has not left: only technicians see it, and its author can take it back.
    `external_key` makes intake idempotent: `mail:<message-id>`, `api:<key>`, `alert:<key>`.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind)
    author = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    author_label = models.CharField(max_length=200)
    by_requester = models.BooleanField(default=False)
    channel = models.CharField(max_length=20, choices=Channel)
    body_text = models.TextField()
    body_html = models.TextField()
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    message_id = models.CharField(max_length=250, blank=True)
    external_key = models.CharField(max_length=250, null=True, unique=True)
    is_solution = models.BooleanField(default=False)
    minutes = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    came_from = models.ForeignKey(Ticket, models.SET_NULL, null=True, db_index=False, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "created_at", "id"], name="message_by_ticket"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="message_by_message_id"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known")
        ]


class Attachment(models.Model):
    """A file that came with a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "file"], name="attachment_once")]


class TicketEvent(models.Model):
    """A row of the timeline that is not a message; `data` holds codes and parameters, never sentences."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=EventKind)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["ticket", "at", "id"], name="ticket_event_by_ticket")]


class Operation(models.Model):
    """What somebody did, to one ticket or to five hundred, as one thing that can be undone for 30 days.

    `undoes` is the operation that this one took back; undoing it does that one again. `undone_at` and
    `undone_by` say that it is not in effect now. `data` holds codes and ids of what was asked for.
    """

    actor_id = models.BigIntegerField()
    actor_label = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=OperationKind)
    at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)
    data = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undoings")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OperationKind.values), name="operation_kind_known")
        ]


class Step(models.Model):
    """What an operation did to one ticket, with what it changed, so that it can be walked back.

    `before` and `after` hold the fields that differ, as JSON; `moved` what changed hands (messages,
    followers, links); `draft` the words of a reply, kept for a day. `version` is the ticket's after the
    step; `at` the instant from which its clocks follow.
    """

    operation = models.ForeignKey(Operation, models.CASCADE, null=True, related_name="steps")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="steps", db_index=False)
    actor_id = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=StepKind)
    at = models.DateTimeField(db_index=True)
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    moved = models.JSONField(default=list)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    draft = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "version"], name="step_of_version"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="step_kind_known"),
        ]


class TicketLink(models.Model):
    """Two tickets that belong together: `source` is related to, a duplicate of, or a child of `target`."""

    kind = models.CharField(max_length=12, choices=LinkKind)
    source = models.ForeignKey(Ticket, models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Ticket, models.CASCADE, related_name="links_in")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="link_once"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="link_of_two"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="link_kind_known"),
        ]


class StructureRules(models.Model):
    """How parents, children and duplicates bear on each other; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    children_hold_parent = models.BooleanField(default=False)
    duplicates_follow = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="structure_rules_single")]


class Watcher(models.Model):
    """Someone besides requester and assignee who follows a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="watchers")
    person = models.ForeignKey(_PERSON, models.CASCADE, related_name="watched_tickets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="watcher_once")]


class Rating(models.Model):
    """What the requester thought of the help, 1 to 5."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="rating_in_range")]


class TicketCommand(models.Model):
    """A request to a device that was made from a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="ticket_commands")
    command = models.OneToOneField(Command, models.CASCADE, related_name="+")


class ImportRun(models.Model):
    """One file being imported; moves on in the transaction of each batch, so that it can be resumed."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    line_done = models.PositiveIntegerField(default=0)
    tickets_count = models.PositiveIntegerField(default=0)
    problems_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class ImportProblem(models.Model):
    """A line that could not be imported, and why."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="import_problem_once")]


class ReplyDraft(models.Model):
    """Words that a technician has typed for a ticket and not sent; a colleague may go on with them.

    One row per ticket and author, empty once sent. `revision` moves on with every save: a window that is
    behind, or a save that arrives after the reply has left, changes nothing. `fields` holds what stands
    around the words: copies, what follows, files.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts", db_index=False)
    author = models.ForeignKey(_PERSON, models.CASCADE, related_name="+")
    mode = models.CharField(max_length=10, choices=DraftMode, default=DraftMode.REPLY)
    body = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "author"], name="reply_draft_once"),
            models.CheckConstraint(condition=Q(mode__in=DraftMode.values), name="reply_draft_mode_known"),
        ]

    @property
    def is_empty(self) -> bool:
        """Nothing is left to send: it went out, or was thrown away."""
        return not self.body.strip() and not self.fields.get("files")
