"""Reads of the secrets behind links: invitations and set-up."""

import hashlib

from django.core.signing import BadSignature, Signer

from firstline.accounts.models import Invitation, SetupLink
from firstline.kit import clock
from firstline.kit.errors import InvalidInput

_INVITATION_SALT = "firstline.accounts.invitation"


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
