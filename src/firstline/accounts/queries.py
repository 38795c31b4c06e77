"""Who acts: people, their permissions, teams and skills, read cheaply and by tenant."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from threading import Lock

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import HttpRequest

from firstline.accounts.enums import EVERYTHING, RoleCode
from firstline.accounts.models import (
    ApiToken,
    Invitation,
    Person,
    PersonSkill,
    Role,
    RoleGrant,
    SetupLink,
    SignInSession,
    TeamMembership,
)
from firstline.accounts.permissions import PEOPLE_MANAGE, PERMISSIONS
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput, NotFound

# Declared by the tickets slice above.
_WORKS_ON_TICKETS = "tickets:ticket:view"
_INVITATION_SALT = "firstline.accounts.invitation"


@dataclass(frozen=True, slots=True)
class _Grants:
    """What was computed for a person at one `permissions_version`."""

    version: int
    permissions: frozenset[str]
    team_ids: frozenset[int]


_KEPT_MAX = 5000
_kept: OrderedDict[int, _Grants] = OrderedDict()
_kept_lock = Lock()


def actor_for(person: Person, *, request_id: str = "") -> Actor:
    """The actor that `person` acts as.

    Costs two queries, or none while nothing changed what the person may do: the result is
    kept per process under `permissions_version`, which every such change moves on.
    `person` must be freshly loaded. Inactive and erased people get no permissions.
    """
    grants = _grants_of(person)
    usable = person.is_active and person.organization.is_active
    return Actor(
        kind="person",
        id=person.pk,
        label=person.name,
        organization_id=person.organization_id,
        team_ids=grants.team_ids if usable else frozenset(),
        permissions=grants.permissions if usable else frozenset(),
        language=person.language,
        time_zone=person.time_zone,
        is_provider=person.organization.is_provider,
        request_id=request_id,
    )


def actor_for_user(user: AbstractBaseUser, *, request_id: str = "") -> Actor | None:
    """The actor of a signed-in user of Django, or None for the anonymous one."""
    return actor_for(user, request_id=request_id) if isinstance(user, Person) else None


def actor_for_token(secret: str, *, request_id: str = "") -> Actor | None:
    """The actor whose API token this is; None when unknown, revoked or expired, or its owner inactive."""
    token = token_for(secret)
    return actor_for(token.person, request_id=request_id) if token else None


def token_for(secret: str) -> ApiToken | None:
    """The standing API token with this secret, its person loaded."""
    token = (
        ApiToken.objects.select_related("person__organization")
        .filter(secret_hash=hash_secret(secret), revoked_at=None)
        .first()
    )
    if token is None or (token.expires_at and token.expires_at <= clock.now()):
        return None
    return token if token.person.is_active and token.person.organization.is_active else None


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


def visible_to(actor: Actor) -> QuerySet[Person]:
    """The people that the actor may see.

    Provider people who work on tickets or manage people see everyone; someone who manages
    people of a customer sees that organisation's; everyone else sees themselves.
    """
    if actor.is_provider and any(map(actor.may, (PEOPLE_MANAGE, _WORKS_ON_TICKETS))):
        return Person.objects.all()
    if actor.may(PEOPLE_MANAGE):
        return Person.objects.filter(organization_id=actor.organization_id or 0)
    return Person.objects.filter(pk=actor.id or 0 if actor.kind == "person" else 0)


def get_person_for(actor: Actor, person_id: int) -> Person:
    """The person with this id; raises `NotFound` where the actor may not see them."""
    person = visible_to(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound("person_not_found")
    return person


def person_by_email(email: str) -> Person | None:
    """The person with this address, in any writing of capitals."""
    return Person.objects.filter(email=email.strip().lower()).first()


def team_members(team_id: int) -> QuerySet[Person]:
    """Active people of a team, leads first."""
    return Person.objects.filter(
        team_memberships__team_id=team_id, is_active=True, team_memberships__team__is_active=True
    ).order_by("-team_memberships__is_lead", "name", "id")


def skill_levels(person_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The skills of these people: level by skill name by person id, in one query."""
    levels: dict[int, dict[str, int]] = {person_id: {} for person_id in person_ids}
    rows = PersonSkill.objects.filter(person_id__in=levels).values_list("person_id", "skill__name", "level")
    for person_id, name, level in rows:
        levels[person_id][name] = level
    return levels


