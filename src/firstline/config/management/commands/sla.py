"""`sla explain` and `sla compute`: why a clock says what it says, and what-if questions to calendars."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firstline.kit.actor import SYSTEM
from firstline.kit.errors import NotFound
from firstline.organizations.queries import installation
from firstline.servicelevels.arithmetic import CalendarError
from firstline.servicelevels.enums import Cause, ClockState, Metric
from firstline.servicelevels.queries import ClockView, LedgerRow, clocks_for, ledger
from firstline.servicelevels.whatif import answer
from firstline.tickets.queries import get_ticket_for
from firstline.ui.times import duration


class Command(BaseCommand):
    help = str(gettext_lazy("Explain a ticket's clocks, or answer what-if questions to calendars."))

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        explain = verbs.add_parser("explain", help=_("Print the ledger of a ticket's clocks."))
        explain.add_argument("ticket", help=_("Number or display id, for example INC-42."))
        compute = verbs.add_parser("compute", help=_("Answer questions, one JSON object a line."))
        compute.add_argument("file", help=_("A file of questions; - reads standard input."))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "explain":
            self._explain(options["ticket"])
        else:
            self._compute(options["file"])

    def _explain(self, number: str) -> None:
        try:
            ticket = get_ticket_for(SYSTEM, number)
        except NotFound as error:
            raise CommandError(_("There is no ticket %(number)s.") % {"number": number}) from error
        with timezone.override(ZoneInfo(installation().time_zone)):
            self.stdout.write(f"{ticket.display_id} · P{ticket.priority} · {ticket.subject}")
            for clock in clocks_for(ticket.ref):
                self.stdout.write(f"\n{_summary(clock)}")
                for row in ledger(clock.id):
                    self.stdout.write(_line(row))

    def _compute(self, name: str) -> None:
        failed = 0
        for line in _lines(name):
            try:
                question = json.loads(line)
                if not isinstance(question, dict):
                    raise CalendarError("question_invalid", line[:60])
                said = answer(question)
            except CalendarError as error:
                failed += 1
                said = {"id": question.get("id") if isinstance(question, dict) else None, "error": str(error)}
            except json.JSONDecodeError as error:
                failed += 1
                said = {"id": None, "error": f"json_invalid: {error.msg}"}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        if failed:
            raise CommandError(_("%(n)s lines could not be answered.") % {"n": failed})


def _lines(name: str) -> Iterator[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(_("The file cannot be read: %(reason)s") % {"reason": error}) from error
    return (line for line in text.splitlines() if line.strip())


def _summary(clock: ClockView) -> str:
    words = {
        "metric": Metric(clock.metric).label,
        "state": ClockState(clock.state).label,
        "used": duration(clock.used_seconds),
        "target": duration(clock.target_seconds),
    }
    text = _("%(metric)s: %(state)s, %(used)s of %(target)s used") % words
    if clock.due_at is not None:
        text += " · " + _("due %(at)s") % {"at": _at(clock.due_at)}
    if clock.breached_at is not None:
        text += " · " + _("missed at %(at)s") % {"at": _at(clock.breached_at)}
    return text


def _line(row: LedgerRow) -> str:
    until = _at(row.ended_at) if row.ended_at else _("now")
    state, cause = ClockState(row.state).label, Cause(row.cause).label
    if row.state == ClockState.STOPPED:
        return f"  {_at(row.started_at)}  {state}  {cause}"
    worked = duration(row.working_seconds)
    return f"  {_at(row.started_at)} – {until}  {state} {worked}  {cause}  [{row.calendar_name}, {row.zone}]"


def _at(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
