"""The portal slice."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the portal's pages in its header."""

    name = "firstline.portal"
    label = "portal"

    def ready(self) -> None:
        from django.utils.translation import pgettext_lazy

        from firstline.tickets.permissions import PORTAL_USE
        from firstline.ui import navigation

        navigation.register_portal_item(
            label=pgettext_lazy("portal navigation", "Help"),
            url_name="portal:home",
            order=10,
            under="/portal/",
        )
        navigation.register_portal_item(
            label=pgettext_lazy("portal navigation", "My requests"), url_name="portal:requests", order=20
        )
        navigation.register_portal_item(
            label=pgettext_lazy("portal navigation", "My devices"), url_name="portal:devices", order=40
        )
        navigation.register_tool(
            "portal_search",
            label=pgettext_lazy("portal navigation", "Search"),
            url_name="portal:search",
            permission=PORTAL_USE,
        )
        navigation.register_tool(
            "portal_search_box",
            label=pgettext_lazy("portal navigation", "Search"),
            url_name="portal:search_box",
            permission=PORTAL_USE,
        )
