"""`mail ingest` and `mail parse`."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from firstline.mail.models import InboundMessage

MAIL = (
    "From: Anna <anna@contoso.com>\r\nSubject: 打印机\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n好了\r\n"
)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mail", *arguments, stdout=out)
    return out.getvalue()


def test_a_folder_is_parsed_one_line_each(tmp_path):
    (tmp_path / "1.eml").write_bytes(MAIL.encode())
    (tmp_path / "2.eml").write_bytes(b"")

    first, second = (json.loads(line) for line in run("parse", str(tmp_path), "--json").splitlines())

    assert (first["from"], first["subject"], first["reply"], first["class"], first["language"]) == (
        {"address": "anna@contoso.com", "name": "Anna"},
        "打印机",
        "好了",
        "person",
        "zh-hans",
    )
    assert second["fault"] == "no_sender"


@pytest.mark.django_db
def test_a_piped_message_is_stored(tmp_path, monkeypatch):
    path = tmp_path / "1.eml"
    path.write_bytes(MAIL.encode())

    run("ingest", str(path))
    with path.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        run("ingest", "-")

    assert InboundMessage.objects.get().source == "command"
    with pytest.raises(CommandError, match="nowhere"):
        run("ingest", "nowhere.eml")
    path.write_bytes(b"\n")
    with pytest.raises(CommandError):
        run("ingest", str(path))
