"""The translation pipeline: finds messages in Python, templates and scripts, keeps and compiles them."""

import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[1]
REPOSITORY = SOURCE.parents[1]
LOCALES = ("zh_Hans",)
SCRIPT_SLICE = "ui"
_SCRIPTS = REPOSITORY / "frontend" / "src"

_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
_SCRIPT_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {"gettext": None, "ngettext": (1, 2)}
_TEMPLATES = {".html", ".txt"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")

Key = tuple[str, str]  # context, msgid


@dataclass
class Found:
    """A message in the source: its plural form and where it stands."""

    plural: str = ""
    places: list[str] = field(default_factory=list)
    in_script: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one message of a catalogue."""

    slice: str
    msgid: str
    problem: str


def slices() -> list[str]:
    """Every slice that could hold messages."""
    return sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file())


def po_path(slice_name: str, locale: str = "zh_Hans") -> Path:
    return SOURCE / slice_name / "locale" / locale / "LC_MESSAGES" / "django.po"


def extract(slice_name: str) -> dict[Key, Found]:
    """Every message that the slice's Python and templates use; for ui also those of the scripts."""
    found: dict[Key, Found] = {}
    root = SOURCE / slice_name
    for path in sorted(root.rglob("*")):
        if path.is_file() and "tests" not in path.parts and "migrations" not in path.parts:
            if path.suffix == ".py":
                _collect(found, path, "python", _KEYWORDS, {})
            elif path.suffix in _TEMPLATES and "templates" in path.parts:
                options = {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "false"}
                _collect(found, path, "jinja2.ext:babel_extract", _KEYWORDS, options)
    if slice_name == SCRIPT_SLICE and _SCRIPTS.is_dir():
        for path in sorted(_SCRIPTS.rglob("*.ts")):
            if not path.name.endswith(".test.ts"):
                _collect(found, path, "javascript", _SCRIPT_KEYWORDS, {"ts": "true"}, in_script=True)
    return found


def catalogue(slice_name: str, locale: str = "zh_Hans") -> Catalog:
    """The slice's catalogue as it is kept; empty when there is none yet."""
    path = po_path(slice_name, locale)
    if not path.is_file():
        return Catalog(locale=locale)
    with path.open("rb") as stream:
        return read_po(stream, locale=locale)


def missing(slice_name: str, locale: str = "zh_Hans") -> list[str]:
    """The messages of the slice that have no translation."""
    kept = catalogue(slice_name, locale)
    wanted = extract(slice_name)
    return [msgid for context, msgid in wanted if not _is_translated(kept.get(msgid, context or None))]


def faults(slice_name: str, locale: str = "zh_Hans") -> list[Fault]:
    """What would show a reader wrong words: untranslated, fuzzy, unused, other placeholders or plurals."""
    found = extract(slice_name)
    kept = catalogue(slice_name, locale)
    result = [Fault(slice_name, msgid, "not translated") for msgid in missing(slice_name, locale)]
    for message in kept:
        if not message.id or not _is_translated(message):
            continue
        msgid = message.id[0] if isinstance(message.id, tuple | list) else message.id
        result += [Fault(slice_name, msgid, problem) for problem in _problems(message, kept.num_plurals)]
        if (message.context or "", msgid) not in found:
            result.append(Fault(slice_name, msgid, "no longer used"))
    return result


def update(slice_name: str, locale: str = "zh_Hans") -> tuple[int, int]:
    """Bring the slice's catalogue in line with its source; returns how many were added and removed.

    Translations are kept; new messages are added empty, unused ones go.
    """
    found = extract(slice_name)
    kept = catalogue(slice_name, locale)
    before = {(message.context or "", _msgid(message)) for message in kept if message.id}
    if not found and not before:
        return 0, 0
    fresh = Catalog(locale=locale, charset="utf-8", fuzzy=False)
    for (context, msgid), use in found.items():
        old = kept.get(msgid, context or None)
        translation = old.string if old and _same_shape(old, use) else None
        fresh.add(
            (msgid, use.plural) if use.plural else msgid,
            translation or (("",) if use.plural else ""),
            locations=[(place, 0) for place in sorted(set(use.places))],
            context=context or None,
            auto_comments=["script"] if use.in_script else [],
        )
    path = po_path(slice_name, locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, _po_bytes(fresh))
    return len(found.keys() - before), len(before - found.keys())


def compile_all(locale: str = "zh_Hans") -> list[Path]:
    """Write the .mo next to each .po, and the strings that scripts need; returns what was written."""
    written = []
    for slice_name in slices():
        source = po_path(slice_name, locale)
        if source.is_file():
            written.append(_compile(slice_name, locale))
    return written


def compile_stale() -> list[Path]:
    """Compile only catalogues that changed since; does nothing where the files cannot be written."""
    written = []
    for locale in LOCALES:
        for slice_name in slices():
            source = po_path(slice_name, locale)
            target = source.with_suffix(".mo")
            if not source.is_file() or _is_fresh(target, source):
                continue
            try:
                written.append(_compile(slice_name, locale))
            except OSError:
                continue  # An installation without write access carries its compiled files.
    return written


@cache
def script_strings(language: str) -> dict[str, str | list[str]]:
    """The translations that the scripts look up, by their English text; empty for English."""
    locale = {"zh-hans": "zh_Hans"}.get(language.lower())
    if locale is None:
        return {}
    strings: dict[str, str | list[str]] = {}
    for message in catalogue(SCRIPT_SLICE, locale):
        if message.id and "script" in message.auto_comments and _is_translated(message):
            text = message.string
            strings[_msgid(message)] = list(text) if isinstance(text, tuple | list) else str(text)
    return strings


def _is_fresh(target: Path, source: Path) -> bool:
    return target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _collect(
    found: dict[Key, Found],
    path: Path,
    method: str,
    keywords: dict[str, tuple[int | tuple[int, str], ...] | None],
    options: dict[str, str],
    *,
    in_script: bool = False,
) -> None:
    place = path.relative_to(REPOSITORY).as_posix()
    with path.open("rb") as stream:
        for _line, message, _comments, context in babel_extract(
            method, stream, keywords=keywords, comment_tags=(), options=options
        ):
            parts = message if isinstance(message, tuple) else (message, "")
            if not parts[0]:
                continue
            entry = found.setdefault((context or "", parts[0]), Found())
            entry.plural = entry.plural or (parts[1] or "")
            entry.places.append(place)
            entry.in_script |= in_script


def _compile(slice_name: str, locale: str) -> Path:
    target = po_path(slice_name, locale).with_suffix(".mo")
    buffer = io.BytesIO()
    write_mo(buffer, catalogue(slice_name, locale))
    _write(target, buffer.getvalue())
    script_strings.cache_clear()
    return target


def _po_bytes(fresh: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, fresh, width=100, omit_header=True, include_lineno=False, sort_output=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Language: zh_Hans\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    return header.encode() + buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    # Several test processes may compile at once: readers see the old file or the new one.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _problems(message: Message, plurals: int) -> Iterator[str]:
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    texts = _texts(message)
    if message.fuzzy:
        yield "fuzzy"
    if isinstance(message.id, tuple | list) and len(texts) != plurals:
        yield f"{len(texts)} plural forms instead of {plurals}"
    wanted = set.union(*(_placeholders(text) for text in ids))
    for text in texts:
        if _placeholders(text) - wanted or (wanted - _placeholders(text) and not _may_drop(message)):
            yield "other placeholders"
    if any(re.search(r"[\u3400-\u9fff][,;!?]", text) for text in texts):
        yield "half-width punctuation after Chinese"


def _may_drop(message: Message) -> bool:
    # A plural message may leave its number out ("1 minute" as "a minute").
    return isinstance(message.id, tuple | list)


def _placeholders(text: str) -> set[str]:
    return {match.group() for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def _texts(message: Message) -> tuple[str, ...]:
    held = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(text or "" for text in held)


def _msgid(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _same_shape(message: Message, use: Found) -> bool:
    return isinstance(message.id, tuple | list) == bool(use.plural)


def _is_translated(message: Message | None) -> bool:
    if message is None:
        return False
    texts = _texts(message)
    return bool(texts) and all(texts)
