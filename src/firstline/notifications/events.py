"""What the notifications slice announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("notifications.mail_wanted")
@dataclass(frozen=True)
class MailWanted:
    """A notice should also go out by mail; a slice above mail sends `queries.mail_content`."""

    notification_id: int
