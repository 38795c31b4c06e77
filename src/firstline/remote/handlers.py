"""What requests to devices do when something happens elsewhere."""

from firstline.accounts.actions import erase_part
from firstline.devices.events import OwnerErased
from firstline.outbox.events import Context, handles
from firstline.remote.erasure import PART
from firstline.remote.forgetting_actions import forget_person


@handles(OwnerErased, name="remote.forget_person", timeout_seconds=3600)
def forget(event: OwnerErased, context: Context) -> None:
    """After the devices, because they know which were the person's."""
    erase_part(
        actor=context.actor,
        part=PART.name,
        person_id=event.person_id,
        erase=lambda traces: forget_person(traces, event.device_ids),
    )
