"""Links and tokens used twice, device agents and pages that break the rules of their sockets."""

import asyncio
import contextlib
import json
import random
import re
from typing import Any

import pytest
from tests.campaigns.forms import forms_of
from tests.campaigns.hostile import CHINESE, Desk
from tests.campaigns.process import Client, run, wait_until
from websockets.asyncio.client import connect as connect_page
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from firstline_protocol import messages as m
from firstline_protocol.agent_side import AgentConnection, Challenged, TurnedAway, Welcomed
from firstline_protocol.enrolment import EnrolmentToken, decode_token
from firstline_protocol.identity import DEMO_GENESIS, DeviceKey
from firstline_protocol.limits import FRAME_BYTES_MAX
from firstline_protocol.messages import MachineFacts

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("unharmed")]
PATIENCE = 120
FACTS = MachineFacts(hostname="lt-666", os_name="Debian", os_version="12", architecture="x86_64")
PASSWORD = "meadow-copper-lantern-93"


def test_a_password_link_works_once(desk: Desk) -> None:
    person, email = desk.stranger(), desk.cast["requester"]["email"]
    person.get("/accounts/password/reset/")
    person.post_form("/accounts/password/reset/", {"email": email})
    link = mailed(desk, "/accounts/password/reset/key/")
    set_password(person, link, PASSWORD)

    for language in ("en", "zh-CN"):
        late = desk.stranger(language=language)
        said = late.get(link)
        assert bool(CHINESE.search(without_names(said[1]))) == (language != "en")
        refused = late.post_form(link, {"password": "stolen-copper-lantern-1"})
        assert refused[0] in {200, 302, 303, 400, 403, 404, 410, 422}, refused
    desk.cast["requester"]["password"] = PASSWORD  # the others sign in with it

    assert signs_in(desk, email, PASSWORD)
    assert not signs_in(desk, email, "stolen-copper-lantern-1")
    assert not signs_in(desk, email, desk.cast["password"])
    changes = "SELECT count(*) FROM audit_auditrecord WHERE verb LIKE 'accounts.password%' AND ref_id = ?"
    assert desk.books.count(changes, desk.cast["requester"]["id"]) >= 1


def test_an_invitation_works_once(desk: Desk) -> None:
    admin = desk.client("administrator")
    guest = "guest@works.example"
    (form,) = [
        f for f in forms_of(admin.get("/admin/people/new/")[1], "/admin/people/new/") if "email" in f.fields
    ]
    made = admin.post_form(form.action, form.filled(name="Greta Guest", email=guest, invite="on"))
    assert made[0] in {200, 204, 302, 303}, made
    number = desk.books.count("SELECT id FROM accounts_person WHERE email = ?", guest)
    withdrawn = mailed(desk, "/accounts/invitation/")
    admin.post_form(f"/admin/people/{number}/invitation/", {})
    link = mailed(desk, "/accounts/invitation/", after=withdrawn)
    assert desk.stranger().get(withdrawn)[0] == 410
    set_password(desk.stranger(), link, PASSWORD)

    for language in ("en", "zh-CN"):
        late = desk.stranger(language=language)
        status, page = late.get(link)
        assert status in {403, 404, 410, 422}, status
        assert bool(CHINESE.search(without_names(page))) == (language != "en")
        assert late.post_form(link, {"password": "stolen-copper-lantern-1"})[0] >= 400
    for forged in (
        link[:-2] + "x/",
        "/accounts/invitation/1:x/",
        "/accounts/invitation/%00/",
        link + "a" * 4000 + "/",
    ):
        assert desk.stranger().get(forged)[0] in {400, 403, 404, 410, 422}

    assert signs_in(desk, guest, PASSWORD)
    assert not signs_in(desk, guest, "stolen-copper-lantern-1")


@pytest.mark.parametrize(("language", "words"), [("en", "was used"), ("zh-CN", "已经用过")])
def test_a_setup_link_after_setup_says_so(desk: Desk, language: str, words: str) -> None:
    for key in ("", "x", "%00", "y" * 5000):
        status, page = desk.stranger(language=language).get(f"/setup/?key={key}")
        assert (status, words in page.decode()) == (410, True)


def test_an_enrolment_token_is_good_for_one_device(desk: Desk) -> None:
    token = decode_token(desk.things["token"])
    refusals = "SELECT count(*) FROM audit_auditrecord WHERE verb = 'devices.enrolment_refused'"
    devices = "SELECT count(*) FROM devices_device WHERE hostname = 'lt-666'"
    refused_before, before = desk.books.count(refusals), desk.books.count(devices)

    with link_to(desk) as wire:
        assert isinstance(enrol(wire, DeviceKey.generate(), token), Welcomed)
    with link_to(desk) as wire:
        refused = enrol(wire, DeviceKey.generate(), token)

    assert isinstance(refused, TurnedAway)
    assert refused.code == "token_used"
    assert desk.books.count(devices) == before + 1
    assert desk.books.count(refusals) == refused_before + 1


