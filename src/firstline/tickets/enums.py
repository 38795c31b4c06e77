"""Codes of tickets and the texts of what can go wrong with them."""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


class Kind(models.TextChoices):
    """What a ticket is; each kind has the prefix of its display id."""

    INCIDENT = "incident", _("Incident")
    SERVICE_REQUEST = "service_request", _("Service request")


PREFIXES = {Kind.INCIDENT: "INC", Kind.SERVICE_REQUEST: "REQ"}


class Status(models.TextChoices):
    """Where a ticket stands; the moves between them are in `permissions.MOVES`."""

    NEW = "new", pgettext_lazy("ticket status", "New")
    OPEN = "open", pgettext_lazy("ticket status", "Open")
    WAITING_REQUESTER = "waiting_requester", _("Waiting for requester")
    WAITING_SUPPLIER = "waiting_supplier", _("Waiting for supplier")
    SCHEDULED = "scheduled", pgettext_lazy("ticket status", "Scheduled")
    RESOLVED = "resolved", pgettext_lazy("ticket status", "Resolved")
    CLOSED = "closed", pgettext_lazy("ticket status", "Closed")


OPEN_STATUSES = frozenset(
    {Status.NEW, Status.OPEN, Status.WAITING_REQUESTER, Status.WAITING_SUPPLIER, Status.SCHEDULED}
)
PAUSED_STATUSES = frozenset({Status.WAITING_REQUESTER, Status.WAITING_SUPPLIER, Status.SCHEDULED})


class Channel(models.TextChoices):
    """The way a ticket or a message came in."""

    PORTAL = "portal", _("Portal")
    MAIL = "mail", _("E-mail")
    DESK = "desk", _("Desk")
    PHONE = "phone", _("Telephone")
    API = "api", _("API")
    ALERT = "alert", pgettext_lazy("channel", "Alert")


class CanWork(models.TextChoices):
    """The requester's plain answer to "can you work?"."""

    YES = "yes", _("Yes, I can work")
    PARTLY = "partly", _("Only partly")
    NO = "no", _("No, I cannot work")
    UNKNOWN = "unknown", _("Not asked")


class Level(models.IntegerChoices):
    """Impact and urgency; 1 is the highest."""

    CRITICAL = 1, pgettext_lazy("level", "Critical")
    HIGH = 2, pgettext_lazy("level", "High")
    MEDIUM = 3, pgettext_lazy("level", "Medium")
    LOW = 4, pgettext_lazy("level", "Low")


class Priority(models.IntegerChoices):
    """P1 is the highest."""

    P1 = 1, _("P1 · Critical")
    P2 = 2, _("P2 · High")
    P3 = 3, _("P3 · Medium")
    P4 = 4, _("P4 · Low")


class PrioritySource(models.TextChoices):
    """Who or what set the priority; a human's choice stays until it is lifted."""

    DEFAULT = "default", pgettext_lazy("priority source", "Default")
    POLICY = "policy", pgettext_lazy("priority source", "Computed")
    PERSON = "person", pgettext_lazy("priority source", "Set by hand")


class MessageKind(models.TextChoices):
    """What a message is; notes are for technicians only."""

    REQUEST = "request", pgettext_lazy("message kind", "Request")
    REPLY = "reply", pgettext_lazy("message kind", "Reply")
    NOTE = "note", _("Internal note")
    SYSTEM = "system", pgettext_lazy("message kind", "System")


class EventKind(models.TextChoices):
    """Rows of the timeline that are not messages; presenters turn them into sentences."""

    CREATED = "created"
    STATUS = "status"
    ASSIGNED = "assigned"
    TEAM = "team"
    PRIORITY = "priority"
    DETAILS = "details"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    REOPENED = "reopened"
    RATED = "rated"
    WATCHERS = "watchers"
    COMMAND = "command"
    DELIVERY = "delivery"
    ALERT = "alert"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"
    THANKED = "thanked"
    MERGED = "merged"
    SPLIT = "split"
    LINKED = "linked"
    DELETED = "deleted"


