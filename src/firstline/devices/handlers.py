"""What devices do when something happens elsewhere."""

from firstline.accounts.actions import erase_part
from firstline.accounts.events import PersonAnonymised, PersonChanged
from firstline.devices import actions
from firstline.devices.erasure import PART
from firstline.devices.findable import KIND
from firstline.devices.models import Device
from firstline.kit.traces import Traces
from firstline.organizations.events import OrganizationChanged
from firstline.outbox.events import Context, handles
from firstline.search.actions import touch_all


@handles(PersonAnonymised, name="devices.release_owner", timeout_seconds=3600)
def release_owner(event: PersonAnonymised, context: Context) -> None:
    """An erased person owns nothing and is named nowhere."""

    def erase(traces: Traces) -> dict[str, int]:
        released = actions.release_owner(actor=context.actor, traces=traces)
        return {"devices": released, "mentions": actions.forget_name(traces.wide)}

    erase_part(actor=context.actor, part=PART.name, person_id=event.person_id, erase=erase)


@handles(PersonChanged, name="devices.follow_owner")
def follow_owner(event: PersonChanged, context: Context) -> None:
    """Devices are found under their owner's new name."""
    if event.is_renamed:
        touch_all(KIND, Device.objects.filter(owner_id=event.person_id))


@handles(OrganizationChanged, name="devices.follow_organization")
def follow_organization(event: OrganizationChanged, context: Context) -> None:
    """Devices are found under their organisation's new name."""
    if event.is_renamed:
        touch_all(KIND, Device.objects.filter(organization_id=event.organization_id))
