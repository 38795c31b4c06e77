"""The ticket page while it changes under one's hands."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.e2e.conftest import People
from tests.e2e.steps import SLOW_MS, Fault, answer, send_fault, write_fault

EMPLOYEE, TECHNICIAN, COLLEAGUE = (
    f"{name}@alder.example" for name in ("gillian.marsh", "mei.zhao", "jule.petersen")
)


def test_choices_and_opened_parts_stay_as_they_were_left(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    desk.locator("#clocks summary").click()
    expect(desk.locator("#ledger table").first).to_be_visible()
    expect(desk.locator("[id^=help] .hits").first).to_be_visible()

    _choose(desk, ".thead details[id^=assign-]", "button:has(.av)")
    _choose(desk, "details.chipmenu", "button")

    expect(desk.locator("#ledger table").first).to_be_visible()
    expect(desk.locator("[id^=help] .hits").first).to_be_visible()
    expect(desk.locator("#queue h2 a")).to_have_attribute("href", "/desk/tickets/?view=open")
    desk.locator(".thead details[id^=assign-] > summary").click()
    expect(desk.locator("[id^=assign-box] button.menurow").nth(2)).to_be_visible()


def test_what_is_typed_outlives_what_others_do(people: Callable[..., People]) -> None:
    group = people("en-GB")
    desk = _open_new_ticket(group)
    desk.locator("#composer label:has(#mode-note)").click()
    desk.fill("#composer textarea[name=body]", "Half a thought")

    other = group.signed_in(COLLEAGUE)
    other.goto(desk.url)
    answer(other, "I called them.")

    expect(desk.locator("#timeline")).to_contain_text("I called them.", timeout=SLOW_MS)
    expect(desk.locator("#composer textarea[name=body]")).to_have_value("Half a thought")
    expect(desk.locator("#mode-note")).to_be_checked()
    _choose(desk, "details.chipmenu", "button")
    expect(desk.locator("#composer textarea[name=body]")).to_have_value("Half a thought")
    expect(desk.locator("#mode-note")).to_be_checked()


def _open_new_ticket(group: People) -> Page:
    portal = group.signed_in(EMPLOYEE)
    write_fault(portal, Fault("The printer does nothing in Leeds", "It shows no light."))
    number = send_fault(portal)
    desk = group.signed_in(TECHNICIAN)
    desk.goto("/desk/tickets/?view=open")
    desk.locator(f"#t{number}").click()
    desk.wait_for_url(re.compile(rf"/desk/tickets/{number}/"))
    expect(desk.locator(".thead .chip .av")).to_be_visible(timeout=SLOW_MS)
    return desk


def _choose(desk: Page, menu: str, row: str) -> None:
    """Take the first choice of a menu, which closes by that."""
    before = desk.locator(".thead .chips").inner_text()
    desk.locator(f"{menu} > summary").click()
    desk.locator(f"{menu} .menubox {row}:not([aria-current])").first.click()
    expect(desk.locator(".thead .chips")).not_to_have_text(before, use_inner_text=True)
    expect(desk.locator(f"{menu} .menubox")).to_be_hidden()
