"""Thanks, and what is more than that."""

import pytest

from firstline.tickets import actions
from firstline.tickets.models import Ticket, TicketEvent
from firstline.tickets.queries import event_sentence
from firstline.tickets.testing import Cast, make_ticket
from firstline.tickets.thanks import says_only_thanks

THANKS = [
    "Thanks!",
    "Thank you very much, Mei.",
    "Hi Mei,\n\nthanks a lot, it works now :-)\n\nBest regards\nLin Yue",
    "Great, thank you! 👍",
    "Thanks\n-- \nLin Yue\nFinance, room 4.12\n+49 30 1234",
    "> Try the cable.\n> Mei\nMany thanks",
    "谢谢！",
    "好的，谢谢您，辛苦了！",
    "赵梅你好，已经可以了，非常感谢你的帮助。",
    "收到，多谢",
    "Thanks 谢谢",
]
MORE = [
    "",
    "It works now.",
    "ok",
    "Thanks, but it still does not print.",
    "Thanks. When will it be there?",
    "Thank you, one more thing",
    "Thanks for nothing",
    "No thanks",
    "Thanks, error 809 is back",
    "Thanks, see https://example.com/x",
    "谢谢，但是还是打不开",
    "谢谢，还有一个问题",
    "谢谢，什么时候能好？",
    "不用谢，问题又出现了",
    "好了吗",
    "可以了",
    "Thank you " * 40,
]


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_thanks(text: str) -> None:
    assert says_only_thanks(text, "Lin Yue", "Mei Zhao", "赵梅")


@pytest.mark.parametrize("text", MORE)
def test_more_than_thanks(text: str) -> None:
    assert not says_only_thanks(text, "Lin Yue", "Mei Zhao", "赵梅")


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_thanks_leave_a_solved_ticket_solved(cast: Cast, status: str) -> None:
    ticket = make_ticket(cast)
    actions.take_ticket(actor=cast.actor("technician"), ticket=ticket)
    actions.resolve_ticket(actor=cast.actor("technician"), ticket=ticket, solution="A new cable.")
    if status == "closed":
        actions.confirm_ticket(actor=cast.actor("requester"), ticket=ticket)

    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Thanks a lot, Tina!")

    assert Ticket.objects.get(pk=ticket.pk).status == status
    line = TicketEvent.objects.filter(ticket=ticket).latest("id")
    assert event_sentence(line) == "The ticket stays solved: the answer says nothing but thanks."

    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Thanks, but it is broken again.")
    assert Ticket.objects.get(pk=ticket.pk).status == "open"


def test_thanks_for_a_question_are_an_answer(cast: Cast) -> None:
    ticket = make_ticket(cast)
    actions.change_status(actor=cast.actor("technician"), ticket=ticket, status="waiting_requester")

    actions.reply(actor=cast.actor("requester"), ticket=ticket, body="Thanks")

    assert Ticket.objects.get(pk=ticket.pk).status == "open"
