"""Work on a device as a card: a command with its output, or a check with its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from firstline.remote.enums import CHECKS, REASONS, CommandKind, CommandState
from firstline.remote.models import Command
from firstline.remote.queries import OutputBlock
from firstline.ui.times import duration

_TAGS = {
    CommandState.DONE: "green",
    CommandState.REFUSED: "amber",
    CommandState.FAILED: "red",
    CommandState.EXPIRED: "amber",
    CommandState.CANCELLED: "",
    CommandState.RUNNING: "blue",
    CommandState.ASKED: "blue",
    CommandState.QUEUED: "",
}
_STATES = {"ok": "ok", "warn": "mind", "bad": "bad", "unknown": "mind"}
_STREAMS = {"stdout": "out", "stderr": "err"}


@dataclass(frozen=True, slots=True)
class CommandCard:
    """What the card shows."""

    id: int
    at: datetime
    title: str
    about: str
    icon: str
    tag: str
    tag_kind: str
    took: str
    text: str
    lines: list[tuple[str, str]]
    checks: list[tuple[str, str, str]]
    note: str
    is_running: bool
    is_open: bool
    may_cancel: bool
    device_id: int


def command_card(command: Command, blocks: Sequence[OutputBlock], *, may_cancel: bool) -> CommandCard:
    """The card of one request as it stands."""
    is_check = command.kind == CommandKind.DIAGNOSTICS
    checks = [_check(each) for each in command.report]
    tag, tag_kind = _tag(command, checks)
    return CommandCard(
        id=command.pk,
        at=command.created_at,
        title=str(CommandKind(command.kind).label),
        about=_about(command, checks),
        icon="pulse" if is_check else "terminal",
        tag=tag,
        tag_kind=tag_kind,
        took=duration((command.duration_ms or 0) / 1000) if (command.duration_ms or 0) >= 1000 else "",
        text=command.text,
        lines=[(_STREAMS.get(block.stream, "out"), block.text) for block in blocks],
        checks=checks,
        note=_note(command),
        is_running=command.state == CommandState.RUNNING,
        is_open=not command.is_final,
        may_cancel=may_cancel and not command.is_final and not command.cancel_wanted,
        device_id=command.device_id,
    )


def _tag(command: Command, checks: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
    state = CommandState(command.state)
    if state == CommandState.DONE and command.kind == CommandKind.COMMAND:
        kind = "green" if command.exit_code == 0 else "red"
        return _("exit code %(code)s") % {"code": command.exit_code}, kind
    if state == CommandState.DONE and checks:
        return "", ""
    if state == CommandState.REFUSED and command.end_reason not in {"", "user_refused"}:
        return str(CommandState.FAILED.label), "amber"  # nobody said no
    return str(state.label), _TAGS[state]


def _about(command: Command, checks: Sequence[tuple[str, str, str]]) -> str:
    parts = [_("%(name)s on %(device)s") % {"name": command.asked_by_name, "device": command.device.label}]
    if command.consent == "allowed":
        parts.append(_("agreed at the device"))
    if checks:
        bad = sum(state != "ok" for state, _name, _value in checks)
        parts.append(
            _("%(all)s checks, all fine") % {"all": len(checks)}
            if not bad
            else _("%(all)s checks, %(bad)s to look at") % {"all": len(checks), "bad": bad}
        )
    return " · ".join(parts)


def _note(command: Command) -> str:
    """One sentence on what is going on, or why it ended as it did."""
    if command.cancel_wanted and not command.is_final:
        return _("Being cancelled")
    waiting = {
        CommandState.QUEUED: _("Sent as soon as the device is on line; the person there is asked first.")
        if not command.device.is_online
        else _("On its way to the device; the person there is asked first."),
        CommandState.ASKED: _("The person at the device is being asked now."),
    }.get(CommandState(command.state), "")
    if waiting:
        return waiting
    reason = REASONS.get(command.end_reason)
    said = str(reason) if reason else ""
    if command.is_truncated:
        said = " ".join(filter(None, [said, _("The output was too long; its end is missing.")]))
    return said


def _check(line: Mapping[str, Any]) -> tuple[str, str, str]:
    code = str(line.get("code", ""))
    params = [str(each) for each in line.get("params") or []]
    name = str(CHECKS.get(code, code))
    if "%(place)s" in name:
        name = name % {"place": params[0] if params else ""}
    status = str(line.get("status"))
    value = _value(code, str(line.get("value", "")), params) or _silent(code, status)
    return _STATES.get(status, "mind"), name, value


def _silent(code: str, status: str) -> str:
    """What a check without a value says by its status alone."""
    if status == "unknown":
        return _("could not be read")
    if code == "system.restart_needed":
        return _("no") if status == "ok" else _("yes")
    return _("no answer") if status == "bad" else ""


_COUNTS = {"services.failed", "logs.errors", "updates.pending"}


def _value(code: str, value: str, params: Sequence[str]) -> str:
    if code in _COUNTS and params:
        count = params[0]
        return (
            _("none")
            if count == "0"
            else " · ".join([count, *value.splitlines()])
            if value != count
            else count
        )
    if code == "system.uptime" and params and params[0].isdecimal():
        return duration(int(params[0]))
    return value.replace("\n", " · ")
