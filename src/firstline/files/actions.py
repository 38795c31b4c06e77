"""Storing files durably, giving them to records, reading their words, sweeping orphans."""

import hashlib
import os
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from firstline.audit.actions import record
from firstline.files.enums import TextState
from firstline.files.events import TextRead
from firstline.files.models import FileText, StoredFile, files_dir, path_of
from firstline.files.reading import Reading, form_of, read_file
from firstline.files.sniffing import SNIFF_BYTES, sniff
from firstline.kit import clock, ids
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.refs import Ref
from firstline.kit.rows import rewrite
from firstline.kit.text import clean, clean_line
from firstline.kit.traces import Redactor
from firstline.outbox.actions import enqueue, publish

BYTES_MAX = 25 * 2**20
_CHUNK_BYTES = 256 * 1024
_ORPHAN_AGE = timedelta(days=1)
READ_TEXT = "files.read_text"


class ByteStream(Protocol):
    """Anything that can be read in pieces: an upload, an open file, a BytesIO."""

    def read(self, size: int, /) -> bytes: ...


def store(
    *,
    actor: Actor,
    stream: ByteStream,
    name: str,
    max_bytes: int = BYTES_MAX,
    organization_id: int | None = None,
) -> StoredFile:
    """Keep a file: the bytes are durable on disk before the row commits.

    Call it before the transaction of the change (it writes to disk) and `attach` inside. Until
    then only the uploader can fetch it, and after a day it is removed. Raises `file_too_large`
    and `file_empty`.
    """
    file_id = ids.uuid7()
    shown = clean_line(name.replace("\\", "/").rpartition("/")[2], 255) or "file"
    written = _write(path_of(file_id.hex), stream, shown, max_bytes)
    file = StoredFile(
        id=file_id,
        name=shown,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        content_type=sniff(written.head, shown),
        organization_id=actor.organization_id if organization_id is None else organization_id,
        created_at=clock.now(),
        created_by_kind=actor.kind,
        created_by_id=actor.id,
    )
    with transaction.atomic():
        file.save(force_insert=True)
    return file


def attach(
    files: Iterable[StoredFile], *, ref: Ref, organization_id: int | None, out_of: Ref | None = None
) -> None:
    """Give stored files to a record, in the caller's transaction (asserted), which audits it.

    From now on `ref.kind`'s registered access decides, and a job reads the words of those that
    hold any. Files may also come `out_of` another record. Raises `file_taken` where one already
    belongs to any other.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("files are attached inside the transaction of the change")
    given = {file.id: file for file in files}
    wanted = set(given)
    if not wanted:
        return
    free = StoredFile.objects.filter(_free(out_of), id__in=wanted)
    taken = len(wanted) - free.update(kind=ref.kind, ref_id=ref.id, organization_id=organization_id)
    if taken and taken != StoredFile.objects.filter(id__in=wanted, kind=ref.kind, ref_id=ref.id).count():
        raise Conflict("file_taken")
    for file in given.values():
        _want_text(file)


def _free(out_of: Ref | None) -> Q:
    return Q(kind="") | Q(kind=out_of.kind, ref_id=out_of.id) if out_of else Q(kind="")


def detach(*, ref: Ref, only: Iterable[uuid.UUID] | None = None) -> int:
    """Take the files of a record (or `only` these) back from it, in the caller's transaction (asserted).

    Until they are attached again only their uploader can fetch them. Returns how many.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("files are detached inside the transaction of the change")
    held = StoredFile.objects.filter(kind=ref.kind, ref_id=ref.id)
    if only is not None:
        held = held.filter(id__in=list(only))
    return held.update(kind="", ref_id=None)


def read_text(*, actor: Actor, file_id: uuid.UUID) -> bool:
    """Read the words of a stored file in a limited child and keep them, or why there are none.

    Announces `files.text_read`. A file whose words are known already is left alone: the answer
    is False. Raises OSError where no child can be started, so that it is tried again.
    """
    file = StoredFile.objects.filter(id=file_id, words=None).exclude(kind="").first()
    form = form_of(file.content_type, file.name) if file else ""
    if file is None or not form:
        return False
    if file.path.exists():
        reading = read_file(file.path, form)
    else:
        reading = Reading(TextState.FAILED, problem="text_lost")
    with transaction.atomic(durable=True):
        # Locked: it may have been erased meanwhile, and another worker may be as far.
        # Its words are asked for apart: PostgreSQL locks no outer join.
        stands = (
            StoredFile.objects.select_for_update().filter(id=file_id).first() is not None
            and not FileText.objects.filter(file_id=file_id).exists()
        )
        if stands:
            FileText.objects.create(
                file=file,
                state=reading.state,
                problem=reading.problem,
                is_cut=reading.is_cut,
                text=clean(reading.text),
                read_at=clock.now(),
            )
            publish(TextRead(str(file.id), file.kind, file.ref_id or 0), actor=actor)
    return stands


