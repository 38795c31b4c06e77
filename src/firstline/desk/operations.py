"""Operations in words: the history of a ticket, and what undoing would restore and leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from firstline.accounts.models import Person
from firstline.devices.models import Device
from firstline.organizations.models import Service, Team
from firstline.tickets.actions import UndoPreview
from firstline.tickets.enums import CanWork, Kind, Level, OperationKind, Status
from firstline.tickets.models import Operation, Ticket
from firstline.tickets.queries import operations_of
from firstline.tickets.queries.undoing import Left, Restored
from firstline.ui.times import when_words

_MODELS: dict[str, Any] = {"team_id": Team, "assignee_id": Person, "service_id": Service, "device_id": Device}
_CHOICES: dict[str, Any] = {
    "status": Status, "impact": Level, "urgency": Level, "kind": Kind, "can_work": CanWork,
}  # fmt: skip
_HIDDEN = frozenset({"priority_source", "merged_into_id", "is_spam"})


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One operation of a ticket: what, by whom, and whether it can be undone or done again."""

    operation: Operation
    words: str
    undone_by: str
    can_undo: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a preview: which ticket, what, and from what to what or why not."""

    display_id: str
    what: str
    now: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class TellPreview:
    """A preview in words."""

    restored: list[Told]
    left: list[Told]
    title: str


def history_of(ticket: Ticket) -> list[HistoryRow]:
    """What was done to a ticket in 30 days, the latest first."""
    rows = []
    for each in operations_of(ticket):
        undone_by = each.undone_by.actor_label if each.undone_by else ""
        rows.append(HistoryRow(each, title_of(each), undone_by, each.undone_at is None))
    return rows


def title_of(operation: Operation) -> str:
    """What an operation did, in a few words."""
    data = operation.data
    names = {"source": data.get("source", ""), "target": data.get("target", ""), "n": operation.count}
    names["ticket"] = data.get("ticket", "")
    titles = {
        OperationKind.STATUS: _("Changed the status"),
        OperationKind.TAKING: _("Took the ticket"),
        OperationKind.ASSIGNMENT: _("Assigned the ticket"),
        OperationKind.PRIORITY: _("Changed the priority"),
        OperationKind.REPLY: _("Replied"),
        OperationKind.DETAILS: _("Changed the details"),
        OperationKind.BULK: _("Changed %(n)s tickets at once") % names,
        OperationKind.MERGE: _("Merged %(source)s into %(target)s") % names,
        OperationKind.SPLIT: _("Split %(target)s out of %(source)s") % names,
        OperationKind.LINK: _("Changed the links"),
        OperationKind.DELETE: _("Deleted %(ticket)s") % names,
        OperationKind.UNDO: _("Undid something"),
    }
    undone = operation.undoes
    if operation.kind == OperationKind.UNDO and undone is not None:
        if undone.kind == OperationKind.UNDO:
            return _("Did it again")
        return _("Undid: %(what)s") % {"what": title_of(undone)}
    return str(titles[OperationKind(operation.kind)])


def told(preview: UndoPreview) -> TellPreview:
    """What undoing would do, in words; a handful of queries for any number of tickets."""
    names = _names(preview.restored)
    shown = [each for each in preview.restored if each.name not in _HIDDEN]
    return TellPreview(
        restored=[_restored(each, names) for each in shown],
        left=[_left(each) for each in preview.left],
        title=title_of(preview.operation),
    )


def _restored(each: Restored, names: Mapping[tuple[str, int], str]) -> Told:
    what = _what(each.name)
    if each.what == "message":
        at = parse_datetime(str(each.then))
        who = {"who": each.now, "when": when_words(at) if at else ""}
        return Told(each.display_id, what, then=_("%(who)s, %(when)s goes back") % who)
    if each.what == "watcher":
        return Told(each.display_id, what, then=names.get(("assignee_id", each.then), f"#{each.then}"))
    if each.what == "link":
        return Told(each.display_id, what, then=names.get(("ticket", each.then), f"#{each.then}"))
    if each.what == "reply":
        return Told(each.display_id, what, then=_("comes back before it is sent"))
    if each.name == "deleted_at":
        return Told(each.display_id, what, then=_("into the bin") if each.then else _("out of the bin"))
    now, then = (_shown(each.name, value, names) for value in (each.now, each.then))
    return Told(each.display_id, what, now, then)


def _left(each: Left) -> Told:
    who = {"who": each.who, "when": when_words(each.at) if each.at else ""}
    why = {
        "moved_on": _("%(who)s changed it since (%(when)s)") if each.at else _("changed since"),
        "gone": _("what it was is no longer there"),
        "sent": _("was sent (%(when)s); a mail cannot be called back"),
        "withdrawn": _("its words went back into the reply box; send it again"),
        "written_since": _("%(who)s wrote it since (%(when)s); it stays"),
        "in_use": _("people work on it; it stays"),
    }[each.code] % who
    return Told(each.display_id, _what(each.what), then=why)


def _what(name: str) -> str:
    return str(
        {
            "status": pgettext("operation", "Status"),
            "assignment": pgettext("operation", "Assignment"),
            "team_id": _("Team"),
            "assignee_id": _("Assignee"),
            "priority": pgettext("operation", "Priority"),
            "impact": _("Impact"),
            "urgency": _("Urgency"),
            "subject": pgettext("ticket", "Subject"),
            "kind": _("Type"),
            "category": _("Category"),
            "service_id": _("Service"),
            "device_id": _("Device"),
            "can_work": _("Can work"),
            "expected_minutes": _("Expected effort"),
            "tags": _("Tags"),
            "deleted_at": _("The ticket"),
            "merged_into_id": _("The merging"),
            "reply": pgettext("operation", "Reply"),
            "message": _("Message"),
            "watcher": _("Follower"),
            "link": _("Link"),
            "mail": _("Mail"),
        }.get(name, name)
    )


def _shown(name: str, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    if value is None or value == "":
        return _("nobody") if name == "assignee_id" else "–"
    if name in _MODELS:
        return names.get((name, value), f"#{value}")
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    if name == "priority":
        return f"P{value}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _names(restored: Iterable[Restored]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    for each in restored:
        key = {"watcher": "assignee_id", "link": "ticket"}.get(each.what, each.name)
        wanted.setdefault(key, set()).update(v for v in (each.now, each.then) if isinstance(v, int))
    found: dict[tuple[str, int], str] = {}
    for name, model in _MODELS.items():
        if wanted.get(name):
            found |= {(name, row.pk): _label(row) for row in model.objects.filter(pk__in=wanted[name])}
    if wanted.get("ticket"):
        rows = Ticket.objects.filter(pk__in=wanted["ticket"])
        found |= {("ticket", row.pk): row.display_id for row in rows}
    return found


def _label(row: Any) -> str:
    return str(row.label if isinstance(row, Device) else row.name)
