"""What must match, as a small tree, written for either database.

Every term becomes one quoted token, so nothing in a query is ever an operator of the database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from firstline.search.terms import RESTRICTED


@dataclass(frozen=True, slots=True)
class Term:
    """Documents that hold a term, or one that begins so."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every part."""

    parts: Sequence["Expression"]


@dataclass(frozen=True, slots=True)
class Any:
    """Documents that match one of the parts."""

    parts: Sequence["Expression"]


@dataclass(frozen=True, slots=True)
class But:
    """Documents that match one expression and not the other."""

    wanted: "Expression"
    unwanted: "Expression"


Expression = Term | All | Any | But


def any_term(terms: Iterable[str]) -> Any:
    """Any of some terms."""
    return Any([Term(term) for term in terms])


def also_restricted(expression: Expression) -> Expression:
    """The same, where words of the restricted text count as well."""
    match expression:
        case Term(text, is_prefix):
            return Any([expression, Term(f"{RESTRICTED}{text}", is_prefix)])
        case All(parts):
            return All([also_restricted(part) for part in parts])
        case Any(parts):
            return Any([also_restricted(part) for part in parts])
        case But(wanted, unwanted):
            return But(also_restricted(wanted), also_restricted(unwanted))


def for_sqlite(expression: Expression) -> str:
    """An FTS5 query."""
    return _written(expression, " AND ", " OR ", "{} NOT {}", _fts5_term)


def for_postgresql(expression: Expression) -> str:
    """A tsquery literal."""
    return _written(expression, " & ", " | ", "{} & !{}", _tsquery_term)


def _written(expression: Expression, and_: str, or_: str, but: str, write_term: Callable[[Term], str]) -> str:
    def write(part: Expression) -> str:
        match part:
            case Term():
                return write_term(part)
            case All(parts):
                return "(" + and_.join(map(write, parts)) + ")"
            case Any(parts):
                return "(" + or_.join(map(write, parts)) + ")"
            case But(wanted, unwanted):
                return "(" + but.format(write(wanted), write(unwanted)) + ")"

    return write(expression)


def _fts5_term(term: Term) -> str:
    return '"' + term.text.replace('"', '""') + ('"*' if term.is_prefix else '"')


def _tsquery_term(term: Term) -> str:
    return "'" + term.text.replace("\\", "\\\\").replace("'", "''") + ("':*" if term.is_prefix else "'")
