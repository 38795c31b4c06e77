"""Registration of the desk."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeskConfig(AppConfig):
    """Places on the rail, the tools of the top bar, the page for enrolling devices."""

    name = "firstline.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.desk import handlers  # noqa: F401
        from firstline.desk.enums import ERRORS
        from firstline.desk.erasure import PART
        from firstline.devices.permissions import DEVICE_ENROL, DEVICE_VIEW
        from firstline.tickets.permissions import TICKET_VIEW
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        register_part(PART)
        navigation.register_rail_item(
            label=_("My work"), url_name="desk:home", icon="home", permission=TICKET_VIEW, order=10
        )
        navigation.register_rail_item(
            label=pgettext_lazy("place", "Tickets"),
            url_name="desk:tickets",
            icon="inbox",
            permission=TICKET_VIEW,
            order=20,
        )
        navigation.register_rail_item(
            label=pgettext_lazy("place", "Devices"),
            url_name="desk:devices",
            icon="laptop",
            permission=DEVICE_VIEW,
            order=30,
        )
        navigation.register_tool(
            "search", label=pgettext_lazy("tool", "Search"), url_name="desk:search", permission=TICKET_VIEW
        )
        navigation.register_tool(
            "palette", label=_("Search or do"), url_name="desk:palette", permission=TICKET_VIEW
        )
        navigation.register_tool(
            "new", label=pgettext_lazy("button", "New"), url_name="desk:new_ticket", permission=TICKET_VIEW
        )
        navigation.register_admin_page(
            group=pgettext_lazy("place", "Devices"),
            label=_("Enrol devices"),
            url_name="desk:enrol",
            permission=DEVICE_ENROL,
            order=60,
            icon="laptop",
        )
