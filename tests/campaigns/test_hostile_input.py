"""Hostile input at every door: a clear answer, a record for the administrator, nothing half-written.

`./firstline test --campaign hostile_input` sends every payload to every route; the slice some of each.
"""

import json
import random
import re
import smtplib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.campaigns.books import Books
from tests.campaigns.payloads import BODIES, DOCUMENTS, MAILS, NAMES, VALUES, mail
from tests.campaigns.process import Client, Service, is_full, run, settle, wait_until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from firstline_protocol.agent_side import AgentConnection, Challenged, TurnedAway, Welcomed
from firstline_protocol.enrolment import EnrolmentToken, decode_token
from firstline_protocol.identity import DEMO_GENESIS, DeviceKey
from firstline_protocol.limits import FRAME_BYTES_MAX
from firstline_protocol.messages import MachineFacts

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FACTS = MachineFacts(hostname="lt-666", os_name="Debian", os_version="12", architecture="x86_64")
# They end the very session that asks, or send what only the launcher's agent needs.
NOT_POSTED = (
    "accounts/logout/",
    "accounts/sessions/",
    "agent/download/",
    "desk/devices/tokens/",
    "admin/people/<int:person_id>/erasure/",
)


class Desk:
    """A running service and what was thrown at it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.cast = settle(data)
        self.things = json.loads(run(data, "tests.campaigns.belongings"))
        self.routes: list[tuple[str, dict[str, str]]] = json.loads(run(data, "tests.campaigns.routes"))
        self.service = Service(data).start()
        self.books = Books(data)
        self.sent: Counter[str] = Counter()
        self._clients: list[Client] = []

    def client(self, name: str, language: str = "en") -> Client:
        """Somebody in a browser."""
        return self.stranger(language=language).sign_in(self.cast[name]["email"], self.cast["password"])

    def program(self, name: str = "specialist", language: str = "en") -> Client:
        """Somebody's program."""
        return self.stranger(self.cast[name]["token"], language)

    def stranger(self, token: str = "", language: str = "en") -> Client:
        client = Client(self.service.port, token, timeout=60, language=language)
        self._clients.append(client)
        return client

    def end(self) -> None:
        self.service.stop()
        for client in self._clients:
            client.close()

    def faults(self) -> list[str]:
        """What the log calls an error: something that needs a change of ours."""
        lines = [json.loads(line) for line in self.service.log_text().splitlines() if line.startswith("{")]
        return [str(line) for line in lines if line["level"] in {"error", "critical"}]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("hostile") / "data")
    yield made
    made.end()
    sent = ", ".join(f"{count} {name}" for name, count in made.sent.items())
    print(
        f"\nhostile input: {sent}; {made.books.count('SELECT count(*) FROM audit_auditrecord')} audit records"
    )


@pytest.fixture(autouse=True)
def no_fault_of_ours(desk: Desk) -> Iterator[None]:
    """Whatever comes in, nothing is logged as an error and the service goes on."""
    yield
    assert desk.faults() == []
    assert not desk.service.has_died


@pytest.mark.campaign
def test_malformed_mails_are_settled_or_wait_in_quarantine(desk: Desk) -> None:
    answers = {}
    for name, raw in MAILS.items():
        with smtplib.SMTP("127.0.0.1", desk.service.smtp_port, timeout=30) as smtp:
            smtp.ehlo()
            smtp.mail("client01@works.example")
            smtp.rcpt("support@localhost")
            answers[name] = smtp.data(raw)[0]
        desk.sent["mails"] += 1
    wait_until(desk.books.is_quiet, what="settling the mails")

    assert answers == dict.fromkeys(MAILS, 250)
    states = dict(desk.books.rows("SELECT state, count(*) FROM mail_inboundmessage GROUP BY state"))
    assert sum(states.values()) == len(MAILS) + 1  # one is of the cast
    assert set(states) <= {"processed", "quarantined", "ignored"}
    unexplained = "SELECT count(*) FROM mail_inboundmessage WHERE state <> 'processed' AND reason = ''"
    assert desk.books.count(unexplained) == 0
    client = desk.client("administrator")
    for state in ("", "quarantined", "ignored"):
        assert client.get(f"/admin/mail/?state={state}")[0] == 200
    for number in desk.books.column("SELECT id FROM mail_inboundmessage"):
        assert client.get(f"/admin/mail/inbound/{number}/")[0] == 200


