"""The reader's language and theme: which there are, how they are named, where a choice is kept."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

_TAGS = {"zh-hans": "zh-CN", "zh": "zh-CN", "zh-cn": "zh-CN"}
_OWN_NAMES = {"en": "English", "zh-hans": "中文"}
THEMES = ("system", "light", "dark")
THEME_COOKIE = "firstline_theme"

Saver = Callable[[HttpRequest, str], None]
_savers: list[Saver] = []


def lang_tag(language: str | None = None) -> str:
    """The BCP 47 tag that browsers pick fonts by: zh-hans becomes zh-CN."""
    code = (language or translation.get_language() or settings.LANGUAGE_CODE).lower()
    return _TAGS.get(code, code)


def choices() -> list[tuple[str, str, str]]:
    """Code, name in the language itself, and tag of each language people may choose."""
    return [(code, _OWN_NAMES.get(code, str(name)), lang_tag(code)) for code, name in settings.LANGUAGES]


def others() -> list[tuple[str, str, str]]:
    """The languages a reader could switch to now."""
    active = translation.get_language()
    return [choice for choice in choices() if choice[0] != active]


def register_saver(save: Saver) -> None:
    """Have `save(request, language)` called when a person chooses a language."""
    _savers.append(save)


def save_choice(request: HttpRequest, language: str) -> None:
    for save in _savers:
        save(request, language)


def theme_of(request: HttpRequest | None) -> str:
    """light, dark, or system where the person never chose."""
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request is not None else ""
    return chosen if chosen in THEMES else "system"
