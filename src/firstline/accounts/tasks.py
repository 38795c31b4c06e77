"""Background work of the accounts slice: mails about accounts."""

from firstline.accounts.mails import send_invitation
from firstline.accounts.models import Invitation
from firstline.outbox.events import Args, Context, Drop, job


@job("accounts.send_invitation")
def invitation(args: Args, context: Context) -> None:
    """Send the mail of an invitation that still counts."""
    found = Invitation.objects.select_related("person__organization").filter(
        pk=args["invitation_id"], accepted_at=None
    )
    for standing in found:
        send_invitation(standing)
        return
    raise Drop
