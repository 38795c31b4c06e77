"""The ticket page while it changes under one's hands."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect
from tests.e2e.conftest import People
from tests.e2e.service import wait_until
from tests.e2e.steps import SLOW_MS, Fault, answer, read_in, send_fault, wait_for_route, write_fault

EMPLOYEE, TECHNICIAN, COLLEAGUE = (
    f"{name}@alder.example" for name in ("gillian.marsh", "mei.zhao", "jule.petersen")
)
BODY = "#composer textarea[name=body]"
STATUS = "details#status"


def test_choices_and_opened_parts_stay_as_they_were_left(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    _wait_for_help(desk)
    box = desk.locator("#composer").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900
    desk.locator("#clocks summary").click()
    expect(desk.locator("#ledger table").first).to_be_visible()
    _choose(desk, "details#assign", "button:has(.av)")
    _choose(desk, STATUS, "button")

    expect(desk.locator("#ledger table").first).to_be_visible()
    expect(desk.locator("[id^=help] .hits").first).to_be_visible()
    expect(desk.locator("#queue h2 a")).to_have_attribute("href", "/desk/tickets/?view=open")
    desk.locator("details#assign > summary").click()
    expect(desk.locator("#assign-box button.menurow").nth(2)).to_be_visible()


def test_what_is_typed_outlives_what_others_do(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    desk.locator("#composer label:has(#mode-note)").click()
    desk.fill(BODY, "Half a thought")

    answer(_beside(group, desk), "I called them.")

    expect(desk.locator("#timeline")).to_contain_text("I called them.", timeout=SLOW_MS)
    expect(desk.locator(BODY)).to_have_value("Half a thought")
    expect(desk.locator("#mode-note")).to_be_checked()
    _choose(desk, STATUS, "button")
    expect(desk.locator(BODY)).to_have_value("Half a thought")
    expect(desk.locator("#mode-note")).to_be_checked()


def test_an_open_menu_keeps_still_until_it_closes(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    other = _beside(group, desk)
    desk.locator(f"{STATUS} > summary").click()
    wanted = desk.locator(f"{STATUS} #to-waiting_supplier button")
    place = wanted.bounding_box()

    _choose(other, STATUS, "#to-scheduled button")
    answer(other, "The supplier has it.", note=True)
    expect(desk.locator("#timeline")).to_contain_text("The supplier has it.", timeout=SLOW_MS)

    expect(wanted).to_be_visible()
    assert wanted.bounding_box() == place
    expect(desk.locator(f"{STATUS} > summary")).not_to_contain_text("Scheduled")
    wanted.click()
    expect(desk.locator(f"{STATUS} > summary")).to_contain_text("Waiting for supplier")
    expect(other.locator(f"{STATUS} > summary")).to_contain_text("Waiting for supplier", timeout=SLOW_MS)


def test_what_waited_for_a_menu_comes_when_it_closes(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    other = _beside(group, desk)
    desk.locator(f"{STATUS} > summary").click()

    _choose(other, STATUS, "#to-scheduled button")
    answer(other, "Tomorrow at nine.", note=True)
    expect(desk.locator("#timeline")).to_contain_text("Tomorrow at nine.", timeout=SLOW_MS)
    desk.keyboard.press("Escape")

    expect(desk.locator(f"{STATUS} > summary")).to_contain_text("Scheduled", timeout=SLOW_MS)


def test_a_slow_answer_leaves_the_menu_opened_meanwhile(people: Callable[..., People]) -> None:
    desk = _open_new_ticket(people("en-GB"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.route("**/status/", hold)
    desk.locator(f"{STATUS} > summary").click()
    with desk.expect_request("**/status/"):
        desk.locator(f"{STATUS} #to-scheduled button").click()
    desk.locator("details#assign > summary").click()
    first = desk.locator("#assign-box button.menurow").first
    expect(first).to_be_visible()

    wait_for_route(desk, held).continue_()

    expect(desk.locator(f"{STATUS} > summary")).to_contain_text("Scheduled", timeout=SLOW_MS)
    expect(first).to_be_visible()
    _choose(desk, "details#assign", "button:has(.av)", is_open=True)


def test_caret_and_composition_stay_in_the_reply(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    desk.fill(BODY, "打印机  正常")
    desk.locator(BODY).evaluate("(box) => box.setSelectionRange(4, 4)")
    session = desk.context.new_cdp_session(desk)
    session.send("Input.imeSetComposition", {"text": "yij", "selectionStart": 3, "selectionEnd": 3})
    expect(desk.locator(BODY)).to_have_value("打印机 yij 正常")

    other = _beside(group, desk)
    _choose(other, STATUS, "#to-scheduled button")
    answer(other, "I called them.")
    expect(desk.locator("#timeline")).to_contain_text("I called them.", timeout=SLOW_MS)
    expect(desk.locator(f"{STATUS} > summary")).to_contain_text("Scheduled", timeout=SLOW_MS)

    session.send("Input.insertText", {"text": "已经"})
    expect(desk.locator(BODY)).to_have_value("打印机 已经 正常")
    expect(desk.locator(BODY)).to_be_focused()
    assert desk.locator(BODY).evaluate("(box) => box.selectionStart") == len("打印机 已经")


def test_focus_and_selected_words_stay(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    other = _beside(group, desk)
    desk.locator("#timeline .msg .prose").first.evaluate("(words) => getSelection().selectAllChildren(words)")
    chosen = desk.evaluate("() => getSelection().toString()")
    desk.locator("details#assign > summary").focus()

    _choose(other, STATUS, "#to-scheduled button")
    answer(other, "I called them.")
    expect(desk.locator("#timeline")).to_contain_text("I called them.", timeout=SLOW_MS)
    expect(desk.locator(f"{STATUS} > summary")).to_contain_text("Scheduled", timeout=SLOW_MS)

    expect(desk.locator("details#assign > summary")).to_be_focused()
    assert desk.evaluate("() => getSelection().toString()") == chosen
    desk.keyboard.press("Enter")
    expect(desk.locator("#assign-box button.menurow").first).to_be_visible()


def test_steps_are_taken_back_by_keyboard(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    summary = desk.locator(f"{STATUS} > summary")
    before = summary.inner_text()

    _choose(desk, STATUS, "#to-scheduled button")
    desk.keyboard.press("Control+z")
    expect(summary).to_have_text(before, use_inner_text=True)
    expect(desk.locator("#toasts")).to_contain_text("Taken back")

    desk.fill(BODY, "Wrong words")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#timeline")).to_contain_text("Wrong words")
    expect(desk.locator(BODY)).to_have_value("")
    desk.keyboard.press("Control+z")
    expect(desk.locator("#timeline")).not_to_contain_text("Wrong words")
    expect(desk.locator(BODY)).to_have_value("Wrong words")
    expect(desk.locator(BODY)).to_be_focused()


def test_steps_are_taken_back_without_scripts(people: Callable[..., People]) -> None:
    group = people("zh-CN")
    desk = _open_new_ticket(group)
    plain = group.signed_in(TECHNICIAN, java_script_enabled=False)
    plain.goto(desk.url)
    plain.fill(BODY, "写错了")
    plain.locator("#composer button.as-reply").click()
    expect(plain.locator("#timeline")).to_contain_text("写错了")

    plain.locator("#toasts button").click()

    expect(plain.locator(BODY)).to_have_value("写错了")
    expect(plain.locator("#timeline")).not_to_contain_text("写错了")


def test_open_tickets_stay_in_a_strip(people: Callable[..., People]) -> None:
    group = people("en-GB")
    first = _open_new_ticket(group)
    one = first.url
    second = _ask(group, "The scanner does nothing in Leeds")
    first.goto(f"/desk/tickets/{second}/?in=open")
    tabs = first.locator("open-tabs .otab")
    expect(tabs).to_have_count(2)
    expect(tabs.nth(1)).to_have_class(re.compile("is-on"))

    other = group.signed_in(COLLEAGUE)
    other.goto(one)
    answer(other, "I called them.", note=True)
    expect(tabs.first.locator(".dot-new")).to_be_visible(timeout=SLOW_MS)
    first.reload()
    expect(tabs.first.locator(".dot-new")).to_be_visible()

    first.keyboard.press("h")
    first.wait_for_url(re.compile(re.escape(one.partition("?")[0])))
    expect(tabs.first).to_have_class(re.compile("is-on"))
    expect(tabs.first.locator(".dot-new")).to_have_count(0)
    first.keyboard.press("x")
    first.wait_for_url(re.compile(rf"/desk/tickets/{second}/"))
    expect(tabs).to_have_count(1)


def _ask(group: People, subject: str) -> int:
    portal = group.signed_in(EMPLOYEE)
    write_fault(portal, Fault(subject, "It shows no light."))
    return send_fault(portal)


def _open_new_ticket(group: People) -> Page:
    number = _ask(group, "The printer does nothing in Leeds")
    desk = group.signed_in(TECHNICIAN)
    read_in(desk, "en")
    desk.goto("/desk/tickets/?view=open")
    desk.locator(f"#t{number}").click()
    desk.wait_for_url(re.compile(rf"/desk/tickets/{number}/"))
    expect(desk.locator(".thead .chip .av")).to_be_visible(timeout=SLOW_MS)
    return desk


def _wait_for_help(desk: Page) -> None:
    """Until the index of a service that has only just started knows the articles."""

    def is_there() -> bool:
        with desk.expect_response("**/help/"):
            desk.reload()
        expect(desk.locator("[id^=help] .sk, [id^=help] a[href$='/help/']")).to_have_count(0)
        return desk.locator("[id^=help] .hits").count() > 0

    wait_until(is_there, "article that fits")


def _beside(group: People, desk: Page) -> Page:
    """A colleague who has the same ticket open."""
    other = group.signed_in(COLLEAGUE)
    read_in(other, "en")
    other.goto(desk.url)
    return other


def _choose(desk: Page, menu: str, row: str, *, is_open: bool = False) -> None:
    """Take the first choice of a menu, which closes by that."""
    before = desk.locator(".thead .chips").inner_text()
    if not is_open:
        desk.locator(f"{menu} > summary").click()
    desk.locator(f"{menu} .menubox {row}:not([aria-current])").first.click()
    expect(desk.locator(".thead .chips")).not_to_have_text(before, use_inner_text=True)
    expect(desk.locator(f"{menu} .menubox")).to_be_hidden()
