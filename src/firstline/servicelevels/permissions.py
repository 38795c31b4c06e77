"""Who may edit calendars and targets: those who may change settings."""

from firstline.accounts.permissions import SETTINGS_MANAGE
from firstline.kit.actor import Actor


def check_can_edit_rules(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may change settings."""
    actor.check(SETTINGS_MANAGE)
