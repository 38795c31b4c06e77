"""Reads of requests and their output."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from firstline.devices.permissions import can_see_device
from firstline.kit.actor import Actor
from firstline.kit.errors import NotFound
from firstline.remote.models import Command, CommandOutput

OUTPUT_SHOWN_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class OutputBlock:
    """A run of text of one stream ("stdout" or "stderr"), in the order in which it came."""

    stream: str
    text: str


def commands_of(device_id: int) -> QuerySet[Command]:
    """Requests to a device, newest first."""
    return Command.objects.filter(device_id=device_id)


def commands_asked_of_owner(person_id: int) -> QuerySet[Command]:
    """Requests that wait for an answer at a device of the person."""
    return Command.objects.filter(device__owner_id=person_id, state__in=["queued", "asked"]).select_related(
        "device"
    )


def commands_on_devices_of(person_id: int) -> QuerySet[Command]:
    """Who was on my machine: everything ever asked of a person's devices."""
    return Command.objects.filter(device__owner_id=person_id).select_related("device")


def get_command_for(actor: Actor, command_id: int) -> Command:
    """The request, or NotFound where the actor may not see its device."""
    found = Command.objects.select_related("device").filter(pk=command_id).first()
    if found is None or not can_see_device(actor, found.device):
        raise NotFound("command_unknown")
    return found


def output_of(command_ids: Iterable[int]) -> dict[int, list[OutputBlock]]:
    """The output of several requests as text, neighbours of one stream joined; at most 200 kB each."""
    raw: dict[int, list[tuple[str, bytearray]]] = {}
    sizes: dict[int, int] = {}
    rows = (
        CommandOutput.objects.filter(command_id__in=list(command_ids))
        .order_by("command_id", "seq")
        .values_list("command_id", "stream", "data")
    )
    for command_id, stream, data in rows:
        blocks = raw.setdefault(command_id, [])
        sizes[command_id] = sizes.get(command_id, 0) + len(data)
        if sizes[command_id] > OUTPUT_SHOWN_BYTES:
            continue
        if blocks and blocks[-1][0] == stream:
            blocks[-1][1].extend(bytes(data))
        else:
            blocks.append((stream, bytearray(data)))
    return {
        command_id: [OutputBlock(stream, data.decode("utf-8", errors="replace")) for stream, data in blocks]
        for command_id, blocks in raw.items()
    }
