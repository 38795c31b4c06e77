"""Turns codes and parameters into sentences of the active language: reasons, and the lines of a timeline."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firstline.accounts.models import Person
from firstline.tickets.enums import (
    SENTENCES,
    Channel,
    EventKind,
    Level,
    LinkKind,
    OperationKind,
    Priority,
    Status,
)
from firstline.tickets.models import TicketEvent

_LABELS: dict[str, type[Level | Priority]] = {"impact": Level, "urgency": Level}


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence of a reason; the code itself where nobody registered one."""
    text = SENTENCES.get(code)
    if text is None:
        return code
    try:
        return str(text) % {name: _shown(name, value) for name, value in (params or {}).items()}
    except (KeyError, ValueError, TypeError):
        return str(text)


def reasons(data: Mapping[str, Any]) -> list[str]:
    """The sentences of the `reasons` in an event's data."""
    return [sentence(reason["code"], reason.get("params")) for reason in data.get("reasons") or []]


def event_sentence(event: TicketEvent, people: Mapping[int, str] | None = None) -> str:
    """One line of a timeline, who did it included; `people` names the persons in its data by id."""
    who = event.actor_label if event.actor_kind == "person" else "Firstline"
    data = event.data
    told = _TELLERS[EventKind(event.kind)](who, data, people or {})
    reason = data.get("reason") or ""
    if reason and reason != "silence":
        return _("%(line)s Reason: %(reason)s") % {"line": told, "reason": reason}
    return told


def people_in(events: Iterable[TicketEvent]) -> dict[int, str]:
    """The names of everybody whom the data of these events mentions; one query at most."""
    ids = {event.data.get("new") for event in events if event.kind == EventKind.ASSIGNED}
    ids |= {event.data.get("person_id") for event in events if event.kind == EventKind.WATCHERS}
    ids |= {event.data.get("new") for event in events if event.kind == EventKind.UNDONE}
    known = [pk for pk in ids if isinstance(pk, int)]
    return dict(Person.objects.filter(pk__in=known).values_list("pk", "name")) if known else {}


