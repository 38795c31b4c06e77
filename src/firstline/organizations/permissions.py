"""Who may change organisations, teams, services and settings."""

from firstline.kit.actor import Actor
from firstline.kit.errors import NotAllowed, NotFound
from firstline.organizations.models import Organization

# Declared in the catalogue, with its label, by the accounts slice above.
SETTINGS_MANAGE = "admin:settings:manage"


def check_can_manage_settings(actor: Actor) -> None:
    """Settings of the whole installation are for people of the provider who hold the permission."""
    actor.check(SETTINGS_MANAGE)
    if not actor.is_provider:
        raise NotAllowed("permission_missing", permission=SETTINGS_MANAGE)


def check_can_manage_places(actor: Actor, organization: Organization) -> None:
    """Sites and departments may also be kept by someone of the organisation itself."""
    actor.check(SETTINGS_MANAGE)
    if not can_see(actor, organization.pk):
        raise NotFound("organization_not_found")


def can_see(actor: Actor, organization_id: int) -> bool:
    """Whether an organisation's name and places are open to the actor."""
    return actor.is_provider or actor.organization_id == organization_id
