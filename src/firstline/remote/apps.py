"""The remote slice."""

from django.apps import AppConfig


class RemoteConfig(AppConfig):
    """Gives the gateway its commands and takes their results."""

    name = "firstline.remote"
    label = "remote"

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.devices.actions import register_command_sink
        from firstline.remote import actions, enums, handlers, tasks  # noqa: F401
        from firstline.remote.erasure import PART
        from firstline.ui import messages

        messages.register(enums.ERRORS)
        register_part(PART)
        register_command_sink(actions.sink)
