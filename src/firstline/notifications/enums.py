"""The kinds of notices that slices register, their causes, and the errors of this slice."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice.

    `label` names it in the preferences; `sentence` is filled from the notice's params
    ("%(ticket)s is yours"); `bell` and `mail` are what people get who chose nothing.
    """

    code: str
    label: Text
    sentence: Text
    bell: bool = True
    mail: bool = True


KINDS: dict[str, Kind] = {}
CAUSES: dict[str, Text] = {}


def register_kind(kind: Kind) -> Kind:
    """Add a kind to the catalogue; each code once."""
    if kind.code in KINDS:
        raise ValueError(f"notification kind {kind.code!r} is registered twice")
    KINDS[kind.code] = kind
    return kind


def register_causes(causes: Mapping[str, Text]) -> None:
    """Add answers to "why did I get this?", filled from the notice's params; each code once."""
    for code, text in causes.items():
        if code in CAUSES:
            raise ValueError(f"notification cause {code!r} is registered twice")
        CAUSES[code] = text


ERRORS: dict[str, Text] = {
    "notification_unknown": _("There is no such notice."),
    "notification_kind_unknown": _("There is no such kind of notice."),
}
