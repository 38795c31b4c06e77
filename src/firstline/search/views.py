"""Administration of search: how the index stands, what means the same, how good it is on a judged set."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstline.kit.errors import DomainError, InvalidInput, NotFound
from firstline.kit.text import clean_line
from firstline.organizations.permissions import SETTINGS_MANAGE, check_can_manage_settings
from firstline.search import judged_actions, rebuild_actions, synonym_actions
from firstline.search.analysis import VERSION
from firstline.search.enums import JudgedState, RebuildState
from firstline.search.models import Entry, IndexChange, JudgedRun, Rebuild, Synonym
from firstline.search.queries import sources
from firstline.search.stock import indexed_counts
from firstline.ui.gates import actor_of, gate
from firstline.ui.messages import describe
from firstline.ui.pages import redirect, render

RUNS_SHOWN = 10
SYNONYMS_SHOWN = 50
MEASURES = {
    "hit@1": gettext_lazy("The first result is right"),
    "hit@5": gettext_lazy("A right one is among the first 5"),
    "hit@10": gettext_lazy("A right one is among the first 10"),
    "recall@5": gettext_lazy("Share of all right ones among the first 5"),
    "mrr": gettext_lazy("1 / place of the first right one, on average"),
    "map": gettext_lazy("Precision over all right ones, on average"),
    "ndcg@10": gettext_lazy("Order of the first 10, against the best order"),
}


@require_safe
@gate(SETTINGS_MANAGE)
def status(request: HttpRequest) -> HttpResponse:
    """Documents by kind, the analyser's version, what waits, the last rebuild."""
    check_can_manage_settings(actor_of(request))
    counts = indexed_counts()
    last = Rebuild.objects.order_by("-id").first()
    context = {
        "kinds": [(source.label, counts.get(source.kind, 0)) for source in sources()],
        "version": VERSION,
        "old_count": Entry.objects.exclude(version=VERSION).count(),
        "waiting": IndexChange.objects.count(),
        "failing": IndexChange.objects.filter(attempts__gt=2).count(),
        "rebuild": last,
        "is_running": last is not None and last.state == RebuildState.RUNNING,
    }
    return render(request, "search/status.html", context, block="state")


@require_POST
@gate(SETTINGS_MANAGE)
def rebuild(request: HttpRequest) -> HttpResponse:
    """Have the whole index made anew while people go on searching."""
    rebuild_actions.ask_rebuild(actor=actor_of(request))
    return redirect(request, reverse("search:status"), toast=_("The index is being rebuilt"))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def evaluation(request: HttpRequest) -> HttpResponse:
    """Upload a judged set; the figures of those that were measured."""
    actor = actor_of(request)
    check_can_manage_settings(actor)
    error = None
    if request.method == "POST":
        try:
            judged_actions.start_judged_run(
                actor=actor, documents=_content(request, "documents"), queries=_content(request, "queries")
            )
        except DomainError as refused:
            error = refused
        else:
            return redirect(
                request, reverse("search:evaluation"), toast=_("Measuring. The figures appear here.")
            )
    runs = list(JudgedRun.objects.order_by("-id")[:RUNS_SHOWN])
    context = {
        "error": describe(error) if error else "",
        "runs": [(run, _figures(run), _error_of(run)) for run in runs],
        "is_running": any(run.state == JudgedState.RUNNING for run in runs),
        "limits": judged_actions,
    }
    status_code = error.http_status if error else 200
    return render(request, "search/evaluation.html", context, block="runs", status=status_code)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(SETTINGS_MANAGE)
def synonyms(request: HttpRequest) -> HttpResponse:
    """Words that mean the same here; a post adds a line."""
    check_can_manage_settings(actor_of(request))
    return _save_synonym(request, None) if request.method == "POST" else _synonym_list(request)


@require_POST
@gate(SETTINGS_MANAGE)
def synonym(request: HttpRequest, synonym_id: int) -> HttpResponse:
    """Another wording of a line."""
    return _save_synonym(request, _get_synonym(request, synonym_id))


@require_POST
@gate(SETTINGS_MANAGE)
def synonym_removal(request: HttpRequest, synonym_id: int) -> HttpResponse:
    """Take a line out."""
    synonym_actions.delete_synonym(actor=actor_of(request), synonym=_get_synonym(request, synonym_id))
    return redirect(request, reverse("search:synonyms"), toast=_("Removed"))


def _get_synonym(request: HttpRequest, synonym_id: int) -> Synonym:
    check_can_manage_settings(actor_of(request))
    found = Synonym.objects.filter(pk=synonym_id).first()
    if found is None:
        raise NotFound("synonym_not_found")
    return found


def _save_synonym(request: HttpRequest, row: Synonym | None) -> HttpResponse:
    words = request.POST.get("expressions", "")
    try:
        synonym_actions.save_synonym(actor=actor_of(request), expressions=words, synonym=row)
    except InvalidInput as error:
        return _synonym_list(request, error, row.pk if row else 0, words)
    return redirect(request, reverse("search:synonyms"), toast=_("Saved"))


def _synonym_list(
    request: HttpRequest, error: DomainError | None = None, failed_id: int = 0, typed: str = ""
) -> HttpResponse:
    text = clean_line(request.GET.get("q", ""))
    rows = Synonym.objects.order_by("-id")
    if text:
        rows = rows.filter(expressions__icontains=text)
    page = Paginator(rows, SYNONYMS_SHOWN).get_page(request.GET.get("page"))
    context = {
        "page_of": page,
        "text": text,
        "error": describe(error) if error else "",
        "failed_id": failed_id,
        "typed": typed,
        "query": urlencode({"q": text} if text else {}),
    }
    return render(request, "search/synonyms.html", context, status=error.http_status if error else 200)


def _content(request: HttpRequest, name: str) -> bytes:
    """An uploaded file as far as it may be read; one byte more says that it is too large."""
    upload = request.FILES.get(name)
    return upload.read(judged_actions.BYTES_MAX + 1) if upload is not None else b""


def _figures(run: JudgedRun) -> list[tuple[str, object, str]]:
    return [
        (name, words, f"{run.figures[name]:.3f}") for name, words in MEASURES.items() if name in run.figures
    ]


def _error_of(run: JudgedRun) -> str:
    if not run.error:
        return ""
    params = dict(run.error)
    return describe(DomainError(str(params.pop("code")), **params))
