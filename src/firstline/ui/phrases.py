"""Words that return on many pages, so that one thing has one name in both languages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SAVE = pgettext_lazy("button", "Save")
CANCEL = pgettext_lazy("button", "Cancel")
CLOSE = pgettext_lazy("button", "Close")
DELETE = pgettext_lazy("button", "Delete")
EDIT = pgettext_lazy("button", "Edit")
ADD = pgettext_lazy("button", "Add")
SEND = pgettext_lazy("button", "Send")
UNDO = pgettext_lazy("button", "Undo")
SEARCH = pgettext_lazy("button", "Search")
BACK = pgettext_lazy("button", "Back")
NEXT = pgettext_lazy("button", "Next")
YES = pgettext_lazy("answer", "Yes")
NO = pgettext_lazy("answer", "No")
NONE = pgettext_lazy("value", "None")
UNKNOWN = pgettext_lazy("value", "Unknown")
SAVED = _("Saved")
SYSTEM = pgettext_lazy("author", "Firstline")
