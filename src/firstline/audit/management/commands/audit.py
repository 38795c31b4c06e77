"""`firstline audit verify` proves the trail; `firstline audit export` writes it out."""

import json
import sys
from argparse import ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firstline.audit import presenters, queries


class Command(BaseCommand):
    """Exit code 0: everything proves; 1: a fault was found."""

    help = str(gettext_lazy("Prove that the audit trail is whole, or export it."))

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="act", required=True)
        verify = verbs.add_parser("verify", help=_("Check every link of the chain; the service may run."))
        verify.add_argument("--json", action="store_true", help=_("Print the result as JSON."))
        verify.add_argument(
            "--anchor",
            type=_anchor,
            metavar="SEQ:HASH",
            help=_("A link that was noted elsewhere; the chain must contain it."),
        )
        export = verbs.add_parser("export", help=_("Write the sealed records as JSON lines."))
        export.add_argument("file", nargs="?", help=_("Where to write; standard output by default."))
        export.add_argument("--after", type=int, default=0, help=_("Only links after this number."))

    def handle(self, *_args: object, act: str, **options: Any) -> None:
        if act == "export":
            self._export(options["file"], options["after"])
        else:
            self._verify(as_json=options["json"], anchor=options["anchor"])

    def _verify(self, *, as_json: bool, anchor: tuple[int, str] | None) -> None:
        progress = None if as_json or not self.stderr.isatty() else self._show_progress
        result = queries.verify(progress, anchor=anchor)
        if as_json:
            self.stdout.write(json.dumps(asdict(result) | {"sound": result.is_sound}))
        else:
            self._tell(result)
        if not result.is_sound:
            sys.exit(1)

    def _tell(self, result: queries.Verification) -> None:
        sealed, tail = result.sealed, result.unsealed_tail
        self.stdout.write(
            ngettext("%(n)s sealed record proves.", "%(n)s sealed records prove.", sealed) % {"n": sealed}
        )
        self.stdout.write(_("End of the chain: %(seq)s:%(hash)s") % {"seq": sealed, "hash": result.head})
        self.stdout.write(
            ngettext("%(n)s record waits for its seal.", "%(n)s records wait for their seal.", tail)
            % {"n": tail}
        )
        if result.first_fault:
            self.stderr.write(self.style.ERROR(presenters.fault_sentence(result.first_fault)))

    def _show_progress(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done} / {total}", ending="" if done < total else "\n")

    def _export(self, file_name: str | None, after: int) -> None:
        if file_name is None:
            for line in queries.export(after):
                self.stdout.write(line)
            return
        with Path(file_name).open("w", encoding="utf-8") as target:
            for line in queries.export(after):
                target.write(line + "\n")


def _anchor(text: str) -> tuple[int, str]:
    seq, _sep, hash_ = text.partition(":")
    if not seq.isdigit() or len(hash_) != 64:
        raise ArgumentTypeError(_("an anchor looks like 1234:<64 hexadecimal digits>"))
    return int(seq), hash_.lower()
