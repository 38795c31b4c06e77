"""Translated words in templates: each looked up and made safe once per language, not on every page."""

from typing import Any

from django.utils import translation
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

# By language and whether the template escapes: what a message is without variables.
_kept: dict[tuple[str | None, bool, str | None, str], str] = {}
_KEPT_MAX = 8192


@pass_context
def gettext(context: Context, message: str, /, **variables: Any) -> str:
    """`{{ _("Answered by %(name)s", name=…) }}`; variables are escaped, a literal percent sign is `%%`."""
    return _text(context, None, message, variables)


@pass_context
def pgettext(context: Context, sense: str, message: str, /, **variables: Any) -> str:
    """The same for a word that needs its `sense` told."""
    return _text(context, sense, message, variables)


def _text(context: Context, sense: str | None, message: str, variables: dict[str, Any]) -> str:
    is_safe = bool(context.eval_ctx.autoescape)
    if variables:
        return _looked_up(is_safe, sense, message) % variables
    key = (translation.get_language(), is_safe, sense, message)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        found = _kept[key] = _looked_up(is_safe, sense, message) % {}
    return found


def _looked_up(is_safe: bool, sense: str | None, message: str) -> str:
    text = translation.gettext(message) if sense is None else translation.pgettext(sense, message)
    return Markup(text) if is_safe else text  # noqa: S704 - ours: the message stands in a template
