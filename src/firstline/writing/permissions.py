"""Who may change what others write with."""

from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.kit.actor import Actor
from firstline.kit.errors import NotAllowed

__all__ = ["SETTINGS_MANAGE", "check_can_manage"]


def check_can_manage(actor: Actor) -> None:
    """Texts of the whole desk are for people of the provider who hold the permission."""
    actor.check(SETTINGS_MANAGE)
    if not actor.is_provider:
        raise NotAllowed("permission_missing", permission=SETTINGS_MANAGE)
