"""Registers the slice."""

from importlib import import_module

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """What the desk does by itself."""

    name = "firstline.automation"
    label = "automation"

    def ready(self) -> None:
        import_module(f"{self.name}.handlers")
