"""The Jinja2 environment of every page, mail and fragment."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import get_urlconf, reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined

from firstline.ui import (
    assets,
    charts,
    forms,
    icons,
    languages,
    navigation,
    people,
    phrases,
    richtext,
    shapes,
    shell,
    sizes,
    times,
)
from firstline.ui.current import CsrfInput


def environment(**options: Any) -> Environment:
    """Called by Django's Jinja2 backend; undefined names raise, output is escaped, `_` translates.

    In translated templates a literal percent sign is written `%%`.
    """
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}
    options["extensions"] = ["jinja2.ext.i18n", "jinja2.ext.do", *options.get("extensions", [])]
    made = Environment(**options)  # noqa: S701 - Django's backend passes autoescape=True
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= {
        "asset": assets.asset,
        "charts": charts,
        "csrf_input": CsrfInput(),
        "icon": icons.icon,
        "phrases": phrases,
        "shell_for": shell.shell_for,
        "static": static,
        "url": _url,
        "url_or_none": navigation.url_or_none,
        "widget": forms.widget,
    }
    made.filters |= {
        "ago": times.ago,
        "avatar_hue": people.avatar_hue,
        "duration": times.duration,
        "filesize": sizes.file_size,
        "initials": people.initials,
        "lang_tag": languages.lang_tag,
        "markdown": richtext.markdown,
        "plain": richtext.plain,
        "sanitize": richtext.sanitize,
        "stamp": times.stamp,
        "status_shape": shapes.status_shape,
        "time_left": times.time_left,
        "time_of_day": times.time_of_day,
        "when": times.when,
        "when_words": times.when_words,
    }
    return made


def _url(name: str, *args: object, **kwargs: object) -> str:
    return _reversed(get_urlconf() or settings.ROOT_URLCONF, name, args, tuple(kwargs.items()))


@lru_cache(maxsize=4096)
def _reversed(
    _urlconf: str, name: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]
) -> str:
    """Addresses do not change while the process lives, and a page holds dozens of them."""
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)
