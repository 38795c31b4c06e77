"""Registration of the search slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firstline.search.enums import ERRORS


class SearchConfig(AppConfig):
    """One index for the records of every slice."""

    name = "firstline.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from firstline.ui import messages

        messages.register(ERRORS)
        for module in ("tasks", "handlers"):
            import_module(f"firstline.search.{module}")
        import_module("firstline.search.people").register()
