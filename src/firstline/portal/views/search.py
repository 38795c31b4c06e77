"""Searching in the portal: articles and one's own requests."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from firstline.portal.finding import Answer, find_answers
from firstline.search import presenting
from firstline.search.queries import Results
from firstline.tickets.permissions import PORTAL_USE
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import render

TEXT_MAX = 2000
PAGE_ROWS = 12
PAGES_MAX = 50
BOX_ROWS = 6


@require_safe
@gate(PORTAL_USE)
def search(request: HttpRequest) -> HttpResponse:
    """Articles and own requests that fit the words; where nothing does, the way to asking."""
    text = _text(request)
    typed = request.GET.get("page", "")
    page = min(int(typed), PAGES_MAX) if typed.isdecimal() and 0 < len(typed) < 4 else 1
    results = Results()
    answers: list[Answer] = []
    if text.strip():
        results, answers = find_answers(
            actor_of(request), text, limit=PAGE_ROWS, offset=(max(page, 1) - 1) * PAGE_ROWS
        )
    has_more = page * PAGE_ROWS < results.total and page < PAGES_MAX
    context = {
        "text": text,
        "results": results,
        "answers": answers,
        "summary": presenting.summary(results) if text.strip() else "",
        "literal": _address(presenting.literally(text, results)),
        "problems": [presenting.problem_words(problem) for problem in results.problems],
        "ask_url": f"{reverse('portal:home')}?{urlencode({'subject': text.strip()[:200]})}",
        "previous_page": _address(text, page - 1) if page > 1 else "",
        "next_page": _address(text, page + 1) if has_more else "",
    }
    return render(request, "portal/search.html", context, block="found")


@require_safe
@gate(PORTAL_USE)
def box(request: HttpRequest) -> HttpResponse:
    """The list below the box in the portal's header."""
    text = _text(request)
    answers = find_answers(actor_of(request), text, limit=BOX_ROWS)[1] if text.strip() else []
    return render(
        request, "portal/search_box.html", {"text": text, "answers": answers, "search_url": _address(text)}
    )


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:TEXT_MAX].replace("\x00", "")


def _address(text: str, page: int = 1) -> str:
    if not text:
        return ""
    query = {"q": text} if page <= 1 else {"q": text, "page": str(page)}
    return f"{reverse('portal:search')}?{urlencode(query)}"
