"""Every change to organisations, teams, services and the installation."""

from firstline.organizations.models import Installation


def ensure_installation() -> None:
    """Make the single installation row where it is missing; runs after every migrate."""
    Installation.objects.get_or_create(pk=1)
