"""What texts take over when others announce something."""

from firstline.accounts.actions import erase_part
from firstline.accounts.events import PersonAnonymised
from firstline.outbox.events import Context, handles
from firstline.writing.erasure import PART, erase


@handles(PersonAnonymised, name="writing.forget_person", timeout_seconds=3600)
def forget_person(event: PersonAnonymised, context: Context) -> None:
    erase_part(actor=context.actor, part=PART.name, person_id=event.person_id, erase=erase)
