"""The catalogue of permissions, and the gates that every view wears (`ui.gates`, so that the slices
below this one can wear them too)."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, NotAllowed, NotFound
from firstline.organizations.permissions import SETTINGS_MANAGE as settings_manage  # noqa: N811 - a value here
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
    "check_can_grant",
    "check_can_manage_person",
    "check_can_manage_roles",
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
SETTINGS_MANAGE = declare(settings_manage, _("Change settings, organisations and services"))
AUDIT_VIEW = declare("admin:audit:view", _("Read the audit trail"))
OUTBOX_VIEW = declare("admin:outbox:view", _("See and retry background work"))
# They concern every organisation: whoever works for a customer never holds them, whatever the roles say.
INSTALLATION_WIDE = frozenset({SETTINGS_MANAGE, AUDIT_VIEW, OUTBOX_VIEW})
TOKEN_MANAGE = declare("accounts:token:manage", _("Create API tokens for oneself"))


def check_can_manage_person(actor: Actor, person: Person, held: frozenset[str]) -> None:
    """Raise unless the actor may change `person`, who holds the permissions `held`.

    People outside the actor's reach are unknown to them; nobody changes someone who may
    do more than they do, because with a new address or password they would become them.
    """
    actor.check(PEOPLE_MANAGE)
    if not actor.is_provider and actor.organization_id != person.organization_id:
        raise NotFound("person_not_found")
    if person.erased_at is not None:
        raise Conflict("person_erased")
    if not actor.is_trusted and _beyond(actor, held):
        raise NotAllowed("person_is_stronger")


def check_can_grant(actor: Actor, permissions: frozenset[str]) -> None:
    """Raise unless the actor holds every permission that they are about to give."""
    missing = _beyond(actor, permissions)
    if missing and not actor.is_trusted:
        raise NotAllowed("grant_exceeds_own", permission=min(missing))


def check_can_manage_roles(actor: Actor) -> None:
    """Raise unless the actor may change what roles allow, which holds for the whole installation."""
    actor.check(PEOPLE_MANAGE)
    if not actor.is_provider:
        raise NotAllowed("permission_missing", permission=PEOPLE_MANAGE)


def _beyond(actor: Actor, permissions: frozenset[str]) -> frozenset[str]:
    # Names that no slice declares allow nothing, so they count for nothing.
    return (permissions - actor.permissions) & frozenset(PERMISSIONS)
