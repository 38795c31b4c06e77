"""Writes of rows with SQL that is written once: what a busy action does many times a second.

`insert`, `update` and `store` do what `bulk_create`, `filter(pk=…).update` and `save` do, for plain values;
`rewrite` takes somebody's name out of texts. They send no signals, and like those they belong into actions
only (tests/architecture looks).
"""

# ruff: noqa: SLF001 - who writes rows reads a model's table, columns and key

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.fields import AutoFieldMixin
from django.db.models.functions import Cast

from firstline.kit.traces import Redactor

M = TypeVar("M", bound=Model)
Prepare = Callable[[Any], Any]

# More rows than this at once are worth Django's own way, which also minds the limit of parameters.
_ROWS_MAX = 16


def insert(rows: Sequence[M]) -> list[M]:
    """Write new rows of one model with one statement, and give them their keys."""
    found = list(rows)
    if not found:
        return found
    model = type(found[0])
    if len(found) > _ROWS_MAX or (_has_made_key(model) and any(row.pk is not None for row in found)):
        return list(model._default_manager.bulk_create(found))
    connection: Any = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insertion(model, len(found), connection.vendor)
    values = [prepare(getattr(row, name)) for row in found for name, prepare in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        keys = cursor.fetchall()
    for row, (value,) in zip(found, keys, strict=True):
        if row.pk is None:
            row.pk = value
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return found


def update(model: type[Model], pk: object, **values: Any) -> int:
    """Set plain values in the row with this key; how many rows there were (0 or 1)."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    sql, prepares, prepare_key = _updating(model, tuple(values), connection.vendor)
    params = [prepare(value) for prepare, value in zip(prepares, values.values(), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, prepare_key(pk)])
        return int(cursor.rowcount)


def store(row: Model) -> None:
    """Write a row whole: a new one is added, a known one set to what it holds now."""
    if row._state.adding:
        insert([row])
        return
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    update(type(row), values.pop(str(row._meta.pk.attname)), **values)


def rewrite(rows: "QuerySet[M]", redactor: Redactor, fields: Sequence[str]) -> list[Any]:
    """Take what `redactor` finds out of these columns (text or JSON); the keys of the rows it changed.

    For long tables: reads without a lock and writes at most 200 rows at a time. Each row is read
    again before it is written, so that nothing is lost that changed meanwhile. Run twice it finds nothing.
    """
    model = rows.model
    changed = []
    for keys in _batches(list(naming(rows, redactor, fields).values_list("pk", flat=True)), 200):
        with transaction.atomic():
            held = model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys)
            for row in held.only("pk", *fields):
                values = {name: _redacted(getattr(row, name), redactor, row, name) for name in fields}
                different = {name: value for name, value in values.items() if value != getattr(row, name)}
                if different:
                    update(model, row.pk, **different)
                    changed.append(row.pk)
    return changed


def _batches(keys: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def naming(rows: "QuerySet[M]", redactor: Redactor, fields: Sequence[str]) -> "QuerySet[M]":
    """Those of the rows in which one of these columns may name the person (the redactor knows for sure)."""
    if not redactor.needles:
        return rows.none()
    texts = {f"_{name}_text": Cast(name, TextField()) for name in fields}
    wanted = Q()
    for name in texts:
        for needle in redactor.stored_needles:
            wanted |= Q(**{f"{name}__icontains": needle})
    found: QuerySet[M] = rows.alias(**texts).filter(wanted).order_by()
    return found


def _redacted(value: Any, redactor: Redactor, row: Model, name: str) -> Any:
    clean = redactor.json(value)
    limit = getattr(row._meta.get_field(name), "max_length", None)
    return clean[:limit] if limit and isinstance(clean, str) else clean


@cache
def _insertion(model: type[Model], count: int, _vendor: str) -> tuple[str, list[tuple[str, Prepare]]]:
    """The statement for `count` rows, and how each value is prepared; keys may be the database's to make."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    chosen = [
        field for field in model._meta.concrete_fields if not (field.primary_key and _has_made_key(model))
    ]
    row = f"({', '.join(['%s'] * len(chosen))})"
    columns = ", ".join(quote(field.column) for field in chosen)
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * count)} "  # noqa: S608
        f"RETURNING {quote(model._meta.pk.column)}"
    )
    return sql, [(field.attname, _preparing(field, connection)) for field in chosen]


@cache
def _updating(model: type[Model], names: tuple[str, ...], _vendor: str) -> tuple[str, list[Prepare], Prepare]:
    connection: Any = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    key = model._meta.pk
    settings = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {settings} WHERE {quote(key.column)} = %s"  # noqa: S608
    return sql, [_preparing(field, connection) for field in fields], _preparing(key, connection)


def _has_made_key(model: type[Model]) -> bool:
    return isinstance(model._meta.pk, AutoFieldMixin)


def _preparing(field: Any, connection: Any) -> Prepare:
    """How a value of this column becomes a parameter; the kinds that need nothing are named here."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if type(field) in {models.CharField, models.TextField, models.EmailField}:
        return _text
    if isinstance(field, models.BooleanField):
        return _as_it_is
    if isinstance(field, models.IntegerField):
        return _number
    if type(field) is models.DateTimeField:
        adapt: Prepare = connection.ops.adapt_datetimefield_value
        return adapt
    return lambda value: field.get_db_prep_save(value, connection=connection)


def _text(value: Any) -> Any:
    return value if value is None or type(value) is str else str(value)


def _number(value: Any) -> Any:
    return value if value is None or type(value) is int else int(value)


def _as_it_is(value: Any) -> Any:
    return value
