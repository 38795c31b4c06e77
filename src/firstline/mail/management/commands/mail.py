"""`mail ingest` and `mail parse`: messages by pipe, and what the parser makes of them."""

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firstline.mail.actions import receive
from firstline.mail.enums import Source
from firstline.mail.parsing import ParsedMail, parse
from firstline.mail.smtpd import SIZE_BYTES_MAX


class Command(BaseCommand):
    help = str(gettext_lazy("Take in messages from files or a pipe, or show how they are understood."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        ingest = verbs.add_parser("ingest", help=_("Store a message and have it processed."))
        ingest.add_argument("file", help=_("A file with one raw message; - reads standard input."))
        shown = verbs.add_parser("parse", help=_("Show what a message says, one line of JSON each."))
        shown.add_argument(
            "file", nargs="+", help=_("Files or folders with raw messages; - reads standard input.")
        )
        shown.add_argument("--json", action="store_true", help=_("JSON, also the default."))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "ingest":
            self._ingest(options["file"])
        else:
            for path in _paths(options["file"]):
                self.stdout.write(json.dumps(as_json(path, parse(_read(path))), ensure_ascii=False))

    def _ingest(self, path: str) -> None:
        raw = _read(path)
        if not raw.strip():
            raise CommandError(_("The message is empty."))
        if len(raw) > SIZE_BYTES_MAX:
            raise CommandError(
                _("The message is larger than %(limit)s MB.") % {"limit": SIZE_BYTES_MAX // 2**20}
            )
        row = receive(raw=raw, source=Source.COMMAND)
        self.stdout.write(_("Stored as message %(number)s.") % {"number": row.pk})


def as_json(path: str, mail: ParsedMail) -> dict[str, object]:
    """A parsed message as JSON values."""
    return {
        "path": path,
        "fault": mail.fault,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date.isoformat() if mail.date else None,
        "from": asdict(mail.from_),
        "to": [asdict(address) for address in mail.to],
        "cc": [asdict(address) for address in mail.cc],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "reply": mail.reply,
        "quoted": mail.quoted,
        "signature": mail.signature,
        "attachments": [
            {
                "filename": file.filename,
                "content_type": file.content_type,
                "size": file.size_bytes,
                "sha256": hashlib.sha256(file.data).hexdigest(),
                "md5": hashlib.md5(file.data, usedforsecurity=False).hexdigest(),
                "inline": file.inline,
            }
            for file in mail.attachments
        ],
        "language": mail.language,
        "class": mail.mail_class,
        "is_automatic": mail.is_automatic,
        "bounce": [asdict(report) for report in mail.bounces],
    }


def _paths(given: list[str]) -> Iterator[str]:
    for name in given:
        path = Path(name)
        if name != "-" and path.is_dir():
            yield from (str(file) for file in sorted(path.rglob("*")) if file.is_file())
        else:
            yield name


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CommandError(
            _("Cannot read %(path)s: %(reason)s") % {"path": path, "reason": error.strerror}
        ) from error
