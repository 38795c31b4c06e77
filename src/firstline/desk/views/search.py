"""Finding anything by words: the page, and the palette over every page."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from firstline.accounts.permissions import actor_of, gate
from firstline.desk import queries
from firstline.desk.places import places
from firstline.desk.reading import number_or_none
from firstline.kit.actor import Actor
from firstline.search import presenting
from firstline.search.queries import Results, find, source_of
from firstline.tickets.permissions import TICKET_VIEW
from firstline.ui.pages import render, wants_fragment

TEXT_MAX = 2000
PAGE_ROWS = 20
PAGES_MAX = 100
OFFERS_MAX = 6
PLACES_MAX = 6
SAVED_MAX = 5
COMMANDS = ">"
# The word at the caret is the value of a filter.
_FILTERING = re.compile(r"[:：][^\s]*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    text: str
    kind: str
    page: int

    def url(self, *, text: str | None = None, kind: str | None = None, page: int = 1) -> str:
        query = {"q": self.text if text is None else text, "kind": self.kind if kind is None else kind}
        if page > 1:
            query["page"] = str(page)
        return f"{reverse('desk:search')}?{urlencode({k: v for k, v in query.items() if v})}"


@require_safe
@gate(TICKET_VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """Everything that fits the words and that one may see, the best first, with ways to narrow it down."""
    actor = actor_of(request)
    asked = _asked(request)
    results = Results()
    if asked.text.strip():
        kinds = [asked.kind] if asked.kind else ()
        results = find(
            actor, asked.text, kinds=kinds, limit=PAGE_ROWS, offset=(asked.page - 1) * PAGE_ROWS, facets=True
        )
    context = _found(actor, asked, results) | {
        "offers": _offers(request, actor, asked.text) if wants_fragment(request) else [],
        "saved": queries.saved_searches(actor),
        "teams": queries.own_teams(actor),
    }
    return render(request, "desk/search.html", context, block="found")


@require_safe
@gate(TICKET_VIEW)
def palette(request: HttpRequest) -> HttpResponse:
    """The rows of the palette for what stands in its box."""
    actor = actor_of(request)
    text = request.GET.get("q", "")[:TEXT_MAX]
    is_command = text.startswith(COMMANDS)
    words = text.removeprefix(COMMANDS).strip()
    glance = queries.glance(actor, text) if words and not is_command else None
    context = {
        "text": text.strip(),
        "words": words,
        "is_command": is_command,
        "offers": [] if is_command else _offers(request, actor, text),
        "is_filtering": bool(_FILTERING.search(text[: _caret(request, text)])),
        "saved": queries.saved_matching(actor, words)[:SAVED_MAX],
        "places": places(request, actor, words, everything=is_command)[: None if is_command else PLACES_MAX],
        "glance": glance,
        "summary": presenting.found_words(glance.total, is_capped=glance.is_capped) if glance else "",
    }
    return render(request, "desk/palette.html", context)


def _found(actor: Actor, asked: Asked, results: Results) -> dict[str, object]:
    """The part of the page that changes with every key."""
    last = asked.page * PAGE_ROWS
    return {
        "asked": asked,
        "text": asked.text,
        "results": results,
        "things": queries.dressed(actor, results.hits),
        "summary": presenting.summary(results) if asked.text.strip() else "",
        "problems": [presenting.problem_words(problem) for problem in results.problems],
        "tabs": presenting.tabs(_of_every_kind(actor, asked, results), asked.kind),
        "narrowings": presenting.narrowings(results, asked.text),
        "examples": presenting.examples(actor),
        "previous_page": asked.url(page=asked.page - 1) if asked.page > 1 else "",
        "next_page": asked.url(page=asked.page + 1)
        if last < results.total and asked.page < PAGES_MAX
        else "",
        "literal": presenting.literally(asked.text, results),
    }


def _of_every_kind(actor: Actor, asked: Asked, results: Results) -> Results:
    """The counts of all kinds, also while one is shown."""
    return find(actor, asked.text, limit=1, facets=True) if asked.kind and asked.text.strip() else results


def _asked(request: HttpRequest) -> Asked:
    kind = request.GET.get("kind", "")
    page = number_or_none(request.GET.get("page", "")) or 1
    return Asked(
        text=request.GET.get("q", "")[:TEXT_MAX].replace("\x00", ""),
        kind=kind if source_of(kind) else "",
        page=max(1, min(page, PAGES_MAX)),
    )


def _offers(request: HttpRequest, actor: Actor, text: str) -> list[presenting.Offer]:
    return presenting.offers(actor, text, _caret(request, text))[:OFFERS_MAX]


def _caret(request: HttpRequest, text: str) -> int:
    at = number_or_none(request.GET.get("at", ""))
    return len(text) if at is None else min(at, len(text))
