"""The bell, the list with its reasons, the preferences, and the mail of a notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from firstline.accounts.models import Person
from firstline.kit.actor import Actor
from firstline.kit.prepared import Prepared
from firstline.kit.refs import Ref
from firstline.notifications.enums import CAUSES, KINDS, Text
from firstline.notifications.models import Notification, Preference
from firstline.ui.pages import render_text

UNREAD_SHOWN_MAX = 99


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in the reader's language."""

    id: int
    kind: str
    sentence: str
    why: str
    url: str
    ref: Ref
    at: datetime
    is_read: bool
    is_mailed: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the preferences."""

    code: str
    label: str
    bell: bool
    mail: bool


@dataclass(frozen=True, slots=True)
class MailContent:
    """A notice as a mail, in its recipient's language."""

    to: str
    language: str
    subject: str
    text: str
    html: str
    ref: Ref


def unread_count(actor: Actor) -> int:
    """How many notices of the actor are unread, counted up to a hundred."""
    if actor.kind != "person" or actor.id is None:
        return 0
    return len(_unread_ids(actor.id))


_unread_ids = Prepared(
    lambda person_id: (
        Notification.objects.filter(person_id=person_id, in_bell=True, read_at=None)
        .order_by()
        .values_list("pk", flat=True)[: UNREAD_SHOWN_MAX + 1]
    )
)


def notices(actor: Actor, *, limit: int = 30, before_id: int | None = None) -> list[Notice]:
    """The actor's notices, newest first, in the active language; `before_id` continues a list."""
    if actor.kind != "person" or actor.id is None:
        return []
    rows = Notification.objects.filter(person_id=actor.id, in_bell=True)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return [_notice(row) for row in rows.order_by("-pk")[:limit]]


def choices(person_id: int) -> list[Choice]:
    """What the person chose, or the default, for every kind there is."""
    chosen = {row.kind: row for row in Preference.objects.filter(person_id=person_id)}
    return [
        Choice(
            code=kind.code,
            label=str(kind.label),
            bell=chosen[kind.code].bell if kind.code in chosen else kind.bell,
            mail=chosen[kind.code].mail if kind.code in chosen else kind.mail,
        )
        for kind in KINDS.values()
    ]


def mail_content(notification_id: int) -> MailContent | None:
    """The mail of a notice; None when it went out already or its person can no longer be reached."""
    row = Notification.objects.select_related("person").filter(pk=notification_id).first()
    if row is None or row.mailed_at is not None:
        return None
    person = row.person
    if not person.is_active or not person.email:
        return None
    with translation.override(person.language):
        notice = _notice(row)
        preferences = _address("/accounts/notifications/")
        context = {"notice": notice, "address": _address(notice.url), "preferences": preferences}
        text = render_text("notifications/mail.txt", context, language=person.language)
        html = render_text("notifications/mail.html", context, language=person.language)
    subject = f"[{row.ref_label}] {notice.sentence}" if row.ref_label else notice.sentence
    return MailContent(person.email, person.language, subject, text, html, notice.ref)


def wanted(person: Person, kind: str) -> tuple[bool, bool]:
    """Whether the person wants this kind in the bell and by mail."""
    default = KINDS[kind]
    return _preferences.first(person.pk, kind) or (default.bell, default.mail)


_preferences = Prepared(
    lambda person_id, kind: Preference.objects.filter(person_id=person_id, kind=kind).values_list(
        "bell", "mail"
    )
)


def _notice(row: Notification) -> Notice:
    kind = KINDS.get(row.kind)
    return Notice(
        id=row.pk,
        kind=row.kind,
        sentence=_filled(kind.sentence, row.params) if kind else row.ref_label,
        why=_filled(CAUSES.get(row.cause, ""), row.params),
        url=row.url,
        ref=Ref(row.ref_kind, row.ref_id, row.ref_label),
        at=row.created_at,
        is_read=row.read_at is not None,
        is_mailed=row.mailed_at is not None,
    )


def _filled(text: Text, params: Mapping[str, Any]) -> str:
    try:
        return str(text) % params
    except (KeyError, ValueError, TypeError):
        return str(text)


def _address(path: str) -> str:
    return f"{settings.FIRSTLINE_PUBLIC_URL}{path}" if path.startswith("/") else path
