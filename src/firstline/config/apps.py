"""The composition root as an app, so that its templates and commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Installed last: its `ready` runs after every slice's."""

    name = "firstline.config"
    label = "config"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy, pgettext_lazy

        from firstline.accounts.permissions import SETTINGS_MANAGE
        from firstline.ui import navigation

        navigation.register_admin_page(
            group=pgettext_lazy("admin", "System"),
            label=gettext_lazy("Health"),
            url_name="health",
            permission=SETTINGS_MANAGE,
            order=90,
            icon="pulse",
        )
