"""Adding, changing, closing and erasing people."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password

from firstline.accounts.actions.invitations import apply_invite
from firstline.accounts.actions.recording import announce, keep_an_administrator, renew_permissions_of
from firstline.accounts.actions.sessions import apply_end_sessions
from firstline.accounts.details import PersonDetails
from firstline.accounts.enums import RoleCode
from firstline.accounts.events import (
    PersonChanged,
    PersonCreated,
    PersonDeactivated,
    PersonReactivated,
)
from firstline.accounts.models import Person, RoleGrant
from firstline.accounts.permissions import PEOPLE_MANAGE, check_can_grant, check_can_manage_person
from firstline.accounts.queries import expand, held_permissions, role_by_code
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotAllowed
from firstline.organizations.models import Organization
from firstline.organizations.queries import installation, organization_for_email
from firstline.outbox.actions import transaction

_DETAILS = (
    "name", "email", "organization_id", "site_id", "department_id", "job_title", "phone",
    "language", "time_zone", "is_vip",
)  # fmt: skip
# Kept in the trail by value; of the others only the fact that they changed.
_IMPERSONAL = frozenset({"organization_id", "site_id", "department_id", "language", "time_zone", "is_vip"})
EXTERNAL_CONTACTS = {"en": "External contacts", "zh-hans": "外部联系人"}


def create_person(
    *,
    actor: Actor,
    details: PersonDetails,
    roles: Iterable[str] = (RoleCode.REQUESTER,),
    invite: bool = False,
) -> Person:
    """Add a person holding the roles with these codes; announces `person_created`.

    They cannot sign in before they set a password: `invite` sends them a link. Raises
    `InvalidInput` for bad details, `NotAllowed` for a role with permissions that the actor lacks.
    """
    actor.check(PEOPLE_MANAGE)
    with transaction():
        person = apply_create_person(actor=actor, details=details, roles=roles)
        if invite:
            apply_invite(actor=actor, person=person)
        return person


def apply_create_person(
    *, actor: Actor, details: PersonDetails, roles: Iterable[str] = (RoleCode.REQUESTER,)
) -> Person:
    """As `create_person`, inside the caller's transaction."""
    _check_reach(actor, details.organization)
    granted = [role_by_code(code) for code in dict.fromkeys(roles)]
    for role in granted:
        check_can_grant(actor, expand(role.permissions))
    person = Person(password=make_password(None))
    _fill(person, details)
    person.save(force_insert=True)
    RoleGrant.objects.bulk_create(RoleGrant(person=person, role=role) for role in granted)
    announce(
        actor,
        "accounts.person_created",
        person,
        PersonCreated(person.pk),
        new={field: getattr(person, field) for field in sorted(_IMPERSONAL)}
        | {"roles": [role.code for role in granted]},
    )
    return person


def ensure_requester(*, actor: Actor, email: str, name: str = "", language: str = "") -> Person:
    """The person with this address, added as a requester when nobody has it.

    New people join the organisation that owns the address's domain, otherwise the one for
    external contacts. For channels such as mail: `actor` is the system or an automation.
    Raises `InvalidInput` for an address that is none.
    """
    actor.check(PEOPLE_MANAGE)
    address = typed.email(email)
    with transaction():
        known = Person.objects.filter(email=address).first()
        if known is not None:
            return known
        organization = organization_for_email(address) or _external_contacts()
        details = PersonDetails(
            name=name[:200] or address.partition("@")[0],
            email=address,
            organization=organization,
            language=language,
        )
        return apply_create_person(actor=actor, details=details)


def update_person(*, actor: Actor, person: Person, details: PersonDetails) -> None:
    """Change a person's details; announces `person_changed` when something differs.

    Raises as `create_person`; also `NotAllowed` for someone who may do more than the actor,
    `Conflict` when the last administrator would leave the provider.
    """
    check_can_manage_person(actor, person, held_permissions(person))
    with transaction():
        apply_update_person(actor=actor, person=person, details=details)


