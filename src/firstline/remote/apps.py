"""The remote slice."""

from django.apps import AppConfig


class RemoteConfig(AppConfig):
    """Gives the gateway its commands and takes their results."""

    name = "firstline.remote"
    label = "remote"

    def ready(self) -> None:
        from firstline.devices.actions import register_command_sink
        from firstline.remote import actions, enums, tasks  # noqa: F401
        from firstline.ui import messages

        messages.register(enums.ERRORS)
        register_command_sink(actions.sink)
