import asyncio
import json
import math
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from firstline.kit.actor import Actor
from firstline.outbox import bus
from firstline.outbox.hub import Gates, Hub
from firstline.outbox.sockets import BAD_MESSAGE, MESSAGE_BYTES_MAX, SIGNED_OUT, TOO_LARGE, TOO_MANY

PATIENCE_SECONDS = 120
MEI = Actor(kind="person", id=7, label="Mei Lin")
OMAR = Actor(kind="person", id=8, label="Omar")


class Page:
    """The browser's end of a socket."""

    def __init__(self) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive(self) -> dict[str, Any]:
        return await self.to_server.get()

    async def send(self, message: Any) -> None:
        await self.from_server.put(dict(message))

    def say(self, message: object) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self.to_server.put_nowait({"type": "websocket.receive", "text": text})

    async def raw(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.from_server.get(), PATIENCE_SECONDS)

    async def hears(self) -> Any:
        message = await self.raw()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def is_closed_with(self) -> int:
        while (message := await self.raw())["type"] != "websocket.close":
            pass
        return int(message["code"])


class Doors:
    """Gates that a test opens and shuts."""

    def __init__(self) -> None:
        self.people = {"mei": MEI, "omar": OMAR}
        self.forbidden: set[str] = set()

    def gates(self) -> Gates:
        return Gates(
            resolve_actor=lambda scope: self.people.get(scope["query_string"].decode()),
            may_subscribe=lambda actor, topic: topic not in self.forbidden,
            may_be_present=lambda actor, topic: topic.startswith("ticket:"),
            allowed_origins=frozenset({"https://desk.example"}),
        )


@pytest.fixture(autouse=True)
def own_bus() -> Iterator[None]:
    bus.use(bus.LocalBus())
    yield
    bus.use(bus.LocalBus())


@asynccontextmanager
async def page(hub: Hub, who: str = "mei", **headers: str) -> AsyncIterator[Page]:
    """An open page; leaving closes it."""
    opened = Page()
    named = {"host": "localhost:8000", "origin": "http://localhost:8000"} | headers
    scope = {
        "type": "websocket",
        "path": "/ws/push",
        "query_string": who.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items() if value],
    }
    opened.to_server.put_nowait({"type": "websocket.connect"})
    task = asyncio.create_task(hub(scope, opened.receive, opened.send))
    try:
        yield opened
    finally:
        opened.to_server.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def subscribed(page: Page, *topics: str) -> None:
    """Wait until the hub knows: the denial of a last, forbidden topic proves it."""
    page.say({"subscribe": [*topics, "never:0"]})
    while (await page.hears()).get("denied") != ["never:0"]:
        pass


def run(test: Callable[[Hub, Doors], Awaitable[None]]) -> None:
    doors = Doors()
    doors.forbidden.add("never:0")
    asyncio.run(test(Hub(doors.gates()), doors))  # type: ignore[arg-type]


async def accepted(page: Page) -> Page:
    assert (await page.raw())["type"] == "websocket.accept"
    return page


def test_page_hears_of_its_topics_only() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as mei:
            await subscribed(await accepted(mei), "queue:1")
            bus.changed("queue:2")
            bus.changed("queue:1", {"ticket_id": 42})
            news = await mei.hears()

        assert (news["topic"], news["data"]) == ("queue:1", {"ticket_id": 42})
        assert news["version"] > 1_700_000_000_000

    run(story)


@pytest.mark.slow
def test_many_changes_of_a_topic_are_told_once_a_second_ending_with_the_last() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as mei:
            await subscribed(await accepted(mei), "queue:1")
            loop = asyncio.get_running_loop()
            start = loop.time()
            for number in range(200):
                bus.changed("queue:1", {"n": number})
            told = [await mei.hears()]
            while told[-1]["data"]["n"] != 199:
                told.append(await mei.hears())

            took = loop.time() - start
            assert took >= 0.9
            assert 2 <= len(told) <= 1 + math.ceil(took)

    run(story)


def test_page_rendered_just_before_a_change_still_hears_of_it() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as first:
            await subscribed(await accepted(first), "queue:9")
            bus.changed("queue:1")
            async with page(hub) as late:
                await accepted(late)
                late.say({"subscribe": ["queue:1"]})
                assert (await late.hears())["topic"] == "queue:1"

    run(story)


@pytest.mark.parametrize(
    ("origin", "is_served"),
    [
        ("http://localhost:8000", True),
        ("https://desk.example", True),
        ("https://evil.example", False),
        ("http://[", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_pages_of_this_site_are_served(origin: str, is_served: bool) -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub, origin=origin) as mei:
            first = await mei.raw()

        assert first["type"] == ("websocket.accept" if is_served else "websocket.close")

    run(story)


def test_nobody_is_not_served() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub, "stranger") as stranger:
            assert await stranger.is_closed_with() == SIGNED_OUT

    run(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", BAD_MESSAGE),
        ("[]", BAD_MESSAGE),
        ({}, BAD_MESSAGE),
        ({"subscribe": "ticket:1"}, BAD_MESSAGE),
        ({"subscribe": [{"a": 1}]}, BAD_MESSAGE),
        ({"subscribe": ["../etc"]}, BAD_MESSAGE),
        ({"presence": {"typing": True}}, BAD_MESSAGE),
        ("[" * 5000, BAD_MESSAGE),
        ("x" * (MESSAGE_BYTES_MAX + 1), TOO_LARGE),
    ],
)
def test_hostile_message_ends_the_socket(message: object, code: int) -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as mei:
            mei.say(message)
            assert await mei.is_closed_with() == code

        assert hub.size == 0

    run(story)


