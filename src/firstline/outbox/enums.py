"""Codes and limits of the outbox."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Links of one chain event → handler → event …; a longer one is a loop.
CHAIN_DEPTH_MAX = 12
# Dispatched events are kept this long for the administrator's eyes.
EVENT_KEEP_DAYS = 7
# Declared in the catalogue of `accounts`, which lies above.
OUTBOX_VIEW = "admin:outbox:view"


class JobState(models.TextChoices):
    READY = "ready", pgettext_lazy("job", "Waiting")
    DEAD = "dead", pgettext_lazy("job", "Failed for good")


ERRORS: dict[str, str | Promise] = {
    "event_chain_too_deep": _(
        "This change set off too many automatic changes in a row, so the last was stopped."
    ),
    "job_not_found": _("This job is no longer in the list. It may have been run or removed meanwhile."),
}
