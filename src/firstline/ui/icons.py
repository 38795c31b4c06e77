"""Icons out of the one sheet, and the marks for status and priority drawn from it."""

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from firstline.ui import assets


def icon(name: str, cls: str = "i", label: str = "") -> SafeString:
    """An icon; decorative unless `label` says what it means."""
    return _drawn(name, cls, str(label))


@lru_cache(maxsize=2048)
def _drawn(name: str, cls: str, label: str) -> SafeString:
    sheet = assets.asset("sprite.svg")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><title>{}</title><use href="{}#{}"/></svg>',
            cls, label, label, sheet, name,
        )  # fmt: skip
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', cls, sheet, name)