def test_flood_and_too_many_topics_end_the_socket() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as flooding:
            for _ in range(100):
                flooding.say({"unsubscribe": []})
            assert await flooding.is_closed_with() == TOO_MANY
        async with page(hub) as greedy:
            greedy.say({"subscribe": [f"ticket:{n}" for n in range(60)]})
            greedy.say({"subscribe": [f"ticket:{n}" for n in range(60, 120)]})
            assert await greedy.is_closed_with() == TOO_MANY

    run(story)


def test_recheck_takes_away_what_may_no_longer_be_heard() -> None:
    async def story(hub: Hub, doors: Doors) -> None:
        async with page(hub) as mei:
            await subscribed(await accepted(mei), "queue:1", "queue:2")
            doors.forbidden.add("queue:1")
            bus.recheck(7)
            assert await mei.hears() == {"denied": ["queue:1"]}
            bus.changed("queue:1")
            bus.changed("queue:2")
            assert (await mei.hears())["topic"] == "queue:2"

            del doors.people["mei"]
            bus.recheck(7)
            assert await mei.is_closed_with() == SIGNED_OUT

    run(story)


def test_somebody_else_signing_in_ends_the_socket() -> None:
    async def story(hub: Hub, doors: Doors) -> None:
        async with page(hub) as mei:
            await accepted(mei)
            doors.people["mei"] = replace(OMAR)
            mei.say({"subscribe": ["queue:1"]})
            assert await mei.is_closed_with() == SIGNED_OUT

    run(story)


@pytest.mark.slow
def test_people_at_a_ticket_see_each_other_type_and_leave() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async def people(of: Page, wanted: list[tuple[str, bool]]) -> None:
            while True:
                told = (await of.hears())["presence"]
                if [(p["name"], p["typing"]) for p in told["people"]] == wanted:
                    return

        async with page(hub) as mei:
            await accepted(mei)
            mei.say({"subscribe": ["ticket:1"]})
            await people(mei, [("Mei Lin", False)])
            async with page(hub, "omar") as omar:
                await accepted(omar)
                omar.say({"subscribe": ["ticket:1"]})
                await people(mei, [("Mei Lin", False), ("Omar", False)])
                omar.say({"presence": {"topic": "ticket:1", "typing": True}})
                await people(mei, [("Mei Lin", False), ("Omar", True)])
            await people(mei, [("Mei Lin", False)])

    run(story)


def test_presence_comes_from_other_processes_too() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        there = {"id": 9, "name": "Ana", "typing": True}
        async with page(hub) as mei:
            await subscribed(await accepted(mei), "queue:1")
            bus.current().publish(
                {"kind": "presence", "node": "other", "topic": "ticket:1", "people": [there]}
            )
            mei.say({"subscribe": ["ticket:1"]})
            told = (await mei.hears())["presence"]["people"]

        assert there in told

    run(story)


def test_unsubscribed_page_is_left_alone() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as mei:
            await subscribed(await accepted(mei), "queue:1", "queue:2")
            mei.say({"unsubscribe": ["queue:1"]})
            await subscribed(mei)
            bus.changed("queue:1")
            bus.changed("queue:2")
            assert (await mei.hears())["topic"] == "queue:2"

    run(story)


def test_gap_of_the_bus_counts_as_a_change_of_everything() -> None:
    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as mei:
            await subscribed(await accepted(mei), "queue:1")
            bus.current().publish({"kind": "gap", "version": 5})
            assert await mei.hears() == {"topic": "queue:1", "version": 5}

    run(story)


def test_one_person_cannot_take_every_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firstline.outbox.hub.SOCKETS_PER_PERSON_MAX", 1)

    async def story(hub: Hub, _doors: Doors) -> None:
        async with page(hub) as first, page(hub, "omar") as other:
            await subscribed(await accepted(first))
            await subscribed(await accepted(other))
            async with page(hub) as second:
                assert await second.is_closed_with() == TOO_MANY

    run(story)


@pytest.mark.django_db(transaction=True)
def test_postgres_bus_carries_messages_between_processes() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    from firstline.outbox.notify import PostgresBus

    here, there = (PostgresBus(connection.get_connection_params) for _ in range(2))
    heard: list[bus.Message] = []
    arrived = threading.Event()

    def hear(message: bus.Message) -> None:
        heard.append(message)
        if message["kind"] == "changed":
            arrived.set()

    there.listen(hear)
    assert there.listening.wait(PATIENCE_SECONDS)
    here.publish({"kind": "changed", "topic": "ticket:1", "version": 5, "data": {"x": "y" * 9000}})
    came = arrived.wait(PATIENCE_SECONDS)
    here.close()
    there.close()

    assert came
    assert heard == [
        {"kind": "gap", "version": heard[0]["version"]},
        {"kind": "changed", "topic": "ticket:1", "version": 5},
    ]
