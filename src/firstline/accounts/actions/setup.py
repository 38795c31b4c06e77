"""The first steps of a new installation: its roles, the one-time link, the first administrator."""

from datetime import timedelta

from firstline.accounts.actions.passwords import apply_set_password, check_password_strength
from firstline.accounts.actions.people import apply_create_person
from firstline.accounts.details import PersonDetails
from firstline.accounts.enums import BUILT_IN_ROLES, RoleCode
from firstline.accounts.models import Person, Role, RoleGrant, SetupLink
from firstline.accounts.queries import hash_secret, standing_setup_link
from firstline.kit import clock
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.ids import token
from firstline.organizations.actions import apply_create_organization
from firstline.organizations.queries import provider
from firstline.outbox.actions import transaction

VALID_FOR = timedelta(hours=24)


def ensure_built_in_roles() -> None:
    """Make missing built-in roles; runs after every migrate and never changes an existing one."""
    present = set(Role.objects.values_list("code", flat=True))
    Role.objects.bulk_create(
        Role(code=code, permissions=sorted(permissions), is_built_in=True)
        for code, permissions in BUILT_IN_ROLES.items()
        if code not in present
    )


def create_setup_link() -> str:
    """The secret of a new one-time link `/setup/?key=…`, valid for a day; older ones stop.

    Whoever holds it becomes administrator, so only the local console may show it.
    """
    secret = token()
    with transaction():
        SetupLink.objects.filter(used_at=None).delete()
        SetupLink.objects.create(secret_hash=hash_secret(secret), expires_at=clock.now() + VALID_FOR)
    return secret


def create_first_administrator(
    *, secret: str, name: str, email: str, password: str, language: str, time_zone: str = "UTC"
) -> Person:
    """Make the first administrator; uses the link up.

    Where no organisation gives support yet, one is made, to be named in the next step.
    Raises `InvalidInput` for a link that does not count or bad details, `Conflict` when
    there is an administrator already.
    """
    with transaction():
        link = standing_setup_link(secret)
        if RoleGrant.objects.filter(role__code=RoleCode.ADMINISTRATOR, person__is_active=True).exists():
            raise Conflict("installation_has_people")
        organization = provider() or apply_create_organization(
            actor=SYSTEM, name="Firstline", default_language=language, time_zone=time_zone, is_provider=True
        )
        details = PersonDetails(
            name=name, email=email, organization=organization, language=language, time_zone=time_zone
        )
        if not email.strip():
            raise InvalidInput("text_missing", field="email")
        person = apply_create_person(
            actor=SYSTEM, details=details, roles=[RoleCode.REQUESTER, RoleCode.ADMINISTRATOR]
        )
        check_password_strength(password, person)
        apply_set_password(person, password)
        if not SetupLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()):
            raise InvalidInput("setup_link_invalid")
    return person
