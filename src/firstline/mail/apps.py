"""Registration of the mail slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.mail.enums import ERRORS


class MailConfig(AppConfig):
    """Mail in and out; its jobs are registered when the program starts."""

    name = "firstline.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.mail.erasure import PART
        from firstline.mail.permissions import OUTBOX_VIEW, SETTINGS_MANAGE  # models load after the registry
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        navigation.register_admin_page(
            group=pgettext_lazy("administration", "Mail"),
            label=_("Mailboxes"),
            url_name="mail:overview",
            permission=SETTINGS_MANAGE,
            order=40,
            icon="mail",
        )
        navigation.register_admin_page(
            group=pgettext_lazy("administration", "Mail"),
            label=_("Outbox"),
            url_name="mail:outbox",
            permission=OUTBOX_VIEW,
            order=41,
            icon="send",
        )
        register_part(PART)
        for module in ("handlers", "tasks"):
            import_module(f"firstline.mail.{module}")