def _created(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    channel = _label(Channel, data.get("channel", ""))
    return _("%(who)s opened the ticket (%(channel)s).") % {"who": who, "channel": channel}


def _status(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    names = {"who": who, "old": _label(Status, data["old"]), "new": _label(Status, data["new"])}
    return _("%(who)s changed the status from “%(old)s” to “%(new)s”.") % names


def _assigned(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if data.get("new") is None:
        return _("%(who)s gave the ticket back to the team.") % {"who": who}
    name = people.get(data["new"], f"#{data['new']}")
    if name == who:
        return _("%(who)s took the ticket.") % {"who": who}
    return _("%(who)s assigned the ticket to %(name)s.") % {"who": who, "name": name}


def _team(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if not data.get("new"):
        return _("The ticket has no team yet.")
    return _("%(who)s handed the ticket to %(team)s.") % {"who": who, "team": data.get("team", "")}


def _priority(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    new, old = f"P{data['new']}", data.get("old")
    if old is None or old == data["new"]:
        return _("%(who)s set the priority to %(new)s.") % {"who": who, "new": new}
    names = {"who": who, "old": f"P{old}", "new": new}
    if data.get("taken_back"):
        return _("%(who)s took the priority %(old)s back; it is %(new)s again.") % names
    return _("%(who)s changed the priority from %(old)s to %(new)s.") % names


def _details(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s changed the details.") % {"who": who}


def _resolved(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s resolved the ticket.") % {"who": who}


def _confirmed(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s confirmed that it works again.") % {"who": who}


def _closed(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if data.get("reason") == "silence":
        return _("The ticket was closed because nobody objected for five days.")
    return _("%(who)s closed the ticket.") % {"who": who}


def _reopened(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s reopened the ticket.") % {"who": who}


def _rated(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s rated the help: %(stars)s of 5.") % {"who": who, "stars": data["stars"]}


def _undone(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if data.get("what") == "status":
        names = {"who": who, "old": _label(Status, data["old"]), "new": _label(Status, data["new"])}
        return _("%(who)s took the status “%(old)s” back; it is “%(new)s” again.") % names
    if data.get("what") != "assignment":
        return _undone_more(who, data)
    if data.get("new") is None:
        return _("%(who)s took the assignment back; nobody has the ticket.") % {"who": who}
    names = {"who": who, "name": people.get(data["new"], f"#{data['new']}")}
    return _("%(who)s took the assignment back; %(name)s has the ticket.") % names


def _undone_more(who: str, data: Mapping[str, Any]) -> str:
    what, name = data.get("what"), {"who": who}
    if what == "deleted_at":
        again = _("%(who)s put the ticket into the bin again.")
        return (again if data.get("again") else _("%(who)s took the ticket out of the bin.")) % name
    if what == "merged_into_id":
        again = _("%(who)s merged the ticket again.")
        return (again if data.get("again") else _("%(who)s undid the merging.")) % name
    told: dict[str, str] = {
        OperationKind.MERGE: _("%(who)s undid the merging."),
        OperationKind.SPLIT: _("%(who)s undid the splitting."),
        OperationKind.LINK: _("%(who)s undid a change of the links."),
    }
    return told.get(str(what), _("%(who)s took a change of the details back.")) % name


def _merged(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if data.get("into"):
        return _("%(who)s merged this ticket into %(ticket)s.") % {"who": who, "ticket": data["into"]}
    return _("%(who)s merged %(ticket)s into this ticket.") % {"who": who, "ticket": data.get("from", "")}


def _split(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if data.get("to"):
        return _("%(who)s made %(ticket)s of a message.") % {"who": who, "ticket": data["to"]}
    names = {"who": who, "ticket": data.get("from", "")}
    return _("%(who)s made this ticket of a message in %(ticket)s.") % names


def _linked(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    names = {"who": who, "ticket": data.get("ticket", "")}
    if not data.get("added"):
        return _("%(who)s removed the link with %(ticket)s.") % names
    told: dict[tuple[str, bool], str] = {
        (LinkKind.DUPLICATE, True): _("%(who)s marked this ticket as a duplicate of %(ticket)s."),
        (LinkKind.DUPLICATE, False): _("%(who)s marked %(ticket)s as a duplicate of this ticket."),
        (LinkKind.CHILD, True): _("%(who)s made this ticket a part of %(ticket)s."),
        (LinkKind.CHILD, False): _("%(who)s made %(ticket)s a part of this ticket."),
    }
    plain = _("%(who)s linked this ticket with %(ticket)s.")
    return told.get((str(data.get("link")), bool(data.get("is_source"))), plain) % names


def _deleted(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if data.get("spam"):
        return _("%(who)s marked the ticket as spam and put it into the bin.") % {"who": who}
    return _("%(who)s put the ticket into the bin.") % {"who": who}


def _thanked(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("The ticket stays solved: the answer says nothing but thanks.")


def _withdrawn(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s took a reply back before it was sent.") % {"who": who}


def _watchers(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    names = {"who": who, "name": people.get(data["person_id"], f"#{data['person_id']}")}
    if data.get("added"):
        return _("%(who)s added %(name)s as a follower.") % names
    return _("%(who)s removed %(name)s from the followers.") % names


def _command(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    return _("%(who)s asked the device for something.") % {"who": who}


def _delivery(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    addresses = ", ".join(data.get("addresses", []))
    return _("An e-mail could not be delivered to %(addresses)s.") % {"addresses": addresses}


def _alert(who: str, data: Mapping[str, Any], people: Mapping[int, str]) -> str:
    source, count = data.get("source") or who, data.get("count", 1)
    if data.get("state") == "resolved":
        return _("%(source)s reports that this is over.") % {"source": source}
    return ngettext(
        "%(source)s reported this %(count)s time.", "%(source)s reported this %(count)s times.", count
    ) % {"source": source, "count": count}


_TELLERS = {
    EventKind.CREATED: _created,
    EventKind.STATUS: _status,
    EventKind.ASSIGNED: _assigned,
    EventKind.TEAM: _team,
    EventKind.PRIORITY: _priority,
    EventKind.DETAILS: _details,
    EventKind.RESOLVED: _resolved,
    EventKind.CONFIRMED: _confirmed,
    EventKind.CLOSED: _closed,
    EventKind.REOPENED: _reopened,
    EventKind.RATED: _rated,
    EventKind.WATCHERS: _watchers,
    EventKind.COMMAND: _command,
    EventKind.DELIVERY: _delivery,
    EventKind.ALERT: _alert,
    EventKind.UNDONE: _undone,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.THANKED: _thanked,
    EventKind.MERGED: _merged,
    EventKind.SPLIT: _split,
    EventKind.LINKED: _linked,
    EventKind.DELETED: _deleted,
}


def _shown(name: str, value: object) -> object:
    labels = _LABELS.get(name)
    if labels is not None and isinstance(value, int):
        return str(labels(value).label)
    return f"P{value}" if name == "priority" else value


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
