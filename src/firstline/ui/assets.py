"""Where the built style sheet, scripts and icons are."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TypedDict, cast

from django.conf import settings

_STATIC = Path(__file__).parent / "static"
_BUILT = _STATIC / "built"
_MANIFEST = _BUILT / ".vite" / "manifest.json"


class _Chunk(TypedDict, total=False):
    file: str
    css: list[str]
    name: str


def is_built() -> bool:
    """Whether the front end has been built in this tree."""
    return _MANIFEST.is_file()


@cache
def _manifest() -> dict[str, _Chunk]:
    if not is_built():
        return {}
    return cast("dict[str, _Chunk]", json.loads(_MANIFEST.read_text(encoding="utf-8")))


def asset(name: str) -> str:
    """The address of a built file by its plain name: `app.css`, `app.js`.

    Before the first build the name without a hash is returned, so that pages can still be tested.
    """
    for chunk in _manifest().values():
        if chunk.get("name") == Path(name).stem:
            files = [chunk["file"], *chunk.get("css", [])]
            found = next((file for file in files if Path(file).suffix == Path(name).suffix), None)
            if found:
                return f"{settings.STATIC_URL}built/{found}"
    return f"{settings.STATIC_URL}built/{name}"


@cache
def sprite() -> str:
    """The address of the icon sheet; the query changes with its content."""
    digest = hashlib.sha256((_STATIC / "ui" / "sprite.svg").read_bytes()).hexdigest()[:12]
    return f"{settings.STATIC_URL}ui/sprite.svg?v={digest}"
