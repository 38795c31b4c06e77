"""What monitoring does when others announce something."""

from firstline.accounts.actions import erase_part
from firstline.accounts.events import PersonAnonymised
from firstline.monitoring.erasure import PART, erase
from firstline.outbox.events import Context, handles


@handles(PersonAnonymised, name="monitoring.forget_person", timeout_seconds=3600)
def forget(event: PersonAnonymised, context: Context) -> None:
    erase_part(actor=context.actor, part=PART.name, person_id=event.person_id, erase=erase)
