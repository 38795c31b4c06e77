"""Registers the slice."""

from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Alerts."""

    name = "firstline.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from firstline.monitoring.enums import ERRORS
        from firstline.ui import messages

        messages.register(ERRORS)
        for module in ("events", "permissions"):
            import_module(f"{self.name}.{module}")
