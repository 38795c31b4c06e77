"""What the desk holds of a person, for the page that erases them."""

from django.utils.translation import gettext_lazy as _

from firstline.accounts.queries import ErasurePart
from firstline.desk.actions import forget_in_searches, forget_searches_of
from firstline.desk.models import SavedSearch, SavedView
from firstline.desk.view_actions import forget_in_views, forget_views_of
from firstline.kit.rows import naming
from firstline.kit.traces import Traces


def erase(traces: Traces) -> dict[str, int]:
    """What they saved goes, but for views that a team shares; their name goes from what others saved."""
    return {
        "searches": forget_searches_of(traces.person_id),
        "views": forget_views_of(traces.person_id),
        "mentions": forget_in_searches(traces.wide) + forget_in_views(traces.wide),
    }


def _survey(traces: Traces) -> dict[str, int]:
    searches = SavedSearch.objects.exclude(owner_id=traces.person_id)
    views = SavedView.objects.exclude(owner_id=traces.person_id, team=None)
    return {
        "searches": SavedSearch.objects.filter(owner_id=traces.person_id).count(),
        "views": SavedView.objects.filter(owner_id=traces.person_id, team=None).count(),
        "mentions": naming(searches, traces.wide, ["name", "text"]).count()
        + naming(views, traces.wide, ["name", "spec"]).count(),
    }


PART = ErasurePart(
    name="desk",
    label=_("Searches and views"),
    counts={
        "searches": _("searches the person saved"),
        "views": _("views of the person alone"),
        "mentions": _("searches and views of others that name the person"),
    },
    survey=_survey,
)