@pytest.mark.campaign
def test_mail_beyond_the_limit_is_refused_in_words(desk: Desk) -> None:
    with smtplib.SMTP("127.0.0.1", desk.service.smtp_port, timeout=60) as smtp:
        smtp.ehlo()
        assert smtp.mail("client01@works.example", ["SIZE=99999999"])[0] == 552
        smtp.rset()
        assert smtp.mail("client01@works.example")[0] == 250
        assert smtp.rcpt("somebody@elsewhere.invalid")[0] == 550
        smtp.rcpt("support@localhost")
        code, words = smtp.data(mail(body=(b"a" * 998 + b"\r\n") * 27_000))
        assert (code, b"Too much" in words) == (552, True)
    desk.sent["mails"] += 3


@pytest.mark.campaign
def test_hostile_forms_are_answered_and_change_nothing_by_half(desk: Desk) -> None:
    chosen = random.Random(7)
    clients = {name: desk.client(name, language="zh-CN") for name in ("colleague", "administrator")}
    silent, statuses = [], Counter[int]()
    for route, kinds in desk.routes:
        if route.startswith(NOT_POSTED) or route.startswith("api/"):
            continue
        path = _filled(route, kinds, desk.things)
        for value in VALUES if is_full() else chosen.sample(VALUES, 3):
            for name, client in clients.items():
                status, body = client.post_form(path, dict.fromkeys(NAMES, value))
                desk.sent["forms"] += 1
                statuses[status] += 1
                if status == 401:
                    clients[name] = desk.client(name, language="zh-CN")
                # A refusal is a sentence in the reader's language.
                if status in {400, 403, 404, 409, 422} and not CHINESE.search(body.decode(errors="replace")):
                    silent.append((path, status, body[:80]))

    assert not [status for status in statuses if status >= 500], statuses
    assert not silent, silent[:5]


@pytest.mark.campaign
def test_hostile_documents_are_refused_as_problems_in_the_callers_language(desk: Desk) -> None:
    before = desk.books.count("SELECT count(*) FROM tickets_ticket")
    program = desk.program(language="zh-CN")
    wrong = []
    for path in ("/api/v1/tickets", "/api/v1/tickets/1/replies", "/api/v1/alerts"):
        payloads = [json.dumps(document).encode() for document in DOCUMENTS] + list(BODIES)
        for raw in payloads:
            status, body = program.request("POST", path, raw, {"Content-Type": "application/json"})
            desk.sent["documents"] += 1
            kind = program.headers.get("Content-Type") or ""
            if path != "/api/v1/tickets" and status == 201:
                continue  # A reply may be as long as that.
            if not (400 <= status < 500 and "problem+json" in kind and CHINESE.search(body.decode())):
                wrong.append((path, raw[:60], status, body[:160]))
    status, body = program.request(
        "POST", "/api/v1/tickets", b"x" * (2 * 2**20), {"Content-Type": "application/json"}
    )
    assert (status, bool(CHINESE.search(body.decode()))) == (413, True)

    assert not wrong, wrong[:5]
    assert desk.books.count("SELECT count(*) FROM tickets_ticket") == before


