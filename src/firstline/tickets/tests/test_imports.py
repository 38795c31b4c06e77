"""Importing: whole batches, bad lines named, interrupted runs go on, nothing comes in twice."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from firstline.accounts.models import Person
from firstline.audit.models import AuditRecord
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import InvalidInput, NotAllowed
from firstline.outbox.models import Event
from firstline.servicelevels.models import Clock
from firstline.tickets import actions, queries
from firstline.tickets.actions import imports
from firstline.tickets.importing import BadLine, numbered_lines, parse_line
from firstline.tickets.models import ImportProblem, ImportRun, Message, Ticket
from firstline.tickets.testing import Cast

HEAD: list[dict[str, Any]] = [
    {"type": "agent", "id": 1, "login": "a1", "email": "Agent1@desk.example", "name": "Ann Agent"},
    {"type": "user", "id": 1, "login": "u1", "email": "u1@corp.example", "name": "Uwe User", "lang": "en"},
    {"type": "user", "id": 2, "login": "u2", "email": "u2@corp.example", "name": "王芳", "lang": "zh"},
    {"type": "queue", "id": 1, "name": "Hardware"},
]


def ticket(number: int, status: str = "open", **fields: Any) -> dict[str, Any]:
    messages = [
        {
            "author": {"kind": "user", "id": 1},
            "kind": "request",
            "created": "2026-01-05T09:00:00Z",
            "body": "Broken",
        },
        {
            "author": {"kind": "agent", "id": 1},
            "kind": "reply",
            "created": "2026-01-05T09:20:00Z",
            "body": "Try it",
        },
        {
            "author": {"kind": "user", "id": 1},
            "kind": "reply",
            "created": "2026-01-05T10:00:00Z",
            "body": "Thanks",
        },
    ]
    return {
        "type": "ticket", "id": number, "queue": "Hardware", "requester": 1, "assignee": 1, "status": status,
        "priority": "normal", "lang": "en", "topic": "laptop", "tags": ["laptop"],
        "created": "2026-01-05T09:00:00Z",
        "updated": "2026-01-05T10:00:00Z", "subject": f"Laptop {number}", "messages": messages, **fields,
    }  # fmt: skip


def write(path: Path, *lines: Any) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_tickets_come_in_with_everything(cast: Cast, tmp_path: Path) -> None:
    file = write(
        tmp_path / "t.jsonl",
        *HEAD,
        ticket(1),
        ticket(2, "pending"),
        ticket(3, "closed"),
        ticket(4, "new", assignee=None),
    )

    run = actions.import_tickets(actor=SYSTEM, path=file, organization=cast.contoso)

    assert (run.tickets_count, run.problems_count, run.line_done) == (4, 0, 8)
    opened, pending, closed, new = Ticket.objects.order_by("number")
    uwe = Person.objects.get(email="u1@corp.example")
    assert (opened.requester, opened.organization, opened.assignee.name) == (uwe, cast.contoso, "Ann Agent")
    assert (opened.due_at, opened.first_replied_at is not None) == (opened.resolution_due_at, True)
    assert (pending.status, pending.due_at) == ("waiting_requester", None)
    assert (closed.is_open, closed.closed_at) == (False, closed.resolved_at)
    assert (new.assignee, new.status) == (None, "new")
    assert [m.by_requester for m in opened.messages.order_by("id")] == [True, False, True]
    assert Person.objects.get(email="u2@corp.example").language == "zh-hans"
    assert Clock.objects.filter(subject_id=closed.pk, state="stopped").count() == 2
    assert AuditRecord.objects.filter(verb="tickets.batch_imported").count() == 1
    assert Event.objects.filter(name="tickets.batch_imported").count() == 1
    assert not Event.objects.filter(name="tickets.ticket_created").exists()
    found = queries.search_tickets(cast.actor("manager"), "laptop")
    assert {row.number for row in found} == {1, 2, 3, 4}
    page = queries.ticket_page(cast.actor("manager"), closed.number)
    assert [str(e.event.kind) for e in page.entries if e.event] == ["created", "assigned", "closed"]


def test_bad_lines_are_named_and_the_rest_goes_on(cast: Cast, tmp_path: Path) -> None:
    file = write(
        tmp_path / "t.jsonl",
        *HEAD,
        ticket(1),
        "{not json",
        ticket(2, "dancing"),
        ticket(3, requester=99),
        ticket(4, queue="Nowhere"),
        {"type": "asset"},
        "",
        "[1, 2]",
        ticket(5, messages=[]),
        {"type": "user", "id": 9, "email": "no address", "name": "X"},
        ticket(6),
    )

    run = actions.import_tickets(actor=SYSTEM, path=file, organization=cast.contoso)

    problems = ImportProblem.objects.order_by("line").values_list("line", "code")
    assert list(problems) == [
        (6, "import_not_json"), (7, "import_field_invalid"), (8, "import_person_unknown"),
        (9, "import_queue_unknown"), (10, "import_type_unknown"), (12, "import_not_json"),
        (13, "import_field_invalid"), (14, "email_invalid"),
    ]  # fmt: skip
    assert (run.tickets_count, run.problems_count) == (2, 8)


def test_interrupted_run_goes_on_and_finished_one_changes_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH_MAX", 2)
    file = write(tmp_path / "t.jsonl", *HEAD, *(ticket(number) for number in range(1, 6)))

    class PowerCut(Exception):
        pass

    def cut(run: ImportRun) -> None:
        if run.tickets_count >= 2:
            raise PowerCut

    with pytest.raises(PowerCut):
        actions.import_tickets(actor=SYSTEM, path=file, organization=cast.contoso, progress=cut)
    assert (Ticket.objects.count(), ImportRun.objects.get().finished_at) == (2, None)

    actions.import_tickets(actor=SYSTEM, path=file, organization=cast.contoso)
    again = actions.import_tickets(actor=SYSTEM, path=file, organization=cast.contoso)

    assert (Ticket.objects.count(), again.tickets_count) == (5, 5)
    assert sorted(Ticket.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert AuditRecord.objects.filter(verb="tickets.batch_imported").count() == 3
    assert Person.objects.filter(email="u1@corp.example").count() == 1


def test_one_source_brings_a_ticket_once(cast: Cast, tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", *HEAD, ticket(1), ticket(1))
    second = write(tmp_path / "b.jsonl", *HEAD, ticket(1), ticket(2))

    for file in (first, second):
        actions.import_tickets(actor=SYSTEM, path=file, organization=cast.contoso, source="old desk")

    assert Ticket.objects.count() == 2
    assert Message.objects.filter(external_key="import:old desk:1").count() == 1


def test_import_is_for_those_who_may(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        actions.import_tickets(actor=cast.actor("technician"), path=tmp_path)
    with pytest.raises(InvalidInput) as caught:
        actions.import_tickets(actor=SYSTEM, path=tmp_path / "absent", organization=cast.contoso)
    assert caught.value.code == "import_file_unreadable"


def test_command_reports_and_fails_on_bad_lines(cast: Cast, tmp_path: Path) -> None:
    good = write(tmp_path / "good.jsonl", *HEAD, ticket(1))
    bad = write(tmp_path / "bad.jsonl", "nonsense")
    out, err = StringIO(), StringIO()

    call_command("import", "tickets", str(good), organization="Contoso", stdout=out, stderr=err)
    with pytest.raises(SystemExit):
        call_command("import", "tickets", str(bad), organization="Contoso", stdout=out, stderr=err)
    with pytest.raises(CommandError):
        call_command("import", "tickets", str(good), organization="Nobody", stdout=out, stderr=err)
    with pytest.raises(CommandError):
        call_command("import", "tickets", str(tmp_path / "absent"), stdout=out, stderr=err)

    assert "1 tickets are in; 0 lines could not be used." in out.getvalue()
    assert "Line 1: The line is not a JSON object." in err.getvalue()


def test_lines_that_are_too_long_keep_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstline.tickets.importing.LINE_BYTES_MAX", 10)

    lines = list(numbered_lines(BytesIO(b"short\n" + b"x" * 50 + b"\nlast")))

    assert lines == [(1, b"short\n"), (2, None), (3, b"last")]
    with pytest.raises(BadLine):
        parse_line(None)


def read(raw: bytes) -> str:
    """The code of what is wrong with a line, or that nothing is."""
    try:
        parse_line(raw)
    except BadLine as fault:
        return fault.code
    return "import_fine"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(ticket(1))), json_values)
def test_any_field_of_any_kind_is_read_or_refused(field: str, value: Any) -> None:
    line = json.dumps(ticket(1) | {field: value}).encode()
    assert read(line).startswith("import_")


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert read(raw).startswith("import_")
