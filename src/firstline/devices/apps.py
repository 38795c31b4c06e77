"""The devices slice."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Registers tasks and pages."""

    name = "firstline.devices"
    label = "devices"

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.devices import enums, findable, handlers, tasks  # noqa: F401
        from firstline.devices.erasure import PART
        from firstline.ui import messages

        messages.register(enums.ERRORS)
        register_part(PART)
        findable.register()
