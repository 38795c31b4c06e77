"""Registration of the search slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """One index for the records of every slice."""

    name = "firstline.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        import_module("firstline.search.tasks")
