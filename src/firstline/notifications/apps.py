"""Registration of the notifications slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The bell, its page and its preferences."""

    name = "firstline.notifications"
    label = "notifications"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.notifications.enums import ERRORS  # models load after the app registry
        from firstline.notifications.erasure import PART
        from firstline.notifications.queries import unread_count
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        navigation.register_bell(url_name="notifications:list", unread=unread_count)
        register_part(PART)
        for module in ("handlers", "tasks"):
            import_module(f"firstline.notifications.{module}")
