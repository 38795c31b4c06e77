"""The views of the desk as links: names, icons, addresses, counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.kit.actor import Actor
from firstline.tickets.enums import View
from firstline.tickets.queries import views_for

COUNT_MAX = 1000


@dataclass(frozen=True, slots=True)
class ViewLink:
    """One view in the side column."""

    code: str
    label: str | Promise
    icon: str
    href: str
    count: str
    is_on: bool
    is_alarm: bool


_ICONS = {
    View.MINE: "user",
    View.UNASSIGNED: "inbox",
    View.AT_RISK: "clock",
    View.ANSWERED: "reply",
    View.OPEN: "users",
    View.ALL: "globe",
    View.CLOSED: "check",
}


LABELS: dict[str, str | Promise] = {
    View.MINE: pgettext_lazy("tickets", "Mine"),
    View.UNASSIGNED: _("Free to take"),
    View.AT_RISK: _("About to breach"),
    View.ANSWERED: _("Waiting for me"),
    View.OPEN: _("All in my teams"),
    View.ALL: _("All open"),
    View.CLOSED: _("Recently closed"),
}
"""Names of the views, short enough for a narrow column."""


def view_links(actor: Actor, *, on: str, counts: Mapping[str, int] | None = None) -> list[ViewLink]:
    """Home and the lists that make sense for the actor; counts once they are known."""
    known = counts or {}
    home = ViewLink("home", _("My work"), "home", reverse("desk:home"), "", on == "home", is_alarm=False)
    return [home, *(_link(View(code), on, known.get(code)) for code in views_for(actor))]


def topics_of(actor: Actor) -> str:
    """What a list of the actor listens to: its queues and the person."""
    queues = [f"queue:{team_id}" for team_id in sorted(actor.team_ids)]
    return " ".join(["queue:0", *queues, f"person:{actor.id}"])


def list_url(view: str, **query: str) -> str:
    """The address of a view."""
    return f"{reverse('desk:tickets')}?{urlencode({'view': view, **{k: v for k, v in query.items() if v}})}"


def _link(view: View, on: str, count: int | None) -> ViewLink:
    shown = "" if count is None else f"{COUNT_MAX}+" if count > COUNT_MAX else str(count)
    return ViewLink(
        view.value, LABELS[view], _ICONS[view], list_url(view.value), shown, on == view.value,
        is_alarm=view == View.AT_RISK and bool(count),
    )  # fmt: skip
