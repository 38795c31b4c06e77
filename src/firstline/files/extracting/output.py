"""What one file yields: its text up to a limit, or the code of why there is none."""

from collections.abc import Callable
from typing import IO

Reader = Callable[[IO[bytes], "Collected"], None]


class Unreadable(Exception):
    """There is no text to be had; `code` says why (`files.enums.ERRORS`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Enough(Exception):
    """The limit is reached: the rest of the file need not be read."""


class Collected:
    """Text as it comes in, never more than `limit` characters."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._pieces: list[str] = []
        self.is_cut = False

    def add(self, piece: str) -> None:
        """Keep `piece`; raises `Enough` when there is no room for all of it."""
        self._pieces.append(piece[: self._left])
        self._left -= len(piece)
        if self._left < 0:
            self.is_cut = True
            raise Enough

    @property
    def text(self) -> str:
        return "".join(self._pieces).strip()
