"""API tokens: made by their owner, shown once, stored as a hash."""

from datetime import timedelta

from django.db.models import Q

from firstline.accounts.actions.recording import announce
from firstline.accounts.enums import TOKENS_MAX
from firstline.accounts.models import ApiToken, Person
from firstline.accounts.permissions import TOKEN_MANAGE
from firstline.accounts.queries import actor_for, hash_secret, token_for
from firstline.kit import clock
from firstline.kit import input as typed
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput, NotFound
from firstline.kit.ids import token as random_secret
from firstline.outbox.actions import transaction

PREFIX = "flt_"
USED_EVERY = timedelta(minutes=5)


def create_token(*, actor: Actor, person: Person, name: str, days: int | None = None) -> tuple[ApiToken, str]:
    """A token that acts as `person`, who is the actor, for `days` days or until revoked; and its secret.

    The secret cannot be shown again. Raises `InvalidInput` for an empty name or odd number
    of days, `Conflict` over the limit of tokens.
    """
    actor.check(TOKEN_MANAGE)
    if actor.id != person.pk:
        raise NotFound("person_not_found")
    if days is not None and not 1 <= days <= 3650:
        raise InvalidInput("token_days_unknown", field="days")
    secret = PREFIX + random_secret(32)
    now = clock.now()
    with transaction():
        standing = person.api_tokens.filter(revoked_at=None).exclude(expires_at__lt=now)
        if standing.count() >= TOKENS_MAX:
            raise Conflict("too_many_tokens", limit=TOKENS_MAX)
        token = ApiToken.objects.create(
            person=person,
            name=typed.line(name, field="name", required=True),
            prefix=secret[:12],
            secret_hash=hash_secret(secret),
            expires_at=now + timedelta(days=days) if days is not None else None,
        )
        announce(actor, "accounts.token_created", person, new={"token_id": token.pk, "days": days})
    return token, secret


def revoke_token(*, actor: Actor, person: Person, token_id: int) -> None:
    """Make one of the person's own tokens useless at once. Raises `NotFound` for any other."""
    with transaction():
        rows = ApiToken.objects.filter(pk=token_id, person=person, revoked_at=None)
        if actor.id != person.pk or not rows.update(revoked_at=clock.now()):
            raise NotFound("token_not_found")
        announce(actor, "accounts.token_revoked", person, new={"token_id": token_id})


def authenticate_token(secret: str, *, request_id: str = "") -> Actor | None:
    """As `queries.actor_for_token`, and notes the use, at most every five minutes."""
    token = token_for(secret)
    if token is None:
        return None
    now = clock.now()
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return actor_for(token.person, request_id=request_id)
