"""Asking devices for work, and keeping what they answer."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from firstline.audit.actions import record
from firstline.devices.actions import nudge_gateway
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.kit.actor import SYSTEM, Actor
from firstline.kit.errors import Conflict, InvalidInput
from firstline.kit.text import clean, clean_line
from firstline.outbox.actions import publish, push, transaction
from firstline.remote.enums import FINAL_STATES, CommandKind, CommandState
from firstline.remote.events import CommandStateChanged
from firstline.remote.forgetting_actions import forget_outputs as forget_outputs  # noqa: PLC0414 -- for tickets
from firstline.remote.models import Command, CommandOutput
from firstline.remote.permissions import check_can_request
from firstline_protocol import messages as wire
from firstline_protocol.enums import CommandKind as WireKind
from firstline_protocol.enums import ConsentAnswer, FinishReason, Verb
from firstline_protocol.limits import COMMAND_CHARS_MAX, OUTPUT_BYTES_MAX, TIMEOUT_SECONDS_MAX
from firstline_protocol.text import is_shown_command

DEFAULT_TIMEOUT_SECONDS = 300
OPEN_MAX = 20
EXPIRES_AFTER = timedelta(hours=1)

_VERBS = {CommandKind.COMMAND: Verb.RUN_COMMAND, CommandKind.DIAGNOSTICS: Verb.RUN_DIAGNOSTICS}


def request_command(
    *,
    actor: Actor,
    device: Device,
    text: str,
    reason: str = "",
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
) -> Command:
    """Ask a device to run a shell command, outside any ticket. See `place_request`."""
    with transaction():
        return place_request(
            actor=actor,
            device=device,
            kind=CommandKind.COMMAND,
            text=text,
            reason=reason,
            timeout_seconds=timeout_seconds,
        )


def request_diagnostics(*, actor: Actor, device: Device, reason: str = "") -> Command:
    """Ask a device for a health report, outside any ticket. See `place_request`."""
    with transaction():
        return place_request(actor=actor, device=device, kind=CommandKind.DIAGNOSTICS, reason=reason)


def place_request(
    *,
    actor: Actor,
    device: Device,
    kind: str,
    text: str = "",
    ticket_label: str = "",
    reason: str = "",
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
) -> Command:
    """Inner step, inside the caller's transaction: queue a request; the gateway delivers it after the commit.

    Nothing runs before the person at the device said yes there. Raises NotAllowed, NotFound,
    InvalidInput (`device_without_agent`, `command_empty`, `command_too_long`, `command_invisible`,
    `timeout_bounds`) and Conflict (`device_busy`). Audited; announces `remote.command_state_changed`.
    """
    assert connection.in_atomic_block
    check_can_request(actor, device, kind)
    command_text = clean(text).strip("\n") if kind == CommandKind.COMMAND else ""
    _check_text(kind, command_text, timeout_seconds)
    if Command.objects.filter(device=device).exclude(state__in=FINAL_STATES).count() >= OPEN_MAX:
        raise Conflict("device_busy", limit=OPEN_MAX)
    command = Command.objects.create(
        device=device,
        kind=kind,
        text=command_text,
        asked_by_id=actor.id if actor.kind == "person" else None,
        asked_by_name=clean_line(actor.label) or "Firstline",
        ticket_label=ticket_label,
        reason=clean_line(reason),
        timeout_seconds=timeout_seconds,
        created_at=clock.now(),
    )
    record(
        actor=actor,
        verb=f"remote.{kind}_requested",
        ref=device.ref,
        organization_id=device.organization_id,
        new={"command_id": command.pk, "ticket": ticket_label},
        reason=command.reason,
        labels={"text": command_text} if command_text else None,
    )
    _announce(command, actor)
    nudge_gateway(device.pk)
    return command


def cancel_request(*, actor: Actor, command: Command) -> Command:
    """Stop a request: at once while it waits for the device, otherwise by asking the device to stop.

    Raises Conflict (`command_ended`) when it is over.
    """
    check_can_request(actor, command.device, command.kind)
    with transaction():
        current = _locked(command.pk)
        if current.is_final:
            raise Conflict("command_ended")
        current.cancel_wanted = True
        if current.last_seq == 0 and not current.device.is_online:
            _end(current, CommandState.CANCELLED, "cancelled")
        current.save()
        record(
            actor=actor,
            verb="remote.request_cancelled",
            ref=current.device.ref,
            organization_id=current.device.organization_id,
            new={"command_id": current.pk},
        )
        _announce(current, actor)
        nudge_gateway(current.device_id)
    return current


def expire_requests() -> int:
    """End requests that no device picked up in time; returns how many."""
    overdue = Command.objects.filter(
        state=CommandState.QUEUED, last_seq=0, created_at__lt=clock.now() - EXPIRES_AFTER
    ).values_list("pk", flat=True)[:500]
    count = 0
    for command_id in list(overdue):
        with transaction():
            command = _locked(command_id)
            if command.state == CommandState.QUEUED and command.last_seq == 0:
                _end(command, CommandState.EXPIRED, "expired")
                command.save()
                _announce(command, SYSTEM)
                count += 1
    return count


class _Sink:
    """The gateway's view of requests; see `devices.actions.CommandSink`."""

    def stored(self, device_id: int) -> Mapping[uuid.UUID, int]:
        return dict(_open(device_id).filter(last_seq__gt=0).values_list("key", "last_seq"))

    def pending(self, device_id: int) -> list[wire.RunCommand | wire.Cancel]:
        found: list[wire.RunCommand | wire.Cancel] = []
        for command in _open(device_id).order_by("id"):
            if command.cancel_wanted:
                found.append(wire.Cancel(command.key))
            elif command.last_seq == 0:
                found.append(_on_the_wire(command))
        return found

    def take(self, device_id: int, result: wire.Result) -> None:
        with transaction():
            command = (
                Command.objects.select_for_update(of=("self",))
                .select_related("device")
                .filter(key=result.command_id, device_id=device_id)
                .first()
            )
            if command is None or result.seq <= command.last_seq:
                return
            if command.is_final and command.last_seq:
                return  # The device gave its last word; what it ended as is evidence.
            command.last_seq = result.seq
            changed = _apply(command, result)
            command.save()
            push(f"command:{command.pk}")
            if changed:
                _announce(command, SYSTEM)


