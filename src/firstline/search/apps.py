"""Registration of the search slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.search.enums import ERRORS


class SearchConfig(AppConfig):
    """One index for the records of every slice."""

    name = "firstline.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.organizations.permissions import SETTINGS_MANAGE
        from firstline.search.erasure import PART
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        register_part(PART)
        navigation.register_admin_page(
            group=pgettext_lazy("admin", "System"),
            label=pgettext_lazy("admin", "Search"),
            url_name="search:status",
            permission=SETTINGS_MANAGE,
            order=85,
            icon="search",
        )
        for module in ("tasks", "handlers"):
            import_module(f"firstline.search.{module}")
        import_module("firstline.search.people").register()
