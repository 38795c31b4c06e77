"""Reads of stored files."""

import uuid
from collections.abc import Sequence
from typing import IO

from django.db.models import Value
from django.db.models.functions import Coalesce, Left

from firstline.files.models import StoredFile
from firstline.files.permissions import can_open
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound


def get_file_for(actor: Actor, file_id: uuid.UUID | str) -> StoredFile:
    """The file, if the actor may have it; raises `file_not_found` alike for missing and forbidden."""
    file = _find(file_id)
    if file is None or not can_open(actor, file):
        raise NotFound("file_not_found")
    return file


def open_file(file_id: uuid.UUID | str) -> IO[bytes]:
    """The bytes, for our own use (no access check); raises `file_not_found`."""
    file = _find(file_id)
    if file is None:
        raise NotFound("file_not_found")
    try:
        return file.path.open("rb")
    except FileNotFoundError as error:
        raise NotFound("file_not_found") from error


def texts_of(kind: str, ref_ids: Sequence[int], *, chars_max: int) -> dict[int, list[str]]:
    """Names and words (the first `chars_max` characters) of the files of records, by record id."""
    rows = (
        StoredFile.objects.filter(kind=kind, ref_id__in=ref_ids)
        .order_by("created_at", "id")
        .values_list("ref_id", "name", Left(Coalesce("words__text", Value("")), chars_max))
    )
    found: dict[int, list[str]] = {}
    for ref_id, name, text in rows:
        found.setdefault(ref_id or 0, []).append(f"{name}\n{text}" if text else name)
    return found


def _find(file_id: uuid.UUID | str) -> StoredFile | None:
    try:
        wanted = file_id if isinstance(file_id, uuid.UUID) else uuid.UUID(file_id)
    except ValueError:
        return None
    return StoredFile.objects.filter(id=wanted).first()
