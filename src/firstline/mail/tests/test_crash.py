"""kill -9 between storing a message and saying so: the sender sends again, and there is one message."""

import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from firstline.mail.models import InboundMessage
from firstline.mail.storage import load
from firstline.mail.tests import crash_process
from firstline.outbox.models import Event
from firstline.outbox.testing import drain

MAIL = b"From: Anna <anna@contoso.com>\r\nSubject: %s\r\nMessage-ID: <%s@contoso.com>\r\n\r\nhello\r\n"


def serve(data_dir: Path, point: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-m", crash_process.__name__, str(connection.settings_dict["NAME"])],
        env=os.environ
        | {
            "FIRSTLINE_FAILPOINT": point,
            "FIRSTLINE_DATA_DIR": str(data_dir),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, int(process.stdout.readline())


def deliver(port: int, raw: bytes) -> bool:
    """Whether the sender was told that its message is safe."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=120) as client:
            client.sendmail("anna@contoso.com", ["support@localhost"], raw)
    except (smtplib.SMTPServerDisconnected, ConnectionError):
        return False
    return True


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_door_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    for point in ("before_commit", "mail_stored", "mail_before_ack", ""):
        process, port = serve(tmp_path, f"{point}:2" if point else "")
        raw = [MAIL % (word, word) for word in (f"{point}-a".encode(), f"{point}-b".encode())]
        with process:
            answers = [deliver(port, one) for one in raw]
            assert answers == [True, not point]
            if not point:
                process.stdin.close()
            assert process.wait(120) == (-signal.SIGKILL if point else 0)

    # The senders try again what nobody acknowledged, as real ones do, and some twice.
    process, port = serve(tmp_path, "")
    with process:
        for point in ("before_commit", "mail_stored", "mail_before_ack"):
            word = f"{point}-b".encode()
            assert deliver(port, MAIL % (word, word))
        process.stdin.close()
        process.wait(120)

    subjects = sorted(load(row.path).split(b"\r\n")[1] for row in InboundMessage.objects.all())
    assert subjects == sorted(
        f"Subject: {point}-{half}".encode()
        for point in ("before_commit", "mail_stored", "mail_before_ack", "")
        for half in "ab"
    )
    drain()
    assert Event.objects.filter(name="mail.message_received").count() == 8
    assert not list((tmp_path / "mail").rglob("*.part"))
