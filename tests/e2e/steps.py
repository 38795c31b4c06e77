"""What people do on our pages; by roles, ids and names, so that both languages work."""

import re
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Route, expect
from tests.e2e.service import Service, wait_until

TAGS = {"en": "en", "zh-hans": "zh-CN"}
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}
SLOW_MS = 120_000

PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGM4ISeHFTEMLQkAkL9BAbKfPiIAAAAASUVORK5CYII="
)


@dataclass(frozen=True)
class Fault:
    """What an employee reports."""

    subject: str
    body: str
    can_work: str = "partly"


def read_in(page: Page, language: str) -> None:
    """Switch the page to `language` by its own buttons, as a person whose language differs does."""
    tag = TAGS[language]
    if page.get_attribute("html", "lang") == tag:
        return
    buttons = page.locator(f"button[name=language][value={language}]")
    if not buttons.locator("visible=true").count():
        page.locator("details.account:visible > summary").click()
    buttons.locator("visible=true").first.click()
    expect(page.locator(f"html[lang={tag}]")).to_have_count(1)


def write_fault(page: Page, fault: Fault) -> None:
    """Fill the portal's form and answer its two questions."""
    page.goto("/portal/")
    page.fill("#id_subject", fault.subject)
    page.fill("#id_body", fault.body)
    page.locator(f"label:has(input[name=can_work][value={fault.can_work}])").click()
    expect(page.locator(f"input[name=can_work][value={fault.can_work}]")).to_be_checked()


def send_fault(page: Page) -> int:
    """Send the form; returns the ticket's number."""
    page.locator(".askfoot button.btn-primary").click()
    page.wait_for_url(re.compile(r"/portal/requests/\d+/"))
    return number_in(page.url)


def paste_screenshot(page: Page, selector: str) -> None:
    """A real paste of a picture into a field."""
    page.locator(selector).evaluate(
        """(field, bytes) => {
            const held = new DataTransfer();
            held.items.add(new File([new Uint8Array(bytes)], "screenshot.png", { type: "image/png" }));
            const how = { clipboardData: held, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        list(PIXEL),
    )


def number_in(url: str) -> int:
    """The number of the ticket, article or message whose page this is."""
    return int(re.findall(r"/(\d+)/", urlsplit(url).path + "/")[-1])


def display_id(page: Page) -> str:
    """INC-42 or REQ-42 of the open ticket."""
    return page.locator(".thead .num, .preqhead .num").first.inner_text().strip()


def post(page: Page, path_end: str) -> None:
    """Press the button of the form that posts to an address ending so."""
    page.locator(f'form[action$="{path_end}"] button').locator("visible=true").first.click()


def answer(page: Page, body: str, *, cc: str = "", note: bool = False) -> None:
    """Reply to a ticket at the desk, or write a note."""
    if note:
        page.locator("#composer label:has(#mode-note)").click()
    page.fill("#composer textarea[name=body]", body)
    if cc:
        page.locator("#composer details.ccbox > summary").click()
        page.fill("#composer input[name=cc]", cc)
    page.locator(f"#composer button.{'as-note' if note else 'as-reply'}").click()
    expect(page.locator("#timeline .msg", has_text=body)).to_be_visible()
    expect(page.locator("#composer textarea[name=body]")).to_have_value("")


def wait_for_route(page: Page, held: list[Route]) -> Route:
    """The first request that a test's route holds back; a page must be asked, or routes do not come."""

    def first() -> Route | None:
        page.evaluate("1")
        return held[0] if held else None

    return wait_until(first, "request to hold back")


class ConsentPage:
    """The page that the agent itself serves to the person at the device."""

    def __init__(self, page: Page, service: Service) -> None:
        self._page = page
        page.goto(service.prompt_url)

    @property
    def question(self) -> Locator:
        return self._page.locator("article.question")

    def allow(self) -> None:
        """Say yes once the buttons are awake."""
        expect(self.question).to_have_count(1, timeout=SLOW_MS)
        self.question.locator(".choices button").nth(1).click()
        expect(self.question).to_have_count(0)


class Outbox:
    """The administrator's page of mail that left."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def find(self, *words: str) -> Locator:
        """Wait for a message in the list whose line holds all the words; sent, not only queued."""
        line = self._lines(*words).filter(has=self._page.locator(".tag-green")).first

        def is_there() -> bool:
            self._page.goto("/admin/outbox-mail/")
            return line.count() > 0

        wait_until(is_there, f"mail with {words} in the outbox")
        return line

    def open(self, *words: str, holds: str = "", links_to: str = "") -> Locator:
        """The newest such message, opened; waits for one whose text holds some words, or that has a link."""
        letter = self._page.locator("article.letter")

        def is_open() -> bool:
            self.find(*words).click()
            expect(letter).to_be_visible()
            links = letter.locator(f'a[href*="{links_to}"]')
            return holds in letter.inner_text() and (not links_to or links.count() > 0)

        wait_until(is_open, f"mail with {words} and {holds or links_to!r}")
        return letter

    def count(self, *words: str) -> int:
        self._page.goto("/admin/outbox-mail/")
        return self._lines(*words).count()

    def message_id(self) -> str:
        """Of the opened message."""
        return self._page.locator("main dl").last.locator("dd").last.inner_text().strip()

    def _lines(self, *words: str) -> Locator:
        lines = self._page.locator(".letterlist a")
        for word in words:
            lines = lines.filter(has_text=word)
        return lines
