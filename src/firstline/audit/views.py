"""The Administration page of the audit trail."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from firstline.audit import presenters, queries
from firstline.audit.actions import check_now
from firstline.audit.forms import FilterForm
from firstline.audit.presenters import Line
from firstline.ui import toasts
from firstline.ui.gates import actor_of, gate
from firstline.ui.pages import redirect, render

AUDIT_VIEW = "admin:audit:view"
PAGE_ROWS = 50
# A longer chain is checked by `firstline audit verify`, not while a browser waits.
CHECK_LINKS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows."""

    lines: list[Line]
    form: FilterForm
    verb_options: list[tuple[str, str]]
    head: queries.Head
    last_check: presenters.Check | None
    can_check: bool
    newest_url: str
    older_url: str
    is_filtered: bool


@gate(AUDIT_VIEW)
def trail(request: HttpRequest) -> HttpResponse:
    """The trail, newest first, filtered by who, what and when."""
    form = FilterForm(request.GET)
    found = list(form.records()[: PAGE_ROWS + 1]) if form.is_valid() else []
    head = queries.head()
    page = Page(
        lines=[presenters.line(row) for row in queries.rows(found[:PAGE_ROWS])],
        form=form,
        verb_options=[("", _("Everything")), *((verb, verb) for verb in queries.verbs())],
        head=head,
        last_check=presenters.last_check(),
        can_check=head.seq <= CHECK_LINKS_MAX,
        newest_url=_url(request.GET, None) if request.GET.get("before") else "",
        older_url=_url(request.GET, found[PAGE_ROWS - 1].id) if len(found) > PAGE_ROWS else "",
        is_filtered=any(request.GET.get(name) for name in form.fields),
    )
    return render(request, "audit/trail.html", page, status=422 if form.errors else 200)


@gate(AUDIT_VIEW)
def check(request: HttpRequest) -> HttpResponse:
    """POST: prove the whole chain now and note the result in the trail itself."""
    if request.method == "POST" and queries.head().seq <= CHECK_LINKS_MAX:
        result = check_now(actor=actor_of(request))
        if result.first_fault:
            toasts.add(request, presenters.fault_sentence(result.first_fault), kind="failed")
            return redirect(request, reverse("audit-trail"))
        return redirect(request, reverse("audit-trail"), toast=_("Every record proves."))
    return redirect(request, reverse("audit-trail"))


def _url(query: QueryDict, before: int | None) -> str:
    kept = query.copy()
    kept.pop("before", None)
    if before is not None:
        kept["before"] = str(before)
    return f"{reverse('audit-trail')}?{kept.urlencode()}"
