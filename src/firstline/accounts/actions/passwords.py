"""Changes of passwords."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from firstline.accounts.actions.recording import announce
from firstline.accounts.actions.sessions import apply_end_sessions
from firstline.accounts.enums import PASSWORD_LENGTH_MAX
from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.outbox.actions import enqueue, transaction


def change_password(*, actor: Actor, person: Person, present: str, password: str, keep_key: str) -> None:
    """Change one's own password; every other session ends.

    Raises `InvalidInput` when `present` is wrong or the new password too weak.
    """
    if actor.id != person.pk or not person.check_password(present[:PASSWORD_LENGTH_MAX]):
        raise InvalidInput("password_wrong", field="present")
    check_password_strength(password, person)
    with transaction():
        apply_set_password(person, password)
        apply_end_sessions(person, keep_key=keep_key)
        enqueue("accounts.send_password_changed", {"person_id": person.pk}, actor=actor)
        announce(actor, "accounts.password_changed", person)


def reset_password(*, actor: Actor, person: Person, password: str) -> None:
    """Set a password after its owner proved the address by a link; every session ends."""
    check_password_strength(password, person)
    with transaction():
        apply_set_password(person, password)
        apply_end_sessions(person)
        enqueue("accounts.send_password_changed", {"person_id": person.pk}, actor=actor)
        announce(actor, "accounts.password_reset", person)


def apply_set_password(person: Person, password: str) -> None:
    """Store the password's hash, inside the caller's transaction."""
    person.set_password(password)
    person.save(update_fields=["password"])


def check_password_strength(password: str, person: Person | None, *, field: str = "password") -> None:
    """Raise `InvalidInput` with the reasons when a password is too weak for `person`."""
    if len(password) > PASSWORD_LENGTH_MAX:
        raise InvalidInput("password_too_long", field=field, limit=PASSWORD_LENGTH_MAX)
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise InvalidInput("password_weak", field=field, reasons=" ".join(weak.messages)) from None
