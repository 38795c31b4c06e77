"""Severities of alerts, limits, and the sentences for refusals of this slice."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Severity(TextChoices):
    """How bad the source says it is, mildest first."""

    INFO = "info", pgettext_lazy("severity", "Information")
    WARNING = "warning", pgettext_lazy("severity", "Warning")
    ERROR = "error", pgettext_lazy("severity", "Error")
    CRITICAL = "critical", pgettext_lazy("severity", "Critical")


SOURCE_LENGTH = 100
KEY_LENGTH = 200
TEXT_LENGTH = 4000

ERRORS: dict[str, str | Promise] = {
    "alert_source_missing": _("An alert names its source."),
    "alert_key_missing": _("An alert has a key, the same one each time the same thing goes wrong."),
    "alert_text_missing": _("An alert says what is wrong."),
    "alert_too_long": _("This is longer than %(limit)s characters."),
    "alert_severity_unknown": _("The severity is info, warning, error or critical."),
    "alert_unknown": _("There is no open alert with this source and key."),
    "alert_device_elsewhere": _("This device belongs to another organisation."),
    "alert_organization_missing": _("It is not known whose alert this is."),
}
