"""Who may see and steer mail: the names are declared by accounts."""

from firstline.accounts.permissions import OUTBOX_VIEW, SETTINGS_MANAGE

__all__ = ["OUTBOX_VIEW", "SETTINGS_MANAGE"]
