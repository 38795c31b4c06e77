"""Colleagues who are named in a note follow the ticket and hear of it once, and why."""

from firstline.accounts.testing import make_person
from firstline.notifications.models import Notification
from firstline.notifications.queries import notices
from firstline.outbox.testing import drain
from firstline.tickets import actions, queries
from firstline.tickets.actions.mentions import tell_mentioned
from firstline.tickets.models import Message, Watcher
from firstline.tickets.queries.colleagues import named_in
from firstline.tickets.testing import Cast, make_ticket


def told(cast: Cast) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind="ticket_mentioned").order_by("person__name")
    return [(row.person.name, row.cause) for row in rows]


def test_the_named_follow_and_are_told_once(cast: Cast, no_delivery: None) -> None:
    ticket = make_ticket(cast, team=cast.desk)
    note = actions.add_note(
        actor=cast.actor("technician"), ticket=ticket, body="@tom teammate, @Olga Outsider @Tina Technician?"
    )
    drain()
    tell_mentioned(actor=cast.actor("manager"), event_id="again", message_id=note.pk)

    assert [name for name, _cause in told(cast)].count("Tom Teammate") == 2  # another event tells anew
    assert {name for name, _cause in told(cast)} == {"Tom Teammate"}
    assert list(Watcher.objects.values_list("person__name", flat=True)) == ["Tom Teammate"]
    notice = notices(cast.actor("teammate"), limit=5)[0]
    assert "Tina Technician wrote your name (@)" in notice.why


def test_who_has_the_ticket_is_told_once(cast: Cast, no_delivery: None) -> None:
    ticket = make_ticket(cast, team=cast.desk)
    actions.take_ticket(actor=cast.actor("teammate"), ticket=ticket)

    actions.add_note(actor=cast.actor("technician"), ticket=ticket, body="Look, @Tom Teammate!")
    drain()

    kinds = Notification.objects.filter(person=cast.teammate).values_list("kind", flat=True)
    assert [kind for kind in kinds if kind in {"ticket_noted", "ticket_mentioned"}] == ["ticket_mentioned"]


def test_a_reply_names_nobody(cast: Cast, no_delivery: None) -> None:
    ticket = make_ticket(cast, team=cast.desk)
    actions.reply(actor=cast.actor("technician"), ticket=ticket, body="Ask @Tom Teammate.")
    drain()

    assert told(cast) == []
    assert Message.objects.filter(body_text__contains="@Tom").exists()


def test_names_are_whole_and_the_longer_one_is_meant(cast: Cast) -> None:
    people = [make_person(name, "technician") for name in ("Mei Li", "Mei Li Zhao", "赵梅")]

    def found(text: str) -> list[str]:
        return [person.name for person in named_in(text, people)]

    assert found("@Mei Li Zhao and @mei li.") == ["Mei Li Zhao", "Mei Li"]
    assert found("请@赵梅看一下") == ["赵梅"]
    assert found("mail@Mei Liberty @nobody @") == []


def test_only_colleagues_who_see_the_ticket_are_offered(cast: Cast) -> None:
    ticket = make_ticket(cast, team=cast.desk)

    names = [person.name for person in queries.colleagues_of(ticket)]

    assert {"Tina Technician", "Tom Teammate"} <= set(names)
    assert not {"Olga Outsider", "Rita Requester", "Sam Stranger"} & set(names)
    assert [person.name for person in queries.colleagues_of(ticket, "tom")] == ["Tom Teammate"]
