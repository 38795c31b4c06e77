"""Registers the slice."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "firstline.api"
    label = "api"

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.api.enums import ERRORS
        from firstline.api.erasure import PART
        from firstline.ui import messages

        messages.register(ERRORS)
        register_part(PART)
        for module in ("handlers", "tasks"):
            import_module(f"{self.name}.{module}")
