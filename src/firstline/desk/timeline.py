"""The timeline of a ticket as the page draws it: messages, folded events, decisions, cards of commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.desk.cards import CommandCard, command_card
from firstline.remote.queries import output_of
from firstline.tickets.enums import EventKind, MessageKind
from firstline.tickets.models import Message, Ticket, TicketEvent
from firstline.tickets.queries import Entry, event_sentence, people_in, reasons, sentence
from firstline.ui.times import time_of_day, when_words

_SAID = frozenset({MessageKind.REQUEST, MessageKind.REPLY})
ICONS: dict[str, str] = {
    EventKind.CREATED: "plus",
    EventKind.ASSIGNED: "user",
    EventKind.TEAM: "users",
    EventKind.PRIORITY: "bolt",
    EventKind.DETAILS: "pen",
    EventKind.RESOLVED: "check",
    EventKind.CONFIRMED: "check",
    EventKind.CLOSED: "check",
    EventKind.REOPENED: "undo",
    EventKind.RATED: "star",
    EventKind.WATCHERS: "eye",
    EventKind.DELIVERY: "mail",
    EventKind.UNDONE: "undo",
    EventKind.WITHDRAWN: "undo",
    EventKind.THANKED: "check",
    EventKind.MERGED: "merge",
    EventKind.SPLIT: "split",
    EventKind.LINKED: "link",
    EventKind.DELETED: "x",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words, with the reasons behind it."""

    at: datetime
    words: str
    icon: str
    reasons: list[str] = field(default_factory=list)
    decision_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of events by one hand as one line."""

    words: str
    lines: list[Line]
    span: str


@dataclass(frozen=True, slots=True)
class Note:
    """A message with what stands above it."""

    message: Message
    kind: str
    about: str
    files: list[Any]
    can_split: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing in the timeline; exactly one of the four is there."""

    note: Note | None = None
    line: Line | None = None
    fold: Fold | None = None
    card: CommandCard | None = None


def parts_of(
    ticket: Ticket,
    entries: Sequence[Entry],
    *,
    known: Mapping[int, str],
    may_command: bool,
    may_split: bool = False,
) -> list[Part]:
    """The entries ready to draw; one query for names that are not `known`, one for output of commands."""
    events = [entry.event for entry in entries if entry.event is not None]
    strange = [event for event in events if not _people_of(event) <= known.keys()]
    names = {**known, **people_in(strange)}
    commands = [entry.command for entry in entries if entry.command is not None]
    outputs = output_of([command.pk for command in commands]) if commands else {}
    parts: list[Part] = []
    said = [entry for entry in entries if entry.message is not None and entry.message.kind in _SAID]
    for run in _runs(entries):
        first = run[0]
        if first.message is not None:
            parts.append(Part(note=_note(ticket, first, can_split=may_split and len(said) > 1)))
        elif first.command is not None:
            card = command_card(first.command, outputs.get(first.command.pk, []), may_cancel=may_command)
            parts.append(Part(card=card))
        else:
            parts += _events([entry.event for entry in run if entry.event is not None], names)
    return parts


def _runs(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    run: list[Entry] = []
    for entry in entries:
        if run and not entry.folds:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _events(events: list[TicketEvent], names: Mapping[int, str]) -> list[Part]:
    """Decisions stand alone, what is left of the run is folded."""
    parts: list[Part] = []
    for is_decision, group in groupby(events, key=_is_decision):
        lines = [_line(event, names) for event in group]
        if is_decision or len(lines) == 1:
            parts += [Part(line=line) for line in lines]
        else:
            parts.append(Part(fold=_fold(lines, events[0])))
    return parts


def _is_decision(event: TicketEvent) -> bool:
    return event.kind == EventKind.ASSIGNED and bool(event.data.get("decision_id"))


def _fold(lines: list[Line], first: TicketEvent) -> Fold:
    count = {"n": len(lines), "name": first.actor_label}
    if first.actor_kind == "person" and first.actor_label:
        words = ngettext("%(n)s change by %(name)s", "%(n)s changes by %(name)s", len(lines)) % count
    else:
        words = ngettext("%(n)s change by rules", "%(n)s changes by rules", len(lines)) % count
    start, end = when_words(lines[0].at), time_of_day(lines[-1].at)
    return Fold(words, lines, start if start.endswith(end) else f"{start}–{end}")


def _line(event: TicketEvent, names: Mapping[int, str]) -> Line:
    decision = event.data.get("decision_id")
    why = event.data.get("sentence")
    words = event_sentence(event, names)
    if isinstance(why, dict) and why.get("code"):
        name = {"name": names.get(event.data.get("new") or 0, "?")}
        because = sentence(why["code"], {**(why.get("params") or {}), **name})
        words = _("Assigned: %(because)s") % {"because": because}
    icon = ICONS.get(event.kind, "sliders")
    return Line(event.at, words, icon, reasons(event.data), decision if isinstance(decision, int) else None)


def _people_of(event: TicketEvent) -> set[int]:
    named = {event.data.get("new")} if event.kind == EventKind.ASSIGNED else set()
    if event.kind == EventKind.UNDONE:
        named = {event.data.get("new")}
    if event.kind == EventKind.WATCHERS:
        named = {event.data.get("person_id")}
    return {pk for pk in named if isinstance(pk, int)}


def _note(ticket: Ticket, entry: Entry, *, can_split: bool) -> Note:
    message = entry.message
    assert message is not None
    if message.kind in {MessageKind.NOTE, MessageKind.SYSTEM}:
        kind = "note"
    else:
        kind = "" if message.by_requester else "out"
    can_split = can_split and message.kind in _SAID and message.held_until is None
    return Note(message, kind, _about(ticket, message), entry.files, can_split)


def _about(ticket: Ticket, message: Message) -> str:
    if message.kind == MessageKind.NOTE:
        return _("note, team only")
    if message.kind == MessageKind.SYSTEM:
        return _("from a machine, team only")
    if message.kind == MessageKind.REQUEST:
        words = {
            "portal": _("from the portal"),
            "mail": _("by mail"),
            "phone": _("by telephone"),
            "api": _("through the API"),
            "alert": _("from an alert"),
        }.get(message.channel, "")
        cannot = {"no": _("cannot work"), "partly": _("can work only partly")}.get(ticket.can_work, "")
        asked_for = ""
        if message.author_id not in {None, ticket.requester_id}:
            asked_for = _("for %(name)s") % {"name": ticket.requester.name}
        return " · ".join(filter(None, [asked_for, words, cannot, _copy(message)]))
    if message.by_requester:
        words = {"portal": _("from the portal"), "mail": _("by mail")}.get(message.channel, "")
        return " · ".join(filter(None, [words, _copy(message)]))
    to = _("to %(people)s") % {"people": ticket.requester.name}
    solution = _("the solution") if message.is_solution else ""
    held = _("not sent yet") if message.held_until is not None else ""
    return " · ".join(filter(None, [held, to, solution, _copy(message)]))


def _copy(message: Message) -> str:
    return _("copy to %(people)s") % {"people": ", ".join(message.cc)} if message.cc else ""
