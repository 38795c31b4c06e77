"""What `search rebuild`, `catch-up` and `status` do, in a terminal or as a child of the service."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from firstline.kit.actor import SYSTEM
from firstline.search import rebuild_actions
from firstline.search.analysing import follow_parent
from firstline.search.analysis import remember
from firstline.search.change_actions import waiting_count
from firstline.search.models import Rebuild
from firstline.search.stock import indexed_counts

_WORDS_REMEMBERED = 200_000


def add_arguments(verbs: Any) -> None:
    """The verbs about the index itself."""
    rebuild: ArgumentParser = verbs.add_parser(
        "rebuild",
        help=_("Make the whole index anew while the service runs; one that was interrupted goes on."),
    )
    rebuild.add_argument("--as-child", action="store_true", help=_("Be quiet and end with the service."))
    catch_up: ArgumentParser = verbs.add_parser(
        "catch-up", help=_("Index what waits after an import or a rename; the service does it by itself.")
    )
    catch_up.add_argument("--as-child", action="store_true", help=_("Be quiet and end with the service."))
    verbs.add_parser("status", help=_("Say how much is indexed, what waits, and how far a rebuild is."))


def run(command: BaseCommand, verb: str, *, as_child: bool) -> None:
    """Do one of them; raises DomainError for the terminal."""
    if verb == "status":
        _status(command)
        return
    remember(_WORDS_REMEMBERED)
    if as_child:
        follow_parent()
    asked_to_stop = _stop_on_signal()
    try:
        if verb == "catch-up":
            rebuild_actions.catch_up(should_stop=asked_to_stop.is_set)
        else:
            shown = None if as_child else command
            rebuild_actions.drive(
                actor=SYSTEM,
                progress=lambda state: _show(shown, state),
                should_stop=asked_to_stop.is_set,
            )
    except rebuild_actions.Stopped:
        command.stderr.write(_("Stopped; the next rebuild goes on from here."))


def _show(command: BaseCommand | None, state: Rebuild) -> None:
    if command is None:
        return
    share = 100 * state.done // state.total if state.total else 100
    words = {"done": state.done, "total": max(state.total, state.done), "share": min(share, 100)}
    line = _("%(done)s of %(total)s (%(share)s %%)") % words
    is_over = state.finished_at is not None
    ending = "\n" if is_over or not command.stderr.isatty() else "\r"
    command.stderr.write(line, ending=ending)
    if is_over:
        seconds = round((state.finished_at - state.started_at).total_seconds()) if state.finished_at else 0
        command.stdout.write(_("The index is new, after %(seconds)s seconds.") % {"seconds": seconds})


def _status(command: BaseCommand) -> None:
    for kind, count in indexed_counts().items():
        command.stdout.write(f"{kind:10} {count}")
    waiting = waiting_count(is_bulk=False) + waiting_count(is_bulk=True)
    command.stdout.write(_("Waiting to be indexed: %(count)s") % {"count": waiting})
    last = Rebuild.objects.order_by("-pk").first()
    if last is not None:
        words = {"state": last.get_state_display(), "done": last.done, "total": last.total}
        command.stdout.write(_("Last rebuild: %(state)s, %(done)s of %(total)s") % words)


def _stop_on_signal() -> threading.Event:
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: asked.set())
    return asked
