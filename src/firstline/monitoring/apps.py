"""Registers the slice."""

from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Alerts."""

    name = "firstline.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.monitoring.enums import ERRORS
        from firstline.monitoring.erasure import PART
        from firstline.ui import messages

        messages.register(ERRORS)
        register_part(PART)
        for module in ("events", "permissions", "handlers"):
            import_module(f"{self.name}.{module}")
