"""Registration of the audit slice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The lowest slice with tables: every other may write to it."""

    name = "firstline.audit"
    label = "audit"
    verbose_name = _("Audit trail")
