"""What every frame offers: the choice of language and theme, and the bell."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from firstline.ui import languages
from firstline.ui.gates import public, signed_in
from firstline.ui.pages import redirect, render
from firstline.ui.shell import shell_for

_YEAR_SECONDS = 365 * 86400
_PATH_CHARS_MAX = 2000


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and, for a person, wherever slices keep it."""
    chosen = request.POST.get("language", "")
    response = redirect(request, _back(request))
    if chosen in dict(settings.LANGUAGES):
        languages.save_choice(request, chosen)
        _remember(request, response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice on this device."""
    chosen = request.POST.get("theme", "")
    response = redirect(request, _back(request))
    if chosen in languages.THEMES:
        _remember(request, response, languages.THEME_COOKIE, chosen)
    return response


@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The bell with its mark for unread notices, fetched again when one arrives."""
    if not shell_for(request).bell_url:
        return HttpResponse(status=204)
    return render(request, "ui/parts/bell.html")


def _back(request: HttpRequest) -> str:
    """Where the reader was: a path of ours that a header can carry, or the start page."""
    target = request.POST.get("next", "/")
    is_path = target.startswith("/") and target.isprintable() and len(target) <= _PATH_CHARS_MAX
    is_ours = is_path and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return iri_to_uri(target) if is_ours else "/"


def _remember(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
