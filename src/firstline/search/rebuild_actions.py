"""Making the whole index anew while the service runs: resumable, and no change meanwhile is lost."""

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, NotAllowed
from firstline.kit.refs import Ref
from firstline.outbox import actions as outbox
from firstline.search import change_actions
from firstline.search.actions import remove
from firstline.search.analysing import Analysers
from firstline.search.analysis import VERSION
from firstline.search.enums import REBUILD_TAKES_OVER_SECONDS, RebuildState
from firstline.search.models import Rebuild
from firstline.search.rows import Row
from firstline.search.sources import Source, source_of, sources
from firstline.search.stock import indexed_ids, indexed_kinds
from firstline.search.touch_actions import CATCH_UP, note

REBUILD = "search.rebuild"
BATCH = 400
WRITE_BATCH = 80
# From so many documents on, children analyse; so many batches may be on their way.
HELPED_MIN = 4_000
AHEAD = 4
SMALL_MAX = 500
_COUNT_STEP = 5000

Progress = Callable[[Rebuild], None]
# Ids, what was noted of them, and the rows that a child makes.
_Asked = tuple[Sequence[int], dict[int, set[int]], Future[list[Row]]]


class Stopped(Exception):
    """The driver was asked to stop; the rebuild goes on from its cursor when it is driven again."""


def ask_rebuild(*, actor: Actor) -> Rebuild:
    """Have the whole index made anew by a child of the service; one that runs already is returned.

    People keep searching meanwhile. Raises `NotAllowed`. Audited.
    """
    actor.check(SETTINGS_MANAGE)
    if not actor.is_provider:
        raise NotAllowed("permission_missing", permission=SETTINGS_MANAGE)
    with outbox.transaction():
        rebuild = _running_or_new(actor)
        outbox.enqueue(REBUILD, {}, dedupe=REBUILD)
    return rebuild


def drive(
    *,
    actor: Actor,
    progress: Progress = lambda _rebuild: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Rebuild:
    """Make the whole index anew, here and now; goes on where one that was killed stopped.

    Writes in transactions of 80 documents, so that a running service writes in between; two
    children analyse where there are thousands. What is in the index and no longer exists goes.
    Raises Conflict `rebuild_driven` while another process does the same, `Stopped` when
    `should_stop` says so.
    """
    with outbox.transaction():
        rebuild = _running_or_new(actor)
    driver = _take(rebuild)
    catch_up(should_stop=should_stop)
    if rebuild.total == 0:
        _move(rebuild, driver, total=sum(map(_count, sources())))
    with _analysers(rebuild.total) as helpers:
        for kind in _kinds_left(rebuild.kind):
            source = source_of(kind)
            if source is not None:
                _Walk(rebuild, driver, source, helpers).go(progress, should_stop)
    _forget_unknown_kinds()
    _move(rebuild, driver, state=RebuildState.DONE, finished_at=clock.now(), driver="")
    progress(rebuild)
    return rebuild


def ask_what_is_due(*, actor: Actor) -> None:
    """Enqueue a rebuild that was killed or is needed, and a catch-up where changes wait for one.

    A rebuild is needed where none was finished with this version's analyser: on the first start,
    and after an upgrade that changes it.
    """
    running = Rebuild.objects.filter(state=RebuildState.RUNNING).first()
    made = Rebuild.objects.filter(state=RebuildState.DONE, version=VERSION).exists()
    is_dead = running is not None and running.beat_at < clock.now() - _SILENT
    with outbox.transaction():
        if is_dead or (running is None and not made):
            _running_or_new(actor)
            outbox.enqueue(REBUILD, {}, dedupe=REBUILD)
        if change_actions.waiting_count(is_bulk=True) and running is None:
            outbox.enqueue(CATCH_UP, {}, dedupe=f"{CATCH_UP}@now")


def is_small() -> bool:
    """Whether all there is would be indexed within a second or two."""
    left = SMALL_MAX
    for source in sources():
        left -= len(source.ids_after(0, left + 1))
        if left < 0:
            return False
    return True


def catch_up(*, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Work off every change that was noted with `is_bulk`; how many records."""
    count = 0
    while not should_stop():
        done = change_actions.work_off(BATCH, is_bulk=True, write_batch=WRITE_BATCH)
        if not done:
            break
        count += done
    return count


@contextmanager
def _analysers(documents: int) -> Iterator[Analysers | None]:
    """Children for a large rebuild; they see what is committed, as this process does."""
    if documents < HELPED_MIN:
        yield None
        return
    helpers = Analysers(str(connection.settings_dict["NAME"]))
    try:
        yield helpers
    finally:
        helpers.close()


class _Walk:
    """The records of one kind, batch after batch: noted, read and analysed, written."""

    def __init__(self, rebuild: Rebuild, driver: str, source: Source, helpers: Analysers | None) -> None:
        self.rebuild, self.driver, self.source, self.helpers = rebuild, driver, source, helpers
        self.ahead: deque[_Asked] = deque()

    def go(self, progress: Progress, should_stop: Callable[[], bool]) -> None:
        """From the cursor to the end. What is noted and not written when it stops is done first next time."""
        kind = self.source.kind
        after = self.rebuild.after_id if self.rebuild.kind == kind else 0
        while True:
            if should_stop():
                _move(self.rebuild, self.driver, driver="")
                raise Stopped
            ids = list(self.source.ids_after(after, BATCH))
            # Documents whose record is gone are looked at like the others: there is none, so they go.
            gone = indexed_ids(kind, after, ids[-1] if ids else None) - set(ids)
            if not ids and not gone:
                break
            after = ids[-1] if ids else max(gone)
            self._take([*ids, *sorted(gone)], after, len(ids))
            progress(self.rebuild)
        while self.ahead:
            self._write_next()

    def _take(self, ids: Sequence[int], after: int, done: int) -> None:
        kind = self.source.kind
        with transaction.atomic(durable=True):
            # The cursor moves with the notes: killed from here on, the notes are worked off first.
            note(kind=kind, object_ids=ids, is_bulk=True)
            _apply_move(self.rebuild, self.driver, kind=kind, after_id=after, done=F("done") + done)
        self.rebuild.refresh_from_db()
        noted = change_actions.waiting_of(kind, ids) if self.helpers else {}
        made = self.helpers.ask(kind, sorted(noted)) if self.helpers else None
        if made is None:
            _bring_up_to_date(kind, ids)
            return
        self.ahead.append((ids, noted, made))
        if len(self.ahead) >= AHEAD:
            self._write_next()

    def _write_next(self) -> None:
        ids, noted, made = self.ahead.popleft()
        kind = self.source.kind
        try:
            change_actions.write_made(kind, noted, made.result(), write_batch=WRITE_BATCH)
        except Exception:  # noqa: BLE001 -- a document that cannot be made, or a child that was killed
            _bring_up_to_date(kind, ids)


def _bring_up_to_date(kind: str, ids: Sequence[int]) -> None:
    try:
        change_actions.bring_up_to_date(kind, ids, write_batch=WRITE_BATCH)
    except Exception:  # noqa: BLE001 -- found out and put off one by one, as for any change
        change_actions.work_off(len(ids), is_bulk=True)


def _running_or_new(actor: Actor) -> Rebuild:
    running = Rebuild.objects.filter(state=RebuildState.RUNNING).first()
    if running is not None and running.version == VERSION:
        return running
    if running is not None:
        # It began with an analyser that is no more.
        Rebuild.objects.filter(pk=running.pk).update(state=RebuildState.STOPPED, finished_at=clock.now())
    now = clock.now()
    try:
        with transaction.atomic():
            asker = actor.id if actor.kind == "person" else None
            rebuild = Rebuild.objects.create(
                version=VERSION, started_at=now, beat_at=now - _SILENT, asked_by_id=asker
            )
    except IntegrityError:
        return Rebuild.objects.get(state=RebuildState.RUNNING)
    record(actor=actor, verb="search.rebuild_started", ref=Ref("search_rebuild", rebuild.pk))
    return rebuild


_SILENT = timedelta(seconds=REBUILD_TAKES_OVER_SECONDS)


def _take(rebuild: Rebuild) -> str:
    """Become the one who drives; the one before must have let go, or be silent for a while."""
    driver = uuid.uuid4().hex
    now = clock.now()
    rows = Rebuild.objects.filter(pk=rebuild.pk, state=RebuildState.RUNNING)
    taken = rows.filter(driver="").update(driver=driver, beat_at=now)
    taken = taken or rows.filter(beat_at__lt=now - _SILENT).update(driver=driver, beat_at=now)
    if not taken:
        raise Conflict("rebuild_driven")
    rebuild.refresh_from_db()
    return driver


def _move(rebuild: Rebuild, mine: str, **fields: object) -> None:
    with transaction.atomic(durable=True):
        _apply_move(rebuild, mine, **fields)
    rebuild.refresh_from_db()


def _apply_move(rebuild: Rebuild, mine: str, **fields: object) -> None:
    """Only the driver moves the cursor; one that was taken over for dead stops here."""
    rows = Rebuild.objects.filter(pk=rebuild.pk, driver=mine)
    if not rows.update(beat_at=clock.now(), **fields):
        raise Conflict("rebuild_driven")


def _kinds_left(kind: str) -> Sequence[str]:
    kinds = [source.kind for source in sources()]
    return kinds[kinds.index(kind) :] if kind in kinds else kinds


def _count(source: Source) -> int:
    count, after = 0, 0
    while ids := source.ids_after(after, _COUNT_STEP):
        count, after = count + len(ids), ids[-1]
    return count


def _remove(kind: str, gone: Sequence[int]) -> None:
    for start in range(0, len(gone), WRITE_BATCH):
        with transaction.atomic(durable=True):
            remove(kind=kind, object_ids=gone[start : start + WRITE_BATCH])


def _forget_unknown_kinds() -> None:
    for kind in indexed_kinds() - {source.kind for source in sources()}:
        after = 0
        while found := sorted(indexed_ids(kind, after, None, limit=_COUNT_STEP)):
            _remove(kind, found)
            after = found[-1]
