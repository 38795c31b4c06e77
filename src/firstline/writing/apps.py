"""Registration of the writing slice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WritingConfig(AppConfig):
    """Text modules and signatures."""

    name = "firstline.writing"
    label = "writing"
    verbose_name = _("Text modules")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.tickets.actions.mails import register_signature  # after the app registry
        from firstline.ui import messages, navigation
        from firstline.writing import handlers  # noqa: F401
        from firstline.writing.enums import ERRORS
        from firstline.writing.erasure import PART
        from firstline.writing.permissions import SETTINGS_MANAGE
        from firstline.writing.queries import signature_of

        messages.register(ERRORS)
        register_part(PART)
        register_signature(signature_of)
        group = pgettext_lazy("place", "Tickets")
        navigation.register_admin_page(
            group=group, label=_("Text modules"), url_name="writing:modules", permission=SETTINGS_MANAGE,
            order=52, icon="book",
        )  # fmt: skip
        navigation.register_admin_page(
            group=group, label=_("Signatures"), url_name="writing:signatures", permission=SETTINGS_MANAGE,
            order=53, icon="pen",
        )  # fmt: skip
