"""The catalogue of permissions, and the gates that every view wears (`ui.gates`, so that the slices
below this one can wear them too)."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firstline.ui.gates import PUBLIC, SIGNED_IN, actor_of, gate, public, sign_in_first, signed_in

__all__ = [
    "AUDIT_VIEW",
    "OUTBOX_VIEW",
    "PEOPLE_MANAGE",
    "PERMISSIONS",
    "PUBLIC",
    "SETTINGS_MANAGE",
    "SIGNED_IN",
    "TOKEN_MANAGE",
    "Permission",
    "actor_of",
    "declare",
    "gate",
    "public",
    "sign_in_first",
    "signed_in",
]

_NAME = re.compile(r"[a-z]+:[a-z_]+:[a-z_]+")


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that a role may allow; `label` is what an administrator reads."""

    name: str
    label: str | Promise


PERMISSIONS: dict[str, Permission] = {}
"""Every declared permission by name; complete once all slices are loaded."""


def declare(name: str, label: str | Promise) -> str:
    """Add a permission `slice:noun:verb` to the catalogue and return its name; a name is declared once."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not slice:noun:verb")
    if name in PERMISSIONS:
        raise ValueError(f"{name!r} is declared twice")
    PERMISSIONS[name] = Permission(name, label)
    return name


PEOPLE_MANAGE = declare("admin:people:manage", _("Manage people, roles and teams"))
SETTINGS_MANAGE = declare("admin:settings:manage", _("Change settings, organisations and services"))
AUDIT_VIEW = declare("admin:audit:view", _("Read the audit trail"))
OUTBOX_VIEW = declare("admin:outbox:view", _("See and retry background work"))
TOKEN_MANAGE = declare("accounts:token:manage", _("Create API tokens for oneself"))
