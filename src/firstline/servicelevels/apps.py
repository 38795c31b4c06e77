"""Registers the slice: handlers of time, sentences of errors."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ServiceLevelsConfig(AppConfig):
    """Calendars, targets and clocks."""

    name = "firstline.servicelevels"
    label = "servicelevels"

    def ready(self) -> None:
        from firstline.servicelevels.enums import ERRORS
        from firstline.ui import messages

        messages.register(ERRORS)
        for module in ("events", "tasks"):
            import_module(f"{self.name}.{module}")
        post_migrate.connect(_seed, sender=self, dispatch_uid="servicelevels.seed")


def _seed(**_kwargs: Any) -> None:
    from firstline.servicelevels.actions import ensure_default_rules  # models load after the app registry

    ensure_default_rules()
