"""What the desk does when others announce something."""

from firstline.accounts.events import PersonAnonymised
from firstline.desk.actions import forget_searches_of
from firstline.desk.view_actions import forget_views_of
from firstline.outbox.events import Context, handles


@handles(PersonAnonymised, name="desk.forget_person")
def forget(event: PersonAnonymised, context: Context) -> None:
    forget_searches_of(event.person_id)
    forget_views_of(event.person_id)
