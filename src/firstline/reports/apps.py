"""Registers the slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ReportsConfig(AppConfig):
    """The manager's page."""

    name = "firstline.reports"
    label = "reports"

    def ready(self) -> None:
        from firstline.reports.permissions import REPORTS_VIEW
        from firstline.ui import navigation

        navigation.register_rail_item(
            label=pgettext_lazy("place", "Manage"),
            url_name="reports:manage",
            icon="chart",
            permission=REPORTS_VIEW,
            order=60,
            under="/manage/",
        )
        import_module(f"{self.name}.permissions")
