"""The composition root as an app, so that its templates and commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Installed last: its `ready` runs after every slice's."""

    name = "firstline.config"
    label = "config"
