"""Erasing a person reaches every table and every file: a new table that forgets it fails here.

Everything the person touched holds a word that occurs nowhere else; afterwards every column of every
table and every file of the data folder is looked through for it.
"""

import base64
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from firstline.accounts import actions as accounts
from firstline.accounts.models import Erasure, Person
from firstline.accounts.queries import actor_for, erasure_report
from firstline.accounts.testing import make_person
from firstline.api.models import StoredAnswer
from firstline.audit.actions import seal
from firstline.audit.queries import verify
from firstline.desk.actions import save_search
from firstline.desk.models import SavedView
from firstline.devices.models import DeviceFacts
from firstline.devices.testing import make_device
from firstline.files import actions as files
from firstline.files.models import StoredFile
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.knowledge.actions import ArticleContent, create_article
from firstline.mail import actions as mail
from firstline.mail.composing import compose
from firstline.mail.enums import Source
from firstline.mail.models import InboundMessage, OutboundMessage
from firstline.monitoring.actions import raise_alert
from firstline.outbox import events
from firstline.outbox.models import Job
from firstline.outbox.testing import drain
from firstline.remote.actions import request_command
from firstline.remote.models import Command, CommandOutput
from firstline.search.actions import save_synonym
from firstline.search.models import JudgedRun
from firstline.search.testing import settle
from firstline.tickets import actions as tickets
from firstline.tickets.models import ImportProblem, ImportRun, Step, Ticket
from firstline.tickets.testing import Cast, make_cast, make_ticket
from firstline.writing.models import Signature, TextModule
from firstline_protocol.identity import DeviceKey

pytestmark = pytest.mark.django_db(transaction=True)

NAME, MAIL, PHONE = "Zorblax Quimby", "zorblax.quimby@example.com", "+49 170 5550142"
MARKS = ("zorblax", "quimby", "5550142")

SPOKEN = f"Ask {NAME}, {MAIL}, {PHONE}."