sink = _Sink()


def _apply(command: Command, result: wire.Result) -> bool:
    """Carry a result over to the row; whether the state changed."""
    now = clock.now()
    before = command.state
    match result:
        case wire.ConsentAsked():
            command.state, command.asked_at = CommandState.ASKED, now
        case wire.ConsentAnswered():
            command.consent, command.consent_place = str(result.answer), str(result.place)
            command.answered_at = now
            _record_consent(command)
            if result.answer == ConsentAnswer.ALLOWED:
                command.state = CommandState.RUNNING
        case wire.CommandStarted():
            command.state, command.started_at, command.run_as = CommandState.RUNNING, now, result.run_as
        case wire.CommandOutput():
            _keep_output(command, result, at=now)
        case wire.DiagnosticsReport():
            command.report = [
                {
                    "code": check.code,
                    "status": str(check.status),
                    "value": check.value,
                    "params": check.params,
                }
                for check in result.checks
            ]
        case wire.CommandFinished():
            _finish(command, result)
        case wire.CommandRefused():
            _end(command, _refused_state(result.reason), result.reason)
    return command.state != before


def _keep_output(command: Command, result: wire.CommandOutput, *, at: datetime) -> None:
    """Agents stop at their limit; one that does not must not fill our disk."""
    if command.output_bytes + len(result.data) > OUTPUT_BYTES_MAX:
        command.is_truncated = True
        return
    command.output_bytes += len(result.data)
    CommandOutput.objects.create(
        command=command, seq=result.seq, stream=str(result.stream), data=result.data, at=at
    )


def _finish(command: Command, result: wire.CommandFinished) -> None:
    command.exit_code = result.exit_code
    command.duration_ms = result.duration_ms
    command.is_truncated = command.is_truncated or result.is_truncated
    if result.reason == FinishReason.EXITED:
        _end(command, CommandState.DONE, "")
    elif result.reason == FinishReason.CANCELLED:
        _end(command, CommandState.CANCELLED, str(result.reason))
    else:
        _end(command, CommandState.FAILED, str(result.reason))
    record(
        actor=SYSTEM,
        verb=f"remote.{command.kind}_ended",
        ref=command.device.ref,
        organization_id=command.device.organization_id,
        new={"command_id": command.pk, "exit_code": command.exit_code, "reason": str(result.reason)},
    )


def _refused_state(reason: str) -> str:
    return CommandState.CANCELLED if reason == "cancelled" else CommandState.REFUSED


def _record_consent(command: Command) -> None:
    record(
        actor=Actor(kind="device", id=command.device_id, label=command.device.label),
        verb="remote.consent_answered",
        ref=command.device.ref,
        organization_id=command.device.organization_id,
        new={"command_id": command.pk, "answer": command.consent, "place": command.consent_place},
    )


def _end(command: Command, state: str, reason: str) -> None:
    command.state = state
    command.end_reason = reason[:40]
    command.finished_at = clock.now()


def _announce(command: Command, actor: Actor) -> None:
    publish(CommandStateChanged(command.pk, command.device_id, command.state), actor=actor)
    push(f"command:{command.pk}")
    push(f"device:{command.device_id}")
    if command.device.owner_id:
        push(f"person:{command.device.owner_id}")


def _check_text(kind: str, text: str, timeout_seconds: int) -> None:
    if kind == CommandKind.COMMAND and not text.strip():
        raise InvalidInput("command_empty", field="text")
    if len(text) > COMMAND_CHARS_MAX:
        raise InvalidInput("command_too_long", field="text", limit=COMMAND_CHARS_MAX)
    if not is_shown_command(text):
        raise InvalidInput("command_invisible", field="text")
    if not 1 <= timeout_seconds <= TIMEOUT_SECONDS_MAX:
        raise InvalidInput("timeout_bounds", field="timeout_seconds")


def _open(device_id: int) -> QuerySet[Command]:
    return Command.objects.filter(device_id=device_id).exclude(state__in=FINAL_STATES)


def _locked(command_id: int) -> Command:
    return Command.objects.select_for_update(of=("self",)).select_related("device").get(pk=command_id)


def _on_the_wire(command: Command) -> wire.RunCommand:
    return wire.RunCommand(
        command_id=command.key,
        kind=WireKind(command.kind),
        text=command.text,
        timeout_seconds=command.timeout_seconds,
        technician=command.asked_by_name,
        ticket=command.ticket_label,
        reason=command.reason,
        verbs=(str(_VERBS[CommandKind(command.kind)]),),
    )
