"""Writing an answer: words that survive, colleagues who go on, news that stops the sending."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect
from tests.e2e.conftest import People
from tests.e2e.steps import PIXEL, SLOW_MS, Fault, read_in, send_fault, write_fault

EMPLOYEE, TECHNICIAN, COLLEAGUE = (
    f"{name}@alder.example" for name in ("gillian.marsh", "mei.zhao", "jule.petersen")
)
ADMINISTRATOR = "ravi.menon@alder.example"
BODY = "#composer textarea[name=body]"
KEPT = "#composer .savestate"


def test_words_survive_and_news_stops_the_sending_once(people: Callable[..., People]) -> None:
    group = people("en-GB")
    employee, desk = _ticket(group)
    desk.keyboard.press("r")
    desk.keyboard.type("Please restart the **spooler**.")
    expect(desk.locator(KEPT)).to_contain_text("Draft kept", timeout=SLOW_MS)
    desk.locator("[data-preview]").click()
    expect(desk.locator("#composer .preview strong")).to_have_text("spooler")

    desk.reload()
    expect(desk.locator(BODY)).to_have_value("Please restart the **spooler**.")
    employee.fill("textarea[name=body]", "It prints again!")
    employee.locator("form:has(textarea[name=body]) button.btn-primary").first.click()
    expect(desk.locator("#composer .arrived")).to_be_visible(timeout=SLOW_MS)
    desk.locator(BODY).press("Control+Enter")

    expect(desk.locator("#composer .news")).to_contain_text("It prints again!")
    expect(desk.locator(BODY)).to_have_value("Please restart the **spooler**.")
    desk.get_by_role("button", name="Send anyway").click()
    expect(desk.locator("#timeline .msg-out", has_text="Please restart the spooler.")).to_be_visible()
    expect(desk.locator(BODY)).to_have_value("")
    desk.reload()
    expect(desk.locator(BODY)).to_have_value("")


def test_a_colleague_goes_on_with_words_and_files(people: Callable[..., People]) -> None:
    group = people("en-GB")
    _, desk = _ticket(group)
    other = group.signed_in(COLLEAGUE)
    other.goto(desk.url)
    read_in(other, "en")
    expect(other.locator("#composer")).to_be_visible()
    desk.locator("#composer label:has(#mode-note)").click()
    desk.fill(BODY, "Third time this week")
    desk.locator("#composer input[type=file]").set_input_files(
        {"name": "screen.png", "mimeType": "image/png", "buffer": PIXEL}
    )
    expect(desk.locator("#composer .uploads input[name=kept]")).to_have_count(1)
    expect(desk.locator(KEPT)).to_contain_text("Draft kept", timeout=SLOW_MS)

    begun = other.locator("#drafts details")
    expect(begun).to_contain_text("is writing a note", timeout=SLOW_MS)
    begun.locator("summary").click()
    expect(begun).to_contain_text("Third time this week")
    begun.get_by_role("button", name="Go on with it").click()
    expect(other.locator(BODY)).to_have_value("Third time this week")
    expect(other.locator("#mode-note")).to_be_checked()
    expect(other.locator("#composer .kept")).to_contain_text("screen.png")
    other.locator("#composer button.as-note").click()

    note = desk.locator("#timeline .msg-note", has_text="Third time this week")
    expect(note).to_be_visible(timeout=SLOW_MS)
    expect(note).to_contain_text("screen.png")


def test_texts_and_names_are_chosen_by_keyboard(people: Callable[..., People]) -> None:
    group = people("zh-CN")
    admin = group.signed_in(ADMINISTRATOR)
    admin.goto("/admin/text-modules/new/")
    keyword = f"spool{uuid4().hex[:8]}"
    admin.fill("#id_name", "Spooler")
    admin.fill("#id_keyword", keyword)
    admin.fill("#id_body_en", "Dear {{ requester.first_name }}, about {{ ticket.number }}:")
    admin.locator("form.form .btn-primary").click()
    expect(admin.locator("table.data")).to_contain_text(f"/{keyword}")
    _, desk = _ticket(group)

    desk.keyboard.press("r")
    desk.keyboard.type(f"/{keyword}")
    expect(desk.locator("insert-list [aria-selected=true]")).to_contain_text("Spooler")
    desk.keyboard.press("Enter")
    expect(desk.locator(BODY)).to_have_value(re.compile(r"^Dear .+, about (INC|REQ)-\d+:$"))
    desk.fill(BODY, "")
    desk.locator("#composer label:has(#mode-note)").click()
    desk.locator(BODY).press_sequentially("请@jule")
    expect(desk.locator("insert-list [aria-selected=true]")).to_contain_text("Jule Petersen")
    desk.keyboard.press("Tab")
    expect(desk.locator(BODY)).to_have_value("请@Jule Petersen ")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#timeline .msg-note", has_text="@Jule Petersen")).to_be_visible()


def _ticket(group: People) -> tuple[Page, Page]:
    """Something an employee reported, on their page and on the desk."""
    employee = group.signed_in(EMPLOYEE)
    write_fault(employee, Fault("The printer on floor two is silent", "It takes paper and prints nothing."))
    number = send_fault(employee)
    desk = group.signed_in(TECHNICIAN)
    desk.goto(f"/desk/tickets/{number}/")
    read_in(desk, "en")
    return employee, desk
