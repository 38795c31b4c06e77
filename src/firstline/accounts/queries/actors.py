"""The actor that a person, a token or a session acts as, computed once per change."""

from collections import OrderedDict
from dataclasses import dataclass
from importlib import import_module
from threading import Lock

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from firstline.accounts.models import ApiToken, Person, Role, SignInSession, TeamMembership
from firstline.accounts.permissions import INSTALLATION_WIDE
from firstline.accounts.queries.links import hash_secret
from firstline.accounts.queries.roles import expand
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared


@dataclass(frozen=True, slots=True)
class _Grants:
    """What was computed for a person at one `permissions_version`."""

    version: int
    permissions: frozenset[str]
    team_ids: frozenset[int]


_KEPT_MAX = 5000
_kept: OrderedDict[int, _Grants] = OrderedDict()
_kept_lock = Lock()
_standing: OrderedDict[str, int] = OrderedDict()


def actor_for(person: Person, *, request_id: str = "") -> Actor:
    """The actor that `person` acts as.

    Costs two queries, or none while nothing changed what the person may do: the result is
    kept per process under `permissions_version`, which every such change moves on.
    `person` must be freshly loaded. Inactive and erased people get no permissions, and people
    of customers none that concern every organisation.
    """
    grants = _grants_of(person)
    usable = person.is_active and person.organization.is_active
    is_provider = person.organization.is_provider
    held = grants.permissions if is_provider else grants.permissions - INSTALLATION_WIDE
    return Actor(
        kind="person",
        id=person.pk,
        label=person.name,
        organization_id=person.organization_id,
        team_ids=grants.team_ids if usable else frozenset(),
        permissions=held if usable else frozenset(),
        language=person.language,
        time_zone=person.time_zone,
        is_provider=is_provider,
        request_id=request_id,
    )


def actor_for_token(secret: str, *, request_id: str = "") -> Actor | None:
    """The actor whose API token this is; None when unknown, revoked or expired, or its owner inactive."""
    token = token_for(secret)
    return actor_for(token.person, request_id=request_id) if token else None


def token_for(secret: str) -> ApiToken | None:
    """The standing API token with this secret, its person loaded."""
    token = _tokens.first(hash_secret(secret))
    if token is None or (token.expires_at and token.expires_at <= clock.now()):
        return None
    return token if token.person.is_active and token.person.organization.is_active else None


_tokens = Prepared(
    lambda secret_hash: ApiToken.objects.select_related("person__organization").filter(
        secret_hash=secret_hash, revoked_at=None
    )
)


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
