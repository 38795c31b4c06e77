"""Reads what browsers send: numbers, lists of addresses, files."""

import re

from django.http import HttpRequest

from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.files.permissions import can_open
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.tickets.access import DRAFT_FILE_KIND

FILES_MAX = 20
_UNSENT = ("", DRAFT_FILE_KIND)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def number_or_none(text: str) -> int | None:
    """A row id as typed into an address, None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def addresses(text: str) -> list[str]:
    """Mail addresses separated by commas, semicolons or spaces, Chinese ones too."""
    return [part for part in re.split(r"[\s,;，；、]+", text) if part]


def kept_files(request: HttpRequest, actor: Actor) -> list[StoredFile]:
    """Files that were stored before their message is sent, as far as the actor may hand them on."""
    wanted = [name for name in request.POST.getlist("kept")[:FILES_MAX] if _UUID.fullmatch(name)]
    if not wanted:
        return []
    free = {str(file.pk): file for file in StoredFile.objects.filter(pk__in=wanted, kind__in=_UNSENT)}
    return [free[name] for name in dict.fromkeys(wanted) if name in free and can_open(actor, free[name])]


def uploads(request: HttpRequest, actor: Actor, name: str = "files") -> list[StoredFile]:
    """The files of a form, kept durably. Raises `too_many_files`, `file_too_large`, `file_empty`."""
    sent = request.FILES.getlist(name)
    if len(sent) > FILES_MAX:
        raise InvalidInput("too_many_files", field=name, most=FILES_MAX)
    return [files.store(actor=actor, stream=file, name=file.name or "") for file in sent]
