"""`sla` on the command line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from firstline.tickets.testing import make_cast, make_ticket

QUESTION = {
    "id": 1,
    "calendar": {"zone": "UTC", "week": {"2": [["09:00", "17:00"]]}},
    "start": "2026-09-30T16:00:00",
    "seconds": 7200,
}


def test_file_of_questions_is_answered_line_by_line(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join([json.dumps(QUESTION), "", "{", "[]", json.dumps({"id": 2})]))
    out = io.StringIO()

    with pytest.raises(CommandError, match="3 lines"):
        call_command("sla", "compute", str(path), stdout=out)

    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert answers[0] == {"id": 1, "end": "2026-10-07T10:00:00"}
    assert [bool(said.get("error")) for said in answers] == [False, True, True, True]
    with pytest.raises(CommandError):
        call_command("sla", "compute", str(tmp_path / "missing"))


@pytest.mark.django_db
def test_ledger_of_a_ticket_is_explained():
    ticket = make_ticket(make_cast())
    out = io.StringIO()

    call_command("sla", "explain", ticket.display_id, stdout=out)

    assert "Request received" in out.getvalue()
    assert "[Office hours, UTC]" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("sla", "explain", "INC-999999")
