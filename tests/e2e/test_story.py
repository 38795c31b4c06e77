"""One real case, from a person to a fix on a real device, in both languages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import People
from tests.e2e.service import Service, wait_until
from tests.e2e.steps import (
    LOCALES,
    SLOW_MS,
    ConsentPage,
    Fault,
    Outbox,
    answer,
    display_id,
    paste_screenshot,
    post,
    read_in,
    send_fault,
    write_fault,
)

from firstline.demo.content import load

EMPLOYEE, TECHNICIAN, MANAGER = "lin.yue@alder.example", "mei.zhao@alder.example", "ravi.menon@alder.example"
COPY = "helga@neighbours.example"


@dataclass(frozen=True)
class Words:
    """What people write in one language."""

    fault: Fault
    reply: str
    note: str
    solution: str
    comment: str


WORDS = {
    "en": Words(
        Fault(
            "The printer does nothing when I print from my laptop",
            "Every label job sits in the queue since nine. The screen says that it is offline.",
        ),
        "I am looking at your print queue now.",
        "Second time this week for this print server.",
        "The print queue was stuck; I cleared it, and labels print again.",
        "Quick and friendly.",
    ),
    "zh-hans": Words(
        Fault("打印机没反应，显示脱机", "从早上九点起，所有标签任务都卡在队列里，屏幕上显示脱机。"),
        "我正在查看您的打印队列。",
        "这台打印服务器本周已是第二次。",
        "打印队列卡住了，已清空，标签可以正常打印。",
        "处理得很快，谢谢。",
    ),
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_story(service: Service, people: Callable[..., People], language: str, tmp_path: Path) -> None:
    """The story of the product; each step looks at what the other people see."""
    group, words = people(LOCALES[language]), WORDS[language]
    desk = group.signed_in(TECHNICIAN)
    read_in(desk, language)
    desk.goto("/desk/tickets/?view=open")

    portal = group.signed_in(EMPLOYEE)
    number = _ask(portal, words, language)
    ticket_id = display_id(portal)
    expect(desk.locator(f"#t{number}")).to_be_visible(timeout=SLOW_MS)
    desk.locator(f"#t{number}").click()
    desk.wait_for_url(re.compile(rf"/desk/tickets/{number}/"))

    assignee = _look_at_decision(desk)
    _look_at_facts(desk)
    expect(desk.locator('[id^=help] a[href^="/desk/articles/"]').first).to_be_visible()
    manager = group.signed_in(MANAGER)
    read_in(manager, language)
    outbox = Outbox(manager)
    _look_at_told(group, outbox, assignee, ticket_id, number)

    _converse(desk, portal, outbox, words, ticket_id)
    _be_seen(group, desk, assignee, number)

    consent = ConsentPage(group.stranger(), service)
    _check_device(desk, portal, consent)
    _run_command(desk, consent, tmp_path / "go")

    _resolve(desk, portal, words, number)
    _draft_article(desk)
    _look_at_numbers(manager)
    assert service.command("audit", "verify").returncode == 0


def _ask(portal: Page, words: Words, language: str) -> int:
    read_in(portal, language)
    write_fault(portal, words.fault)
    _wait_for_suggestions(portal, words.fault)
    paste_screenshot(portal, "#id_body")
    expect(portal.locator(".askpaste .thumbs li")).to_have_count(1)
    number = send_fault(portal)
    expect(portal.locator("#timeline .attach img")).to_have_count(1)
    return number


def _wait_for_suggestions(portal: Page, fault: Fault) -> None:
    """Type again until the index of a service that has only just started knows the articles."""

    def are_there() -> bool:
        with portal.expect_response("**/portal/suggest/**"):
            write_fault(portal, fault)
        return portal.locator("suggest-box .ans").count() > 0

    wait_until(are_there, "article that may answer")
    expect(portal.locator("suggest-box .ans").first).to_be_visible()


def _look_at_decision(desk: Page) -> str:
    """The assignee's address; the decision is one sentence with its reasons."""
    expect(desk.locator(".thead .chip .av")).to_be_visible(timeout=SLOW_MS)
    name = desk.locator(".thead .chip .av").get_attribute("title")
    decision = desk.locator("#timeline details.decide").first
    expect(decision.locator("summary")).to_contain_text(name or "?")
    decision.locator("summary").click()
    expect(decision.locator(".reason table .is-pick")).to_contain_text(name or "?")
    return next(person.email for person in load().people if person.name == name)


def _look_at_facts(desk: Page) -> None:
    expect(desk.locator("#device .dot-on")).to_be_visible()
    desk.locator("#priority summary").click()
    expect(desk.locator("#priority .reason p").nth(2)).to_be_visible()
    expect(desk.locator(".thead .chips .clock").first).to_be_visible()
    desk.locator("#clocks summary").click()
    expect(desk.locator("#ledger table tbody tr").first).to_be_visible()


