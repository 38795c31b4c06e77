"""A list by keyboard: sort, select, change many, take it back, walk through it and come back to the row."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.e2e.conftest import People
from tests.e2e.steps import SLOW_MS

TECHNICIAN = "mei.zhao@alder.example"


def test_many_tickets_are_changed_and_taken_back_by_keyboard(people: Callable[..., People]) -> None:
    desk = people("en-GB").signed_in(TECHNICIAN)
    _oldest_first(desk)

    for _ in range(2):
        desk.keyboard.press("j")
        desk.keyboard.press("x")
    expect(desk.locator(".bulkbar [data-picked]")).to_have_text("2 tickets selected")
    desk.keyboard.press("b")
    expect(desk.locator("#bulkform")).to_be_visible(timeout=SLOW_MS)
    desk.fill("#bulkform input[name=add_tags]", "by-keyboard")
    desk.keyboard.press("Tab")
    expect(desk.locator(".prow")).to_have_count(2, timeout=SLOW_MS)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("undo-toast", has_text="2 tickets changed")).to_be_visible(timeout=SLOW_MS)
    desk.keyboard.press("Control+z")

    expect(desk.locator("undo-toast", has_text="Undone")).to_be_visible(timeout=SLOW_MS)


def test_one_walks_through_a_list_and_comes_back_to_the_row(people: Callable[..., People]) -> None:
    desk = people("en-GB").signed_in(TECHNICIAN)
    _oldest_first(desk)
    here = desk.url

    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.press("o")
    desk.wait_for_url(re.compile(r"/desk/tickets/\d+/"))
    expect(desk.locator(".pager")).to_contain_text("1 of")
    first = desk.url
    desk.keyboard.press("j")
    desk.wait_for_url(lambda url: url != first)
    expect(desk.locator(".pager")).to_contain_text("2 of")
    number = re.search(r"/desk/tickets/(\d+)/", desk.url)
    assert number is not None
    desk.locator("#queue h2 a").click()

    desk.wait_for_url(here)
    expect(desk.locator(f"#t{number[1]}")).to_be_focused(timeout=SLOW_MS)
    expect(desk.locator(".lrow input:checked")).to_have_count(1)


def _oldest_first(desk: Page) -> None:
    """Those on which nobody else works while the test runs."""
    desk.goto("/desk/tickets/?view=open")
    heading = desk.locator(".lhrow .c-number a")
    heading.click()
    expect(heading).to_have_attribute("aria-label", re.compile("descending"))
    heading.click()
    expect(heading).to_have_attribute("aria-label", re.compile("ascending"))
    expect(desk.locator("ticket-list:defined a.trow").first).to_be_visible()
