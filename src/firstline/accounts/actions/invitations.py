"""Inviting people to set their first password."""

from datetime import timedelta

from firstline.accounts.actions.passwords import apply_set_password, check_password_strength
from firstline.accounts.actions.recording import announce
from firstline.accounts.actions.sessions import apply_end_sessions
from firstline.accounts.models import Invitation, Person
from firstline.accounts.permissions import check_can_manage_person
from firstline.accounts.queries import actor_for, held_permissions, standing_invitation
from firstline.kit import clock
from firstline.kit.actor import Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.outbox.actions import enqueue, transaction

VALID_FOR = timedelta(days=7)


def invite_person(*, actor: Actor, person: Person) -> Invitation:
    """Send a mail with a link to set the first password, valid for a week; older links stop.

    Raises `InvalidInput` without an address, `Conflict` for a closed account.
    """
    check_can_manage_person(actor, person, held_permissions(person))
    with transaction():
        return apply_invite(actor=actor, person=person)


def apply_invite(*, actor: Actor, person: Person) -> Invitation:
    """As `invite_person`, inside the caller's transaction and after its permission check."""
    if not person.email:
        raise InvalidInput("person_email_missing", field="email")
    if not person.is_active:
        raise Conflict("person_inactive")
    person.invitations.filter(accepted_at=None).delete()
    invitation = Invitation.objects.create(person=person, expires_at=clock.now() + VALID_FOR)
    enqueue("accounts.send_invitation", {"invitation_id": invitation.pk}, actor=actor)
    announce(actor, "accounts.person_invited", person)
    return invitation


def accept_invitation(*, secret: str, password: str) -> Person:
    """Set the invited person's password; the link works once.

    Raises `InvalidInput` for a link that is used, too old or forged, or a weak password.
    """
    with transaction():
        invitation = standing_invitation(secret)
        person = invitation.person
        check_password_strength(password, person)
        claimed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(
            accepted_at=clock.now()
        )
        if not claimed:
            raise InvalidInput("invitation_invalid")
        apply_set_password(person, password)
        apply_end_sessions(person)
        announce(actor_for(person), "accounts.invitation_accepted", person)
    return person
