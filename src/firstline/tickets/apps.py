"""Registration of the ticket slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Incidents and requests: the heart of the product."""

    name = "firstline.tickets"
    label = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.files.permissions import register_access  # models load after the app registry
        from firstline.tickets import access, fields, notices
        from firstline.tickets.enums import ERRORS
        from firstline.tickets.erasure import PART
        from firstline.ui import messages

        messages.register(ERRORS)
        register_part(PART)
        notices.register()
        fields.register()
        register_access(access.FILE_KIND, access.can_open_file)
        register_access(access.DRAFT_FILE_KIND, access.can_open_draft_file)
        for module in ("handlers", "tasks"):
            import_module(f"firstline.tickets.{module}")