def _look_at_told(group: People, outbox: Outbox, assignee: str, ticket_id: str, number: int) -> None:
    outbox.find(assignee, ticket_id)
    told = group.signed_in(assignee)
    told.goto("/desk/")
    if assignee != TECHNICIAN:  # who has opened the ticket knows
        expect(told.locator("#bell .badge")).to_be_visible()
    told.locator("#bell a").click()
    told.locator("#notices li", has_text=ticket_id).first.locator("button").click()
    told.wait_for_url(re.compile(rf"/desk/tickets/{number}/"))
    told.close()


def _converse(desk: Page, portal: Page, outbox: Outbox, words: Words, ticket_id: str) -> None:
    answer(desk, words.reply, cc=COPY)
    expect(portal.locator("#timeline")).to_contain_text(words.reply, timeout=SLOW_MS)
    letter = outbox.open(EMPLOYEE, ticket_id, holds=words.reply)
    expect(letter).to_contain_text(words.reply)
    expect(letter.locator("dl")).to_contain_text(COPY)
    answer(desk, words.note, note=True)
    portal.reload()
    expect(portal.locator("#timeline")).to_contain_text(words.reply)
    expect(portal.locator("body")).not_to_contain_text(words.note)


def _be_seen(group: People, desk: Page, assignee: str, number: int) -> None:
    email = assignee if assignee != TECHNICIAN else "tom.hargreaves@alder.example"
    name = next(person.name for person in load().people if person.email == email)
    second = group.signed_in(email)
    second.goto(f"/desk/tickets/{number}/")
    seen = desk.locator("presence-list [role=img]")
    expect(seen.and_(desk.locator(f'[title*="{name}"]'))).to_be_visible(timeout=SLOW_MS)
    second.goto("/desk/")
    expect(seen).to_have_count(0, timeout=SLOW_MS)


def _check_device(desk: Page, portal: Page, consent: ConsentPage) -> None:
    post(desk, "/check/")
    expect(portal.locator(".banner-violet")).to_be_visible(timeout=SLOW_MS)
    consent.allow()
    card = desk.locator("#timeline article.card", has=desk.locator("ul.checks"))
    expect(card.locator("ul.checks li").nth(3)).to_be_visible(timeout=SLOW_MS)
    expect(portal.locator(".banner-violet")).to_have_count(0, timeout=SLOW_MS)


def _run_command(desk: Page, consent: ConsentPage, go: Path) -> None:
    """Output is seen while the command still runs: it waits for a file that appears only then."""
    desk.locator("#ask-command > summary").click()
    text = f"echo first; while [ ! -e {go} ]; do sleep 0.1; done; echo oops >&2; exit 3"
    desk.fill("#ask-command [name=text]", text)
    desk.fill("#ask-command [name=reason]", "e2e")
    desk.locator("#ask-command button.btn-primary").click()
    expect(desk.locator("#ask-command [name=text]")).to_be_hidden()
    consent.allow()
    card = desk.locator("#timeline article.card", has=desk.locator("pre.term"))
    expect(card.locator("pre.term > span:not(.k)").first).to_have_text("first\n", timeout=SLOW_MS)
    expect(card.locator(".caret")).to_be_visible()
    go.touch()
    expect(card.locator("pre.term .err")).to_contain_text("oops", timeout=SLOW_MS)
    expect(card.locator(".tag-red")).to_contain_text("3")
    expect(card.locator(".caret")).to_have_count(0)


def _resolve(desk: Page, portal: Page, words: Words, number: int) -> None:
    desk.locator(".thead a[data-key=e]").click()
    expect(desk.locator("#composer select[name=after]")).to_have_value("resolved")
    answer(desk, words.solution)
    expect(portal.locator(".verdict")).to_be_visible(timeout=SLOW_MS)
    expect(portal.locator("#timeline")).to_contain_text(words.solution)
    post(portal, "/confirm/")
    portal.locator("label[for=star-5]").click()
    portal.fill(".verdict input[name=comment]", words.comment)
    post(portal, "/rating/")
    expect(portal.locator(".verdict")).to_have_count(0)
    portal.goto("/portal/requests/?show=done")
    expect(portal.locator(f'a[href="/portal/requests/{number}/"]').first).to_be_visible()
    expect(desk.locator("#timeline")).to_contain_text(words.comment, timeout=SLOW_MS)


def _draft_article(desk: Page) -> None:
    post(desk, "/article/")
    desk.wait_for_url(re.compile(r"/desk/articles/\d+/edit/"))
    expect(desk.locator("form textarea").first).not_to_be_empty()


def _look_at_numbers(manager: Page) -> None:
    manager.goto("/manage/")
    expect(manager.locator(".bignums")).to_be_visible()
    expect(manager.locator(".bignums")).to_contain_text(re.compile("[1-9]"))
    expect(manager.locator(".mgrid figure, .mgrid svg").nth(2)).to_be_visible()
