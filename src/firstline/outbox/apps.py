"""Registration of the outbox slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Its own periodic jobs are registered when the program starts."""

    name = "firstline.outbox"
    label = "outbox"
    verbose_name = _("Events and jobs")

    def ready(self) -> None:
        import_module("firstline.outbox.tasks")
