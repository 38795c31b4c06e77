"""What a careless or hostile world sends: mails, values of forms, documents."""

from typing import Any


def mail(
    *headers: bytes, body: bytes = b"hello\r\n", sender: bytes = b"Client <client01@works.example>"
) -> bytes:
    """One message with these headers."""
    head = [b"From: " + sender, b"To: support@localhost", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def multipart(boundary: bytes, body: bytes, subject: bytes = b"Subject: parts") -> bytes:
    return mail(subject, b"Content-Type: multipart/mixed; boundary=" + boundary, body=body)


_NESTED = b"".join(
    b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(150)
)
_PRINTABLE = bytes(byte for byte in range(1, 256) if byte not in b"\r\n")
_TRAVERSING = b'Content-Disposition: attachment; filename="../../etc/passwd\x00"'

MAILS = {
    "nothing at all": b"",
    "no header": b"only words\r\n",
    "only a header": b"From: Client <client01@works.example>\r\n",
    "no sender": b"To: support@localhost\r\nSubject: who?\r\n\r\nhello\r\n",
    "many senders": mail(b"From: c@works.example", sender=b"a@works.example, b@works.example"),
    "zero bytes": mail(b"Subject: z\x00ero", body=b"ze\x00ro\r\n"),
    "every byte": mail(b"Subject: bytes", body=_PRINTABLE),
    "charset of nobody": mail(b"Content-Type: text/plain; charset=x-klingon", body=b"\xff\xfe\r\n"),
    "wrong charset": mail(b"Content-Type: text/plain; charset=utf-8", body=b"\xd6\xd0\xce\xc4\r\n"),
    "broken base64": mail(b"Subject: b", b"Content-Transfer-Encoding: base64", body=b"!!!===@@\r\n"),
    "broken words": mail(b"Subject: =?utf-8?b?//////8=?= =?x?q?=?="),
    "no boundary": mail(b"Subject: m", b"Content-Type: multipart/mixed"),
    "boundary that never comes": multipart(b"x", b"hello\r\n"),
    "too deep": multipart(b"b0", _NESTED),
    "endless header": mail(b"Subject: " + b"long " * 20_000),
    "thousands of headers": mail(*[b"X-Filler: 1"] * 5000),
    "thousands of references": mail(b"References: " + b" <r@x>" * 5000),
    "no date": mail(b"Subject: d", b"Date: the day after tomorrow"),
    "script": mail(
        b"Subject: <script>", b"Content-Type: text/html", body=b"<script>alert(1)</script><p onclick=x>"
    ),
    "unclosed markup": mail(b"Content-Type: text/html", body=b"<div><table>" * 3000),
    "path as a name": multipart(b"x", b"--x\r\n" + _TRAVERSING + b"\r\n\r\nroot\r\n--x--\r\n"),
    "bounce of nothing": mail(
        b"Auto-Submitted: auto-replied",
        b"Content-Type: multipart/report; boundary=x; report-type=delivery-status",
        body=b"--x\r\n\r\n--x--\r\n",
        sender=b"MAILER-DAEMON@works.example",
    ),
    "header within the name": mail(sender=b'"a\r\n Bcc: b@c" <client02@works.example>'),
}

VALUES = (
    "\x00",
    "a" * 120_000,
    "<script>alert(1)</script>'\"; DROP TABLE tickets_ticket; --",
    "-1",
    "99999999999999999999999",
    "\u202e\u2066\ufeff\U0010ffff 中文 \u0000",
    "../../../etc/passwd%00",
    "{{ 7 * 7 }}${7*7}",
    "",
)
NAMES = (
    "body", "subject", "cc", "mode", "after", "name", "email", "reason", "status", "assignee", "team",
    "text", "priority", "impact", "urgency", "version", "stars", "comment", "language", "role", "roles",
    "date", "kind", "organization", "person", "device", "service", "requester", "view", "cursor", "next",
    "q", "title",
)  # fmt: skip

DOCUMENTS: tuple[Any, ...] = (
    [],
    "text",
    7,
    None,
    {"body": None},
    {"body": 5},
    {"body": ""},
    {"body": "x", "requester": 5},
    {"body": "x", "requester": "nobody@nowhere.example"},
    {"body": "x", "team_id": 2**63},
    {"body": "x", "team_id": -1},
    {"body": "x", "kind": "wish"},
    {"body": "x", "cc": "all"},
    {"body": "x", "unknown": 1},
    {"body": "a" * 200_000},
    {"body": "x", "tags": [["deep"]]},
    {"body": "x", "subject": "s" * 5000},
    {"body": "x", "device": "no such device"},
)
BODIES = (
    b"",
    b"{",
    b"\xff\xfe",
    b'{"body": "\\ud800"}',
    b"[" * 100_000,
    b'{"body": NaN}',
    b'{"body": 1e999}',
)
