"""Registration of the files slice."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firstline.files.enums import ERRORS
from firstline.ui import messages


class FilesConfig(AppConfig):
    """Its sweep of orphans is registered when the program starts."""

    name = "firstline.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        import_module("firstline.files.tasks")
        messages.register(ERRORS)
