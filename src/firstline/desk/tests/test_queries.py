"""Reads that compose what the desk shows."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from firstline.desk.pages import time_of_day_in
from firstline.desk.queries.facts import device_facts, similar_tickets, story_of, time_at
from firstline.devices.models import Device
from firstline.devices.testing import make_device
from firstline.kit import clock
from firstline.organizations.testing import make_organization
from firstline.search.testing import settle
from firstline.tickets import actions
from firstline.tickets.models import Ticket
from firstline.tickets.testing import Cast, make_ticket


def test_similar_tickets_share_rare_words_and_are_visible(cast: Cast) -> None:
    ticket = make_ticket(cast, "Outlook asks for the password", body="Again.")
    alike = make_ticket(cast, "Outlook asks for a password", body="Since Monday.")
    hidden = make_ticket(cast, "Outlook asks for the password", body="x", team=cast.network)
    make_ticket(cast, "Projector is dark", body="In room 4.")

    settle()
    found = {each.thing.id for each in similar_tickets(cast.actor("technician"), ticket)}
    by_manager = {each.thing.id for each in similar_tickets(cast.actor("manager"), ticket)}

    assert found == {alike.pk}
    assert by_manager == {alike.pk, hidden.pk}


def test_similar_tickets_in_chinese(cast: Cast) -> None:
    ticket = make_ticket(cast, "打印机卡纸", body="三楼")
    alike = make_ticket(cast, "三楼打印机又卡纸了", body="急")
    make_ticket(cast, "邮箱打不开", body="登录失败")

    settle()
    assert [each.thing.id for each in similar_tickets(cast.actor("technician"), ticket)] == [alike.pk]


def test_a_subject_without_words_has_no_likes(cast: Cast) -> None:
    assert similar_tickets(cast.actor("technician"), make_ticket(cast, "?!")) == []


def test_the_story_is_the_question_and_the_last_solution(cast: Cast, ticket: Ticket) -> None:
    technician = cast.actor("technician")
    actions.resolve_ticket(actor=technician, ticket=ticket, solution="New cable.")
    actions.reopen_ticket(actor=cast.actor("requester"), ticket=ticket)
    actions.resolve_ticket(actor=technician, ticket=ticket, solution="New dock.")

    story = story_of(ticket)

    assert (story.problem, story.solution) == ("It stops every ten minutes.", "New dock.")
    assert {"Rita Requester", "Tina Technician"} <= set(story.names)


def test_facts_of_a_device_only_for_who_may_see_it(cast: Cast, device: Device) -> None:
    foreign = make_device(make_organization("Fabrikam"), hostname="foreign-1")

    assert device_facts(cast.actor("technician"), device) is not None
    assert device_facts(cast.actor("requester"), device) is not None
    assert device_facts(cast.actor("requester"), foreign) is None
    assert device_facts(cast.actor("technician"), None) is None


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "../../etc/passwd", "\x00"])
def test_a_zone_nobody_knows(zone: str) -> None:
    assert time_at(zone) is None
    assert time_of_day_in(time_at(zone)) == ""


def test_the_time_elsewhere_names_the_day_where_it_is_another() -> None:
    with clock.frozen(datetime(2026, 11, 9, 20, 30, tzinfo=UTC)), timezone.override(UTC):
        assert time_of_day_in(time_at("Europe/Berlin")) == "21:30"
        assert time_of_day_in(time_at("Asia/Shanghai")) == "tomorrow 04:30"
        with translation.override("zh-hans"):
            assert time_of_day_in(time_at("Asia/Shanghai")) == "明天 04:30"
