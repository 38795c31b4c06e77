"""The views of the desk as links: names, icons, addresses, counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.desk.queries.paging import COUNT_MAX as SAVED_COUNT_MAX
from firstline.desk.queries.saved import Saved
from firstline.desk.queries.views import Kept, Listing
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
    colour: str = ""


@dataclass(frozen=True, slots=True)
class ViewGroup:
    """Views under a heading: one's own, a team's, saved searches."""

    label: str | Promise
    links: list[ViewLink] = field(default_factory=list)


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


def label_of(listing: Listing) -> str | Promise:
    """What a list is called; one that nobody saved has no name yet."""
    if listing.view is not None:
        return listing.view.name
    return LABELS.get(listing.code, _("Filtered tickets"))


def view_links(actor: Actor, *, on: str, counts: Mapping[str, int] | None = None) -> list[ViewLink]:
    """Home and the lists that make sense for the actor; counts once they are known."""
    known = counts or {}
    home = ViewLink("home", _("My work"), "home", reverse("desk:home"), "", on == "home", is_alarm=False)
    return [home, *(_link(View(code), on, known.get(code)) for code in views_for(actor))]


def saved_groups(
    views: list[Kept], searches: list[Saved], *, on: str, counts: Mapping[str, int] | None = None
) -> list[ViewGroup]:
    """Saved views by whose they are, then saved searches."""
    known = counts or {}
    groups: dict[int, ViewGroup] = {}
    for each in views:
        group = groups.setdefault(each.team_id or 0, ViewGroup(each.team or _("My views")))
        group.links.append(_saved_link(each, on, known.get(each.code)))
    found = list(groups.values())
    if searches:
        found.append(ViewGroup(_("Saved searches"), [_search_link(each) for each in searches]))
    return found


def topics_of(actor: Actor) -> str:
    """What a list of the actor listens to: its queues and the person."""
    queues = [f"queue:{team_id}" for team_id in sorted(actor.team_ids)]
    return " ".join(["queue:0", *queues, f"person:{actor.id}"])


def list_url(view: str, **query: str) -> str:
    """The address of a view."""
    return f"{reverse('desk:tickets')}?{urlencode({'view': view, **{k: v for k, v in query.items() if v}})}"


def _link(view: View, on: str, count: int | None) -> ViewLink:
    return ViewLink(
        view.value, LABELS[view], _ICONS[view], list_url(view.value), _shown(count, COUNT_MAX),
        on == view.value, is_alarm=view == View.AT_RISK and bool(count),
    )  # fmt: skip


def _saved_link(view: Kept, on: str, count: int | None) -> ViewLink:
    return ViewLink(
        view.code, view.name, view.icon, list_url(view.code), _shown(count, SAVED_COUNT_MAX), on == view.code,
        is_alarm=False, colour=view.colour,
    )  # fmt: skip


def _search_link(saved: Saved) -> ViewLink:
    query = {"q": saved.text, "kind": saved.kind} if saved.kind else {"q": saved.text}
    href = f"{reverse('desk:search')}?{urlencode(query)}"
    return ViewLink(f"s{saved.id}", saved.name, "search", href, "", is_on=False, is_alarm=False)


def _shown(count: int | None, most: int) -> str:
    return "" if count is None else f"{most}+" if count > most else str(count)
