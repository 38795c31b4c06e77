"""Registration of the accounts slice."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.http import HttpRequest


class AccountsConfig(AppConfig):
    """People, sign-in, roles and the actor."""

    name = "firstline.accounts"
    label = "accounts"

    def ready(self) -> None:
        post_migrate.connect(_seed, sender=self, dispatch_uid="accounts.seed")
        user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")


def _seed(**_kwargs: Any) -> None:
    from firstline.accounts.actions import ensure_built_in_roles  # models load after the app registry

    ensure_built_in_roles()


def _signed_in(*, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Django and allauth announce sign-ins by this signal only."""
    from firstline.accounts.actions import note_sign_in  # models load after the app registry

    note_sign_in(
        person=user,
        session_key=request.session.session_key or "",
        ip_address=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
    )
