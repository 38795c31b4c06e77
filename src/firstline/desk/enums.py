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
    "view_not_found": _("There is no such view, or it is not yours to see."),
    "view_name_missing": _("Give the view a name."),
    "view_name_taken": _("There is a view of this name already."),
    "view_team_strange": _("A view can be shared with your own teams only."),
    "view_not_yours": _("This view is not yours to change. Copy it, and change the copy."),
    "views_too_many": _("There are %(limit)s views already. Remove one first."),
    "view_conditions_too_many": _("A view has at most %(most)s conditions."),
    "view_span_invalid": _("A time is a number of hours, days or weeks, at most ten years."),
    "view_changed_meanwhile": _("Somebody changed this view meanwhile. Look again before you save."),
    "view_person_unknown": _("There is nobody with the address or the name “%(value)s”."),
    "view_device_unknown": _("There is no device called “%(value)s”."),
    "view_condition_empty": _("Say what “%(field)s” should be, or take the condition away."),
}

VIEW_ICONS = (
    "filter", "inbox", "star", "bolt", "alert", "clock", "user", "users", "globe", "laptop", "server", "wifi",
    "table", "mail", "phone", "book", "shield", "key", "calendar", "folder", "pulse", "chat",
)  # fmt: skip
"""Icons that a view can have; names of our own signs."""

VIEW_COLOURS = ("", "accent", "red", "amber", "green", "violet")
"""Colours that a view's icon can have; none by default."""
