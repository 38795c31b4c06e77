"""Domain errors in the reader's words; slices register the sentence of each code."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound

Text = str | Promise

_texts: dict[str, Text] = {
    "permission_missing": _("You may not do this. Ask your administrator if you should."),
}
_by_kind: list[tuple[type[DomainError], Text]] = [
    (NotAllowed, _("You may not do this.")),
    (NotFound, _("This does not exist, or you may not see it.")),
    (Conflict, _("Somebody changed this meanwhile. Look again, then repeat your step.")),
    (InvalidInput, _("This value cannot be used.")),
]


def register(texts: Mapping[str, Text]) -> None:
    """Add the sentences of a slice's error codes; `%(name)s` is filled from the error's params.

    Raises `ValueError` when another slice already registered a different text for a code.
    """
    for code, text in texts.items():
        if code in _texts and _texts[code] is not text and str(_texts[code]) != str(text):
            raise ValueError(f"error code {code!r} already has a text")
        _texts[code] = text


def describe(error: DomainError) -> str:
    """One sentence in the active language; a general one for a code nobody registered."""
    text = _texts.get(error.code)
    if text is None:
        kind = next((words for cls, words in _by_kind if isinstance(error, cls)), None)
        return str(kind) if kind else gettext("That did not work (%(code)s).") % {"code": error.code}
    try:
        return str(text) % {name: _shown(value) for name, value in error.params.items()}
    except (KeyError, ValueError):
        return str(text)


def registered_codes() -> frozenset[str]:
    return frozenset(_texts)


def _shown(value: object) -> object:
    if isinstance(value, DomainError):
        return describe(value)
    return value if isinstance(value, int | float) else str(value)
