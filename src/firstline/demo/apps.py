"""The demonstration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Loads on request only; offers to leave."""

    name = "firstline.demo"
    label = "demo"

    def ready(self) -> None:
        from firstline.demo import removal
        from firstline.organizations.actions import register_demo_removal

        register_demo_removal(removal.remove)