class OperationKind(models.TextChoices):
    """What a technician can undo."""

    STATUS = "status", pgettext_lazy("operation", "Status")
    TAKING = "taking", pgettext_lazy("operation", "Taken")
    ASSIGNMENT = "assignment", pgettext_lazy("operation", "Assignment")
    PRIORITY = "priority", pgettext_lazy("operation", "Priority")
    REPLY = "reply", pgettext_lazy("operation", "Reply")
    DETAILS = "details", pgettext_lazy("operation", "Details")
    BULK = "bulk", pgettext_lazy("operation", "Several at once")
    MERGE = "merge", pgettext_lazy("operation", "Merged")
    SPLIT = "split", pgettext_lazy("operation", "Split")
    LINK = "link", pgettext_lazy("operation", "Links")
    DELETE = "delete", pgettext_lazy("operation", "Deleted")
    UNDO = "undo", pgettext_lazy("operation", "Undone")


StepKind = OperationKind


class LinkKind(models.TextChoices):
    """How two tickets belong together, read from the source."""

    RELATED = "related", pgettext_lazy("link", "Related")
    DUPLICATE = "duplicate", pgettext_lazy("link", "Duplicate of")
    CHILD = "child", pgettext_lazy("link", "Part of")


class DraftMode(models.TextChoices):
    """What the words in the reply box are meant to become."""

    REPLY = "reply"
    NOTE = "note"


class View(models.TextChoices):
    """The lists of the desk."""

    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned in my teams")
    AT_RISK = "at_risk", _("At risk")
    ANSWERED = "answered", _("Waiting for me")
    OPEN = "open", _("All open in my teams")
    ALL = "all", _("All open")
    CLOSED = "closed", _("Recently closed")


