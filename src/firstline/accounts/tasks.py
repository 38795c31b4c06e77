"""Background work of the accounts slice: mails about accounts, and forgetting what ended."""

from firstline.accounts import actions
from firstline.accounts.mails import send_invitation, send_password_changed
from firstline.accounts.models import Invitation, Person
from firstline.kit import clock
from firstline.outbox.events import Args, Context, Drop, job, periodic


@job("accounts.send_invitation")
def invitation(args: Args, context: Context) -> None:
    """Send the mail of an invitation that still counts."""
    found = Invitation.objects.select_related("person__organization").filter(
        pk=args["invitation_id"], accepted_at=None, expires_at__gt=clock.now()
    )
    standing = found.first()
    if standing is None:
        raise Drop
    send_invitation(standing)


@job("accounts.send_password_changed")
def password_changed(args: Args, context: Context) -> None:
    """Tell the owner that their password is another now."""
    person = Person.objects.filter(pk=args["person_id"], is_active=True).first()
    if person is None:
        raise Drop
    send_password_changed(person)


@periodic("accounts.clean_up", seconds=24 * 3600)
def clean_up(context: Context) -> None:
    """Forget sign-ins and links that ended long ago."""
    actions.clean_up_sign_ins()
