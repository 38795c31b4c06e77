"""Registration of the routing slice."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Priority and assignment, decided with reasons."""

    name = "firstline.routing"
    label = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        from firstline.accounts.permissions import SETTINGS_MANAGE  # models load after the app registry
        from firstline.accounts.queries import register_part
        from firstline.routing import queries
        from firstline.routing.enums import ERRORS, SENTENCES
        from firstline.routing.erasure import PART
        from firstline.tickets import actions as tickets
        from firstline.tickets.enums import register_sentences
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        register_part(PART)
        register_sentences(SENTENCES)
        tickets.register_priority_policy(queries.propose_priority)
        tickets.register_team_policy(queries.propose_team)
        group = _("Decisions")
        navigation.register_admin_page(
            group=group,
            label=_("Priority"),
            url_name="routing:priority",
            permission=SETTINGS_MANAGE,
            order=60,
        )
        navigation.register_admin_page(
            group=group,
            label=_("Assignment"),
            url_name="routing:routing",
            permission=SETTINGS_MANAGE,
            order=61,
        )
        post_migrate.connect(_seed, sender=self, dispatch_uid="routing.seed")
        for module in ("handlers", "tasks"):
            import_module(f"firstline.routing.{module}")


def _seed(**_kwargs: Any) -> None:
    from firstline.routing.actions import ensure_default_rules  # models load after the app registry

    ensure_default_rules()
