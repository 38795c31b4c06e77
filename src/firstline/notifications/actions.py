"""Telling people, marking what they read, keeping what they want."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

from firstline.accounts.models import Person
from firstline.audit import actions as audit
from firstline.kit import clock, rows
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import InvalidInput, NotFound
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.kit.traces import Redactor
from firstline.notifications.enums import CAUSES, KINDS
from firstline.notifications.events import MailWanted
from firstline.notifications.models import Notification, Preference
from firstline.notifications.queries import wanted
from firstline.outbox import actions as outbox

KEEP_DAYS = 90


def notify(
    *,
    person: Person,
    kind: str,
    params: Mapping[str, str | int],
    ref: Ref,
    cause: str,
    event_id: str,
    mail: bool = True,
    url: str = "",
    actor: Actor = SYSTEM,
) -> Notification | None:
    """Tell `person` something, as they chose: bell, mail, both or nothing (None).

    `kind` and `cause` are registered in `notifications.enums`; a repeated call for the same
    event returns the notice it made. `mail` False: never by mail. Announces
    `notifications.mail_wanted` where a mail is due.
    """
    with outbox.transaction():
        return apply_notice(
            person=person, kind=kind, params=params, ref=ref, cause=cause,
            event_id=event_id, mail=mail, url=url, actor=actor,
        )  # fmt: skip


def apply_notice(
    *,
    person: Person,
    kind: str,
    params: Mapping[str, str | int],
    ref: Ref,
    cause: str,
    event_id: str,
    mail: bool = True,
    url: str = "",
    actor: Actor = SYSTEM,
) -> Notification | None:
    """The inner step of `notify`, in the caller's transaction (asserted)."""
    assert connection.in_atomic_block
    if kind not in KINDS:
        raise ValueError(f"notification kind {kind!r} is not registered")
    if cause not in CAUSES:
        raise ValueError(f"notification cause {cause!r} is not registered")
    if not person.is_active:
        return None
    in_bell, by_mail = wanted(person, kind)
    by_mail = by_mail and mail and bool(person.email)
    if not in_bell and not by_mail:
        return None
    known = _made.first(person.pk, kind, event_id)
    if known is not None:
        return known
    row = Notification(
        person=person,
        kind=kind,
        event_id=event_id,
        params=dict(params),
        ref_kind=ref.kind,
        ref_id=ref.id,
        ref_label=ref.label[:100],
        url=url,
        cause=cause,
        in_bell=in_bell,
        created_at=clock.now(),
    )
    rows.insert([row])
    if by_mail:
        outbox.publish(MailWanted(row.pk), actor=actor)
    outbox.push(f"person:{person.pk}")
    return row


_made = Prepared(
    lambda person_id, kind, event_id: Notification.objects.filter(
        person_id=person_id, kind=kind, event_id=event_id
    )
)


def mark_read(*, actor: Actor, notification_id: int) -> Notification:
    """The actor has seen this notice. Raises `notification_unknown` for anybody else's."""
    with outbox.transaction():
        row = _of(actor).filter(pk=notification_id).first()
        if row is None:
            raise NotFound("notification_unknown")
        _mark(actor, Notification.objects.filter(pk=row.pk))
    return row


def mark_all_read(*, actor: Actor) -> int:
    """The actor has seen everything; returns how many notices that changed."""
    with outbox.transaction():
        return _mark(actor, _of(actor))


def mark_ref_read(*, actor: Actor, ref: Ref) -> int:
    """The actor opened the record itself; its notices count as read."""
    mine = _of(actor).filter(ref_kind=ref.kind, ref_id=ref.id, read_at=None, in_bell=True)
    if not mine.exists():
        return 0
    with outbox.transaction():
        return _mark(actor, mine)


def apply_mailed(notification_id: int) -> None:
    """Note that the notice's mail was queued, in the caller's transaction (asserted)."""
    assert connection.in_atomic_block
    Notification.objects.filter(pk=notification_id).update(mailed_at=clock.now())


def choose(*, actor: Actor, chosen: Mapping[str, tuple[bool, bool]]) -> None:
    """Keep what the actor wants per kind, as (bell, mail). Raises `notification_kind_unknown`."""
    unknown = set(chosen) - set(KINDS)
    if unknown or actor.kind != "person" or actor.id is None:
        raise InvalidInput("notification_kind_unknown")
    with outbox.transaction():
        for kind, (bell, mail) in chosen.items():
            Preference.objects.update_or_create(
                person_id=actor.id, kind=kind, defaults={"bell": bell, "mail": mail}
            )
        audit.record(
            actor=actor,
            verb="notifications.preferences_chosen",
            ref=Ref("person", actor.id, actor.label),
            organization_id=actor.organization_id,
            new={kind: {"bell": bell, "mail": mail} for kind, (bell, mail) in chosen.items()},
        )


def forget_person(person_id: int) -> int:
    """Remove every notice of a person who was anonymised; returns how many."""
    with outbox.transaction():
        Preference.objects.filter(person_id=person_id).delete()
        count, _ = Notification.objects.filter(person_id=person_id).delete()
    return count


def forget_about(*, kind: str, ref_ids: Iterable[int], params: Mapping[str, str]) -> int:
    """Replace these parameters of every notice about some records (the subject of a ticket); how many.

    For whoever erases what the records say. Opens its own transaction.
    """
    with outbox.transaction():
        about = list(Notification.objects.filter(ref_kind=kind, ref_id__in=list(ref_ids)))
        for row in about:
            row.params = {**row.params, **{name: text for name, text in params.items() if name in row.params}}
        Notification.objects.bulk_update(about, ["params"], batch_size=200)
    return len(about)


def forget_name(redactor: Redactor) -> int:
    """Take somebody's name out of what others were told; how many."""
    return len(rows.rewrite(Notification.objects.all(), redactor, ["params"]))


def prune(limit: int = 5000) -> int:
    """Remove notices older than 90 days, oldest first; returns how many. Called periodically."""
    before = clock.now() - timedelta(days=KEEP_DAYS)
    old = Notification.objects.filter(created_at__lt=before).order_by("created_at")
    with outbox.transaction():
        count, _ = Notification.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()
    return count


def _of(actor: Actor) -> QuerySet[Notification]:
    if actor.kind != "person" or actor.id is None:
        return Notification.objects.none()
    return Notification.objects.filter(person_id=actor.id)


def _mark(actor: Actor, notices: QuerySet[Notification]) -> int:
    count = notices.filter(read_at=None).update(read_at=clock.now())
    if count:
        outbox.push(f"person:{actor.id}")
    return count
