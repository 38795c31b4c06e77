"""Reads of roles and what they allow."""

from firstline.accounts.enums import EVERYTHING, RoleCode
from firstline.accounts.models import Person, Role
from firstline.accounts.permissions import PERMISSIONS
from firstline.kit.errors import InvalidInput


def expand(permissions: list[str]) -> frozenset[str]:
    """A role's stored list as permissions of the catalogue; "*" is all of them."""
    return frozenset(PERMISSIONS) if EVERYTHING in permissions else frozenset(permissions)


def held_permissions(person: Person) -> frozenset[str]:
    """What the person's roles allow, read now, whether or not they may sign in."""
    lists = Role.objects.filter(grants__person=person).values_list("permissions", flat=True)
    return frozenset().union(*(expand(permissions) for permissions in lists))


def role_by_code(code: str) -> Role:
    """The role with this code; raises `InvalidInput`."""
    role = Role.objects.filter(code=code).first()
    if role is None:
        raise InvalidInput("role_unknown", field="roles", role=str(code)[:60])
    return role


def role_label(role: Role) -> str:
    """A role's name in the active language."""
    return role.label or str(dict(RoleCode.choices).get(role.code, role.code))
