"""Registration of the ticket slice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Incidents and requests: the heart of the product."""

    name = "firstline.tickets"
    label = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        from firstline.tickets.enums import ERRORS  # models load after the app registry
        from firstline.ui import messages

        messages.register(ERRORS)