@pytest.fixture(autouse=True)
def no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail stays in its queue; what the built-in outbox would keep is kept by hand."""
    monkeypatch.setitem(events.TASKS, "mail.deliver", events.Task("mail.deliver", lambda args, context: None))


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def gone(cast: Cast) -> Person:
    """Works at the service desk and asks for help like everybody."""
    return make_person(
        NAME, "requester", "technician", teams=[cast.desk], email=MAIL, phone=PHONE,
        skills={"VPN": 3}, job_title="Zorblax keeper",
    )  # fmt: skip


def letter(sender: str, text: str, *, attachment: str = "", to: str = "support@localhost") -> InboundMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = sender, to, text
    computer = "quimby-pc" if MAIL in sender else "other-pc"
    written["Message-ID"] = f"<{len(sender)}.{len(text)}@{computer}.example>"
    written.set_content(text, cte="base64")
    if attachment:
        written.add_attachment(attachment.encode(), maintype="text", subtype="plain", filename="zorblax.txt")
    sender_address = sender.rpartition("<")[2].strip(">")
    row = mail.receive(raw=written.as_bytes(), source=Source.SMTP, envelope_from=sender_address)
    drain()
    row.refresh_from_db()
    return row


def upload(actor: Actor, name: str, text: str) -> StoredFile:
    return files.store(actor=actor, stream=io.BytesIO(text.encode()), name=name)


def keep_what_was_sent() -> None:
    """As the built-in outbox would have received it."""
    for row in OutboundMessage.objects.filter(sunk=None):
        mail.keep_sunk(
            raw=compose(row), envelope_from=row.from_address, envelope_to=row.to, message_id=row.message_id
        )


def live(cast: Cast, gone: Person) -> Path:
    """A working life with everything that leaves a trace; the answer is a file that stays on purpose."""
    me, tina, rita = actor_for(gone), cast.actor("technician"), cast.actor("requester")
    _sign_in(me, gone)
    kept = _ask(cast, me, gone, tina, rita)
    _work(cast, me, gone, tina, rita)
    _own_devices(cast, me, gone, tina)
    _be_mentioned(cast, me, gone, rita)
    drain()
    settle()
    keep_what_was_sent()
    return kept


def _sign_in(me: Actor, gone: Person) -> None:
    accounts.create_token(actor=me, person=gone, name="zorblax token")
    accounts.note_sign_in(
        person=gone, session_key="k" * 32, ip_address="192.0.2.1", user_agent="QuimbyBrowser"
    )
    accounts.note_lockout(email=MAIL, ip_address="192.0.2.1")
    accounts.invite_person(actor=SYSTEM, person=gone)
    AccessAttempt.objects.create(username=MAIL, get_data="", post_data="", failures_since_start=1)
    upload(me, "zorblax-unsent.txt", "quimby")


def _ask(cast: Cast, me: Actor, gone: Person, tina: Actor, rita: Actor) -> Path:
    letter(f"{NAME} <{MAIL}>", f"My VPN drops. {NAME}, {PHONE}", attachment="zorblax wrote this log")
    attached = upload(me, "quimby.txt", "zorblax screenshot")
    ticket = make_ticket(
        cast, "Zorblax cannot print", requester=gone, actor=me, body=SPOKEN, files=[attached]
    )
    tickets.reply(
        actor=tina, ticket=ticket, body=f"Dear Zorblax, hello Mrs Quimby. {SPOKEN}", cc=[rita_mail()]
    )
    tickets.add_note(actor=tina, ticket=ticket, body="ZORBLAX sounds upset; call Quimby.")
    tickets.change_status(actor=tina, ticket=ticket, status="waiting_supplier", reason=f"{NAME} wants it so")
    drain()
    tickets.resolve_ticket(actor=tina, ticket=ticket, solution="Told Zorblax to restart.")
    tickets.rate_ticket(actor=me, ticket=ticket, stars=5, comment="Best, Quimby")
    others = make_ticket(cast, f"{NAME} took my chair", body=SPOKEN)
    theirs = upload(rita, f"{NAME}.txt", f"A list: {NAME}")
    tickets.reply(actor=rita, ticket=others, body=SPOKEN, files=[theirs], cc=[MAIL])
    return theirs.path


def rita_mail() -> str:
    return "rita.requester@example.com"


def _work(cast: Cast, me: Actor, gone: Person, tina: Actor, rita: Actor) -> None:
    ticket = make_ticket(cast, "Printer on fire", body="It burns.")
    tickets.take_ticket(actor=me, ticket=ticket)
    tickets.reply(actor=me, ticket=ticket, body=f"Use water.\n\nRegards, Zorblax\n{NAME}\n{PHONE}")
    tickets.add_note(actor=me, ticket=ticket, body=f"Water helped. {NAME}")
    save_search(actor=me, name="Zorblax's", text="quimby status:open", team_id=cast.desk.pk)
    save_search(actor=tina, name="His", text=f'"{NAME}"')
    tickets.save_draft(actor=tina, ticket=ticket, body=f"Dear {NAME}")
    Step.objects.filter(ticket=ticket).update(draft={"body": SPOKEN})
    for number, (team, owner) in enumerate(((None, gone), (cast.desk, cast.teammate))):
        SavedView.objects.create(owner=owner, team=team, name=f"{number} {NAME}", spec={"text": NAME})
    Signature.objects.create(key=f"person:{gone.pk}", person=gone, text_en=NAME, updated_at=clock.now())
    TextModule.objects.create(name=f"As {NAME} says", body_en=SPOKEN, updated_at=clock.now())
    content = ArticleContent(title=f"How {NAME} prints", body_markdown=SPOKEN, language="en")
    create_article(actor=me, content=content)
    raise_alert(
        actor=SYSTEM, source="nagios", key=f"mailbox {MAIL}", severity="warning", text=SPOKEN,
        organization_id=gone.organization_id,
    )  # fmt: skip


def _own_devices(cast: Cast, me: Actor, gone: Person, tina: Actor) -> None:
    key = DeviceKey.generate()
    facts = {"users": ["zorblax"], "disks": [{"mount": "/home/zorblax.quimby"}]}
    mine = make_device(
        cast.contoso, owner=gone, key=key, hostname="ZORBLAX-PC", display_name="Zorblax's laptop",
        facts=facts, is_online=True,
    )  # fmt: skip
    DeviceFacts.objects.create(device=mine, at=clock.now(), facts=facts)
    other = make_device(
        cast.contoso, owner=cast.requester, key=DeviceKey.generate(), display_name=f"Before: {NAME}"
    )
    asked = request_command(actor=tina, device=mine, text="ls /home/zorblax", reason=f"for {NAME}")
    for seq, data in enumerate((b"/home/zor", b"blax.quimby/cv.pdf"), start=1):
        CommandOutput.objects.create(command=asked, seq=seq, stream="stdout", data=data, at=clock.now())
    Command.objects.filter(pk=asked.pk).update(report=[{"check": "users", "text": "zorblax"}])
    own = request_command(actor=me, device=other, text=f"grep '{NAME}' /etc/passwd", reason=SPOKEN)
    for seq, data in enumerate((b"user: Zorblax Qu", b"imby"), start=1):
        CommandOutput.objects.create(command=own, seq=seq, stream="stdout", data=data, at=clock.now())


def _be_mentioned(cast: Cast, me: Actor, gone: Person, rita: Actor) -> None:
    letter("Carl Colleague <carl.colleague@example.com>", f"It is about {NAME} ({MAIL}).")
    letter("Mailer <mailer-daemon@far.example>", f"Could not deliver to {MAIL}")
    save_synonym(actor=make_admin(), expressions=f"{NAME}, the new one")
    JudgedRun.objects.create(
        asked_by_id=gone.pk, document_count=1, query_count=1, misses=[{"query": NAME}],
        state="done", started_at=clock.now(), finished_at=clock.now(),
    )  # fmt: skip
    run = ImportRun.objects.create(
        digest="d", name=f"{NAME}.jsonl", organization=gone.organization, started_at=clock.now()
    )
    ImportProblem.objects.create(run=run, line=1, code="x", params={"value": MAIL})
    for number, who in enumerate((gone, cast.requester)):
        StoredAnswer.objects.create(person=who, key=f"k{number}", fingerprint="f", status=201, body=SPOKEN)
    Job.objects.create(
        name="mail.deliver",
        state="dead",
        error=f"550 {MAIL} unknown",
        created_at=clock.now(),
        run_at=clock.now(),
    )


def make_admin() -> Actor:
    return actor_for(
        Person.objects.filter(email="ada.admin@example.com").first()
        or make_person("Ada Admin", "administrator")
    )


_SETTINGS = "what administrators name themselves; the docs say not to name it after people"
_FIGURES = "codes, ids and figures only"
NOBODYS_TEXTS = {
    "accounts_erasure": "does not exist before the erasure",
    "accounts_role": _SETTINGS,
    "accounts_setuplink": "a hash",
    "accounts_skill": _SETTINGS,
    "audit_auditrecord": "sealed; words of people are labels",
    "audit_auditseal": "hashes",
    "mail_mailbox": _SETTINGS,
    "notifications_preference": _FIGURES,
    "organizations_department": _SETTINGS,
    "organizations_installation": _SETTINGS,
    "organizations_organization": _SETTINGS,
    "organizations_service": _SETTINGS,
    "organizations_site": _SETTINGS,
    "organizations_team": _SETTINGS,
    "outbox_event": "ids, never names",
    "outbox_schedule": _FIGURES,
    "routing_decision": _FIGURES,
    "routing_routingrule": _SETTINGS,
    "routing_routingsettings": _SETTINGS,
    "search_indexchange": _FIGURES,
    "search_kindtotal": _FIGURES,
    "search_rebuild": _FIGURES,
    "search_tally": "emptied as soon as it is added up",
    "servicelevels_calendar": _SETTINGS,
    "servicelevels_calendarday": _SETTINGS,
    "servicelevels_clock": _FIGURES,
    "servicelevels_clocksegment": _FIGURES,
    "servicelevels_policy": _SETTINGS,
    "servicelevels_rulebook": _SETTINGS,
}

# Binary indexes of SQLite's full text search: they hold terms of removed rows until they are merged.
KEPT_TABLES = frozenset({"search_fts_data"})


def texts_of_every_table() -> Iterator[tuple[str, str]]:
    """("table.column", its text) for everything in the database, whatever made the table."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in sorted(set(tables) - KEPT_TABLES):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        yield f"{table}.{column}", bytes(value).decode(errors="replace")
                    elif value is not None:
                        yield f"{table}.{column}", str(value)


