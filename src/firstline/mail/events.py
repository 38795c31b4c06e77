"""What mail announces."""

from dataclasses import dataclass

from firstline.outbox.events import event


@event("mail.message_received")
@dataclass(frozen=True)
class MessageReceived:
    """A message arrived, was understood and deserves a ticket or a reply; read it with `queries.parsed`."""

    inbound_id: int


@event("mail.delivery_failed")
@dataclass(frozen=True)
class DeliveryFailed:
    """A message of ours will not reach somebody: refused for good, given up, or bounced."""

    outbound_id: int
