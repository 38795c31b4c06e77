# ruff: noqa: N999 -- the file is named after its command
"""`firstline import tickets FILE.jsonl` brings tickets in; `import people|devices FILE.csv` the rest."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firstline.accounts.actions import ImportResult as PeopleResult
from firstline.accounts.actions import import_people
from firstline.devices.actions import ImportResult as DevicesResult
from firstline.devices.actions import import_devices
from firstline.kit.actor import SYSTEM
from firstline.kit.errors import DomainError
from firstline.kit.tables import decode
from firstline.organizations.models import Organization
from firstline.tickets.actions.imports import import_tickets
from firstline.tickets.models import ImportProblem, ImportRun
from firstline.ui.messages import describe

SHOWN_MAX = 50


class Command(BaseCommand):
    """Exit code 0: everything came in; 1: some lines did not, and are named."""

    help = str(gettext_lazy("Bring in tickets, people or devices from a file."))

    def add_arguments(self, parser: CommandParser) -> None:
        nouns = parser.add_subparsers(dest="noun", required=True)
        tickets = nouns.add_parser("tickets", help=_("Tickets as JSON lines; an interrupted run goes on."))
        tickets.add_argument("file", type=Path, help=_("The file to read."))
        tickets.add_argument("--organization", default="", help=_("Name of the requesters' organisation."))
        tickets.add_argument(
            "--source", default="", help=_("Name of the system; its tickets come in once, from any file.")
        )
        people = nouns.add_parser("people", help=_("People as CSV; running it again changes nothing."))
        people.add_argument("file", type=Path, help=_("The file to read."))
        devices = nouns.add_parser("devices", help=_("Devices as CSV; running it again changes nothing."))
        devices.add_argument("file", type=Path, help=_("The file to read."))

    def handle(self, *_args: object, noun: str, file: Path, **options: Any) -> None:
        try:
            if noun == "tickets":
                bad = self._tickets(file, options["organization"], options["source"])
            else:
                read = import_people if noun == "people" else import_devices
                bad = self._rows(read(actor=SYSTEM, text=decode(file.read_bytes())))
        except DomainError as error:
            raise CommandError(describe(error)) from error
        except OSError as error:
            raise CommandError(_("Cannot read %(file)s.") % {"file": file}) from error
        if bad:
            sys.exit(1)

    def _tickets(self, file: Path, organization_name: str, source: str) -> int:
        organization = None
        if organization_name:
            organization = Organization.objects.filter(name=organization_name).first()
            if organization is None:
                raise CommandError(_("There is no organisation of that name."))
        started = time.monotonic()

        def show(run: ImportRun) -> None:
            seconds = max(0.001, time.monotonic() - started)
            words = ngettext("%(count)s ticket", "%(count)s tickets", run.tickets_count)
            rate = _("%(rate)s per second") % {"rate": round(run.tickets_count / seconds)}
            line = words % {"count": run.tickets_count}
            end = "\r" if self.stderr.isatty() else "\n"
            self.stderr.write(f"{line}, {rate}", ending=end)

        run = import_tickets(actor=SYSTEM, path=file, organization=organization, source=source, progress=show)
        return self._report(run)

    def _report(self, run: ImportRun) -> int:
        problems = ImportProblem.objects.filter(run=run).order_by("line")
        count = problems.count()
        for problem in problems[:SHOWN_MAX]:
            reason = describe(DomainError(problem.code, **problem.params))
            self.stderr.write(_("Line %(line)s: %(reason)s") % {"line": problem.line, "reason": reason})
        done = _("%(tickets)s tickets are in; %(problems)s lines could not be used.")
        self.stdout.write(done % {"tickets": run.tickets_count, "problems": count})
        return count

    def _rows(self, result: PeopleResult | DevicesResult) -> int:
        for line in result.bad[:SHOWN_MAX]:
            reason = describe(line.reason)
            self.stderr.write(_("Line %(line)s: %(reason)s") % {"line": line.number, "reason": reason})
        done = _("%(created)s added, %(updated)s updated, %(problems)s lines could not be used.")
        counts = {"created": result.created, "updated": result.updated, "problems": len(result.bad)}
        self.stdout.write(done % counts)
        return len(result.bad)
