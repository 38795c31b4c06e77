"""Queries of a fixed shape, whose SQL is written once: that takes longer than running it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models import query as queries
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable

Row = TypeVar("Row")
Values = Sequence[Any]
Make = Callable[[Iterable[Values]], Iterator[Any]]

Key = int | str | datetime

# No real key is so large, and no real moment so late.
_FIRST_MARK = 2**62
_STEP = 10
_FIRST_MOMENT = datetime(9000, 1, 1, tzinfo=UTC)


class Prepared(Generic[Row]):
    """`Prepared(lambda ticket_id: Message.objects.filter(ticket_id=ticket_id))` makes a function of keys.

    `build` gets one whole number, text or moment per argument and returns a queryset whose shape does not
    depend on them: of models, or of `values_list`. Calling the result with such keys returns the rows as
    a list. Related rows come by `select_related`; prefetching is not supported.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._plans: dict[tuple[object, ...], _Plan] = {}

    def __call__(self, *values: Key) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        shape = (connection.vendor, *map(type, values))
        plan = self._plans.get(shape)
        if plan is None:
            marks = [_mark(place, value) for place, value in enumerate(values)]
            plan = self._plans[shape] = _Plan(self._build(*marks), marks)
        return list(plan.rows(connection, values))

    def first(self, *values: Key) -> Row | None:
        """The first row, if any."""
        return next(iter(self(*values)), None)

    def get(self, *values: Key) -> Row:
        """The first row. Raises the model's own `DoesNotExist` where there is none."""
        for row in self(*values):
            return row
        model = self._build(*(_mark(place, value) for place, value in enumerate(values))).model
        raise model.DoesNotExist(f"{model.__name__} {values} is not there")


def padded(keys: Collection[int]) -> list[int]:
    """Keys for `…__in`, the first repeated up to a step of ten: lists of all lengths share few shapes."""
    found = list(keys)
    return [*found, *([found[0]] * (-len(found) % _STEP))] if found else found


def _mark(place: int, value: Key) -> Key:
    """What stands for a value while the SQL is written."""
    if isinstance(value, datetime):
        return _FIRST_MOMENT + timedelta(days=place)
    return f"mark {_FIRST_MARK + place}" if isinstance(value, str) else _FIRST_MARK + place


def _adapted(connection: Any, value: Key) -> Any:
    """A value as the database's driver takes it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


class _Plan:
    """The SQL of a queryset, where each value goes, and how its rows are read."""

    def __init__(self, queryset: QuerySet[Any, Any], marks: list[Key]) -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, params = compiler.as_sql()
        marks = [_adapted(compiler.connection, mark) for mark in marks]
        self._params = [(marks.index(param), None) if param in marks else (-1, param) for param in params]
        missing = set(range(len(marks))) - {place for place, _ in self._params}
        if missing:
            raise ValueError(f"the query does not use all of its values: {sorted(missing)}")
        if compiler.has_extra_select or queryset._known_related_objects:  # type: ignore[attr-defined] # noqa: SLF001
            raise TypeError("prepared queries start from a model's manager, without distinct rows")
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        self._converters = [(place, functions, column) for place, (functions, column) in converters.items()]
        self._make = _maker(queryset, compiler)

    def rows(self, connection: Any, values: tuple[Key, ...]) -> Iterator[Any]:
        values = tuple([_adapted(connection, value) for value in values])
        params = tuple([values[place] if place >= 0 else param for place, param in self._params])
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            found = cursor.fetchall()
        return self._make(self._converted(found, connection) if self._converters else found)

    def _converted(self, rows: Iterable[Values], connection: Any) -> Iterator[Values]:
        for row in rows:
            values = list(row)
            for place, functions, column in self._converters:
                for function in functions:
                    values[place] = function(values[place], column, connection)
            yield values


def _maker(queryset: QuerySet[Any, Any], compiler: Any) -> Make:
    """Makes of database rows what the queryset's own iterable would make of them."""
    kind: Any = queryset._iterable_class  # noqa: SLF001 - Django has no public way to ask
    if kind is FlatValuesListIterable:
        return lambda rows: (row[0] for row in rows)
    if kind is ValuesListIterable:
        return lambda rows: map(tuple, rows)
    if kind is not ModelIterable:
        raise TypeError("prepared queries are of models or of values_list")
    return _model_maker(queryset, compiler)


def _model_maker(queryset: QuerySet[Any, Any], compiler: Any) -> Make:
    info, select, annotations = compiler.klass_info, compiler.select, compiler.annotation_col_map
    chosen = info["select_fields"]
    first, end = chosen[0], chosen[-1] + 1
    names = [column.target.attname for column, _sql, _alias in select[first:end]]
    populators = queries.get_related_populators(  # type: ignore[attr-defined]
        info, select, DEFAULT_DB_ALIAS
    )
    from_db = info["model"].from_db

    def make(rows: Iterable[Values]) -> Iterator[Any]:
        for row in rows:
            made = from_db(DEFAULT_DB_ALIAS, names, row[first:end])
            for populator in populators:
                populator.populate(row, made)
            for name, place in (annotations or {}).items():
                setattr(made, name, row[place])
            yield made

    return make