def _tables_with_texts() -> set[str]:
    return {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("firstline.") and any(map(_is_text, model._meta.concrete_fields))
    }


def _is_text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices


def leaks(kept: Path) -> list[str]:
    found = []
    for place, text in texts_of_every_table():
        found += [f"{place}: {text[:200]}" for mark in MARKS if mark in text.lower()]
    for path in Path(settings.FIRSTLINE_DATA_DIR).rglob("*"):
        if path.is_file() and path != kept:
            raw = path.read_bytes()
            readable = raw.decode(errors="replace").lower() + _decoded(raw).lower()
            found += [f"{path}: {mark}" for mark in MARKS if mark in readable + str(path).lower()]
    return sorted(set(found))


def _decoded(raw: bytes) -> str:
    """The long lines of base64 in a message, as what they say."""
    said = []
    for block in raw.split(b"\n\n"):
        try:
            said.append(base64.b64decode(block, validate=False).decode(errors="replace"))
        except ValueError:
            continue
    return "\n".join(said)


def test_an_erased_person_is_found_nowhere(cast: Cast, gone: Person) -> None:
    kept = live(cast, gone)
    before = leaks(kept)
    numbers = list(Ticket.objects.order_by("number").values_list("number", "status", "created_at"))
    # The test looks where there is something: otherwise it would prove nothing.
    assert len({line.partition(":")[0] for line in before}) > 40, before
    # A new table belongs into the life above, with the person's name in it, or into the list with a reason.
    assert _tables_with_texts() - {line.partition(".")[0] for line in before} - set(NOBODYS_TEXTS) == set()

    accounts.anonymise_person(actor=make_admin(), person=gone, confirmation=NAME)
    drain()
    settle()

    assert leaks(kept) == []
    report = erasure_report(Person.objects.get(pk=gone.pk))
    assert report is not None
    assert report.finished_at is not None
    assert sum(count for line in report.lines for _label, count in line.figures) > 30
    assert Erasure.objects.get().traces == {}
    assert kept.exists()
    assert list(Ticket.objects.order_by("number").values_list("number", "status", "created_at")) == numbers
    while seal():
        pass
    assert verify().is_sound
