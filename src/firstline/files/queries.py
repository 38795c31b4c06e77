"""Reads of stored files."""

import uuid
from typing import IO

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


def _find(file_id: uuid.UUID | str) -> StoredFile | None:
    try:
        wanted = file_id if isinstance(file_id, uuid.UUID) else uuid.UUID(file_id)
    except ValueError:
        return None
    return StoredFile.objects.filter(id=wanted).first()
