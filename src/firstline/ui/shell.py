"""What every page's frame shows: who reads, in which language and theme, where they can go."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.safestring import SafeString

from firstline.kit.actor import ANONYMOUS, Actor
from firstline.ui import here, i18n, languages, navigation, rails, toasts
from firstline.ui.navigation import Link


@dataclass(frozen=True)
class Shell:
    """The frame of one page; a layout takes everything from here."""

    request: HttpRequest
    actor: Actor
    lang: str
    theme: str

    @cached_property
    def rail(self) -> list[Link]:
        return navigation.rail(self.request, self.actor)

    @cached_property
    def portal(self) -> list[Link]:
        return navigation.portal(self.request, self.actor)

    @cached_property
    def admin(self) -> dict[str, list[Link]]:
        return navigation.admin(self.request, self.actor)

    @property
    def admin_home(self) -> str:
        """The first Administration page the actor may open, empty when there is none."""
        return next((link.url for links in self.admin.values() for link in links), "")

    def tool(self, kind: str) -> Link | None:
        return navigation.tool(kind, self.request, self.actor)

    @property
    def mark(self) -> str:
        """By which a page kept for the back button knows its reader; empty for strangers."""
        return here.mark_of(self.request) if self.actor.is_signed_in else ""

    @property
    def bell_url(self) -> str:
        bell = navigation.bell()
        return (navigation.url_or_none(bell.url_name) or "") if bell and self.actor.is_signed_in else ""

    @cached_property
    def unread(self) -> int:
        bell = navigation.bell()
        return bell.unread(self.actor) if bell and self.actor.is_signed_in else 0

    @property
    def toasts(self) -> list[toasts.Toast]:
        return toasts.take(self.request)

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        return languages.choices()

    @property
    def other_languages(self) -> list[tuple[str, str, str]]:
        return languages.others()

    @property
    def language(self) -> str:
        return translation.get_language() or settings.LANGUAGE_CODE

    @property
    def here(self) -> str:
        return self.request.get_full_path()

    @property
    def rail_html(self) -> SafeString:
        """The desk's rail with its account menu."""
        return rails.drawn(
            rails.Rail(
                rail=tuple(self.rail),
                admin_home=self.admin_home,
                is_admin=self.request.path.startswith("/admin/"),
                language=self.language,
                theme=self.theme,
                actor=rails.Reader(self.actor.id, self.actor.label),
            ),
            self.request,
        )

    @property
    def strings(self) -> dict[str, str | list[str]]:
        """The translations that scripts need, empty in English."""
        return i18n.script_strings(self.language)


def shell_for(request: HttpRequest) -> Shell:
    """The frame for `request`; made once per request."""
    made: Shell | None = getattr(request, "ui_shell", None)
    if made is None or made.lang != languages.lang_tag():
        actor = getattr(request, "actor", ANONYMOUS)
        made = Shell(request, actor, languages.lang_tag(), languages.theme_of(request))
        request.ui_shell = made  # type: ignore[attr-defined]
    return made
