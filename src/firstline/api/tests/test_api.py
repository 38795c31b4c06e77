"""The API as programs meet it: tokens, gates, problems, repeats, alerts, tickets."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline.accounts.models import ApiToken
from firstline.accounts.queries import hash_secret
from firstline.accounts.testing import make_person
from firstline.api import actions
from firstline.api.models import StoredAnswer
from firstline.api.v1 import api
from firstline.devices.models import Device
from firstline.kit import clock
from firstline.kit.ids import token
from firstline.monitoring.models import Alert
from firstline.organizations.models import Installation, Service
from firstline.tickets.models import Message, Ticket
from firstline.tickets.testing import make_cast, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


class Caller:
    """A program with a person's token."""

    def __init__(self, client, person, language=None):
        ApiToken.objects.create(
            person=person, name="test", prefix="fl_", secret_hash=hash_secret(f"s-{person.pk}")
        )
        self.client = client
        self.headers = {"authorization": f"Bearer s-{person.pk}"}
        if language:
            self.headers["accept-language"] = language

    def post(self, path, data, **headers):
        return self.client.post(
            f"/api/v1/{path}", data, content_type="application/json", headers=self.headers | headers
        )

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)


@pytest.fixture
def tina(client, cast):
    return Caller(client, cast.technician)


@pytest.fixture
def sid(client):
    return Caller(client, make_person("Sid Systems", "system_administrator"))


ALERT = {"source": "zabbix", "key": "disk-42", "severity": "error", "text": "Disk is full"}


def test_every_operation_wears_a_gate():
    operations = [
        operation
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]

    assert operations
    assert [operation.operation_id for operation in operations if not operation.view_func.gate] == []


def test_without_a_token_nobody_comes_in(client):
    for headers, code in (({}, "token_missing"), ({"authorization": "Bearer wrong"}, "token_unknown")):
        response = client.get("/api/v1/tickets", headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, code)
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_session_of_a_browser_is_no_token(client, cast):
    client.force_login(cast.technician)

    assert client.get("/api/v1/tickets").status_code == 401


def test_permission_is_looked_up_at_each_request(client, cast, tina):
    assert tina.post("alerts", ALERT).status_code == 403
    cast.technician.is_active = False
    cast.technician.save()

    assert tina.get("tickets").status_code == 401


def test_problem_speaks_the_callers_language(client, cast):
    response = Caller(client, cast.technician, "zh-CN").post("alerts", ALERT)

    problem = response.json()
    assert (problem["status"], problem["code"]) == (403, "permission_missing")
    assert problem["type"] == "urn:firstline:problem:permission_missing"
    assert problem["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ("{", 400, "json_invalid", None),
        ("[]", 422, "request_invalid", ""),
        ('{"source": "z", "text": "t"}', 422, "request_invalid", "key"),
        ('{"source": "z", "key": "k", "text": "t", "severity": "fatal"}', 422, "request_invalid", "severity"),
        ('{"source": "z", "key": "k", "text": "t", "colour": 1}', 422, "request_invalid", "colour"),
        ('{"source": "z", "key": "k", "text": " "}', 422, "alert_text_missing", "text"),
        ('{"source": "z", "key": "\\u0000", "text": "t"}', 422, "alert_key_missing", "key"),
    ],
)
def test_bad_input_is_named(sid, body, status, code, field):
    response = sid.post("alerts", body)

    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert [item["field"] for item in problem["errors"]] == ([] if field is None else [field])


def test_large_request_is_refused_before_it_is_read(sid):
    response = sid.post("alerts", {**ALERT, "text": "x" * 2**20})

    assert (response.status_code, response.json()["code"]) == (413, "request_too_large")


def test_unknown_address_answers_as_a_problem(client):
    response = client.post("/api/v1/nothing")

    assert (response.status_code, response.json()["code"]) == (404, "path_unknown")


def test_wrong_method_answers_as_a_problem(client):
    response = client.delete("/api/v1/alerts")

    assert (response.status_code, response.json()["code"], response["Allow"]) == (405, "method_wrong", "POST")


def test_alert_is_raised_repeated_and_resolved(sid):
    first, again = sid.post("alerts", ALERT), sid.post("alerts", ALERT)
    over = sid.post("alerts", {"source": "zabbix", "key": "disk-42", "state": "resolved"})
    gone = sid.post("alerts", {"source": "zabbix", "key": "disk-42", "state": "resolved"})

    assert (first.status_code, again.status_code, over.status_code, gone.status_code) == (201, 200, 200, 404)
    assert (again.json()["count"], over.json()["state"]) == (2, "resolved")
    assert Alert.objects.count() == 1


