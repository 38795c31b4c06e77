"""A ticket for somebody who called: finding the person, writing it, and what is refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from firstline.accounts.models import Person
from firstline.accounts.testing import make_person
from firstline.desk.tests.conftest import Enter
from firstline.devices.models import Device
from firstline.devices.testing import make_device
from firstline.organizations.models import Service
from firstline.organizations.testing import make_organization
from firstline.tickets.models import Attachment, Message, Ticket
from firstline.tickets.testing import Cast

HTMX = {"HX-Request": "true"}


@pytest.fixture
def form(cast: Cast) -> str:
    return f"/desk/tickets/new/?requester={cast.requester.pk}"


def told(**changes: object) -> dict[str, object]:
    fields = {"channel": "phone", "kind": "incident", "subject": "No sound", "body": "In every call"}
    return {**fields, "can_work": "partly", "device": "", "service": "", **changes}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rita", True), ("REQUESTER", True), ("rita contoso", True), ("rita.requester@ex", True),
        ("+86 571", True), ("王", False), ("rita fabrikam", False), ("%", False), ("_____", False),
        ("\x00", False), ("rita\x00", True), ("x" * 5000, False), ("", False), ("'; DROP TABLE", False),
    ],
)  # fmt: skip
def test_people_are_found_by_what_one_hears(tina: Client, cast: Cast, text: str, found: bool) -> None:
    Person.objects.filter(pk=cast.requester.pk).update(phone="+86 571 8888 0001")

    fragment = tina.get("/desk/people/", {"q": text})
    page = tina.get("/desk/tickets/new/", {"q": text})

    for answer in (fragment, page):
        assert answer.status_code == 200
        assert (f"?requester={cast.requester.pk}" in answer.content.decode()) is found


def test_a_chinese_name_is_found_by_its_first_character(tina: Client, cast: Cast) -> None:
    person = make_person("王丽华", email="wang@contoso.com")

    assert f"?requester={person.pk}" in tina.get("/desk/people/?q=王").content.decode()


def test_the_form_offers_the_persons_devices(tina: Client, cast: Cast, device: Device, form: str) -> None:
    make_device(cast.contoso, owner=cast.colleague, hostname="carls-pc")

    page = tina.get(form).content.decode()

    assert f'<option value="{device.pk}" selected>lt-042</option>' in page
    assert "carls-pc" not in page


def test_writing_it_with_everything(tina: Client, cast: Cast, device: Device, form: str) -> None:
    service = Service.objects.create(name="Telephony")
    sent = told(
        device=str(device.pk), service=str(service.pk), kind="service_request", channel="desk",
        files=SimpleUploadedFile("log.txt", b"hello"),
    )  # fmt: skip

    answer = tina.post(form, sent)

    ticket = Ticket.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/tickets/{ticket.number}/")
    assert (ticket.subject, ticket.channel, ticket.kind, ticket.can_work) == (
        "No sound", "desk", "service_request", "partly",
    )  # fmt: skip
    assert (ticket.requester_id, ticket.device_id, ticket.service_id) == (
        cast.requester.pk, device.pk, service.pk,
    )  # fmt: skip
    assert ticket.organization_id == cast.contoso.pk
    assert Message.objects.get().by_requester
    assert Attachment.objects.get().file.name == "log.txt"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""}, {"subject": "x" * 201}, {"subject": "nul\x00"}, {"body": " "}, {"body": "nul\x00"},
        {"channel": "mail"}, {"channel": ""}, {"kind": "problem"}, {"can_work": "perhaps"},
        {"device": "x"}, {"device": "999999"}, {"device": "9" * 30}, {"service": "-1"}, {"service": "\x00"},
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_every_word_kept(tina: Client, form: str, change: dict[str, object]) -> None:
    sent = told(**{"subject": "kept subject", "body": "kept <b>body</b>", **change})

    answer = tina.post(form, sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    if "subject" not in change:
        assert 'value="kept subject"' in page
    if "body" not in change:
        assert "kept &lt;b&gt;body&lt;/b&gt;" in page
    assert not Ticket.objects.exists()


def test_a_body_beyond_the_bound_is_refused(tina: Client, form: str) -> None:
    assert tina.post(form, told(body="x" * 200_001)).status_code == 422
    assert not Ticket.objects.exists()


def test_somebody_elses_device_is_no_choice(tina: Client, cast: Cast, form: str) -> None:
    other = make_device(cast.contoso, owner=cast.colleague, hostname="carls-pc")

    assert tina.post(form, told(device=str(other.pk))).status_code == 422
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("requester", ["", "x", "0", "9" * 30, "\x00", "-1"])
def test_nobody_chosen_is_the_search_again(tina: Client, cast: Cast, requester: str) -> None:
    answer = tina.post(f"/desk/tickets/new/?requester={requester}", told())

    assert answer.status_code == 200
    assert "Who needs something?" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_an_inactive_person_cannot_be_chosen(tina: Client, cast: Cast, form: str) -> None:
    Person.objects.filter(pk=cast.requester.pk).update(is_active=False)

    tina.post(form, told())

    assert not Ticket.objects.exists()


def test_a_technician_of_a_customer_finds_and_helps_only_their_own(cast: Cast, enter: Enter) -> None:
    fabrikam = make_organization("Fabrikam")
    browser = enter(make_person("Fay Fabrikam", "technician", organization=fabrikam))

    found = browser.get("/desk/people/?q=r").content.decode()
    answer = browser.post(f"/desk/tickets/new/?requester={cast.requester.pk}", told())

    assert "Sam Stranger" in found
    assert "Rita Requester" not in found
    assert answer.status_code == 200
    assert not Ticket.objects.exists()


def test_a_requester_writes_in_the_portal_only(cast: Cast, enter: Enter, form: str) -> None:
    assert enter(cast.requester).post(form, told()).status_code == 403
    assert not Ticket.objects.exists()


def test_finding_costs_the_same_for_one_and_three(tina: Client, cast: Cast) -> None:
    tina.get("/desk/people/?q=Rita")
    with CaptureQueriesContext(connection) as one:
        tina.get("/desk/people/?q=Rita")
    for each in (1, 2):
        make_person(f"Rita {each}")
    with CaptureQueriesContext(connection) as three:
        page = tina.get("/desk/people/?q=Rita").content.decode()

    assert page.count("?requester=") == 3
    assert len(three) == len(one)
