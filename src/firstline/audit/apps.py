"""Registration of the audit slice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.ui import navigation


class AuditConfig(AppConfig):
    """The lowest slice with tables: every other may write to it."""

    name = "firstline.audit"
    label = "audit"
    verbose_name = _("Audit trail")

    def ready(self) -> None:
        navigation.register_admin_page(
            group=pgettext_lazy("admin", "System"),
            label=_("Audit trail"),
            url_name="audit-trail",
            permission="admin:audit:view",
            order=90,
        )
