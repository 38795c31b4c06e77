"""Registration of the outbox slice."""

from importlib import import_module

from django.apps import AppConfig
from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from firstline.outbox import bus
from firstline.outbox.enums import ERRORS, OUTBOX_VIEW
from firstline.ui import messages, navigation


class OutboxConfig(AppConfig):
    """Its own periodic jobs are registered when the program starts."""

    name = "firstline.outbox"
    label = "outbox"
    verbose_name = _("Events and jobs")

    def ready(self) -> None:
        import_module("firstline.outbox.tasks")
        messages.register(ERRORS)
        navigation.register_admin_page(
            group=pgettext_lazy("admin", "System"),
            label=_("Background work"),
            url_name="outbox-jobs",
            permission=OUTBOX_VIEW,
            order=91,
        )
        if connection.vendor == "postgresql":
            # Other processes share this database; connections are made when first needed.
            notify = import_module("firstline.outbox.notify")
            bus.use(notify.PostgresBus(connection.get_connection_params))
