"""Articles at the desk: find, read, write, publish."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firstline.kit import clock
from firstline.kit.errors import DomainError
from firstline.knowledge import actions, queries
from firstline.knowledge.enums import ArticleStatus, Removed
from firstline.knowledge.forms import ANY_LANGUAGE, ArticleForm, initial_of
from firstline.knowledge.models import Article
from firstline.knowledge.permissions import (
    ARTICLE_EDIT,
    ARTICLE_PUBLISH,
    ARTICLE_VIEW,
    can_edit,
    check_can_edit,
)
from firstline.knowledge.views import PAGE_ROWS, page_number, pager
from firstline.ui.forms import apply_error
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render


@gate(ARTICLE_VIEW)
def article_list(request: HttpRequest) -> HttpResponse:
    """Articles by status, language and words."""
    actor = actor_of(request)
    status = request.GET.get("status", ArticleStatus.PUBLISHED)
    status = status if status in ArticleStatus.values else ArticleStatus.PUBLISHED
    language, text = request.GET.get("language", ""), request.GET.get("q", "")[:200]
    page = page_number(request)
    rows = queries.article_list(actor, text=text, status=status, language=language)
    found = list(rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS + 1])
    context = {
        "articles": found[:PAGE_ROWS],
        "text": text,
        "language": language,
        "languages": [("", ANY_LANGUAGE), *settings.LANGUAGES],
        "status": status,
        "tabs": [(label, f"?status={code}", code == status, "") for code, label in ArticleStatus.choices],
        "may_write": actor.may(ARTICLE_EDIT),
        "today": clock.now().date(),
        **pager(request, page, has_more=len(found) > PAGE_ROWS),
    }
    return render(request, "knowledge/desk_list.html", context, block="results")


@gate(ARTICLE_VIEW)
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """One article with its versions and variants."""
    actor = actor_of(request)
    row = queries.get_article_for(actor, article_id)
    context = {
        "article": row,
        "removed": [(Removed(kind).label, count) for kind, count in row.removed.items()],
        "versions": list(row.versions.all()[:50]),
        "variants": queries.variants(row, actor),
        "may_edit": can_edit(actor, row),
        "may_publish": actor.may(ARTICLE_PUBLISH),
        "is_stale": row.review_date is not None and row.review_date <= clock.now().date(),
    }
    return render(request, "knowledge/desk_article.html", context)


@gate(ARTICLE_EDIT)
def create(request: HttpRequest) -> HttpResponse:
    """A new article, or with `variant_of` the same one in another language."""
    actor = actor_of(request)
    origin_id = request.GET.get("variant_of", "")
    origin = (
        queries.get_article_for(actor, int(origin_id))
        if origin_id.isdecimal() and len(origin_id) < 19
        else None
    )
    form = ArticleForm(request.POST or None, initial=_initial_for(origin), actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.create_article(actor=actor, content=form.content(), variant_of=origin)
        except DomainError as error:
            apply_error(form, error)
        else:
            return redirect(request, _address(row), toast=_("Draft saved"))
    return _editor(request, form, None)


@gate(ARTICLE_EDIT)
def edit(request: HttpRequest, article_id: int) -> HttpResponse:
    """Change an article; what was typed stays when somebody else was faster."""
    actor = actor_of(request)
    row = queries.get_article_for(actor, article_id)
    check_can_edit(actor, row)
    form = ArticleForm(request.POST or None, initial=initial_of(row), actor=actor)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or row.version
        try:
            actions.edit_article(actor=actor, article=row, content=form.content(), version=version)
        except DomainError as error:
            apply_error(form, error)
        else:
            return redirect(request, _address(row), toast=_("Saved"))
    return _editor(request, form, row)


@require_POST
@gate(ARTICLE_EDIT)
def preview(request: HttpRequest) -> HttpResponse:
    """The text as readers will see it."""
    text = request.POST.get("body_markdown", "")[: actions.BODY_CHARS_MAX]
    return render(request, "knowledge/preview.html", {"text": text})


@require_POST
@gate(ARTICLE_PUBLISH)
def publication(request: HttpRequest, article_id: int) -> HttpResponse:
    """Publish, or with `archive` take out of reading."""
    actor = actor_of(request)
    row = queries.get_article_for(actor, article_id)
    if "archive" in request.POST:
        actions.archive_article(actor=actor, article=row)
        return redirect(request, _address(row), toast=_("Archived"))
    actions.publish_article(actor=actor, article=row)
    return redirect(request, _address(row), toast=_("Published"))


def _editor(request: HttpRequest, form: ArticleForm, row: Article | None) -> HttpResponse:
    text = form["body_markdown"].value() or ""
    context = {"form": form, "article": row, "text": text}
    return render(request, "knowledge/desk_edit.html", context, status=422 if form.errors else 200)


def _initial_for(origin: Article | None) -> dict[str, object]:
    if origin is None:
        return {"language": translation.get_language()}
    other = next((code for code, _name in settings.LANGUAGES if code != origin.language), origin.language)
    return initial_of(origin) | {"language": other}


def _address(row: Article) -> str:
    return reverse("knowledge:desk_article", args=[row.pk])
