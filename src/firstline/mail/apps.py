"""Registration of the mail slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firstline.mail.enums import ERRORS


class MailConfig(AppConfig):
    """Mail in and out; its jobs are registered when the program starts."""

    name = "firstline.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from firstline.ui import messages  # the registry of texts is complete once apps are

        messages.register(ERRORS)
        import_module("firstline.mail.tasks")
