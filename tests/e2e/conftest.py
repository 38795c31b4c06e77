"""A real service started as a person would, and a real browser that fails on any CSP violation."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)
from tests.e2e.service import Service, start_service
from tests.e2e.steps import read_in

# How long a page may take on a busy machine; it only matters where a test fails.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

VIEWPORTS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo, started once for the whole session."""
    running = start_service(tmp_path_factory.mktemp("demo") / "data")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield running
        running.close()


class People:
    """Browser contexts, one a person; any CSP violation, script error or server error fails the test.

    `expects` matches the errors of the console that a test means to provoke.
    """

    def __init__(self, browser: Browser, service: Service, locale: str) -> None:
        self._browser = browser
        self._service = service
        self._locale = locale
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self.expects = "Failed to load"

    def stranger(self, viewport: str = "desktop", **options: object) -> Page:
        context = self._browser.new_context(
            base_url=self._service.url,
            locale=self._locale,
            viewport=VIEWPORTS[viewport],
            ignore_https_errors=True,
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("response", self._look)
        return page

    def signed_in(
        self, email: str, viewport: str = "desktop", password: str | None = None, **options: object
    ) -> Page:
        """A person at a browser of their own; who signed in before comes back with the same cookie.

        They read the language of the browser, whatever they chose in a test before.
        """
        page = self.stranger(viewport, **options)
        known = self._service.cookies.get(email)
        if known:
            page.context.add_cookies(known)
            page.goto("/")
        else:
            page.goto("/accounts/login/")
            page.fill("input[name=login]", email)
            page.fill("input[name=password]", password or self._service.password)
            page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/(desk|portal)/"))
        session = [each for each in page.context.cookies() if "session" in each["name"]]
        self._service.cookies[email] = session
        read_in(page, "zh-hans" if self._locale.startswith("zh") else "en")
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or (
            message.type == "error" and not re.search(self.expects, message.text)
        ):
            self.faults.append(f"{message.text} ({message.location.get('url')})")

    def _look(self, response: Response) -> None:
        if response.status >= 500:
            last = self._service.log().rpartition('"exception"')[2][-600:]
            self.faults.append(f"{response.status} {response.request.method} {response.url}: {last}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def people(browser: Browser, service: Service) -> Iterator[Callable[..., People]]:
    """Make people of a locale: `people("en-GB")`."""
    yield from _groups(browser, service)


@pytest.fixture
def people_of(browser: Browser) -> Iterator[Callable[..., People]]:
    """The same for a service of the test's own: `people_of("en-GB", of=service)`."""
    yield from _groups(browser, None)


def _groups(browser: Browser, service: Service | None) -> Iterator[Callable[..., People]]:
    made: list[People] = []

    def make(locale: str = "en-GB", of: Service | None = None) -> People:
        chosen = of or service
        assert chosen is not None
        made.append(People(browser, chosen, locale))
        return made[-1]

    yield make
    for group in made:
        group.close()
    assert [fault for group in made for fault in group.faults] == []


@pytest.fixture(autouse=True)
def own_data_dir() -> None:
    """The service has its own folder; the unit tests' fixture is not wanted here."""
