"""How Chinese names and titles are typed in Latin letters: pinyin and its initials."""

import subprocess
import sys
import threading
from array import array
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import islice, product
from pathlib import Path

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

FIRST, LAST = 0x4E00, 0x9FFF
WINDOW = 8
NAME_READINGS_MAX = 16
TITLE_READINGS_MAX = 4
CHILD_SECONDS_MAX = 120
# Characters that common words use with more than one reading; in titles, others have one.
_OFTEN_TWO = frozenset("重行长调传乐单数还降率角都差参藏曾朝处弹更供会校壳模屏宿系相压应载中种转给血")


class Table:
    """The readings of each character, about a hundred kilobytes."""

    def __init__(self, text: str) -> None:
        self._readings: list[tuple[str, ...]] = [()]
        self._index = array("H", bytes(2 * (LAST - FIRST + 1)))
        for line in text.splitlines():
            readings, _, characters = line.partition(" ")
            self._readings.append(tuple(readings.split(",")))
            for character in characters:
                self._index[ord(character) - FIRST] = len(self._readings) - 1

        self.syllables = frozenset(syllable for readings in self._readings for syllable in readings)

    def syllables_of(self, word: str, most: int = 4) -> list[str]:
        """A Latin word taken apart into syllables, the longest first; empty where it is not all pinyin."""
        if not word:
            return []
        for length in range(min(6, len(word)), 0, -1):
            if word[:length] in self.syllables:
                rest = self.syllables_of(word[length:], most - 1) if most > 1 else []
                if rest or length == len(word):
                    return [word[:length], *rest]
        return []

    def of(self, character: str) -> tuple[str, ...]:
        """The readings of one character, most frequent first; none of what is not Chinese."""
        place = ord(character) - FIRST
        return self._readings[self._index[place]] if 0 <= place < len(self._index) else ()


_table: Table | None = None
_loading = threading.Lock()


def table() -> Table:
    """The table, read from the data folder; made by a child process where it is missing."""
    global _table
    if _table is None:
        with _loading:
            if _table is None:
                _table = Table(_text())
    return _table


def spellings(text: str, *, is_name: bool) -> set[tuple[str, str]]:
    """Pairs of pinyin and initials for each place in `text` where somebody may start typing.

    All readings of a name's characters, the usual ones of a title's.
    """
    found: set[tuple[str, str]] = set()
    for run in _runs(text):
        for start in range(len(run)):
            found.update(_readings(run[start : start + WINDOW], is_name=is_name))
    return found


def _runs(text: str) -> Iterator[list[tuple[str, Sequence[str]]]]:
    run: list[tuple[str, Sequence[str]]] = []
    known = table()
    for character in text:
        readings = known.of(character)
        if readings:
            run.append((character, readings))
        elif run and not character.isspace():
            yield run
            run = []
    if run:
        yield run


def _readings(window: list[tuple[str, Sequence[str]]], *, is_name: bool) -> Iterator[tuple[str, str]]:
    if is_name:
        choices, most = [readings for _, readings in window], NAME_READINGS_MAX
    else:
        choices = [r[:2] if character in _OFTEN_TWO else r[:1] for character, r in window]
        most = TITLE_READINGS_MAX
    for syllables in islice(product(*choices), most):
        yield "".join(syllables), "".join(syllable[0] for syllable in syllables)


def _text() -> str:
    try:
        name = f"pinyin-{version('pypinyin')}.txt"
    except PackageNotFoundError:
        return ""
    path = Path(settings.FIRSTLINE_DATA_DIR) / "cache" / name
    if path.exists():
        return path.read_text(encoding="utf-8")
    program = str(Path(__file__).with_name("pinyin_table.py"))
    # -P keeps this folder's modules from standing in for those of the standard library.
    made = subprocess.run(
        [sys.executable, "-P", program], capture_output=True, timeout=CHILD_SECONDS_MAX, check=False
    )
    text = made.stdout.decode()
    if made.returncode or not text:
        log.warning("pinyin_table_failed", reason=made.stderr.decode(errors="replace")[-300:])
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{threading.get_ident()}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return text
