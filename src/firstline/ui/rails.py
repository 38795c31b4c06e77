"""The desk's rail with its account menu, drawn once per reader and place and not on each of their pages."""

from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.template import engines
from django.urls import get_urlconf
from django.utils.html import escape
from django.utils.safestring import SafeString

from firstline.ui import languages
from firstline.ui.current import CsrfInput
from firstline.ui.navigation import Link

# What stands in a kept rail for the two things that differ from request to request.
_HERE, _TOKEN = "\ue000here\ue001", SafeString("\ue000token\ue001")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose account menu it is."""

    id: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Rail:
    """Everything that the rail's templates show, as their `shell`; the key under which they are kept."""

    rail: tuple[Link, ...]
    admin_home: str
    is_admin: bool
    language: str
    theme: str
    actor: Reader

    @property
    def here(self) -> str:
        return _HERE

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        return languages.choices()

    @property
    def path(self) -> str:
        """As much of the request's path as the rail looks at."""
        return "/admin/" if self.is_admin else "/"


def drawn(rail: Rail, request: HttpRequest) -> SafeString:
    """The rail for this request."""
    kept = _kept(rail, get_urlconf())
    return SafeString(kept.replace(_HERE, escape(request.get_full_path())).replace(_TOKEN, str(CsrfInput())))


@lru_cache(maxsize=512)
def _kept(rail: Rail, _routes: str | None) -> str:
    names = {"request": rail, "shell_for": lambda _request: rail, "csrf_input": _TOKEN}
    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return str(environment.get_template("ui/parts/rail.html").render(names))
