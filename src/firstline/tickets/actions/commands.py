"""Work on a device from its ticket: the request, its link and its line in the timeline."""

from firstline.devices.models import Device
from firstline.kit.actor import Actor
from firstline.kit.errors import InvalidInput
from firstline.outbox import actions as outbox
from firstline.remote import actions as remote
from firstline.remote.enums import CommandKind
from firstline.remote.models import Command
from firstline.tickets.actions.core import Note, apply_change, locked
from firstline.tickets.enums import EventKind
from firstline.tickets.models import Ticket, TicketCommand
from firstline.tickets.permissions import TICKET_EDIT, check_staff


def request_diagnostics(
    *, actor: Actor, ticket: Ticket, device: Device | None = None, reason: str = ""
) -> Command:
    """Ask the ticket's device (or another one of its organisation) for a health report.

    The person at the device is asked first. Raises `ticket_without_device`, and what
    `remote.actions.place_request` raises.
    """
    return _requested(actor, ticket, device, CommandKind.DIAGNOSTICS, reason=reason)


def request_command(
    *,
    actor: Actor,
    ticket: Ticket,
    text: str,
    device: Device | None = None,
    reason: str = "",
    timeout_seconds: int = remote.DEFAULT_TIMEOUT_SECONDS,
) -> Command:
    """Ask the ticket's device to run a shell command; otherwise as `request_diagnostics`."""
    return _requested(
        actor, ticket, device, CommandKind.COMMAND, text=text, reason=reason, timeout_seconds=timeout_seconds
    )


def _requested(
    actor: Actor,
    ticket: Ticket,
    device: Device | None,
    kind: str,
    *,
    text: str = "",
    reason: str = "",
    timeout_seconds: int = remote.DEFAULT_TIMEOUT_SECONDS,
) -> Command:
    with outbox.transaction():
        fresh = locked(ticket)
        check_staff(actor, fresh, TICKET_EDIT)
        target = device or fresh.device
        if target is None:
            raise InvalidInput("ticket_without_device", field="device")
        if target.organization_id != fresh.organization_id:
            raise InvalidInput("organization_mismatch", field="device")
        command = remote.place_request(
            actor=actor,
            device=target,
            kind=kind,
            text=text,
            ticket_label=fresh.display_id,
            reason=reason,
            timeout_seconds=timeout_seconds,
        )
        TicketCommand.objects.create(ticket=fresh, command=command)
        data = {"command_id": command.pk, "device_id": target.pk, "kind": str(kind)}
        apply_change(
            fresh,
            actor,
            verb="tickets.command_requested",
            fields={},
            notes=[Note(EventKind.COMMAND, data)],
            recorded=data,
        )
    return command
