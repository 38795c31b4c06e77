"""The ui app: compiles stale translations before anything reads them."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "firstline.ui"
    label = "ui"

    def ready(self) -> None:
        from firstline.ui import checks, i18n  # noqa: F401 - models of other apps are loaded by now

        i18n.compile_stale()
