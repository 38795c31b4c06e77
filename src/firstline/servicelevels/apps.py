"""Registers the slice: handlers of time, sentences of errors."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ServiceLevelsConfig(AppConfig):
    """Calendars, targets and clocks."""

    name = "firstline.servicelevels"
    label = "servicelevels"

    def ready(self) -> None:
        from firstline.accounts.permissions import SETTINGS_MANAGE
        from firstline.servicelevels.enums import ERRORS
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        for label, url_name, order in (
            (pgettext_lazy("admin", "Calendars"), "servicelevels-calendars", 30),
            (_("Service levels"), "servicelevels-policies", 31),
        ):
            navigation.register_admin_page(
                group=_("Promises"), label=label, url_name=url_name, permission=SETTINGS_MANAGE, order=order
            )
        for module in ("events", "tasks"):
            import_module(f"{self.name}.{module}")
        post_migrate.connect(_seed, sender=self, dispatch_uid="servicelevels.seed")


def _seed(**_kwargs: Any) -> None:
    from firstline.servicelevels.actions import ensure_default_rules  # models load after the app registry

    ensure_default_rules()
