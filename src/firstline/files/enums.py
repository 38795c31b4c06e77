"""Codes of the files slice."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ERRORS: dict[str, str | Promise] = {
    "file_too_large": _("“%(name)s” is too large. The limit is %(limit_mb)s MB."),
    "file_empty": _("“%(name)s” is empty."),
    "file_not_found": _("This file does not exist, or you may not see it."),
    "file_taken": _("This file already belongs to something else."),
}
