"""What every part of the product holds of a person, and how far an erasure is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from firstline.accounts.models import Erasure, Person
from firstline.kit.traces import Traces


@dataclass(frozen=True, slots=True)
class ErasurePart:
    """A part of the product that holds personal data and erases it upon `person_anonymised`.

    `counts` says in plain words what is counted, in the order in which it is shown. `survey` counts
    what is there now; `warn` says what an administrator should know before (sentences).
    """

    name: str
    label: Promise
    counts: Mapping[str, Promise]
    survey: Callable[[Traces], Mapping[str, int]]
    warn: Callable[[Traces], list[str]] = lambda _traces: []


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """One part as it is shown: figures with their words, and whether it has finished."""

    label: str
    figures: list[tuple[str, int]]
    is_done: bool


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was removed so far; `finished_at` is None while a part has yet to answer."""

    asked_at: datetime
    finished_at: datetime | None
    lines: list[ErasureLine]


_PARTS: dict[str, ErasurePart] = {}


def register_part(part: ErasurePart) -> None:
    """Make a part known; an erasure is finished when each has reported (`actions.note_erased`)."""
    _PARTS[part.name] = part


def erasure_parts() -> list[ErasurePart]:
    """Every part, in the order of registration (lower slices first)."""
    return list(_PARTS.values())


def traces_of(person: Person) -> Traces:
    """By what somebody is found now, before they are erased."""
    return Traces(person.pk, erased_name(person.pk), person.name, person.email or "", person.phone)


def traces_left(person_id: int) -> Traces:
    """By what an erased person is still to be found; without words once everything is erased."""
    kept = Erasure.objects.filter(person_id=person_id).values_list("traces", flat=True).first() or {}
    return Traces(person_id, erased_name(person_id), **kept)


def erased_name(person_id: int) -> str:
    """What stands for an erased person's name, for readers of both languages."""
    return f"#{person_id} (erased, 已匿名)"


def erasure_survey(person: Person) -> tuple[list[ErasureLine], list[str]]:
    """What would be removed, and warnings; looks through all texts, so it takes a while."""
    traces = traces_of(person)
    lines = [_line(part, part.survey(traces), is_done=False) for part in erasure_parts()]
    return [line for line in lines if line.figures], erasure_warnings(person)


def erasure_warnings(person: Person) -> list[str]:
    """What an administrator should know before, in sentences; quick."""
    traces = traces_of(person)
    return [warning for part in erasure_parts() for warning in part.warn(traces)]


def erasure_report(person: Person) -> ErasureReport | None:
    """How far the erasure of somebody is; None where they were not erased, or by an earlier version."""
    row = Erasure.objects.filter(person=person).first()
    if row is None:
        return None
    lines = [
        _line(part, row.results.get(part.name, {}), is_done=bool(row.finished_at) or part.name in row.done)
        for part in erasure_parts()
    ]
    return ErasureReport(row.asked_at, row.finished_at, lines)


def _line(part: ErasurePart, figures: Mapping[str, int], *, is_done: bool) -> ErasureLine:
    shown = [(str(label), figures[code]) for code, label in part.counts.items() if figures.get(code)]
    return ErasureLine(str(part.label), shown, is_done)
