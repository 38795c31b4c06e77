"""Registration of the organisations slice."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    """Organisations, teams, services and the installation."""

    name = "firstline.organizations"
    label = "organizations"

    def ready(self) -> None:
        post_migrate.connect(_seed, sender=self, dispatch_uid="organizations.seed")


def _seed(**_kwargs: Any) -> None:
    from firstline.organizations.actions import ensure_installation  # models load after the app registry

    ensure_installation()