def people_with(permission: str) -> QuerySet[Person]:
    """Active people one of whose roles holds `permission`."""
    codes = [role.pk for role in Role.objects.all() if permission in expand(role.permissions)]
    holders = RoleGrant.objects.filter(role_id__in=codes).values("person_id")
    return Person.objects.filter(pk__in=holders, is_active=True, organization__is_active=True)


def role_label(role: Role) -> str:
    """A role's name in the active language."""
    return role.label or str(dict(RoleCode.choices).get(role.code, role.code))


def invitation_secret(invitation: Invitation) -> str:
    """The signed part of an invitation's link; the same each time, so that a mail can be sent again."""
    return Signer(salt=_INVITATION_SALT).sign(str(invitation.pk))


def standing_invitation(secret: str) -> Invitation:
    """The invitation of a link; raises `InvalidInput` when it was used, is too old, or forged."""
    try:
        number = int(Signer(salt=_INVITATION_SALT).unsign(secret))
    except (BadSignature, ValueError):
        raise InvalidInput("invitation_invalid") from None
    invitation = (
        Invitation.objects.select_related("person__organization")
        .filter(pk=number, accepted_at=None, expires_at__gt=clock.now(), person__is_active=True)
        .first()
    )
    if invitation is None:
        raise InvalidInput("invitation_invalid")
    return invitation


def standing_setup_link(secret: str) -> SetupLink:
    """The set-up link with this secret; raises `InvalidInput` when it was used or is too old."""
    link = SetupLink.objects.filter(
        secret_hash=hash_secret(secret), used_at=None, expires_at__gt=clock.now()
    ).first()
    if link is None:
        raise InvalidInput("setup_link_invalid")
    return link


def hash_secret(secret: str) -> str:
    """How secrets of tokens and links are stored; they are random, so one plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def expand(permissions: list[str]) -> frozenset[str]:
    """A role's stored list as permissions of the catalogue; "*" is all of them."""
    return frozenset(PERMISSIONS) if EVERYTHING in permissions else frozenset(permissions)


def _grants_of(person: Person) -> _Grants:
    with _kept_lock:
        kept = _kept.get(person.pk)
        if kept is not None and kept.version == person.permissions_version:
            _kept.move_to_end(person.pk)
            return kept
    lists = Role.objects.filter(grants__person=person).values_list("permissions", flat=True)
    memberships = TeamMembership.objects.filter(person=person, team__is_active=True)
    grants = _Grants(
        version=person.permissions_version,
        permissions=frozenset().union(*(expand(permissions) for permissions in lists)),
        team_ids=frozenset(memberships.values_list("team_id", flat=True)),
    )
    with _kept_lock:
        _kept[person.pk] = grants
        if len(_kept) > _KEPT_MAX:
            _kept.popitem(last=False)
    return grants


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which someone is signed in."""

    id: int
    browser: str
    ip_address: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool


def session_rows(person: Person, here: str) -> list[SessionRow]:
    """Where the person is signed in, this browser first, then the latest seen."""
    oldest = clock.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    standing = person.sign_in_sessions.filter(ended_at=None, created_at__gt=oldest)
    rows = [
        SessionRow(
            id=session.pk,
            browser=browser_name(session.user_agent),
            ip_address=session.ip_address,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            is_here=session.session_key == here,
        )
        for session in standing
    ]
    return sorted(rows, key=lambda row: not row.is_here)


_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("MicroMessenger", "微信"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(user_agent: str) -> str:
    """A browser and its system as people call them, as far as the header says."""
    found = [
        next((name for mark, name in marks if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(name for name in found if name) or user_agent[:60]


_standing: OrderedDict[str, int] = OrderedDict()


def session_stands(person: Person, session_key: str) -> bool:
    """Whether `person` is still signed in with this session.

    Costs one query when `permissions_version` moved on (ending a session moves it), otherwise none.
    """
    with _kept_lock:
        if _standing.get(session_key) == person.permissions_version:
            return True
    rows = SignInSession.objects.filter(person=person, session_key=session_key, ended_at=None)
    if not rows.exists():
        return False
    with _kept_lock:
        _standing[session_key] = person.permissions_version
        if len(_standing) > _KEPT_MAX:
            _standing.popitem(last=False)
    return True


def actor_for_session(session_key: str) -> Actor | None:
    """The actor who is signed in with this session cookie, for WebSockets; None when nobody is."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, Person) or not session_stands(user, session_key):
        return None
    return actor_for(user)
