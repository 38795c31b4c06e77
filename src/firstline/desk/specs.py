"""What a list of tickets asks for, as data: where from, which conditions, which columns, which order.

A list has a code that stands in addresses: the name of a built-in view (`mine`), `v12` for a saved one,
or `f-…` for conditions that nobody saved. The last one carries its whole specification.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.conf import settings

from firstline.kit.errors import InvalidInput
from firstline.kit.text import clean_line
from firstline.tickets.enums import Channel, Kind, Level, Priority, Status, View

Reach = Literal["teams", "all"]
Scope = Literal["open", "done", "any"]
Match = Literal["all", "any"]
FieldKind = Literal["choice", "row", "text", "words", "age", "ahead"]

CONDITIONS_MAX = 12
VALUES_MAX = 30
VALUE_CHARS_MAX = 80
CODE_CHARS_MAX = 4000
SPAN_DAYS_MAX = 3650
_SPAN = re.compile(r"([1-9]\d{0,3})([hdw])")
_SPAN_HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True, slots=True)
class Field:
    """Something a condition can be about. `values` are its codes; a "row" takes row ids besides."""

    code: str
    kind: FieldKind
    values: tuple[str, ...] = ()

    @property
    def operators(self) -> tuple[str, ...]:
        """What can be said of it, the usual one first."""
        if self.kind == "age":
            return ("within", "before")
        return ("within",) if self.kind == "ahead" else ("is", "not")


_LEVELS = tuple(str(level) for level in Level.values)
FIELDS: Mapping[str, Field] = {
    field.code: field
    for field in (
        Field("status", "choice", tuple(Status.values)),
        Field("kind", "choice", tuple(Kind.values)),
        Field("priority", "choice", tuple(str(level) for level in Priority.values)),
        Field("impact", "choice", _LEVELS),
        Field("urgency", "choice", _LEVELS),
        Field("team", "row", ("mine", "none")),
        Field("assignee", "row", ("me", "none", "anyone")),
        Field("waiting", "choice", ("us", "requester", "supplier", "date")),
        Field("sla", "choice", ("at_risk", "late", "none")),
        Field("due", "ahead"),
        Field("organization", "row"),
        Field("requester", "row", ("me",)),
        Field("vip", "choice", ("yes",)),
        Field("service", "row", ("none",)),
        Field("device", "row", ("none", "any")),
        Field("category", "text"),
        Field("tags", "text"),
        Field("channel", "choice", tuple(Channel.values)),
        Field("language", "choice", tuple(code for code, _name in settings.LANGUAGES)),
        Field("created", "age"),
        Field("updated", "age"),
        Field("resolved", "age"),
        Field("words", "words"),
    )
}

COLUMNS = (
    "number", "subject", "requester", "organization", "assignee", "team", "status", "service", "device",
    "category", "tags", "kind", "impact", "urgency", "channel", "created", "updated", "replied", "resolved",
    "due",
)  # fmt: skip
EXTRAS = {
    "device": "device__hostname", "category": "category", "tags": "tags", "impact": "impact",
    "urgency": "urgency", "channel": "channel",
}  # fmt: skip
"""Columns that a list row of the ticket slice does not hold, and where they are."""
ALWAYS = ("number", "subject")
SORTS = (
    "due", "priority", "number", "subject", "requester", "organization", "assignee", "team", "status",
    "service", "category", "impact", "urgency", "created", "updated", "replied", "resolved",
)  # fmt: skip
NEWEST_FIRST = frozenset({"created", "updated", "replied", "resolved", "number"})
WIDE = ("number", "subject", "requester", "assignee", "status", "due")
NARROW = ("number", "subject", "requester", "status", "due")


@dataclass(frozen=True, slots=True)
class Condition:
    """One field, what is said of it, and the values."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole list. `reach` tells one's teams from everything one may see."""

    conditions: tuple[Condition, ...] = ()
    match: Match = "all"
    scope: Scope = "open"
    reach: Reach = "teams"
    columns: tuple[str, ...] = WIDE
    sort: str = "due"

    @property
    def sort_field(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_falling(self) -> bool:
        return self.sort.startswith("-")

    def without(self, place: int) -> "Spec":
        """The same list with one condition less."""
        return replace(self, conditions=self.conditions[:place] + self.conditions[place + 1 :])

    def toggled(self, field: str, value: str) -> "Spec":
        """The same list with a value added to what `field` is, or taken from it again."""
        asked = ((at, c) for at, c in enumerate(self.conditions) if (c.field, c.operator) == (field, "is"))
        found = next(asked, None)
        if found is None:
            return replace(self, conditions=(*self.conditions, Condition(field, "is", (value,))))
        at, old = found
        values = tuple(v for v in old.values if v != value) if value in old.values else (*old.values, value)
        if not values:
            return self.without(at)
        kept = (*self.conditions[:at], Condition(field, "is", values), *self.conditions[at + 1 :])
        return replace(self, conditions=kept)

    def holds(self, field: str, value: str) -> bool:
        """Whether a condition asks for this value."""
        return any(c.field == field and c.operator == "is" and value in c.values for c in self.conditions)


BUILT_IN: Mapping[str, Spec] = {
    View.MINE: Spec((Condition("assignee", "is", ("me",)),), columns=NARROW),
    View.UNASSIGNED: Spec(
        (Condition("assignee", "is", ("none",)), Condition("team", "is", ("mine", "none"))), columns=NARROW
    ),
    View.AT_RISK: Spec((Condition("sla", "is", ("at_risk",)),)),
    View.ANSWERED: Spec(
        (Condition("assignee", "is", ("me",)), Condition("waiting", "is", ("us",))), columns=NARROW
    ),
    View.OPEN: Spec(),
    View.ALL: Spec(reach="all"),
    View.CLOSED: Spec(scope="done", sort="-resolved"),
}
"""The built-in views as specifications: what one starts from when one filters or sorts them."""


def extra_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns that are read besides the rows, in their order."""
    return tuple(column for column in columns if column in EXTRAS)


def code_of(spec: Spec) -> str:
    """A code that carries the whole list; the name of the built-in view where it is one."""
    for view, known in BUILT_IN.items():
        if known == spec:
            return str(View(view).value)
    text = json.dumps(to_json(spec), separators=(",", ":"), ensure_ascii=False)
    return "f-" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def spec_of(code: str) -> Spec:
    """The list that a code of conditions carries. Raises `choice_unknown` for what is none."""
    try:
        text = code.removeprefix("f-")
        if not code.startswith("f-") or len(text) > CODE_CHARS_MAX:
            raise ValueError("not a code of conditions")
        data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("choice_unknown", field="view", value=code[:60]) from error
    return from_json(data)


def to_json(spec: Spec) -> dict[str, Any]:
    """What is stored of a list."""
    return {
        "w": [[c.field, c.operator, list(c.values)] for c in spec.conditions],
        "m": spec.match,
        "o": spec.scope,
        "r": spec.reach,
        "c": list(spec.columns),
        "s": spec.sort,
    }


def from_json(data: Any) -> Spec:
    """A list from what was stored or sent. Raises `choice_unknown` and `view_conditions_too_many`."""
    if not isinstance(data, dict):
        raise InvalidInput("choice_unknown", field="view", value="")
    try:
        conditions = [condition(field, operator, values) for field, operator, values in data.get("w", [])]
        columns = [str(column) for column in data.get("c", WIDE)]
    except (ValueError, TypeError) as error:
        raise InvalidInput("choice_unknown", field="view", value="") from error
    return build(
        conditions,
        match=data.get("m", "all"),
        scope=data.get("o", "open"),
        reach=data.get("r", "teams"),
        columns=columns,
        sort=data.get("s", "due"),
    )


def build(
    conditions: Sequence[Condition], *, match: Any, scope: Any, reach: Any, columns: Sequence[str], sort: Any
) -> Spec:
    """A list of parts that came from outside. Raises `choice_unknown` and `view_conditions_too_many`."""
    if len(conditions) > CONDITIONS_MAX:
        raise InvalidInput("view_conditions_too_many", field="conditions", most=CONDITIONS_MAX)
    chosen = list(dict.fromkeys([*columns]))
    missing = [column for column in ALWAYS if column not in chosen]
    return Spec(
        conditions=tuple(conditions),
        match=_one_of(match, ("all", "any"), "match"),
        scope=_one_of(scope, ("open", "done", "any"), "scope"),
        reach=_one_of(reach, ("teams", "all"), "reach"),
        columns=(*missing, *(_one_of(column, COLUMNS, "columns") for column in chosen)),
        sort=_sort(sort),
    )


def condition(field: Any, operator: Any, values: Any) -> Condition:
    """One condition that came from outside. Raises `choice_unknown` and `view_span_invalid`."""
    known = FIELDS[_one_of(field, tuple(FIELDS), "field")]
    if not isinstance(values, list | tuple) or not values or len(values) > VALUES_MAX:
        raise InvalidInput("choice_unknown", field=known.code, value=str(values)[:60])
    cleaned = dict.fromkeys(_value(known, str(value)) for value in values)
    return Condition(known.code, _one_of(operator, known.operators, known.code), tuple(cleaned))


def span_hours(value: str) -> int:
    """How many hours "7d", "12h" or "2w" are. Raises `view_span_invalid`."""
    match = _SPAN.fullmatch(value)
    hours = int(match[1]) * _SPAN_HOURS[match[2]] if match else 0
    if not 0 < hours <= SPAN_DAYS_MAX * 24:
        raise InvalidInput("view_span_invalid", field="span", value=value[:20])
    return hours


def _value(field: Field, value: str) -> str:
    if field.kind in {"age", "ahead"}:
        span_hours(value)
        return value
    if field.kind in {"text", "words"}:
        text = clean_line(value, VALUE_CHARS_MAX)
        if not text:
            raise InvalidInput("choice_unknown", field=field.code, value="")
        return text
    is_row = field.kind == "row" and value.isdecimal() and len(value) < 19
    return value if is_row else _one_of(value, field.values, field.code)


def _sort(value: Any) -> str:
    text = str(value)
    _one_of(text.removeprefix("-"), SORTS, "sort")
    return text


def _one_of(value: Any, known: Sequence[str], field: str) -> Any:
    if value not in known:
        raise InvalidInput("choice_unknown", field=field, value=str(value)[:60])
    return value
