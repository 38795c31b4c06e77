"""Django's own mail (password resets) goes through the same queue as ours."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from firstline.kit.actor import SYSTEM
from firstline.mail import actions
from firstline.outbox.actions import transaction


class OutboxEmailBackend(BaseEmailBackend):
    """Queues in the caller's transaction, or in one of its own where there is none."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if connection.in_atomic_block:
            return sum(_queue(message) for message in email_messages)
        with transaction():
            return sum(_queue(message) for message in email_messages)


def _queue(message: EmailMessage) -> int:
    if not message.recipients():
        return 0
    html = ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(part[0]) for part in message.alternatives if part[1] == "text/html"), "")
    actions.send(
        actor=SYSTEM,
        to=message.to,
        cc=[*message.cc, *message.bcc],
        subject=str(message.subject),
        text=str(message.body),
        html=html,
        is_automatic=True,
        # Django mails what signs people in: links to set a password.
        is_private=True,
    )
    return 1
