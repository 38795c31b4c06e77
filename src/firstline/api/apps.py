"""Registers the slice."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "firstline.api"
    label = "api"

    def ready(self) -> None:
        from firstline.api.enums import ERRORS
        from firstline.ui import messages

        messages.register(ERRORS)
        import_module(f"{self.name}.tasks")