ERRORS: dict[str, Text] = {
    "ticket_unknown": _("There is no such ticket, or you may not see it."),
    "ticket_changed_meanwhile": _("Somebody changed this ticket meanwhile. Look again before you save."),
    "ticket_move_forbidden": _("A ticket cannot go from “%(old)s” to “%(new)s”."),
    "ticket_move_not_yours": _("You may not move this ticket from “%(old)s” to “%(new)s”."),
    "ticket_already_assigned": _("Somebody else has taken this ticket already."),
    "ticket_is_closed": _("This ticket is closed. Reopen it first, or write a new one."),
    "ticket_reopen_too_late": _("This ticket was closed too long ago. Please write a new one."),
    "ticket_not_resolved": _("This ticket is not resolved yet."),
    "ticket_without_device": _("This ticket has no device."),
    "step_unknown": _("There is nothing to take back here."),
    "step_too_old": _("This was too long ago to be taken back with one click."),
    "step_status_moved_on": _("Not taken back: %(who)s has changed the status since."),
    "step_assignment_moved_on": _("Not taken back: %(who)s has given the ticket to somebody else since."),
    "step_priority_moved_on": _("Not taken back: %(who)s has changed the priority since."),
    "step_details_moved_on": _("Not taken back: %(who)s has changed the same since."),
    "operation_unknown": _("There is no such operation, or it is older than 30 days."),
    "operation_too_old": _("This was more than 30 days ago and can no longer be undone."),
    "operation_nothing_left": _("Nothing of this can be undone any more: all of it was changed since."),
    "bulk_refused": _("Nothing was changed: %(count)s of %(all)s cannot take this. %(ticket)s: %(why)s"),
    "bulk_too_many": _("At most %(most)s tickets at once."),
    "bulk_empty": _("Choose at least one ticket and one change."),
    "ticket_is_merged": _("This ticket was merged into %(into)s. Work on that one."),
    "ticket_in_bin": _("This ticket was deleted. Restore it first."),
    "merge_same": _("A ticket cannot be merged into itself."),
    "merge_organizations_differ": _(
        "They belong to different organisations, who must not read each other. Link them instead."
    ),
    "merge_target_closed": _("%(ticket)s is closed. Reopen it first, or merge the other way round."),
    "message_unknown": _("This message is no longer here."),
    "split_only_message": _("This is the only message here. Nothing would be left to split from."),
    "split_not_sent_yet": _("This reply has not left yet. Wait a few seconds."),
    "link_same": _("A ticket cannot be linked with itself."),
    "link_exists": _("This ticket and %(ticket)s are linked already."),
    "link_unknown": _("This link is no longer there."),
    "link_organizations_differ": _("These tickets belong to different organisations."),
    "link_has_parent": _("%(ticket)s is a part of another ticket already."),
    "link_circle": _("%(ticket)s belongs to this ticket already, the other way round."),
    "ticket_has_open_parts": _("%(count)s parts are still open, %(ticket)s among them. Solve them first."),
    "ticket_without_parts": _("This ticket has no open parts."),
    "step_reply_left": _("The reply has left already. Write another one to correct it."),
    "message_arrived": _("%(who)s wrote while you were writing. Read it, then send yours, changed or not."),
    "draft_moved_on": _("Newer words for this ticket were kept elsewhere."),
    "draft_unknown": _("This draft is gone: it was sent, thrown away, or somebody goes on with it."),
    "subject_missing": _("Please say in a few words what it is about."),
    "message_missing": _("Please write a message."),
    "message_too_long": _("This message is too long: at most %(most)s characters."),
    "solution_missing": _("Please write what solved it; the requester reads this."),
    "rating_out_of_range": _("A rating is a number from 1 to 5."),
    "rating_not_yours": _("Only the person who asked can rate the help."),
    "file_unknown": _("This file is no longer there. Please attach it again."),
    "rating_given": _("This ticket has been rated already."),
    "address_invalid": _("“%(address)s” is not an e-mail address."),
    "too_many_tags": _("At most %(most)s tags."),
    "too_many_addresses": _("At most %(most)s addresses in copy."),
    "assignee_inactive": _("%(name)s is not active and cannot take tickets."),
    "assignee_not_technician": _("%(name)s is not a technician and cannot take tickets."),
    "team_inactive": _("This team is not active."),
    "requester_inactive": _("This person is not active."),
    "organization_mismatch": _("The person and this belong to different organisations."),
    "choice_unknown": _("“%(value)s” is not one of the choices."),
    "import_file_unreadable": _("The file cannot be read: %(reason)s"),
    "import_organization_unclear": _("There is no organisation to import into. Create one first."),
    "import_line_too_long": _("The line is longer than 5 MB."),
    "import_not_json": _("The line is not a JSON object."),
    "import_type_unknown": _("“%(value)s” is not a kind of line: agent, user, queue or ticket."),
    "import_field_invalid": _("The field “%(field)s” is missing or cannot be used."),
    "import_person_unknown": _("No line before this one describes “%(value)s”."),
    "import_queue_unknown": _("There is no queue or team “%(value)s”."),
}
"""What a person reads for each error code of this slice."""

SENTENCES: dict[str, Text] = {
    "priority_default": _("No rule applied, so it has the usual priority."),
    "priority_by_hand": _("Set by hand."),
    "team_owns_service": _("%(team)s answers for %(service)s."),
    "team_default": _("%(team)s takes what no rule sends elsewhere."),
    "team_none": _("There is no team yet that could take it."),
}
"""Reasons as sentences; slices above add theirs with `register_sentences`."""


def register_sentences(texts: Mapping[str, Text]) -> None:
    """Add the sentences of reason codes, filled from their params; each code once."""
    for code, text in texts.items():
        if code in SENTENCES and SENTENCES[code] is not text:
            raise ValueError(f"sentence {code!r} is registered twice")
        SENTENCES[code] = text
