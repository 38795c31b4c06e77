"""Articles for those who ask: search, read, say whether it helped."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.knowledge import actions, queries
from firstline.knowledge.enums import ArticleStatus
from firstline.knowledge.views import PAGE_ROWS, page_number, pager
from firstline.ui.gates import actor_of, public, signed_in
from firstline.ui.pages import redirect, render


@public
def article_list(request: HttpRequest) -> HttpResponse:
    """What the reader may read, in their language first when nothing is searched."""
    actor = actor_of(request)
    text = request.GET.get("q", "")[:200]
    page = page_number(request)
    rows = queries.article_list(actor, text=text, status=ArticleStatus.PUBLISHED)
    if not text:
        rows = queries.own_language_first(rows, request.LANGUAGE_CODE)
    found = list(rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS + 1])
    nearest = queries.suggest(text, actor, 5) if text and not found else []
    context = {
        "articles": found[:PAGE_ROWS],
        "nearest": nearest,
        "text": text,
        **pager(request, page, has_more=len(found) > PAGE_ROWS),
    }
    return render(request, "knowledge/portal_list.html", context, block="results")


@public
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """One article, with the question whether it helped."""
    actor = actor_of(request)
    row = queries.get_published_for(actor, article_id)
    context = {
        "article": row,
        "variants": [one for one in queries.variants(row, actor) if one.status == ArticleStatus.PUBLISHED],
        "said": queries.feedback_of(row, actor),
    }
    return render(request, "knowledge/portal_article.html", context)


@require_POST
@signed_in
def feedback(request: HttpRequest, article_id: int) -> HttpResponse:
    """Whether it helped; the latest word of a person counts."""
    actor = actor_of(request)
    row = queries.get_published_for(actor, article_id)
    is_solved = request.POST.get("solved") == "yes"
    actions.rate_article(actor=actor, article=row, is_solved=is_solved)
    words = _("Glad it helped.") if is_solved else _("Thank you. We will improve it.")
    return redirect(request, reverse("knowledge:portal_article", args=[row.pk]), toast=words)
