"""Lists in the reader's words: fields, what is said of them, values, columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from firstline.accounts.models import Person
from firstline.desk.specs import FIELDS, Condition, Spec
from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.organizations.models import Organization, Service, Team
from firstline.tickets.enums import Channel, Kind, Level, Priority, Status

Text = str | Promise

FIELD_LABELS: Mapping[str, Text] = {
    "status": gettext_lazy("Status"),
    "kind": pgettext_lazy("ticket", "Kind"),
    "priority": gettext_lazy("Priority"),
    "impact": gettext_lazy("Impact"),
    "urgency": gettext_lazy("Urgency"),
    "team": gettext_lazy("Team"),
    "assignee": gettext_lazy("Assigned to"),
    "waiting": gettext_lazy("Whose turn"),
    "sla": gettext_lazy("Promise"),
    "due": gettext_lazy("Due"),
    "organization": gettext_lazy("Organisation"),
    "requester": gettext_lazy("Requester"),
    "vip": gettext_lazy("VIP"),
    "service": gettext_lazy("Service"),
    "device": gettext_lazy("Device"),
    "category": gettext_lazy("Category"),
    "tags": gettext_lazy("Tags"),
    "channel": gettext_lazy("Channel"),
    "language": gettext_lazy("Language"),
    "created": gettext_lazy("Created"),
    "updated": pgettext_lazy("ticket", "Changed"),
    "resolved": pgettext_lazy("ticket", "Resolved"),
    "words": gettext_lazy("Words in the subject"),
}
COLUMN_LABELS: Mapping[str, Text] = {
    **FIELD_LABELS,
    "number": gettext_lazy("Number"),
    "subject": pgettext_lazy("ticket", "Subject"),
    "replied": gettext_lazy("Last message"),
}
_SPECIAL: Mapping[tuple[str, str], Text] = {
    ("team", "mine"): gettext_lazy("my teams"),
    ("team", "none"): gettext_lazy("no team"),
    ("assignee", "me"): pgettext_lazy("assignee", "me"),
    ("assignee", "none"): pgettext_lazy("assignee", "nobody"),
    ("assignee", "anyone"): pgettext_lazy("assignee", "anyone"),
    ("requester", "me"): pgettext_lazy("requester", "me"),
    ("waiting", "us"): pgettext_lazy("whose turn", "ours"),
    ("waiting", "requester"): pgettext_lazy("whose turn", "the requester's"),
    ("waiting", "supplier"): pgettext_lazy("whose turn", "a supplier's"),
    ("waiting", "date"): pgettext_lazy("whose turn", "nobody's until a date"),
    ("sla", "at_risk"): gettext_lazy("about to breach"),
    ("sla", "late"): pgettext_lazy("promise", "late"),
    ("sla", "none"): gettext_lazy("no clock runs"),
    ("vip", "yes"): pgettext_lazy("VIP", "yes"),
    ("service", "none"): gettext_lazy("no service"),
    ("device", "none"): gettext_lazy("no device"),
    ("device", "any"): gettext_lazy("any device"),
}
_ENUMS = {
    "status": Status, "kind": Kind, "channel": Channel, "priority": Priority, "impact": Level,
    "urgency": Level,
}  # fmt: skip
_ROWS: Mapping[str, type[Model]] = {
    "team": Team, "assignee": Person, "requester": Person, "organization": Organization, "service": Service,
    "device": Device,
}  # fmt: skip
_TENANT = {
    "organization": "pk", "requester": "organization_id", "assignee": "organization_id",
    "device": "organization_id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConditionWords:
    """A condition as a chip: "Status", "is", "New or Open"."""

    field: str
    label: str
    operator: str
    value: str


def conditions_in_words(spec: Spec, actor: Actor) -> list[ConditionWords]:
    """The conditions of a list for the reader; one query for each kind of row that they name."""
    names = _names_of(spec.conditions, actor)
    between = pgettext("between the last two of a list of choices", " or ")
    found = []
    for each in spec.conditions:
        values = [names.get((each.field, value)) or value_label(each.field, value) for value in each.values]
        joined = between.join(values)
        found.append(
            ConditionWords(
                each.field, str(FIELD_LABELS[each.field]), operator_label(each.field, each.operator), joined
            )
        )
    return found


def operator_label(field: str, operator: str) -> str:
    """What stands between a field and its values."""
    kind = FIELDS[field].kind
    if kind == "age":
        return _("in the last") if operator == "within" else _("longer ago than")
    if kind == "ahead":
        return _("within the next")
    if kind == "words":
        return _("hold") if operator == "is" else _("do not hold")
    return pgettext("condition", "is") if operator == "is" else pgettext("condition", "is not")


def value_label(field: str, value: str) -> str:
    """A value that is no row of a table, in the reader's words."""
    special = _SPECIAL.get((field, value))
    if special is not None:
        return str(special)
    if FIELDS[field].kind in {"age", "ahead"}:
        return span_label(value)
    if field == "language":
        return str(dict(settings.LANGUAGES).get(value, value))
    enum = _ENUMS.get(field)
    if enum is None:
        return value
    known: dict[str, str] = {str(code): str(label) for code, label in enum.choices}
    return known.get(value, value)


def span_label(value: str) -> str:
    """ "7d" as "7 days"."""
    count, unit = int(value[:-1]), value[-1]
    if unit == "h":
        return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": count}
    if unit == "w":
        return ngettext("%(n)s week", "%(n)s weeks", count) % {"n": count}
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def choices_of(field: str) -> list[tuple[str, str]]:
    """The values of a field that are no rows."""
    return [(value, value_label(field, value)) for value in FIELDS[field].values]


def column_label(column: str) -> str:
    return str(COLUMN_LABELS[column])


def row_names(field: str, ids: Iterable[int], actor: Actor) -> dict[int, str]:
    """Names of rows, of the actor's own organisation only unless they work for the provider; one query."""
    rows = _ROWS[field]._default_manager.filter(pk__in=ids)  # noqa: SLF001
    if not actor.is_provider and field in _TENANT:
        rows = rows.filter(**{_TENANT[field]: actor.organization_id})
    return {row.pk: _name(row, actor.language) for row in rows}


def _names_of(conditions: Sequence[Condition], actor: Actor) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[int]] = {}
    for each in conditions:
        if each.field in _ROWS:
            wanted.setdefault(each.field, set()).update(int(v) for v in each.values if v.isdecimal())
    names: dict[tuple[str, str], str] = {}
    for field, ids in wanted.items():
        known = row_names(field, ids, actor) if ids else {}
        names |= {(field, str(pk)): known.get(pk, _("(gone)")) for pk in ids}
    return names


def _name(row: object, language: str) -> str:
    if isinstance(row, Service):
        return row.label_in(language)
    if isinstance(row, Device):
        return row.label
    return str(getattr(row, "name", ""))
