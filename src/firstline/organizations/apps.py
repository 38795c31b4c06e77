"""Registration of the organisations slice."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.organizations.enums import ERRORS
from firstline.ui import messages, navigation

_PEOPLE = pgettext_lazy("admin", "People")
_SERVICES = pgettext_lazy("admin", "Services")
_SYSTEM = pgettext_lazy("admin", "System")
_PAGES = (
    (20, _PEOPLE, pgettext_lazy("admin", "Organisations"), "organizations:organizations", "home"),
    (30, _SERVICES, pgettext_lazy("admin", "Services"), "organizations:services", "grid"),
    (80, _SYSTEM, pgettext_lazy("admin", "This installation"), "organizations:installation", "sliders"),
)


class OrganizationsConfig(AppConfig):
    """Organisations, teams, services and the installation."""

    name = "firstline.organizations"
    label = "organizations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        messages.register(ERRORS)
        for order, group, label, url_name, icon in _PAGES:
            navigation.register_admin_page(
                group=group,
                label=label,
                url_name=url_name,
                permission="admin:settings:manage",
                order=order,
                icon=icon,
            )
        post_migrate.connect(_seed, sender=self, dispatch_uid="organizations.seed")


def _seed(**_kwargs: Any) -> None:
    import_module("firstline.organizations.actions").ensure_installation()
