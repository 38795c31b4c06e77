"""Where one can go: slices register their places, pages show those the actor may enter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.functional import Promise

from firstline.kit.actor import Actor

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """A registered page; `permission` empty means every signed-in person."""

    label: Text
    url_name: str
    permission: str
    order: int
    icon: str = ""
    group: Text = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place as the actor sees it on this page."""

    label: str
    url: str
    icon: str
    group: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Bell:
    """Where notices are listed and how many the actor has not read."""

    url_name: str
    unread: Callable[[Actor], int]


_rail: dict[str, Place] = {}
_admin: dict[str, Place] = {}
_portal: dict[str, Place] = {}
_tools: dict[str, Place] = {}
_bells: list[Bell] = []


def register_rail_item(
    *, label: Text, url_name: str, icon: str, permission: str = "", order: int = 50, under: str = ""
) -> None:
    """Put a place on the desk's rail; it is marked on every page whose path starts with `under`
    (by default the place's own path)."""
    _rail[url_name] = Place(label, url_name, permission, order, icon=icon, under=under)


def register_admin_page(
    *, group: Text, label: Text, url_name: str, permission: str, order: int = 50, icon: str = ""
) -> None:
    """Put a page into the Administration navigation, under `group`."""
    _admin[url_name] = Place(label, url_name, permission, order, icon=icon, group=group)


def register_portal_item(
    *, label: Text, url_name: str, order: int = 50, permission: str = "", under: str = ""
) -> None:
    """Put a page into the portal's header."""
    _portal[url_name] = Place(label, url_name, permission, order, under=under)


def register_tool(kind: str, *, label: Text, url_name: str, permission: str = "") -> None:
    """Name the page behind a fixed tool: "search", "palette", "new"; "portal_search", "portal_search_box"."""
    _tools[kind] = Place(label, url_name, permission, 0)


def register_bell(*, url_name: str, unread: Callable[[Actor], int]) -> None:
    """Name the page of notices and how to count the unread."""
    _bells[:] = [Bell(url_name, unread)]


def rail(request: HttpRequest, actor: Actor) -> list[Link]:
    return _links(_rail.values(), request, actor)


def portal(request: HttpRequest, actor: Actor) -> list[Link]:
    return _links(_portal.values(), request, actor)


def admin(request: HttpRequest, actor: Actor) -> dict[str, list[Link]]:
    """Administration pages by group, groups in the order of their first page."""
    groups: dict[str, list[Link]] = {}
    for link in _links(_admin.values(), request, actor):
        groups.setdefault(link.group, []).append(link)
    return groups


def tool(kind: str, request: HttpRequest, actor: Actor) -> Link | None:
    place = _tools.get(kind)
    found = _links([place], request, actor) if place else []
    return found[0] if found else None


def bell() -> Bell | None:
    return _bells[0] if _bells else None


def url_or_none(name: str) -> str | None:
    """The path of a named route, None where no slice serves it."""
    return _path(name, get_urlconf() or settings.ROOT_URLCONF)


@lru_cache(maxsize=512)
def _path(name: str, routes: str) -> str | None:
    try:
        return reverse(name, urlconf=routes)
    except NoReverseMatch:
        return None


def _links(places: Iterable[Place], request: HttpRequest, actor: Actor) -> list[Link]:
    seen = []
    for place in sorted(places, key=lambda place: (place.order, place.url_name)):
        if place.permission and not actor.may(place.permission):
            continue
        path = url_or_none(place.url_name)
        if path:
            seen.append((place, path))
    here = request.path
    matches = [path for place, path in seen if here.startswith(place.under or path)]
    best = max(matches, key=len, default="")
    return [
        Link(str(place.label), path, place.icon, str(place.group), is_on=path == best) for place, path in seen
    ]
