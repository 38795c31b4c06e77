"""Every route says who may come in."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Views of libraries that guard themselves; the list may only shrink.
LIBRARY_VIEWS = {"allauth", "django", "ninja", "whitenoise"}


def test_every_route_declares_its_gate() -> None:
    ungated = [
        f"{route} -> {getattr(view, '__module__', '?')}.{getattr(view, '__qualname__', view)}"
        for route, view in _views(get_resolver())
        if not hasattr(view, "gate") and view.__module__.split(".")[0] not in LIBRARY_VIEWS
    ]

    assert ungated == []


def test_library_views_stay_in_their_places() -> None:
    library_routes = [
        route for route, view in _views(get_resolver()) if view.__module__.split(".")[0] in LIBRARY_VIEWS
    ]

    assert [route for route in library_routes if not route.startswith(("accounts/", "api/"))] == []


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _views(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback
