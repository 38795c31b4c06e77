"""Sign-ins: remembering them, showing life, ending them."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings

from firstline.accounts.actions.recording import announce, renew_permissions_of
from firstline.accounts.models import Invitation, Person, SetupLink, SignInSession
from firstline.audit.actions import record
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import NotFound
from firstline.kit.refs import Ref
from firstline.kit.text import clean_line
from firstline.outbox.actions import transaction

SEEN_EVERY = timedelta(minutes=5)
ENDED_KEPT = timedelta(days=90)


def note_sign_in(*, person: Person, session_key: str, ip_address: str, user_agent: str) -> None:
    """Remember the browser in which `person` signed in, so that the session stands and can be ended."""
    with transaction():
        SignInSession.objects.update_or_create(
            session_key=session_key,
            defaults={
                "person": person,
                "ip_address": clean_line(ip_address, 45),
                "user_agent": clean_line(user_agent, 300),
                "created_at": clock.now(),
                "last_seen_at": clock.now(),
                "ended_at": None,
            },
        )
        labels = {"address": clean_line(ip_address, 45)} if ip_address else None
        announce(_self(person), "accounts.signed_in", person, labels=labels)


def note_sign_out(*, person: Person, session_key: str) -> None:
    """Mark a session as ended by its owner signing out."""
    with transaction():
        rows = SignInSession.objects.filter(person=person, session_key=session_key, ended_at=None)
        if rows.update(ended_at=clock.now()):
            renew_permissions_of(person)
            announce(_self(person), "accounts.signed_out", person)


def note_lockout(*, email: str, ip_address: str) -> None:
    """Record that an address was locked after too many wrong passwords, for the administrator."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    with transaction():
        record(
            actor=SYSTEM,
            verb="accounts.sign_in_locked",
            ref=Ref("person", person.pk if person else 0, person.name if person else clean_line(email, 200)),
            organization_id=person.organization_id if person else None,
            labels={"address": clean_line(ip_address, 45)},
        )


def touch_session(*, session_key: str) -> None:
    """Note that a session is in use; written at most every five minutes."""
    now = clock.now()
    SignInSession.objects.filter(session_key=session_key, last_seen_at__lt=now - SEEN_EVERY).update(
        last_seen_at=now
    )


def renew_session(*, person: Person, old_key: str, new_key: str) -> None:
    """Carry a session's row over to its new key; Django changes the key with the password."""
    SignInSession.objects.filter(person=person, session_key=old_key).update(session_key=new_key)


def end_session(*, actor: Actor, person: Person, session_id: int) -> None:
    """Sign one of the person's own browsers out, at once and in every process.

    Raises `NotFound` for another person's session or one that has ended.
    """
    with transaction():
        found = person.sign_in_sessions.filter(pk=session_id, ended_at=None).first()
        if found is None or actor.id != person.pk:
            raise NotFound("session_not_found")
        _end(person, [found])
        announce(actor, "accounts.session_ended", person)


def end_other_sessions(*, actor: Actor, person: Person, keep_key: str) -> int:
    """Sign the person out everywhere but here; returns how many sessions ended."""
    with transaction():
        ended = apply_end_sessions(person, keep_key=keep_key)
        if ended:
            announce(actor, "accounts.sessions_ended", person, new={"sessions": ended})
    return ended


def apply_end_sessions(person: Person, *, keep_key: str = "") -> int:
    """End all sessions but one, inside the caller's transaction."""
    sessions = list(person.sign_in_sessions.filter(ended_at=None).exclude(session_key=keep_key))
    _end(person, sessions)
    return len(sessions)


def clean_up_sign_ins() -> None:
    """Delete sessions, invitations and links that ended long ago; runs once a day."""
    now = clock.now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    with transaction():
        SignInSession.objects.filter(last_seen_at__lt=now - ENDED_KEPT).delete()
        Invitation.objects.filter(expires_at__lt=now - ENDED_KEPT).delete()
        SetupLink.objects.filter(expires_at__lt=now - ENDED_KEPT).delete()


def _end(person: Person, sessions: list[SignInSession]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in sessions:
        store(session.session_key).delete()
    SignInSession.objects.filter(pk__in=[session.pk for session in sessions]).update(ended_at=clock.now())
    renew_permissions_of(person)


def _self(person: Person) -> Actor:
    return Actor(kind="person", id=person.pk, label=person.name, organization_id=person.organization_id)