def read_missing_texts(limit: int = 200) -> int:
    """Have files read whose words were never looked for (they came with an earlier version); how many."""
    missing = StoredFile.objects.filter(words=None).exclude(kind="").order_by("-id")
    found = [file for file in missing.iterator(chunk_size=500) if form_of(file.content_type, file.name)]
    with transaction.atomic(durable=True):
        for file in found[:limit]:
            _want_text(file)
    return min(limit, len(found))


def erase(*, actor: Actor, kind: str, ref_ids: Iterable[int]) -> int:
    """Delete the files of records with their words, in the caller's transaction (asserted); how many.

    The bytes go after the commit; were the process to die in between, the sweep removes them.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("files are erased inside the transaction of the change")
    count = _delete(StoredFile.objects.filter(kind=kind, ref_id__in=list(ref_ids)))
    if count:
        record(actor=actor, verb="files.files_erased", ref=Ref("file", 0), new={"files": count})
    return count


def erase_uploads_of(person_id: int) -> int:
    """Delete what somebody uploaded and never sent, in the caller's transaction (asserted); how many."""
    if not connection.in_atomic_block:
        raise RuntimeError("files are erased inside the transaction of the change")
    return _delete(StoredFile.objects.filter(kind="", created_by_kind="person", created_by_id=person_id))


def rewrite_files(*, actor: Actor, redactor: Redactor) -> int:
    """Take somebody's name out of the names of files and of the words read from them, not out of the bytes.

    Announces `files.text_read` for each that changed, so that its holder is found without it; how many.
    """
    named = rewrite(StoredFile.objects.all(), redactor, ["name"])
    changed = list({*named, *rewrite(FileText.objects.exclude(text=""), redactor, ["text"])})
    for start in range(0, len(changed), 500):
        with transaction.atomic(durable=True):
            for file in StoredFile.objects.filter(id__in=changed[start : start + 500]).exclude(kind=""):
                publish(TextRead(str(file.id), file.kind, file.ref_id or 0), actor=actor)
    return len(changed)


def _delete(rows: QuerySet[StoredFile]) -> int:
    files = list(rows)
    StoredFile.objects.filter(id__in=[file.id for file in files]).delete()
    paths = [file.path for file in files]
    transaction.on_commit(lambda: _unlink(paths))
    return len(files)


def _want_text(file: StoredFile) -> None:
    if form_of(file.content_type, file.name):
        enqueue(READ_TEXT, {"file_id": str(file.id)}, dedupe=f"{READ_TEXT}@{file.id}")


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def sweep() -> int:
    """Remove files that belong to nothing after a day, and bytes without a row. Returns how many."""
    before = clock.now() - _ORPHAN_AGE
    orphans = list(
        StoredFile.objects.filter(kind="", created_at__lt=before).values_list("id", flat=True)[:500]
    )
    if orphans:
        with transaction.atomic(durable=True):
            # Asked again: one may have been attached meanwhile.
            gone = StoredFile.objects.filter(id__in=orphans, kind="")
            orphans = list(gone.values_list("id", flat=True))
            gone.delete()
            record(
                actor=SYSTEM, verb="files.orphans_removed", ref=Ref("file", 0), new={"files": len(orphans)}
            )
    for orphan in orphans:
        path_of(orphan.hex).unlink(missing_ok=True)
    return len(orphans) + _sweep_folder(before.timestamp())


class _Written:
    """What is known of the bytes once they are on disk."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self.head = b""
        self.sha256 = ""


def _write(path: Path, stream: ByteStream, name: str, max_bytes: int) -> _Written:
    """Temporary file, fsync, rename, fsync of the folder: either whole or not there."""
    _make_durable_folder(path.parent)
    temporary = path.with_suffix(".part")
    try:
        with temporary.open("xb") as target:
            written = _copy(stream, target, name, max_bytes)
            target.flush()
            os.fsync(target.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return written


def _copy(stream: ByteStream, target: IO[bytes], name: str, max_bytes: int) -> _Written:
    written, digest = _Written(), hashlib.sha256()
    while chunk := stream.read(_CHUNK_BYTES):
        written.size_bytes += len(chunk)
        if written.size_bytes > max_bytes:
            raise InvalidInput(
                "file_too_large", field="files", name=name, limit_mb=max(1, max_bytes // 2**20)
            )
        if len(written.head) < SNIFF_BYTES:
            written.head += chunk[: SNIFF_BYTES - len(written.head)]
        digest.update(chunk)
        target.write(chunk)
    if not written.size_bytes:
        raise InvalidInput("file_empty", field="files", name=name)
    written.sha256 = digest.hexdigest()
    return written


def _make_durable_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for made in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        _sync_folder(made)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep_folder(before: float) -> int:
    """Bytes whose row never committed, or was removed when this process died."""
    removed = 0
    for folder in sorted(files_dir().glob("*/*")):
        old = {path for path in folder.iterdir() if path.stat().st_mtime < before}
        by_id = {_id_of(path): path for path in old}
        kept = set(
            StoredFile.objects.filter(id__in=[key for key in by_id if key]).values_list("id", flat=True)
        )
        for path in old:
            if _id_of(path) not in kept or path.suffix:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _id_of(path: Path) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=path.stem)
    except ValueError:
        return None
