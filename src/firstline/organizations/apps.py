"""Registration of the organisations slice."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from firstline.organizations.enums import ERRORS
from firstline.ui import messages


class OrganizationsConfig(AppConfig):
    """Organisations, teams, services and the installation."""

    name = "firstline.organizations"
    label = "organizations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        messages.register(ERRORS)
        post_migrate.connect(_seed, sender=self, dispatch_uid="organizations.seed")


def _seed(**_kwargs: Any) -> None:
    import_module("firstline.organizations.actions").ensure_installation()
