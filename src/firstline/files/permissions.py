"""Who may fetch a file: the slice that owns what the file belongs to says so."""

from collections.abc import Callable

from firstline.files.models import StoredFile
from firstline.kit.actor import Actor

Access = Callable[[Actor, StoredFile], bool]

_access: dict[str, Access] = {}


def register_access(kind: str, access: Access) -> None:
    """Ask `access` about every file that belongs to a record of this kind; once per kind."""
    if kind in _access:
        raise ValueError(f"access to files of {kind} is registered twice")
    _access[kind] = access


def can_open(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor may fetch the file; a file that belongs to nothing is its uploader's alone."""
    if not file.kind:
        return actor.is_trusted or (
            actor.id is not None and (file.created_by_kind, file.created_by_id) == (actor.kind, actor.id)
        )
    access = _access.get(file.kind)
    return access is not None and access(actor, file)