def test_wrong_frames_end_the_link_and_leave_a_record(desk: Desk) -> None:
    chosen = random.Random(3)
    valid = AgentConnection(DeviceKey.generate(), genesis=DEMO_GENESIS)
    frames: list[bytes | str] = [
        b"", b"\xff" * 40, b"\x00" * (FRAME_BYTES_MAX + 1), b"\x00" * 2**21, b"\xa2\x01\x18\x63\x02\xa0",
        "text", b"\xa1" * 60_000, b"\x9f" * 60_000, b"\x81" * 60_000,
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        *[chosen.randbytes(size) for size in (1, 2, 7, 100, 4000)],
    ]  # fmt: skip
    before = desk.books.count("SELECT count(*) FROM devices_device")
    for frame in frames:
        with link_to(desk) as wire:
            valid = AgentConnection(DeviceKey.generate(), genesis=DEMO_GENESIS)
            valid.receive(wire.recv(timeout=PATIENCE, decode=False))
            with contextlib.suppress(ConnectionClosed):
                wire.send(frame)
                wire.send(frame)
            read_to_the_end(wire)
        desk.sent["frames"] += 1

    assert desk.books.count("SELECT count(*) FROM devices_device") == before


def test_messages_cut_repeated_reordered_and_unknown_end_the_link_with_a_record(desk: Desk) -> None:
    """A known device says what it should not; the record names it."""
    key = DeviceKey.generate()
    token = decode_token(fresh_token(desk))
    with link_to(desk) as wire:
        assert isinstance(enrol(wire, key, token), Welcomed)
    violations = "SELECT count(*) FROM audit_auditrecord WHERE verb = 'devices.protocol_violated'"
    chosen = random.Random(9)
    recorded = desk.books.count(violations)
    for number in range(12):
        with link_to(desk) as wire:
            agent = AgentConnection(key, genesis=DEMO_GENESIS)
            assert isinstance(enrol(wire, key, None, agent), Welcomed)
            beat = agent.send_heartbeat(heartbeat())
            hello = agent_hello(key)
            frame = [
                beat[: len(beat) // 2], beat + b"\x00", hello, bytes([beat[0] ^ 0x40]) + beat[1:],
                beat.replace(b"\x01", b"\x1b", 1), b"\xa1\x00\x19\x03\xe7", chosen.randbytes(300),
                b"\x00" * (FRAME_BYTES_MAX + 1), "text", b"\xf6", b"\x80", beat[::-1],
            ][number]  # fmt: skip
            with contextlib.suppress(ConnectionClosed):
                wire.send(frame)
            read_to_the_end(wire)
        desk.sent["frames"] += 1

    wait_until(lambda: desk.books.count(violations) > recorded, what="a record for the administrator")
    with link_to(desk) as wire:
        assert isinstance(enrol(wire, key, None), Welcomed)
    page = desk.client("administrator", "zh-CN").get("/admin/audit/")
    assert page[0] == 200


def test_an_agent_in_another_ones_name_is_turned_away(desk: Desk) -> None:
    with link_to(desk) as wire:
        refused = enrol(wire, DeviceKey.generate(), None)
    assert isinstance(refused, TurnedAway)
    assert refused.code == "device_unknown"


def test_pages_that_break_the_rules_of_their_socket(desk: Desk) -> None:
    client = desk.client("specialist")
    chosen = random.Random(2)
    said: list[Any] = [
        "", "{", "[]", "7", '"x"', "null", "[" * 3000, "x" * 9000, b"\xff" * 50, chosen.randbytes(200),
        '{"subscribe": 5}', '{"subscribe": [5]}', '{"subscribe": ["ticket:' + "9" * 5000 + '"]}',
        '{"subscribe": ["ticket:' + "9" * 64 + '", "queue:٣", "x:y", ":", "ticket:1:2"]}',
        '{"subscribe": ["ticket:' + "9" * 60 + '", "device:99999999999999999999", "command:0"]}',
        '{"subscribe": ' + json.dumps([f"ticket:{n}" for n in range(500)]) + "}",
        '{"unsubscribe": ["never"]}', '{"presence": []}', '{"presence": {"topic": 5}}',
        '{"presence": {"topic": "ticket:1", "typing": "\\u0000"}}', '{"unknown": true}',
        '{"subscribe": ["\\ud800"]}',
    ]  # fmt: skip

    async def talk() -> None:
        cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
        for text in said:
            headers = {"Cookie": cookie, "Origin": f"http://{client.host}"}
            address = f"ws://{client.host}/ws/push"
            async with connect_page(
                address, additional_headers=headers, compression=None, proxy=None
            ) as page:
                await page.send(text)
                with contextlib.suppress(ConnectionClosed):
                    await page.send('{"subscribe": ["never:1"]}')
                    async with asyncio.timeout(PATIENCE):
                        await page.recv()
            desk.sent["page messages"] += 1
        for origin in ("https://evil.example", "", "null", "http://[", "http://localhost:99999"):
            headers = {"Cookie": cookie, **({"Origin": origin} if origin else {})}
            with contextlib.suppress(InvalidStatus, ConnectionClosed):
                async with connect_page(
                    f"ws://{client.host}/ws/push", additional_headers=headers, compression=None, proxy=None
                ) as page:
                    async with asyncio.timeout(PATIENCE):
                        await page.recv()
                    pytest.fail(f"a page of {origin!r} was let in")
            desk.sent["page messages"] += 1

    asyncio.run(talk())


def test_somebody_who_never_stops_talking_is_cut_off(desk: Desk) -> None:
    client = desk.client("colleague")

    async def talk() -> int:
        cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
        headers = {"Cookie": cookie, "Origin": f"http://{client.host}"}
        async with connect_page(
            f"ws://{client.host}/ws/push", additional_headers=headers, compression=None, proxy=None
        ) as page:
            try:
                for _ in range(2000):
                    await page.send('{"unsubscribe": []}')
                async with asyncio.timeout(PATIENCE):
                    while True:
                        await page.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 0
        return 0

    assert asyncio.run(talk()) in {4429, 0}


def mailed(desk: Desk, mark: str, after: str = "") -> str:
    """The newest link of this kind that was sent by mail, without its host; one that came after another."""
    found = "SELECT text FROM mail_outboundmessage WHERE text LIKE ? ORDER BY id DESC"

    def links() -> list[str]:
        texts = desk.books.column(found, f"%{mark}%")
        return [link[0] for text in texts for link in [re.search(rf"{mark}\S+?/(?=\s|$)", text)] if link]

    wait_until(lambda: links()[:1] not in ([], [after]), what="the mail with the link")
    return links()[0]


def set_password(person: Client, link: str, password: str) -> None:
    status, _page = person.get(link)
    form = person.headers.get("Location") or link
    if status in {302, 303}:
        person.get(form)
    answer = person.post_form(form, {"password": password}, **{"HX-Request": "false"})
    assert answer[0] in {302, 303}, answer


def signs_in(desk: Desk, email: str, password: str) -> bool:
    try:
        desk.stranger().sign_in(email, password)
    except AssertionError:
        return False
    return True


def without_names(page: bytes) -> str:
    """A page without the languages' own names."""
    return re.sub(r"简体中文|中文", "", page.decode())


def fresh_token(desk: Desk) -> str:
    return run(desk.data, "firstline.config.commands", "device", "token").strip()


def link_to(desk: Desk) -> ClientConnection:
    return connect(
        f"ws://localhost:{desk.service.port}/agent/v1", compression=None, proxy=None, max_size=2**22
    )


def read_to_the_end(wire: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            wire.recv(timeout=PATIENCE)


def enrol(
    wire: ClientConnection, key: DeviceKey, token: EnrolmentToken | None, agent: AgentConnection | None = None
) -> object:
    agent = agent or AgentConnection(key, genesis=DEMO_GENESIS)
    (challenged,) = agent.receive(wire.recv(timeout=PATIENCE, decode=False))
    assert isinstance(challenged, Challenged)
    wire.send(agent.send_hello(agent_version="1.0", facts=FACTS, token=token))
    return agent.receive(wire.recv(timeout=PATIENCE, decode=False))[0]


def agent_hello(key: DeviceKey) -> bytes:
    """A greeting out of its turn."""
    from firstline_protocol.gateway_side import GatewayConnection

    agent = AgentConnection(key, genesis=DEMO_GENESIS)
    agent.receive(GatewayConnection(nonce=b"n" * 32).send_challenge())
    return agent.send_hello(agent_version="1.0", facts=FACTS)


def heartbeat() -> m.Heartbeat:
    return m.Heartbeat(
        at_ms=1, cpu_percent=12, memory_total_bytes=1000, memory_used_bytes=250,
        disk_total_bytes=100, disk_used_bytes=90, uptime_seconds=60,
    )  # fmt: skip
