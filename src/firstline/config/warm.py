"""What the first pages after a start would otherwise wait for: routes, words, compiled templates."""

import time

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from firstline.ui.pages import environment

# Pages that people open all day; forms of Administration are compiled when somebody opens them.
FOLDERS = ("ui/", "desk/", "portal/", "tickets/", "servicelevels/", "search/")
PAUSE_SECONDS = 0.002


def up() -> None:
    """Half a second of work, in small parts between which requests go first."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
    templates = environment()
    for name in filter(_is_page, templates.list_templates(extensions=["html"])):
        templates.get_template(name)
        time.sleep(PAUSE_SECONDS)


def _is_page(name: str) -> bool:
    return name.startswith(FOLDERS)
