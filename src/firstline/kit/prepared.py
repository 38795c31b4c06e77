"""Queries of a fixed shape, whose SQL is written once: that takes longer than running it."""

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

Row = TypeVar("Row")

# No real key is so large.
_FIRST_MARK = 2**62


class Prepared(Generic[Row]):
    """`Prepared(lambda ticket_id: Message.objects.filter(ticket_id=ticket_id))` makes a function of keys.

    `build` gets one whole number or text per argument and returns a queryset whose shape does not
    depend on them; calling the result with such keys returns the rows as a list. Related rows come by
    `select_related`; prefetching is not supported.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._plans: dict[tuple[object, ...], _Plan] = {}

    def __call__(self, *values: int | str) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        shape = (connection.vendor, *map(type, values))
        plan = self._plans.get(shape)
        if plan is None:
            marks = [_mark(place, value) for place, value in enumerate(values)]
            plan = self._plans[shape] = _Plan(self._build(*marks), marks)
        return list(plan.rows(connection, values))

    def first(self, *values: int | str) -> Row | None:
        """The first row, if any."""
        return next(iter(self(*values)), None)


def _mark(place: int, value: int | str) -> int | str:
    """What stands for a value while the SQL is written."""
    return f"mark {_FIRST_MARK + place}" if isinstance(value, str) else _FIRST_MARK + place


class _Plan:
    """The SQL of a queryset, and where each value goes."""

    def __init__(self, queryset: QuerySet[Any, Any], marks: list[int | str]) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, params = self._compiler.as_sql()
        self._params = [(marks.index(param), None) if param in marks else (-1, param) for param in params]
        missing = set(range(len(marks))) - {place for place, _ in self._params}
        if missing:
            raise ValueError(f"the query does not use all of its values: {sorted(missing)}")

    def rows(self, connection: Any, values: tuple[int | str, ...]) -> Iterator[Any]:
        params = tuple(values[place] if place >= 0 else param for place, param in self._params)
        compiler: Any = copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: (self._sql, params)
        iterable: Any = self._queryset._iterable_class  # noqa: SLF001 - as a queryset does itself
        return iter(iterable(_Source(self._queryset, compiler)))


class _Source:
    """A queryset to its iterable, but with a compiler that is done."""

    def __init__(self, queryset: QuerySet[Any, Any], compiler: Any) -> None:
        self._real = queryset
        self.query = _Query(queryset.query, compiler)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _Query:
    def __init__(self, query: Any, compiler: Any) -> None:
        self._real, self._compiler = query, compiler

    def get_compiler(self, *_args: object, **_kwargs: object) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
