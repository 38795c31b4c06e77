"""Codes of what the desk refuses."""

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "saved_search_not_found": _("There is no such saved search, or it is not yours to see."),
    "saved_search_name_missing": _("Give the search a name."),
    "saved_search_name_taken": _("You already have a saved search of this name."),
    "saved_search_empty": _("Type what to search for before you save it."),
    "saved_search_team_strange": _("A search can be shared with your own teams only."),
    "saved_search_not_yours": _("Only the person who saved this search can change it."),
    "saved_searches_too_many": _("You have %(limit)s saved searches. Remove one first."),
}
