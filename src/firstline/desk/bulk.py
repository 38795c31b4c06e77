"""Changing many tickets at once: what was chosen, what would change, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from firstline.accounts.models import Person
from firstline.desk.queries.choices import options_of
from firstline.desk.reading import number_or_none
from firstline.desk.wording import FIELD_LABELS, value_label
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.organizations.models import Service, Team
from firstline.tickets.actions import KEEP, BulkChanges, BulkPreview
from firstline.tickets.enums import Priority, Status
from firstline.tickets.permissions import TICKET_ASSIGN, TICKET_CLOSE, TICKET_NOTE
from firstline.ui.messages import describe

TEXT_MAX = 10_000
_NAMED: Mapping[str, tuple[str, type[Model]]] = {
    "team_id": ("team", Team), "assignee_id": ("assignee", Person), "service_id": ("service", Service),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The form of a bulk change, as it was sent."""

    status: str = ""
    assignee: str = ""
    team: str = ""
    priority: str = ""
    service: str = ""
    category: str = ""
    add_tags: str = ""
    remove_tags: str = ""
    note: str = ""
    solution: str = ""
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Asked(solution=self.solution, reason=self.reason)


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket of the preview in words."""

    id: int
    version: int
    number: int
    display_id: str
    subject: str
    language: str
    changes: list[tuple[str, str, str]]
    why_not: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The preview in words: what would change, what cannot, what stays as it is."""

    changed: list[Line]
    refused: list[Line]
    same_count: int
    missing_count: int


def asked(sent: QueryDict) -> Asked:
    """The form as a browser sent it."""
    names = Asked.__dataclass_fields__
    return Asked(**{name: sent.get(name, "")[:TEXT_MAX] for name in names})


def changes_of(form: Asked) -> BulkChanges:
    """What the form asks for. Raises `choice_unknown`."""
    return BulkChanges(
        status=form.status or None,
        team=_row(Team, form.team, "team"),
        assignee=_or_none(Person, form.assignee, "assignee"),
        priority=_level(form.priority),
        service=_or_none(Service, form.service, "service"),
        category=form.category.strip() or None,
        add_tags=_tags(form.add_tags),
        remove_tags=_tags(form.remove_tags),
        note=form.note,
        solution=form.solution if form.status == Status.RESOLVED else "",
        reason=form.reason,
    )


def choices(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What the form offers, as far as the actor may do it."""
    statuses = [
        (status.value, str(status.label))
        for status in Status
        if status != Status.NEW
        and (actor.may(TICKET_CLOSE) or status not in {Status.RESOLVED, Status.CLOSED})
    ]
    people = [row for row in options_of("assignee", actor) if row[0] != "anyone"]
    me = [(str(actor.id), _("me"))] if actor.id else []
    return {
        "status": statuses,
        "assignee": [*me, *(row for row in people if row[0] not in {"me", str(actor.id)})]
        if actor.may(TICKET_ASSIGN)
        else [],
        "team": [row for row in options_of("team", actor) if row[0].isdecimal()]
        if actor.may(TICKET_ASSIGN)
        else [],
        "priority": [(str(level), str(Priority(level).label)) for level in Priority.values],
        "service": options_of("service", actor),
        "note": [("", "")] if actor.may(TICKET_NOTE) else [],
    }


def shown(preview: BulkPreview, actor: Actor) -> Shown:
    """A preview in words; at most one query for each kind of row that it names."""
    names = _names(preview, actor.language)
    changed, refused, same = [], [], 0
    for row in preview.rows:
        words = [_change(name, *pair, names) for name, pair in row.changes.items()]
        ticket = row.ticket
        line = Line(
            id=ticket.pk, version=ticket.version, number=ticket.number, display_id=ticket.display_id,
            subject=ticket.subject, language=ticket.language, changes=words,
            why_not=describe(row.refused) if row.refused else "",
        )  # fmt: skip
        if row.refused is not None:
            refused.append(line)
        elif words:
            changed.append(line)
        else:
            same += 1
    return Shown(changed, refused, same, len(preview.missing))


def _change(name: str, old: Any, new: Any, names: Mapping[tuple[str, int], str]) -> tuple[str, str, str]:
    field = _NAMED[name][0] if name in _NAMED else name
    if name == "note":
        return _("Note"), "", str(new)
    return str(FIELD_LABELS[field]), _value(name, old, names), _value(name, new, names)


def _value(name: str, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    if name in _NAMED:
        return names.get((name, int(value)), "") if value else _("none")
    if name == "tags":
        return ", ".join(value) or _("none")
    if name == "priority":
        return f"P{value}"
    return value_label(name, str(value)) if value not in {"", None} else _("none")


def _names(preview: BulkPreview, language: str) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    for row in preview.rows:
        for name, pair in row.changes.items():
            if name in _NAMED:
                wanted.setdefault(name, set()).update(int(pk) for pk in pair if pk)
    found: dict[tuple[str, int], str] = {}
    for name, ids in wanted.items():
        rows: Sequence[Any] = list(_NAMED[name][1]._default_manager.filter(pk__in=ids))  # noqa: SLF001
        for each in rows:
            found[name, each.pk] = each.label_in(language) if isinstance(each, Service) else each.name
    return found


def _row(model: type[Any], value: str, field: str) -> Any:
    if not value:
        return None
    pk = number_or_none(value)
    found = model.objects.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise InvalidInput("choice_unknown", field=field, value=value[:60])
    return found


def _or_none(model: type[Any], value: str, field: str) -> Any:
    """A row, None for nobody or none, KEEP for nothing asked."""
    if not value:
        return KEEP
    return None if value == "none" else _row(model, value, field)


def _level(value: str) -> int | None:
    if not value:
        return None
    level = number_or_none(value)
    if level not in Priority.values:
        raise InvalidInput("choice_unknown", field="priority", value=value[:60])
    return level


def _tags(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
