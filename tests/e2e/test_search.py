"""Searching as people do it: the palette, the page, the portal's box, saved searches; mostly by keyboard."""

import contextlib
import re
from collections.abc import Callable

from playwright.sync_api import Error, Locator, Page, Route, expect
from tests.e2e.conftest import People
from tests.e2e.steps import LOCALES, SLOW_MS, read_in, wait_for_route

TECHNICIAN = "mei.zhao@alder.example"
EMPLOYEE = "lin.yue@alder.example"
ARTICLE = "VPN says connected, but nothing opens"
PALETTE = re.compile(r"/desk/search/palette/")
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def test_palette_is_typed_into_at_once_and_walked_by_keyboard(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/tickets/?view=open")
    page.locator("a.trow").first.click()
    page.wait_for_url(re.compile(r"/desk/tickets/\d+/"))

    _call_palette(page)
    page.keyboard.type("vpn")  # no pause: every key must arrive

    box = page.get_by_role("combobox", name="Search or do")
    expect(box).to_have_value("vpn")
    expect(_option(page, "VPN").first).to_be_visible()
    _expect_active(page, box, 0)
    page.keyboard.press("ArrowDown")
    _expect_active(page, box, 1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(_active(page)).to_contain_text("Search everywhere")

    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).not_to_be_visible()
    page.keyboard.press("/")
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_key_in_the_frame_in_which_the_palette_closes_is_not_lost(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/")
    _call_palette(page)

    # The browser takes the focus from the box only with the next frame.
    page.evaluate(
        """() => {
            document.querySelector("dialog.palette").close();
            const press = new KeyboardEvent("keydown", { key: "/", bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(press);
        }"""
    )

    expect(page.get_by_role("combobox", name="Search or do")).to_be_focused()


def test_palette_opens_things_here_and_in_a_new_tab(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/")
    expect(page.locator("command-palette dialog")).to_have_count(1)
    page.keyboard.press("Control+k")
    page.keyboard.type(ARTICLE[:20])
    article = _option(page, ARTICLE).first
    expect(article).to_be_visible()
    _move_to(page, ARTICLE)

    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    expect(opened.value.locator("h1")).to_contain_text(ARTICLE)
    expect(page.locator("dialog.palette")).to_be_visible()

    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/articles/\d+/"))
    expect(page.locator("h1")).to_contain_text(ARTICLE)

    page.goto("/desk/")
    _call_palette(page)
    expect(page.locator("#palette-list").get_by_role("group", name="Recent")).to_contain_text(ARTICLE)


def test_palette_shows_only_the_answer_to_what_stands_in_the_box(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/")
    expect(page.locator("command-palette dialog")).to_have_count(1)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "q=print&" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    page.route(PALETTE, hold)
    page.keyboard.press("Control+k")
    expect(_option(page, "Tickets").first).to_be_visible()
    page.keyboard.insert_text("print")
    page.keyboard.insert_text("er offline")
    expect(page.locator("#palette-list")).to_contain_text("printer offline")
    for route in held:
        with contextlib.suppress(Error):  # the page has given it up
            route.fulfill(body='<a role="option">too late</a>')
    expect(page.locator("#palette-list")).not_to_contain_text("too late")


def test_enter_waits_for_the_answer_to_its_words(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/")
    expect(page.locator("command-palette dialog")).to_have_count(1)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"palette/\?q=VPN"), hold)

    page.keyboard.press("Control+k")
    page.keyboard.insert_text(ARTICLE)
    page.keyboard.press("Enter")
    expect(page.locator("dialog.palette")).to_be_visible()
    wait_for_route(page, held)
    held[-1].continue_()

    page.wait_for_url(re.compile(r"/desk/(articles|tickets)/\d+/"))


def test_palette_leaves_an_input_method_alone(people: Callable[..., People]) -> None:
    page = people("zh-CN").signed_in(TECHNICIAN)
    read_in(page, "zh-hans")
    page.goto("/desk/")
    expect(page.locator("command-palette dialog")).to_have_count(1)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if PALETTE.search(request.url) else None)
    page.keyboard.press("Control+k")
    keyboard = page.context.new_cdp_session(page)

    for text in ("d", "da", "dayinji"):
        keyboard.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    expect(page.locator("dialog.palette input")).to_have_value("dayinji")
    keyboard.send("Input.insertText", {"text": "打印机"})

    expect(_option(page, "打印机").first).to_be_visible()
    assert not [url for url in asked if "dayin" in url]


def test_palette_does_what_the_page_can_do(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/")
    expect(page.locator("command-palette dialog")).to_have_count(1)
    page.keyboard.press("Control+k")
    page.keyboard.type(">devices")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/devices/")

    _call_palette(page)
    page.keyboard.type(">new")
    expect(_active(page)).to_contain_text("New")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/tickets/new/")


def test_palette_keeps_the_words_when_the_server_is_away(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/")
    expect(page.locator("command-palette dialog")).to_have_count(1)
    page.route(PALETTE, lambda route: route.abort())
    page.keyboard.press("Control+k")
    page.keyboard.type("vpn")

    expect(page.locator("#palette-list").get_by_role("alert")).to_be_visible()
    page.unroute(PALETTE)
    page.keyboard.type(" c")
    expect(_option(page, "VPN").first).to_be_visible()
    expect(page.locator("dialog.palette input")).to_have_value("vpn c")


def test_page_follows_the_words_and_narrows_down(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/search/")
    box = page.locator("#id_q")
    expect(box).to_be_focused()
    page.keyboard.type("vpn")
    hits = page.locator("a[data-hit]")
    expect(hits.first).to_be_visible()
    page.wait_for_url(re.compile(r"q=vpn"))

    page.locator("nav.tabs a", has_text="Articles").click()
    page.wait_for_url(re.compile(r"kind=article"))
    expect(hits.first).to_have_attribute("href", re.compile(r"/desk/articles/\d+/"))
    page.go_back()
    expect(page.locator("nav.tabs a[aria-current]")).to_contain_text("Everything")

    box.fill("vpn statu")
    first = page.locator("#id_q-list [data-text]").first
    expect(first).to_have_attribute("data-text", "vpn status:")
    page.keyboard.press("Tab")
    expect(box).to_have_value("vpn status:")
    expect(box).to_be_focused()
    expect(first).to_have_attribute("data-text", re.compile(r"^vpn status:\S"))
    first.click()
    expect(box).to_have_value(re.compile(r"^vpn status:\S+ $"))

    box.fill("vpn")
    expect(hits.nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(hits.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(hits.first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/\w+/\d+/"))


def test_page_helps_where_nothing_is_found(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/search/?q=qqqqwwwwxxxx")
    expect(page.locator("#found")).to_contain_text("Nothing found")
    example = page.locator(".syntax a").first
    words = example.inner_text()
    example.click()
    expect(page.locator("#id_q")).to_have_value(words)
    expect(page.locator("a[data-hit]").first).to_be_visible()


def test_search_fits_a_small_phone_in_the_dark(people: Callable[..., People]) -> None:
    page = people("zh-CN").signed_in(TECHNICIAN, "phone", color_scheme="dark")
    read_in(page, "zh-hans")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/desk/search/?q=vpn")
    expect(page.locator("a[data-hit]").first).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    expect(page.locator("command-palette dialog")).to_have_count(1)
    page.locator("a.find").click()
    expect(page.locator("dialog.palette input")).to_be_focused()
    page.keyboard.type("vpn")
    expect(_option(page, "VPN").first).to_be_visible()
    box = page.locator("dialog.palette").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_saved_search_is_shared_found_and_removed(people: Callable[..., People]) -> None:
    page = _at_desk(people)
    page.goto("/desk/search/?q=vpn%20connected")
    page.locator(".savefold > summary").click()
    page.fill(".savefold input[name=name]", "Home office e2e")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q=vpn"))
    saved = page.locator("nav.views a", has_text="Home office e2e")
    expect(saved).to_be_visible()

    page.goto("/desk/")
    _call_palette(page)
    page.keyboard.type("home off")
    expect(_option(page, "Home office e2e")).to_be_visible()
    _move_to(page, "Home office e2e")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/search/\?q=vpn"))

    page.goto("/desk/searches/")
    row = page.locator(".savedrow", has=page.locator("input[value='Home office e2e']"))
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_portal_finds_articles_and_hands_over_to_asking(people: Callable[..., People]) -> None:
    page = _employee(people)
    page.goto("/portal/")
    page.fill("#id_find", "vpn nothing")
    option = page.locator("#id_find-list [role=option]", has_text=ARTICLE)
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#id_find")).to_have_attribute(
        "aria-activedescendant", re.compile(r"id_find-list-\d+")
    )
    page.keyboard.press("Escape")
    expect(option).not_to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/portal/search/\?q=vpn"))
    expect(page.locator("a[data-hit]", has_text=ARTICLE)).to_be_visible()

    page.fill("#id_q", "qqqq coffee machine")
    ask = page.locator(".askinstead a")
    expect(ask).to_have_attribute("href", re.compile("coffee"))
    ask.click()
    page.wait_for_url(re.compile(r"/portal/\?subject="))
    expect(page.locator("#id_subject")).to_have_value("qqqq coffee machine")


def test_searching_works_without_scripts(people: Callable[..., People]) -> None:
    group = people(LOCALES["en"])
    portal = group.signed_in(EMPLOYEE, java_script_enabled=False)
    portal.goto("/portal/")
    portal.fill("#id_find", "vpn connected")
    portal.press("#id_find", "Enter")
    portal.wait_for_url(re.compile(r"/portal/search/\?q=vpn"))
    expect(portal.locator("a[data-hit]", has_text=ARTICLE)).to_be_visible()

    desk = group.signed_in(TECHNICIAN, java_script_enabled=False)
    desk.goto("/desk/")
    desk.locator("a.find").click()
    desk.wait_for_url("**/desk/search/")
    desk.fill("#id_q", "vpn")
    desk.press("#id_q", "Enter")
    expect(desk.locator("a[data-hit]").first).to_be_visible(timeout=SLOW_MS)


def _at_desk(people: Callable[..., People]) -> Page:
    """The technician, in English whatever they read before."""
    page = people("en-GB").signed_in(TECHNICIAN)
    read_in(page, "en")
    return page


def _employee(people: Callable[..., People]) -> Page:
    page = people("en-GB").signed_in(EMPLOYEE)
    read_in(page, "en")
    return page


def _call_palette(page: Page) -> None:
    """Once it listens."""
    expect(page.locator("command-palette dialog")).to_have_count(1)
    page.keyboard.press("Control+k")


def _option(page: Page, words: str) -> Locator:
    return page.locator("#palette-list [role=option]", has_text=re.compile(re.escape(words), re.IGNORECASE))


def _active(page: Page) -> Locator:
    return page.locator("#palette-list [role=option][aria-selected=true]")


def _expect_active(page: Page, box: Locator, index: int) -> None:
    """The option at `index` is the one that the box names to assistive technology."""
    option = page.locator("#palette-list [role=option]").nth(index)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")


def _move_to(page: Page, words: str) -> None:
    """Press the arrow until the option is chosen."""
    for _press in range(20):
        if words in _active(page).inner_text():
            return
        page.keyboard.press("ArrowDown")
    expect(_active(page)).to_contain_text(words)
