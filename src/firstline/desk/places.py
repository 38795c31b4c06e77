"""Pages of the desk and of Administration by what they are called, in any of our languages."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from firstline.kit.actor import Actor
from firstline.kit.text import has_han
from firstline.ui import navigation
from firstline.ui.navigation import Link


def places(request: HttpRequest, actor: Actor, words: str, *, everything: bool = False) -> list[Link]:
    """The places that the actor may enter and whose name begins with the words; the main ones without."""
    here = _all(request, actor)
    if not words:
        return here if everything else [link for link in here if not link.group]
    names: dict[str, list[str]] = {link.url: [link.label] for link in here}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for link in _all(request, actor):
                names[link.url].append(f"{link.group} {link.label}")
    return [link for link in here if any(fits(name, words) for name in names[link.url])]


def fits(label: str, words: str) -> bool:
    """Whether every word begins a word of the label; a Chinese part may stand anywhere in it."""
    known = " " + " ".join(re.findall(r"\w+", label.casefold()))
    typed: Sequence[str] = words.casefold().split()
    return all((word in known) if has_han(word) else f" {word}" in known for word in typed)


def _all(request: HttpRequest, actor: Actor) -> list[Link]:
    new = navigation.tool("new", request, actor)
    admin = [link for links in navigation.admin(request, actor).values() for link in links]
    return [*navigation.rail(request, actor), *([new] if new else []), *admin]
