"""Puts open clocks under edited calendars and policies, batch by batch."""

from collections.abc import Collection
from datetime import datetime

from firstline.kit.actor import Actor
from firstline.outbox.actions import publish, transaction
from firstline.servicelevels.actions.lines import Turn, assert_atomic, refresh, segments_of
from firstline.servicelevels.enums import Cause, ClockState
from firstline.servicelevels.events import ClocksRecomputed
from firstline.servicelevels.models import OPEN, Clock
from firstline.servicelevels.queries import rules

BATCH_MAX = 200


def recompute_batch(*, actor: Actor, after_id: int, at: datetime) -> int | None:
    """Recompute the next open clocks as of the edit's instant; the last id, None when none is left.

    Exact and idempotent: doing a batch twice, or again from the start, changes nothing more. Announces
    `servicelevels.clocks_recomputed` with the subjects whose dates moved.
    """
    with transaction():
        found = Clock.objects.select_for_update().filter(OPEN, pk__gt=after_id)
        clocks = list(found.order_by("pk")[:BATCH_MAX])
        _refresh_all(clocks, actor, at)
        return clocks[-1].pk if clocks else None


def recompute_subjects(
    *, actor: Actor, subject_kind: str, subject_ids: Collection[int], at: datetime
) -> None:
    """The same for named subjects, inside the caller's transaction (asserted)."""
    assert_atomic()
    found = Clock.objects.select_for_update().filter(subject_kind=subject_kind, subject_id__in=subject_ids)
    _refresh_all(list(found.exclude(state=ClockState.STOPPED).order_by("pk")), actor, at)


def _refresh_all(clocks: list[Clock], actor: Actor, at: datetime) -> None:
    book, segments = rules(), segments_of(clocks)
    moved: dict[str, set[int]] = {}
    for clock in clocks:
        # A clock that began after the edit has been under the new rules from its start.
        turn = Turn(max(at, clock.started_at), Cause.TARGETS_CHANGED)
        if refresh(clock, segments[clock.pk], turn, book, actor):
            moved.setdefault(clock.subject_kind, set()).add(clock.subject_id)
    for kind, ids in moved.items():
        publish(ClocksRecomputed(kind, sorted(ids)), actor=actor)
