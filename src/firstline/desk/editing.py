"""The page of a view as a form: works without scripts, keeps every word, changes row by row."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from firstline.desk.models import Editors, SavedView
from firstline.desk.queries.choices import TYPED, options_of, typed_rows, typed_text
from firstline.desk.reading import number_or_none
from firstline.desk.specs import (
    ALWAYS,
    COLUMNS,
    CONDITIONS_MAX,
    FIELDS,
    SORTS,
    Condition,
    Spec,
    build,
    condition,
)
from firstline.desk.wording import FIELD_LABELS, column_label, operator_label
from firstline.kit.actor import Actor
from firstline.kit.errors import DomainError, InvalidInput
from firstline.ui.messages import describe


@dataclass(frozen=True, slots=True)
class RowForm:
    """A condition as a row of the form."""

    field: str
    operator: str
    values: tuple[str, ...] = ()
    text: str = ""
    count: str = "7"
    unit: str = "d"
    error: str = ""

    @property
    def kind(self) -> str:
        return FIELDS[self.field].kind

    @property
    def label(self) -> str:
        return str(FIELD_LABELS[self.field])

    @property
    def operators(self) -> list[tuple[str, str]]:
        return [(code, operator_label(self.field, code)) for code in FIELDS[self.field].operators]

    @property
    def is_typed(self) -> bool:
        return self.field in TYPED or self.kind in {"text", "words"}


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """A column of the list, shown or not."""

    code: str
    label: str
    is_on: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Form:
    """All that the page of a view asks; `spec` where it makes a list."""

    rows: tuple[RowForm, ...]
    columns: tuple[ColumnForm, ...]
    actor: Actor
    name: str = ""
    team_id: int | None = None
    editors: str = Editors.OWNER
    icon: str = "filter"
    colour: str = ""
    match: str = "all"
    scope: str = "open"
    reach: str = "teams"
    sort: str = "due"
    is_falling: bool = False
    version: int | None = None
    spec: Spec | None = None
    added: str = ""
    errors: list[str] = field(default_factory=list)

    def options(self, row: RowForm) -> list[tuple[str, str, bool]]:
        """What a row can be chosen to hold."""
        chosen = set(row.values)
        return [(value, label, value in chosen) for value, label in options_of(row.field, self.actor)]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What one more condition can be about."""
        return [(code, str(label)) for code, label in FIELD_LABELS.items() if code in FIELDS]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(code, column_label(code)) for code in SORTS]

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= CONDITIONS_MAX

    def after(self, do: str) -> "Form":
        """The form with a row more or less, or a column moved."""
        verb, _, what = do.partition(":")
        if verb == "add" and self.added in FIELDS and not self.is_full:
            return replace(self, rows=(*self.rows, new_row(self.added)), added="")
        at = number_or_none(what)
        if verb == "drop" and at is not None and at < len(self.rows):
            return replace(self, rows=self.rows[:at] + self.rows[at + 1 :])
        if verb in {"up", "down"}:
            return replace(self, columns=_moved(self.columns, what, -1 if verb == "up" else 1))
        return self


def new_row(code: str) -> RowForm:
    """An empty condition about a field."""
    count, unit = ("24", "h") if code == "due" else ("7", "d")
    return RowForm(code, FIELDS[code].operators[0], count=count, unit=unit)


def form_of(actor: Actor, spec: Spec, *, name: str, view: SavedView | None) -> Form:
    """The form of a list as it stands."""
    chosen = [*spec.columns, *(column for column in COLUMNS if column not in spec.columns)]
    return Form(
        rows=tuple(_row_of(each, actor) for each in spec.conditions),
        columns=tuple(_column(code, code in spec.columns) for code in chosen),
        actor=actor,
        name=name,
        team_id=view.team_id if view else None,
        editors=view.editors if view else Editors.OWNER,
        icon=view.icon if view else "filter",
        colour=view.colour if view else "",
        match=spec.match,
        scope=spec.scope,
        reach=spec.reach,
        sort=spec.sort_field,
        is_falling=spec.is_falling,
        version=view.version if view else None,
        spec=spec,
    )


