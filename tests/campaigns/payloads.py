"""What a careless or hostile world types and sends: values of forms, documents, files, searches."""

import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

VALUES = (
    "\x00",
    "a" * 120_000,
    "<script>alert(1)</script>'\"; DROP TABLE tickets_ticket; --",
    "-1",
    "0",
    "99999999999999999999999",
    "1e309",
    "NaN",
    "\u202e\u2066\ufeff\U0010ffff 中文 \u0000",
    "\ud7ff\ue000\u0301\u0301\u0301" * 50,
    "../../../etc/passwd%00",
    "{{ 7 * 7 }}${7*7}{% load x %}",
    "%s%n%(name)s{0}{name}",
    "a@b, c@d\r\nBcc: e@f",
    "2026-02-30",
    "9999-12-31T23:59:59+14:00",
    "\r\n.\r\n",
    " ",
    "",
    "true",
    "[]",
    "١٢٣",
    "1" * 5000,
)
NAMES = (
    "body", "subject", "cc", "mode", "after", "name", "email", "reason", "status", "assignee", "team",
    "text", "priority", "impact", "urgency", "version", "stars", "comment", "language", "role", "roles",
    "date", "kind", "organization", "person", "device", "service", "requester", "view", "cursor", "next",
    "q", "title", "key", "theme", "sort", "page", "at", "days", "zone", "country", "domains", "time_zone",
)  # fmt: skip

QUERIES = (
    *VALUES,
    '"', '""', "AND OR NOT", "NEAR(a b, 5)", "title:x", "-", "--", "*", "a*", "^a", "(", ")" * 500,
    "status:", "status:nonsense", "status:open status:open team:\x00", "a" * 5000, "中" * 3000, "x " * 3000,
    "INC-", "INC-99999999999999999999", "\\", "'", "\U0001f600" * 200, "\u0301" * 1000, "ﷺ" * 500,
    'team:"', "before:9999-99-99", "-status:open", "requester:me device:*", "%", "_", "\t\n\r\f",
)  # fmt: skip

DOCUMENTS: tuple[Any, ...] = (
    [],
    "text",
    7,
    None,
    True,
    {},
    {"body": None},
    {"body": 5},
    {"body": ["x"]},
    {"body": {"x": "y"}},
    {"body": ""},
    {"body": "\x00"},
    {"body": "x", "requester": 5},
    {"body": "x", "requester": "nobody@nowhere.example"},
    {"body": "x", "requester": "quinn@quartzfalcon.example\x00"},
    {"body": "x", "team_id": 2**63},
    {"body": "x", "team_id": 10**400},
    {"body": "x", "team_id": -1},
    {"body": "x", "team_id": 1.5},
    {"body": "x", "kind": "wish"},
    {"body": "x", "cc": "all"},
    {"body": "x", "cc": ["not an address"] * 3},
    {"body": "x", "cc": [f"c{n}@works.example" for n in range(5000)]},
    {"body": "x", "unknown": 1},
    {"body": "a" * 200_000},
    {"body": "x", "tags": [["deep"]]},
    {"body": "x", "subject": "s" * 5000},
    {"body": "x", "device": "no such device"},
    {"body": "x", "device": "\ud800"},
    {"body": "x", "can_work": "perhaps"},
    {"source": "s", "key": "k"},
    {"source": "s", "key": "k", "severity": "terrible", "text": "t"},
    {"source": "s" * 3000, "key": "k" * 3000, "severity": "error", "text": "t" * 500_000},
    {"source": "\x00", "key": "\x00", "severity": "error", "text": "\x00"},
    {"source": "s", "key": "k", "severity": "error", "text": "t", "state": 7},
    {"source": "s", "key": "k", "severity": "error", "text": "t", "device": {"$ne": None}},
)
BODIES = (
    b"",
    b"{",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"body": "\\ud800"}',
    b'{"body": "\\u0000"}',
    b"[" * 100_000,
    b'{"body":' * 30_000,
    b'{"body": NaN}',
    b'{"body": 1e999}',
    b'{"body": "x", "body": 5}',
    b'{"body": "x", "team_id": ' + b"9" * 5000 + b"}",
    b'{"__proto__": {}, "body": []}',
    b"<xml/>",
    b"body=x",
)
CONTENT_TYPES = (
    "", "text/plain", "text/xml", "application/x-www-form-urlencoded", "application/json; charset=utf-16",
    "multipart/form-data", "multipart/form-data; boundary=", "application/json; charset=nobody", "a" * 3000,
)  # fmt: skip


@cache
def document_bomb(megabytes: int = 100) -> bytes:
    """A word processor's document of a few kilobytes that unpacks to much."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(b"<w:document xmlns:w='w'><w:t>")
            for _ in range(megabytes):
                part.write(b"a" * 2**20)
            part.write(b"</w:t></w:document>")
    return made.getvalue()


def entity_bomb() -> bytes:
    """A document whose XML names entities of entities."""
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "boom">{names}]><d>&e11;</d>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", text)
    return made.getvalue()


def picture(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(b"\x00" * 4096)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def files() -> list[tuple[str, str, bytes]]:
    """(name, what its sender says it is, what it is)."""
    return [
        ("cat.png", "image/png", b"<script>alert(document.domain)</script>"),
        ("page.html", "text/html", b"<script>alert(1)</script>"),
        ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        (
            "report.pdf",
            "application/pdf",
            b"%PDF-1.7\n" + b"1 0 obj<</Type/Pages/Kids[1 0 R]>>endobj\n" * 2000,
        ),
        ("invoice.pdf.exe", "application/pdf", b"MZ\x90\x00" + b"\x00" * 500),
        ("bomb.docx", "application/msword", document_bomb()),
        ("laughs.docx", "application/msword", entity_bomb()),
        ("bomb.xlsx", "application/zip", document_bomb()),
        ("cut.docx", "application/msword", document_bomb()[:2000]),
        ("huge.png", "image/png", picture(60_000, 60_000)),
        ("../../../etc/passwd", "text/plain", b"root"),
        ("\x00.txt", "text/plain", b"zero"),
        ("a" * 4000 + ".txt", "text/plain", b"long name"),
        ("\u202egnp.exe", "x/y; charset=\x7f", b"turned round"),
        ("con.txt\r\nX-Injected: 1", "text/plain\r\nX-Injected: 1", b"headers"),
        ("utf16.txt", "text/plain", "中文".encode("utf-16")),
    ]
