"""Every page as its reader finds it: both languages, a desk and a phone, keyboard only, without scripts."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect
from tests.e2e.conftest import VIEWPORTS, People
from tests.e2e.service import wait_until
from tests.e2e.steps import LOCALES, TAGS, Fault, read_in, send_fault, write_fault

ADMINISTRATOR, TECHNICIAN = "ravi.menon@alder.example", "mei.zhao@alder.example"
EMPLOYEE = "priya.nair@alder.example"
NOT_PAGES = re.compile(r"^/(api/|metrics|healthz|agent/download/|accounts/(logout|inactive)/)|/export/")
TABS_MAX = 60
# Headings and main buttons in view that something else lies upon.
COVERED = """() => [...document.querySelectorAll("main h1, main h2, main .btn-primary")].filter((element) => {
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (!element.checkVisibility()) return false;
    if (!box.width || !box.height || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    const top = document.elementFromPoint(x, y);
    return top && !top.contains(element) && !element.contains(top) && !top.closest("#toasts, .rail");
}).map((element) => element.innerText.trim().slice(0, 40))"""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_and_fit(people: Callable[..., People], language: str) -> None:
    group = people(LOCALES[language])
    page = group.signed_in(ADMINISTRATOR)
    read_in(page, language)
    faults = [fault for path in [*_paths(), *_samples(page)] for fault in _faults(page, path, TAGS[language])]
    assert not faults, "\n".join(faults)


def test_portal_asks_by_keyboard(people: Callable[..., People]) -> None:
    page = people("en-GB").signed_in(EMPLOYEE)
    page.goto("/portal/")
    _tab_to(page, "#id_subject")
    page.keyboard.type("Keyboard types everything twice")
    _tab_to(page, "#id_body")
    page.keyboard.type("Since this morning.")
    _tab_to(page, ".askfoot button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/portal/requests/\d+/"))


def test_desk_answers_by_keyboard(people: Callable[..., People]) -> None:
    group = people("en-GB")
    portal = group.signed_in(EMPLOYEE)
    write_fault(portal, Fault("The printer does nothing in Leeds", "It shows no light."))
    number = send_fault(portal)
    page = group.signed_in(TECHNICIAN)
    page.goto(f"/desk/tickets/{number}/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "#composer textarea")
    page.keyboard.type("Answered without a mouse.")
    _tab_to(page, "#composer button.as-reply")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("Answered without a mouse.")


def test_asking_and_answering_work_without_scripts(people: Callable[..., People]) -> None:
    group = people("en-GB")
    portal = group.signed_in(EMPLOYEE, java_script_enabled=False)
    write_fault(portal, Fault("My laptop shows no picture on the second screen", "It worked yesterday."))
    portal.set_input_files("#id_files", {"name": "log.txt", "mimeType": "text/plain", "buffer": b"no signal"})
    number = send_fault(portal)
    expect(portal.locator("#timeline .attach", has_text="log.txt")).to_be_visible()

    desk = group.signed_in(TECHNICIAN, java_script_enabled=False)
    desk.goto(f"/desk/tickets/{number}/")
    desk.fill("#composer textarea[name=body]", "Which cable is it?")
    desk.locator("#composer button.as-reply").click()
    expect(desk.locator("#timeline")).to_contain_text("Which cable is it?")

    def is_read() -> bool:
        portal.reload()
        return "Which cable is it?" in portal.locator("#timeline").inner_text()

    # A reply can be taken back for ten seconds; until then nobody else reads it.
    wait_until(is_read, "the reply in the portal")
    portal.fill("#answer textarea", "The black one.")
    portal.locator("#answer button.btn-primary").click()
    expect(portal.locator("#timeline")).to_contain_text("The black one.")


def _paths() -> list[str]:
    """Every route without arguments that is a page."""
    return sorted(path for path in set(_walk(get_resolver(), "/")) if not NOT_PAGES.search(path))


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        route = str(each.pattern)
        if "<" in route or "(?P" in route:
            continue
        if isinstance(each, URLResolver):
            yield from _walk(each, before + route)
        elif isinstance(each, URLPattern):
            yield before + route.removeprefix("^").removesuffix("$")


def _samples(page: Page) -> list[str]:
    """One address of each kind that has a number in it, as lists and pages link to it."""
    found: dict[str, str] = {}
    for path in ("/desk/tickets/?view=all", "/desk/devices/", "/desk/articles/", "/portal/articles/",
                 "/admin/people/", "/admin/teams/", "/admin/mail/", "/admin/outbox-mail/"):  # fmt: skip
        page.goto(path)
        links = page.eval_on_selector_all("main a[href]", "links => links.map(a => a.getAttribute('href'))")
        for link in links:
            where = link.partition("#")[0].partition("?")[0]
            if re.search(r"/\d+/$", where) and where.startswith("/"):
                found.setdefault(re.sub(r"\d+", "N", where), where)
    ticket = found.get("/desk/tickets/N/")
    more = [f"{ticket}{part}/" for part in ("assignment", "priority", "details", "clocks")] if ticket else []
    return [*found.values(), *more]


def _faults(page: Page, path: str, tag: str) -> Iterator[str]:
    """What is wrong with one page; a route that only takes posts is none."""
    page.set_viewport_size(VIEWPORTS["desktop"])
    first = page.request.get(path)
    if first.status in {204, 405} or "text/html" not in first.headers.get("content-type", ""):
        return
    if first.status != 200:
        yield f"{path}: {first.status}"
        return
    page.goto(path)
    is_whole = page.locator("main").count() == 1
    if is_whole and page.get_attribute("html", "lang") != tag:
        yield f"{path}: lang is {page.get_attribute('html', 'lang')}"
    for name, size in VIEWPORTS.items():
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            yield f"{path}: {width} px wide on a {name}"
        for words in page.evaluate(COVERED):
            yield f"{path}: “{words}” is covered on a {name}"


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    target = page.locator(selector)
    for _press in range(TABS_MAX):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{selector} was not reached by {TABS_MAX} tabs")
