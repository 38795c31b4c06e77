"""What the notifications slice does when others announce something."""

from firstline.accounts.events import PersonAnonymised
from firstline.notifications.actions import forget_person
from firstline.outbox.events import Context, handles


@handles(PersonAnonymised, name="notifications.forget_person")
def forget(event: PersonAnonymised, context: Context) -> None:
    forget_person(event.person_id)
