"""Erasing a person's traces from tickets; the tickets keep their shape."""

from django.db.models import Q

from firstline.accounts.models import Person
from firstline.audit import actions as audit
from firstline.kit.actor import Actor
from firstline.kit.refs import Ref
from firstline.outbox import actions as outbox
from firstline.tickets.actions import indexing
from firstline.tickets.models import Message, ReplyDraft, Ticket, TicketEvent, Watcher

ERASED_TEXT = "—"


def forget_person(*, actor: Actor, person_id: int) -> int:
    """Empty what an anonymised person wrote, their name on every line, and their following; how many tickets.

    Their tickets stay as numbers for reports: subject and words are gone, times and states remain.
    """
    name = Person.objects.filter(pk=person_id).values_list("name", flat=True).first() or f"#{person_id}"
    with outbox.transaction():
        touched = set(Message.objects.filter(author_id=person_id).values_list("ticket_id", flat=True))
        asked = Ticket.objects.filter(requester_id=person_id)
        touched |= set(asked.values_list("pk", flat=True))
        asked.update(subject=ERASED_TEXT)
        Message.objects.filter(author_id=person_id).update(
            author_label=name, body_text=ERASED_TEXT, body_html=f"<p>{ERASED_TEXT}</p>", to=[], cc=[]
        )
        Message.objects.filter(ticket__requester_id=person_id).update(to=[])
        TicketEvent.objects.filter(actor_kind="person", actor_id=person_id).update(actor_label=name)
        Watcher.objects.filter(person_id=person_id).delete()
        ReplyDraft.objects.filter(Q(author_id=person_id) | Q(ticket__requester_id=person_id)).delete()
        indexing.index_soon(touched)
        ref = Ref("person", person_id)
        audit.record(actor=actor, verb="tickets.person_forgotten", ref=ref, new={"tickets": len(touched)})
    return len(touched)
