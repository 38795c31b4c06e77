"""The Jinja2 environment of every page, mail and fragment."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import get_urlconf, reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined, Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

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
    texts,
    times,
)
from firstline.ui.current import CsrfInput

_NUMBER = 8_070_605_040_302_010  # no route holds it by itself


class _Template(Template):
    """A template whose macros are made once: no template here has names of its own that macros would see."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        made: TemplateModule | None = self._module
        return made if made is not None else super()._get_default_module()


def environment(**options: Any) -> Environment:
    """Called by Django's Jinja2 backend; undefined names raise, output is escaped, `_` translates.

    In translated templates a literal percent sign is written `%%`.
    """
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}
    options["autoescape"] = _escapes
    options["extensions"] = ["jinja2.ext.i18n", "jinja2.ext.do", *options.get("extensions", [])]
    made = Environment(**options)  # noqa: S701 - Django's backend passes autoescape=True
    made.template_class = _Template
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= dict.fromkeys(("_", "gettext"), texts.gettext) | {"pgettext": texts.pgettext}
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


def _escapes(name: str | None) -> bool:
    """Everything but plain text, in which an ampersand is an ampersand."""
    return not (name or "").endswith(".txt")


def _url(name: str, *args: object, **kwargs: object) -> str:
    routes = get_urlconf() or settings.ROOT_URLCONF
    if len(args) == 1 and type(args[0]) is int and args[0] > 0 and not kwargs:
        # Pages of many tickets have many addresses of few forms.
        before, after = _around_number(routes, name)
        return f"{before}{args[0]}{after}"
    return _reversed(routes, name, args, tuple(kwargs.items()))


@lru_cache(maxsize=1024)
def _around_number(routes: str, name: str) -> tuple[str, str]:
    """The address of a route with one number, as what stands before the number and after it."""
    before, _, after = _reversed(routes, name, (_NUMBER,), ()).rpartition(str(_NUMBER))
    return before, after


@lru_cache(maxsize=4096)
def _reversed(
    _urlconf: str, name: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]
) -> str:
    """Addresses do not change while the process lives, and a page holds dozens of them."""
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)
