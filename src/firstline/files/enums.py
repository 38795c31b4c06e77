"""Codes of the files slice."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TextState(models.TextChoices):
    """Whether the words of a file are known, so that they can be searched."""

    READ = "read", pgettext_lazy("file text", "Read")
    EMPTY = "empty", pgettext_lazy("file text", "No text in it")
    FAILED = "failed", pgettext_lazy("file text", "Could not be read")


ERRORS: dict[str, str | Promise] = {
    "file_too_large": _("“%(name)s” is too large. The limit is %(limit_mb)s MB."),
    "file_empty": _("“%(name)s” is empty."),
    "file_not_found": _("This file does not exist, or you may not see it."),
    "file_taken": _("This file already belongs to something else."),
    "text_encrypted": _("Its words cannot be searched: it is protected by a password."),
    "text_damaged": _("Its words cannot be searched: it is damaged or cut off."),
    "text_too_big": _("Its words cannot be searched: unpacked, it is larger than can be read safely."),
    "text_too_slow": _("Its words cannot be searched: reading it takes too long."),
    "text_hostile": _("Its words cannot be searched: it holds XML that is made to do harm."),
    "text_unknown": _("Its words cannot be searched: it is not what its name says."),
    "text_crashed": _("Its words cannot be searched: reading it failed."),
    "text_lost": _("Its words cannot be searched: the file is missing on disk."),
}
