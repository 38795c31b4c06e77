"""Where the built style sheet, scripts and icons are."""

import json
from functools import cache
from pathlib import Path
from typing import TypedDict, cast

from django.conf import settings

_MANIFEST = Path(__file__).parent / "static" / "built" / "manifest.json"


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


@cache
def asset(name: str) -> str:
    """The address of a built file by its plain name: `app.css`, `app.js`, `sprite.svg`.

    Before the first build the name without a hash is returned, so that pages can still be tested.
    """
    plain = Path(name)
    for source, chunk in _manifest().items():
        if plain.stem in {chunk.get("name"), Path(source).stem}:
            files = [chunk["file"], *chunk.get("css", [])]
            found = next((file for file in files if Path(file).suffix == plain.suffix), None)
            if found:
                return f"{settings.STATIC_URL}built/{found}"
    return f"{settings.STATIC_URL}built/{name}"
