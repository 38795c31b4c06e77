"""The demonstration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Loads on request only."""

    name = "firstline.demo"
    label = "demo"