def apply_update_person(*, actor: Actor, person: Person, details: PersonDetails) -> None:
    """As `update_person`, inside the caller's transaction and after its permission check."""
    _check_reach(actor, details.organization)
    before = {field: getattr(person, field) for field in _DETAILS}
    moved = person.organization_id != details.organization.pk
    if moved:
        keep_an_administrator(person)
        if not details.organization.is_provider:
            person.team_memberships.all().delete()
    _fill(person, details)
    changed = [field for field in _DETAILS if getattr(person, field) != before[field]]
    if not changed:
        return
    person.save(update_fields=changed)
    if moved:
        renew_permissions_of(person)
    announce(
        actor,
        "accounts.person_changed",
        person,
        PersonChanged(person.pk, is_renamed=bool({"name", "email"} & set(changed))),
        old={field: before[field] for field in changed if field in _IMPERSONAL},
        new={field: getattr(person, field) for field in changed if field in _IMPERSONAL}
        | {"changed": sorted(set(changed) - _IMPERSONAL)},
    )


def deactivate_person(*, actor: Actor, person: Person) -> None:
    """Close a person's account: every session ends at once, tokens stop; nothing is deleted.

    Announces `person_deactivated`. Raises `Conflict` for the last administrator and one's own account.
    """
    check_can_manage_person(actor, person, held_permissions(person))
    check_not_self(actor, person)
    with transaction():
        keep_an_administrator(person)
        if Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            apply_end_sessions(person)
            renew_permissions_of(person)
            announce(actor, "accounts.person_deactivated", person, PersonDeactivated(person.pk))
    person.is_active = False


def reactivate_person(*, actor: Actor, person: Person) -> None:
    """Open a closed account again; announces `person_reactivated`."""
    check_can_manage_person(actor, person, held_permissions(person))
    with transaction():
        if Person.objects.filter(pk=person.pk, is_active=False, erased_at=None).update(is_active=True):
            renew_permissions_of(person)
            announce(actor, "accounts.person_reactivated", person, PersonReactivated(person.pk))
    person.is_active = True


def _check_reach(actor: Actor, organization: Organization) -> None:
    if not actor.is_provider and actor.organization_id != organization.pk:
        raise NotAllowed("organization_out_of_reach")


def check_not_self(actor: Actor, person: Person) -> None:
    if actor.kind == "person" and actor.id == person.pk:
        raise Conflict("own_account_protected")


def _external_contacts() -> Organization:
    # Found by either name, so that a change of the installation's language makes no second one.
    known = Organization.objects.filter(name__in=EXTERNAL_CONTACTS.values(), is_provider=False).first()
    if known is not None:
        return known
    here = installation()
    return Organization.objects.create(
        name=EXTERNAL_CONTACTS[here.default_language],
        default_language=here.default_language,
        time_zone=here.time_zone,
    )


def _fill(person: Person, details: PersonDetails) -> None:
    organization = details.organization
    person.organization = organization
    person.name = typed.line(details.name, field="name", required=True)
    person.email = typed.email(details.email) if details.email.strip() else None
    if person.email and Person.objects.filter(email=person.email).exclude(pk=person.pk).exists():
        raise InvalidInput("person_email_taken", field="email", email=person.email)
    if details.site and details.site.organization_id != organization.pk:
        raise InvalidInput("site_elsewhere", field="site")
    if details.department and details.department.organization_id != organization.pk:
        raise InvalidInput("department_elsewhere", field="department")
    person.site, person.department = details.site, details.department
    person.job_title = typed.line(details.job_title, field="job_title")
    person.phone = typed.line(details.phone, field="phone", limit=50)
    person.language = typed.language(details.language or organization.default_language)
    person.time_zone = typed.time_zone(details.time_zone or organization.time_zone)
    person.is_vip = details.is_vip