def read_form(sent: QueryDict, actor: Actor, view: SavedView | None) -> Form:
    """The form as a browser sent it, with the list it makes or what is wrong with it."""
    rows, conditions = [], []
    for number in sent.getlist("row")[:CONDITIONS_MAX]:
        row = _read_row(sent, number)
        if row is None:
            continue
        try:
            conditions.append(_condition(row, actor))
        except DomainError as error:
            row = replace(row, error=describe(error))
        rows.append(row)
    order = [code for code in dict.fromkeys(sent.getlist("order")) if code in COLUMNS]
    order += [code for code in COLUMNS if code not in order]
    shown = {*sent.getlist("column"), *ALWAYS}
    form = Form(
        rows=tuple(rows),
        columns=tuple(_column(code, code in shown) for code in order),
        actor=actor,
        name=sent.get("name", "")[:200],
        team_id=number_or_none(sent.get("team", "")),
        editors=sent.get("editors", view.editors if view else Editors.OWNER),
        icon=sent.get("icon", "filter"),
        colour=sent.get("colour", ""),
        match=sent.get("match", "all"),
        scope=sent.get("scope", "open"),
        reach=sent.get("reach", "teams"),
        sort=sent.get("sort", "due"),
        is_falling=sent.get("direction") == "falling",
        version=number_or_none(sent.get("version", "")),
        added=sent.get("add", ""),
    )
    if any(row.error for row in rows):
        return replace(form, errors=[row.error for row in rows if row.error])
    return _with_spec(form, conditions)


def _with_spec(form: Form, conditions: Sequence[Condition]) -> Form:
    sort = f"-{form.sort}" if form.is_falling else form.sort
    columns = [column.code for column in form.columns if column.is_on]
    try:
        spec = build(
            conditions, match=form.match, scope=form.scope, reach=form.reach, columns=columns, sort=sort
        )
    except DomainError as error:
        return replace(form, errors=[describe(error)])
    return replace(form, spec=spec)


def _read_row(sent: QueryDict, number: str) -> RowForm | None:
    code = sent.get(f"field-{number}", "")
    if code not in FIELDS:
        return None
    known = FIELDS[code].operators
    operator = sent.get(f"op-{number}", known[0])
    return RowForm(
        field=code,
        operator=operator if operator in known else known[0],
        values=tuple(sent.getlist(f"values-{number}")),
        text=sent.get(f"text-{number}", "")[:2000],
        count=sent.get(f"count-{number}", "")[:6],
        unit=sent.get(f"unit-{number}", "d")[:1],
    )


def _condition(row: RowForm, actor: Actor) -> Condition:
    values = list(row.values)
    if row.kind in {"age", "ahead"}:
        values = [f"{row.count.strip()}{row.unit}"]
    elif row.kind == "words":
        values = [row.text]
    elif row.kind == "text":
        values = [part for part in row.text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    elif row.field in TYPED:
        values += typed_rows(row.field, row.text, actor)
    if not any(value.strip() for value in values):
        raise InvalidInput("view_condition_empty", field=row.label)
    return condition(row.field, row.operator, values)


def _row_of(each: Condition, actor: Actor) -> RowForm:
    row = RowForm(each.field, each.operator, each.values)
    if row.kind in {"age", "ahead"}:
        return replace(row, count=each.values[0][:-1], unit=each.values[0][-1])
    if row.kind in {"text", "words"}:
        return replace(row, text=", ".join(each.values))
    if row.field in TYPED:
        ids = [value for value in each.values if value.isdecimal()]
        words = tuple(value for value in each.values if not value.isdecimal())
        return replace(row, values=words, text=typed_text(row.field, ids, actor))
    return row


def _column(code: str, is_on: bool) -> ColumnForm:
    return ColumnForm(code, column_label(code), is_on, code in ALWAYS)


def _moved(columns: tuple[ColumnForm, ...], code: str, by: int) -> tuple[ColumnForm, ...]:
    order = list(columns)
    at = next((place for place, column in enumerate(order) if column.code == code), None)
    if at is None or not 0 <= at + by < len(order):
        return columns
    order[at], order[at + by] = order[at + by], order[at]
    return tuple(order)
