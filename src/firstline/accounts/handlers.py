"""What accounts do when others announce something."""

from firstline.accounts import actions
from firstline.accounts.erasure import PART
from firstline.accounts.events import PersonAnonymised
from firstline.outbox.events import Context, handles


@handles(PersonAnonymised, name="accounts.erase_rest", timeout_seconds=3600)
def erase_rest(event: PersonAnonymised, context: Context) -> None:
    """Below accounts lie slices that know no people; their part is done here."""
    actions.erase_part(
        actor=context.actor,
        part=PART.name,
        person_id=event.person_id,
        erase=lambda traces: actions.erase_rest(actor=context.actor, traces=traces),
    )
