"""Registration of the accounts slice."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.accounts.enums import ERRORS
from firstline.ui import languages, messages, navigation

_PAGES = (
    (_("People"), "accounts:people", "admin:people:manage", "users"),
    (pgettext_lazy("admin", "Teams"), "accounts:teams", "admin:settings:manage", "users"),
    (pgettext_lazy("admin", "Roles"), "accounts:roles", "admin:people:manage", "key"),
)


class AccountsConfig(AppConfig):
    """People, sign-in, roles and the actor."""

    name = "firstline.accounts"
    label = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        for module in ("tasks", "handlers"):
            import_module(f"firstline.accounts.{module}")
        import_module("firstline.accounts.queries").register_part(
            import_module("firstline.accounts.erasure").PART
        )
        _load_catalogue()
        signals = import_module("firstline.accounts.sign_ins")
        messages.register(ERRORS)
        post_migrate.connect(_seed, sender=self, dispatch_uid="accounts.seed")
        user_logged_in.connect(signals.signed_in, dispatch_uid="accounts.signed_in")
        user_logged_out.connect(signals.signed_out, dispatch_uid="accounts.signed_out")
        import_module("axes.signals").user_locked_out.connect(
            signals.locked_out, dispatch_uid="accounts.locked_out"
        )
        languages.register_saver(signals.save_language)
        for order, (label, url_name, permission, icon) in enumerate(_PAGES, start=10):
            navigation.register_admin_page(
                group=pgettext_lazy("admin", "People"),
                label=label,
                url_name=url_name,
                permission=permission,
                order=order,
                icon=icon,
            )


def _load_catalogue() -> None:
    """Every process knows every permission, also one that serves no pages and so loads no views."""
    for name in settings.FIRSTLINE_SLICES:
        if find_spec(f"firstline.{name}.permissions"):
            import_module(f"firstline.{name}.permissions")


def _seed(**_kwargs: Any) -> None:
    import_module("firstline.accounts.actions").ensure_built_in_roles()
