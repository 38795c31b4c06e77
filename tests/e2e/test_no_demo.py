"""An installation of one's own, from the printed link to the first solved request; all in the pages."""

import io
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.beginning import (
    Account,
    agent,
    become_administrator,
    finish,
    go_on,
    make_token,
    running_agent,
)
from tests.e2e.conftest import People
from tests.e2e.service import Service, start_service
from tests.e2e.steps import SLOW_MS, Fault, Outbox, answer, number_in, post, send_fault, write_fault

TECHNICIAN = Account("Tess Onwuka", "tess@brook.example", "meadow-copper-lantern-28")
EMPLOYEE = Account("Emil Larsen", "emil@brook.example", "canyon-pepper-sailboat-91")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Service]:
    running = start_service(tmp_path / "data", "--no-demo")
    yield running
    assert running.stop() == 0


def test_a_new_installation_is_set_up_and_used(
    empty: Service, people_of: Callable[..., People], tmp_path: Path
) -> None:
    group = people_of("en-GB", of=empty)
    owner = group.stranger()
    become_administrator(owner, empty)
    _link_works_once(group.stranger(), empty)
    _walk_through(owner, empty)

    outbox = Outbox(owner)
    _accept(group.stranger(), outbox, TECHNICIAN)
    _add_employee(owner)
    _accept(group.stranger(), outbox, EMPLOYEE)

    token = make_token(owner, owner=EMPLOYEE.email)
    _look_into_bundle(owner)
    enrolled = agent(tmp_path / "agent", "enrol", token)
    assert enrolled.returncode == 0, enrolled.stderr
    with running_agent(tmp_path / "agent"):
        _look_at_device(owner)
        _solve_a_request(group)


def _link_works_once(stranger: Page, empty: Service) -> None:
    stranger.goto(empty.setup_url)
    expect(stranger.locator(".authcard")).to_contain_text("This link was used")
    expect(stranger.locator("input[name=password]")).to_have_count(0)


def _walk_through(owner: Page, empty: Service) -> None:
    owner.fill("input[name=name]", "Brook & Daughters")
    owner.fill("[name=domains]", "brook.example")
    owner.select_option("select[name=time_zone]", "Europe/Berlin")
    go_on(owner, "calendar")
    for day in range(7):
        owner.fill(f"input[name=day_{day}]", "00:00-24:00")
    owner.select_option("select[name=country]", "DE")
    go_on(owner, "teams")
    owner.fill("input[name=row0-name]", "Help at Brook")
    go_on(owner, "services")
    owner.fill("input[name=row0-name]", "Milking robots")
    owner.select_option("select[name=row0-owner_team]", index=1)
    go_on(owner, "invitations")
    owner.fill("input[name=row0-name]", TECHNICIAN.name)
    owner.fill("input[name=row0-email]", TECHNICIAN.email)
    owner.select_option("select[name=row0-role]", "technician")
    owner.select_option("select[name=row0-team]", label="Help at Brook (L1)")
    go_on(owner, "mailbox")
    _test_mailbox(owner, empty)
    owner.locator("button[name=skip]").click()
    owner.wait_for_url("**/setup/agent/")
    finish(owner)


def _test_mailbox(owner: Page, empty: Service) -> None:
    """The test really connects: once to nobody, once to a server that answers."""
    owner.fill("input[name=address]", "help@brook.example")
    owner.fill("input[name=smtp_host]", empty.smtp[0])
    owner.select_option("select[name=smtp_security]", "none")
    for port, found in ((1, ".banner-red"), (empty.smtp[1], ".banner-green")):
        owner.fill("input[name=smtp_port]", str(port))
        owner.locator("button[name=test]").click()
        expect(owner.locator(found)).to_be_visible()


def _accept(person: Page, outbox: Outbox, account: Account) -> None:
    """Follow the invitation's link and choose a password."""
    letter = outbox.open(account.email, links_to="/accounts/invitation/")
    link = letter.locator('a[href*="/accounts/invitation/"]').get_attribute("href")
    assert link
    person.goto(link)
    person.fill("input[name=password]", account.password)
    person.locator("form.form .btn-primary").click()
    person.wait_for_url(lambda url: "/invitation/" not in url)


def _add_employee(owner: Page) -> None:
    owner.goto("/admin/people/new/")
    owner.fill("input[name=name]", EMPLOYEE.name)
    owner.fill("input[name=email]", EMPLOYEE.email)
    expect(owner.locator("input[name=roles][value=requester]")).to_be_checked()
    owner.locator('form.form[action="/admin/people/new/"] .btn-primary').click()
    owner.wait_for_url(re.compile(r"/admin/people/\d+/"))


def _look_into_bundle(owner: Page) -> None:
    answered = owner.request.get("/agent/download/firstline-agent.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(answered.body()), mode="r:gz") as archive:
        names = archive.getnames()
        assert all(name.startswith("firstline-agent/") and ".." not in name for name in names)
    assert "firstline-agent/install.sh" in names
    assert any(name.endswith("firstline_agent/cli/__init__.py") for name in names)


def _look_at_device(owner: Page) -> None:
    owner.goto("/desk/devices/")
    owner.locator("a.devname").first.click()
    owner.wait_for_url(re.compile(r"/desk/devices/\d+/"))
    expect(owner.locator("#device-health .tag-green")).to_be_visible(timeout=SLOW_MS)
    expect(owner.locator(".dhead")).to_contain_text(EMPLOYEE.name)


def _solve_a_request(group: People) -> None:
    portal = group.signed_in(EMPLOYEE.email, password=EMPLOYEE.password)
    desk = group.signed_in(TECHNICIAN.email, password=TECHNICIAN.password)
    desk.goto("/desk/tickets/?view=open")
    write_fault(portal, Fault("The milking robots do not start", "They beep three times.", "no"))
    number = send_fault(portal)
    desk.locator(f"#t{number}").click(timeout=SLOW_MS)
    desk.wait_for_url(re.compile(rf"/desk/tickets/{number}/"))
    expect(desk.locator("#device .dot-on")).to_be_visible()
    answer(desk, "Is the pump on?")
    expect(portal.locator("#timeline")).to_contain_text("Is the pump on?", timeout=SLOW_MS)
    desk.locator(".thead a[data-key=e]").click()
    answer(desk, "The pump was off.")
    expect(portal.locator(".verdict")).to_be_visible(timeout=SLOW_MS)
    post(portal, "/confirm/")
    expect(portal.locator("label[for=star-5]")).to_be_visible()
    assert number_in(desk.url) == number