def test_alert_finds_device_and_service_or_comes_without(sid, cast):
    device = Device.objects.create(organization=cast.contoso, hostname="srv-1")
    Service.objects.create(name="Mail", name_zh="邮件")

    known = sid.post("alerts", {**ALERT, "device": "SRV-1", "service": "邮件"}).json()
    unknown = sid.post("alerts", {**ALERT, "key": "k2", "device": "nobody", "service": "Fax"}).json()

    assert (known["device"], known["service"], known["remarks"]) == ("srv-1", "Mail", [])
    assert (unknown["device"], unknown["service"], len(unknown["remarks"])) == (None, None, 2)
    assert unknown["text"].splitlines() == ["Disk is full", "nobody", "Fax"]
    assert Alert.objects.get(device=device).organization == cast.contoso


def test_customer_never_reaches_another_organisations_device(client, cast):
    customer = make_person("Cora Customer", "system_administrator", organization=cast.stranger.organization)
    Device.objects.create(organization=cast.contoso, hostname="srv-1")

    answer = Caller(client, customer).post("alerts", {**ALERT, "device": "srv-1"}).json()

    assert answer["device"] is None
    assert Alert.objects.get().organization == cast.stranger.organization


def test_ticket_is_made_read_answered_and_listed(cast, tina):
    made = tina.post(
        "tickets",
        {
            "subject": "VPN drops",
            "body": "Every ten minutes",
            "requester": cast.requester.email.upper(),
            "team_id": cast.desk.pk,
            "tags": ["vpn"],
        },
    )
    ticket = made.json()
    path = made["Location"].removeprefix("/api/v1/")
    replied = tina.post(f"{path}/replies", {"body": "Update the client", "status": "waiting_requester"})
    noted = tina.post(f"{path}/replies", {"body": "Known problem", "internal": True})

    assert (made.status_code, replied.status_code, noted.status_code) == (201, 201, 201)
    assert (ticket["requester"], ticket["team"], ticket["tags"]) == (
        cast.requester.name,
        "Service desk",
        ["vpn"],
    )
    read = tina.get(path).json()
    assert read["status"] == "waiting_requester"
    assert [message["kind"] for message in read["messages"]] == ["request", "reply", "note"]
    assert [item["id"] for item in tina.get("tickets").json()["items"]] == [ticket["id"]]


def test_requester_sees_their_own_tickets_without_notes(client, cast, tina):
    ticket = make_ticket(cast)
    tina.post(f"tickets/{ticket.number}/replies", {"body": "Secret", "internal": True})
    rita, sam = Caller(client, cast.requester), Caller(client, cast.stranger)

    assert [message["kind"] for message in rita.get(f"tickets/{ticket.number}").json()["messages"]] == [
        "request"
    ]
    assert sam.get(f"tickets/{ticket.number}").status_code == 404
    assert sam.get("tickets/none").status_code == 404
    assert sam.get("tickets").json() == {"items": [], "next_cursor": ""}
    assert sam.post(f"tickets/{ticket.number}/replies", {"body": "Let me in"}).status_code == 404
    assert rita.post(f"tickets/{ticket.number}/replies", {"body": "x", "internal": True}).status_code == 403


def test_requester_asks_for_nobody_else_in_another_organisation(client, cast):
    response = Caller(client, cast.stranger).post(
        "tickets", {"body": "Help", "requester": cast.requester.email}
    )

    assert (response.status_code, response.json()["code"]) == (422, "api_requester_unknown")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"device": "nobody"}, "api_device_unknown"),
        ({"service": "Fax"}, "api_service_unknown"),
        ({"team_id": 999_999}, "api_team_unknown"),
        ({"requester": "no\u0000body"}, "api_requester_unknown"),
        ({"body": " "}, "message_missing"),
        ({"cc": ["not an address"]}, "address_invalid"),
    ],
)
def test_ticket_that_makes_no_sense_is_refused(tina, changed, code):
    response = tina.post("tickets", {"subject": "Help", "body": "Help", **changed})

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert Ticket.objects.count() == 0


def test_note_has_no_status_and_no_copies(cast, tina):
    ticket = make_ticket(cast)

    for more in ({"status": "open"}, {"cc": ["a@example.com"]}):
        answer = tina.post(f"tickets/{ticket.number}/replies", {"body": "x", "internal": True, **more})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, next(iter(more)))


