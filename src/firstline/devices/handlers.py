"""What devices do when something happens elsewhere."""

from firstline.accounts.events import PersonAnonymised
from firstline.devices import actions
from firstline.outbox.events import Context, handles


@handles(PersonAnonymised, name="devices.release_owner")
def release_owner(event: PersonAnonymised, context: Context) -> None:
    """An erased person owns nothing."""
    actions.release_owner(event.person_id)
