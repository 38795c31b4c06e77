"""Erasing a person's traces from requests to devices; when what ran and how it ended stays."""

from collections.abc import Iterable

from firstline.kit.rows import rewrite
from firstline.kit.traces import Redactor, Traces
from firstline.outbox.actions import transaction
from firstline.remote.models import Command, CommandOutput

_TEXTS = ["text", "reason", "asked_by_name", "report"]


def forget_person(traces: Traces, device_ids: Iterable[int]) -> dict[str, int]:
    """Nobody is named as who asked; what came back from these devices (they were theirs) goes."""
    with transaction():
        asked = Command.objects.filter(asked_by_id=traces.person_id)
        count = asked.exclude(asked_by_name=traces.stand_in).update(asked_by_name=traces.stand_in)
    outputs = forget_outputs(
        traces, Command.objects.filter(device_id__in=list(device_ids)).values_list("pk", flat=True)
    )
    named = rewrite(Command.objects.all(), traces.wide, _TEXTS)
    forget_in_outputs(traces.wide)
    return {"asked": count, "outputs": outputs, "mentions": len(named)}


def forget_outputs(traces: Traces, command_ids: Iterable[int]) -> int:
    """Remove what these requests brought back, and the name from what they asked; how many had output.

    For whoever knows that they were about the person (their ticket, their device).
    """
    ids = list(command_ids)
    for start in range(0, len(ids), 200):
        rows = Command.objects.filter(pk__in=ids[start : start + 200])
        rewrite(rows, traces.near, ["text", "reason", "asked_by_name"])
    with transaction():
        outputs = CommandOutput.objects.filter(command_id__in=ids)
        count = outputs.values("command_id").distinct().count()
        outputs.delete()
        Command.objects.filter(pk__in=ids).exclude(report=[]).update(report=[])
    return count


def forget_in_outputs(redactor: Redactor) -> int:
    """Remove the output of other requests that names the person; how many requests.

    Chunks may end within a word: they are read together.
    """
    if not redactor.needles:
        return 0
    found = []
    held: list[bytes] = []
    current = 0
    chunks = CommandOutput.objects.order_by("command_id", "stream", "seq").values_list("command_id", "data")
    for command_id, data in chunks.iterator(chunk_size=200):
        if command_id != current and _names(held, redactor):
            found.append(current)
        held = [*held, bytes(data)] if command_id == current else [bytes(data)]
        current = command_id
    if _names(held, redactor):
        found.append(current)
    with transaction():
        CommandOutput.objects.filter(command_id__in=found).delete()
    return len(found)


def _names(chunks: list[bytes], redactor: Redactor) -> bool:
    return redactor.finds(b"".join(chunks).decode(errors="replace"))