def test_pages_follow_each_other_without_gap_or_overlap(cast, tina):
    for number in range(5):
        make_ticket(cast, f"Ticket {number}")
    seen, cursor = [], ""
    while True:
        page = tina.get("tickets", limit=2, cursor=cursor, is_open="true").json()
        seen += [item["subject"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break

    assert seen == [f"Ticket {number}" for number in (4, 3, 2, 1, 0)]
    assert tina.get("tickets", cursor="t0x").status_code == 422
    assert tina.get("tickets", limit=201).status_code == 422
    assert tina.get("tickets", status="closed").json()["items"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_three(cast, tina, count, django_assert_max_num_queries):
    for _ in range(count):
        make_ticket(cast)
    tina.get("tickets")

    with django_assert_max_num_queries(4):
        assert len(tina.get("tickets").json()["items"]) == count


def test_repeated_request_gets_the_same_answer_and_has_one_effect(tina):
    body = {"subject": "Help", "body": "Help me"}
    first = tina.post("tickets", body, **{"idempotency-key": "k-1"})
    again = tina.post("tickets", body, **{"idempotency-key": "k-1"})

    assert (again.status_code, again.content) == (201, first.content)
    assert (again["Idempotency-Replayed"], again["Location"]) == ("true", first["Location"])
    assert Ticket.objects.count() == 1


def test_request_whose_answer_was_lost_finds_its_effect(tina):
    body = {"subject": "Help", "body": "Help me"}
    tina.post("tickets", body, **{"idempotency-key": "k-1"})
    path = f"tickets/{Ticket.objects.get().number}/replies"
    tina.post(path, {"body": "Done"}, **{"idempotency-key": "k-2"})
    StoredAnswer.objects.all().delete()  # as after a crash before the answer was kept

    tina.post("tickets", body, **{"idempotency-key": "k-1"})
    tina.post(path, {"body": "Done"}, **{"idempotency-key": "k-2"})

    assert (Ticket.objects.count(), Message.objects.count()) == (1, 2)


def test_key_is_for_one_request_and_one_person(client, cast, tina):
    other = Caller(client, cast.manager)
    key = {"idempotency-key": "k-1"}
    tina.post("tickets", {"body": "One"}, **key)

    reused = tina.post("tickets", {"body": "Two"}, **key)
    others = other.post("tickets", {"body": "One"}, **key)
    wrong = tina.post("tickets", {"body": "Two"}, **{"idempotency-key": "with space"})

    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert (others.status_code, others.get("Idempotency-Replayed")) == (201, None)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "idempotency_key_invalid")


def test_refused_request_may_be_repeated_with_its_key(tina):
    key = {"idempotency-key": "k-1"}

    assert tina.post("tickets", {"body": " "}, **key).status_code == 422
    assert tina.post("tickets", {"body": "Help"}, **key).status_code == 201


def test_old_answers_are_forgotten(tina):
    tina.post("tickets", {"body": "Help"}, **{"idempotency-key": "k-1"})
    assert actions.forget_old_answers() == 0

    with clock.frozen(clock.now() + timedelta(hours=49)):
        assert actions.forget_old_answers() == 1


def test_description_is_for_signed_in_people(client, cast):
    assert client.get("/api/v1/openapi.json").status_code == 302
    client.force_login(cast.requester)

    description = client.get("/api/v1/openapi.json").json()

    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == {
        "/api/v1/alerts",
        "/api/v1/tickets",
        "/api/v1/tickets/{number}",
        "/api/v1/tickets/{number}/replies",
    }


def test_fault_of_ours_is_a_problem_too(tina, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("firstline.tickets.queries.visible_to", broken)
    response = tina.get("tickets")

    assert (response.status_code, response.json()["code"]) == (500, "server_fault")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "2 requests a minute"), ("zh-hans", "每分钟最多发送 2 次")]
)
def test_a_token_that_asks_too_often_is_told_when_to_come_again(client, cast, caplog, language, words):
    secrets = [token(), token()]  # what other tests' tokens have left does not count for these
    for secret in secrets:
        ApiToken.objects.create(
            person=cast.technician, name="x", prefix=secret[:6], secret_hash=hash_secret(secret)
        )
    busy, calm = ({"authorization": f"Bearer {secret}", "accept-language": language} for secret in secrets)
    Installation.objects.update_or_create(pk=1, defaults={"api_requests_per_minute": 2})

    with clock.frozen(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        answers = [client.get("/api/v1/tickets", headers=busy) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert client.get("/api/v1/tickets", headers=calm).status_code == 200
        clock.advance(timedelta(seconds=int(answers[-1]["Retry-After"])))
        later = [client.get("/api/v1/tickets", headers=busy).status_code for _ in range(2)]

    assert later == [200, 429]
    assert answers[2]["Retry-After"] == "30"
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2].json()["code"] == "too_many_requests"
    assert words in answers[2].json()["detail"]
    told = [line for line in caplog.messages if "a minute" in line]
    assert told == [f"api requests of {cast.technician.name} refused: more than 2 a minute"]