@pytest.mark.campaign
def test_a_key_used_for_another_request_is_refused(desk: Desk) -> None:
    program = desk.program()
    mine = {"body": "Once.", "requester": "client03@works.example"}
    first = program.post_json("/api/v1/tickets", mine, **{"Idempotency-Key": "one"})
    again = program.post_json("/api/v1/tickets", mine, **{"Idempotency-Key": "one"})
    other = program.post_json("/api/v1/tickets", {**mine, "body": "Twice."}, **{"Idempotency-Key": "one"})

    assert (first[0], again) == (201, first)
    assert (other[0], other[1]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.campaign
def test_wrong_tokens_are_refused_alike(desk: Desk) -> None:
    for token in ("flt_" + "x" * 43, "x", "中文".encode().decode("latin-1"), "a" * 7000):
        program = desk.stranger(token)
        assert program.get("/api/v1/tickets")[0] == 401


@pytest.mark.campaign
def test_an_enrolment_token_is_good_for_one_device(desk: Desk) -> None:
    token = decode_token(desk.things["token"])
    first, second = DeviceKey.generate(), DeviceKey.generate()

    with _link(desk) as socket:
        assert isinstance(_enrol(socket, first, token), Welcomed)
    with _link(desk) as socket:
        refused = _enrol(socket, second, token)
    assert isinstance(refused, TurnedAway)
    assert refused.code == "token_used"
    assert desk.books.count("SELECT count(*) FROM devices_device WHERE hostname = 'lt-666'") == 1
    assert (
        desk.books.count("SELECT count(*) FROM audit_auditrecord WHERE verb = 'devices.enrolment_refused'")
        == 1
    )


@pytest.mark.campaign
def test_wrong_frames_end_the_link_and_leave_a_record(desk: Desk) -> None:
    frames: list[bytes | str] = [
        b"", b"\xff" * 40, b"\x00" * (FRAME_BYTES_MAX + 1), b"\xa2\x01\x18\x63\x02\xa0", "text",
        b"\xa1" * 60_000, random.Random(3).randbytes(4000),
    ]  # fmt: skip
    for frame in frames:
        with _link(desk) as socket:
            socket.recv(timeout=10)
            socket.send(frame)
            with pytest.raises(ConnectionClosed):
                _read_on(socket)
        desk.sent["frames"] += 1

    assert desk.books.count("SELECT count(*) FROM audit_auditrecord WHERE verb LIKE 'devices.protocol%'") >= 1
    assert desk.program().get("/healthz")[0] == 200


@pytest.mark.campaign
def test_a_password_link_works_once(desk: Desk) -> None:
    person = desk.stranger()
    person.get("/accounts/password/reset/")
    person.post_form("/accounts/password/reset/", {"email": desk.cast["requester"]["email"]})
    found = "SELECT text FROM mail_outboundmessage WHERE text LIKE '%/accounts/password/reset/key/%'"
    wait_until(lambda: desk.books.rows(found), what="the mail with the link")
    link = re.search(r"/accounts/password/reset/key/\S+?/", desk.books.column(found)[0])
    assert link

    fresh = {"password": "meadow-copper-lantern-93"}
    person.get(link[0])
    form = person.headers.get("Location") or link[0]
    person.get(form)
    person.post_form(form, fresh, **{"HX-Request": "false"})
    late = desk.stranger()
    late.get(link[0])
    late.post_form(link[0], {"password": "stolen-copper-lantern-1"})

    requester = desk.cast["requester"]["email"]
    desk.stranger().sign_in(requester, fresh["password"])
    with pytest.raises(AssertionError):
        desk.stranger().sign_in(requester, "stolen-copper-lantern-1")


@pytest.mark.campaign
def test_afterwards_everything_is_whole(desk: Desk) -> None:
    wait_until(desk.books.is_quiet, what="the end of all jobs")

    assert desk.books.half_written() == {}
    assert desk.books.column("PRAGMA integrity_check") == ["ok"]
    assert desk.books.rows("PRAGMA foreign_key_check") == []
    assert "0" not in run(desk.data, "firstline.config.commands", "audit", "verify").split()[:1]
    status, _answer = desk.program().post_json("/api/v1/tickets", {"body": "Still there?"})
    assert status == 201


def _filled(route: str, kinds: dict[str, str], things: dict[str, Any]) -> str:
    path = "/" + route
    for name, kind in kinds.items():
        value = {"IntConverter": "1", "UUIDConverter": things["files"][0]}.get(kind, "x")
        path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
    return path


def _link(desk: Desk) -> ClientConnection:
    return connect(
        f"ws://localhost:{desk.service.port}/agent/v1", compression=None, proxy=None, max_size=2**22
    )


def _read_on(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=10)


def _enrol(socket: ClientConnection, key: DeviceKey, token: EnrolmentToken) -> object:
    agent = AgentConnection(key, genesis=DEMO_GENESIS)
    (challenged,) = agent.receive(socket.recv(timeout=10, decode=False))
    assert isinstance(challenged, Challenged)
    socket.send(agent.send_hello(agent_version="1.0", facts=FACTS, token=token))
    return agent.receive(socket.recv(timeout=10, decode=False))[0]
