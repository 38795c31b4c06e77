"""Who else looks at the same thing, and who is typing: in memory, shared over the bus."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from firstline.outbox import bus

if TYPE_CHECKING:
    from firstline.outbox.hub import Hub
    from firstline.outbox.sockets import Socket

TYPING_SECONDS = 6.0
_REPEAT_SECONDS = 20.0
_FORGET_SECONDS = 50.0
PEOPLE_SHOWN_MAX = 20

Person = dict[str, Any]  # {"id": 7, "name": "Mei Lin", "typing": False}


@dataclass(slots=True)
class _Place:
    """One topic: the sockets here, and what every process (this one too) said of its own."""

    typing_until: dict["Socket", float] = field(default_factory=dict)
    said: dict[str, tuple[float, list[Person]]] = field(default_factory=dict)


class Presence:
    """Presence of all topics in this process; runs on the hub's event loop."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._node = uuid.uuid4().hex
        self._places: dict[str, _Place] = {}
        self._repeating = False

    def enter(self, socket: "Socket", topic: str) -> None:
        """The person behind `socket` looks at `topic`; they are told who else does."""
        place = self._places.setdefault(topic, _Place())
        place.typing_until[socket] = 0.0
        self._announce(topic)
        self._show(socket, topic)
        self._repeat()

    def typing(self, socket: "Socket", topic: str, *, is_typing: bool) -> None:
        """The person types, or stopped; silence counts as having stopped."""
        place = self._places.get(topic)
        if place is None or socket not in place.typing_until:
            return
        loop = asyncio.get_running_loop()
        place.typing_until[socket] = loop.time() + TYPING_SECONDS if is_typing else 0.0
        self._announce(topic)
        if is_typing:
            loop.call_later(TYPING_SECONDS + 0.1, self._announce, topic)

    def leave(self, socket: "Socket", topic: str) -> None:
        """The person looks elsewhere."""
        place = self._places.get(topic)
        if place and place.typing_until.pop(socket, None) is not None:
            self._announce(topic)

    def hear(self, message: bus.Message) -> None:
        """What a process says of the people it serves."""
        topic, now = message["topic"], asyncio.get_running_loop().time()
        place = self._places.get(topic)
        if place is None:
            if message["node"] == self._node or not message["people"]:
                return
            self._forget_silent(now)
            place = self._places[topic] = _Place()
        if message["people"]:
            place.said[message["node"]] = (now, message["people"])
        else:
            place.said.pop(message["node"], None)
        for socket in list(place.typing_until):
            self._show(socket, topic)
        if not place.said and not place.typing_until:
            del self._places[topic]

    def _forget_silent(self, now: float) -> None:
        """Drop places that only processes which fell silent spoke of."""
        for topic, place in list(self._places.items()):
            place.said = {n: said for n, said in place.said.items() if now - said[0] < _FORGET_SECONDS}
            if not place.said and not place.typing_until:
                del self._places[topic]

    def people(self, topic: str) -> list[Person]:
        """Everybody at `topic` in all processes, each once; typing if they type anywhere."""
        now = asyncio.get_running_loop().time()
        found: dict[int, Person] = {}
        place = self._places.get(topic) or _Place()
        for at, people in place.said.values():
            for person in people if now - at < _FORGET_SECONDS else []:
                known = found.setdefault(person["id"], dict(person))
                known["typing"] = known["typing"] or person["typing"]
        return list(found.values())[:PEOPLE_SHOWN_MAX]

    def _announce(self, topic: str) -> None:
        self._hub.often(("presence", topic), self._speaking(topic))

    def _speaking(self, topic: str) -> Callable[[], None]:
        def speak() -> None:
            place = self._places.get(topic)
            if place is None:
                return
            people = self._own(place)
            bus.current().publish({"kind": "presence", "node": self._node, "topic": topic, "people": people})

        return speak

    def _own(self, place: _Place) -> list[Person]:
        now = asyncio.get_running_loop().time()
        found: dict[int, Person] = {}
        for socket, typing_until in place.typing_until.items():
            if socket.actor.id is None:
                continue
            name = socket.actor.label
            person = found.setdefault(socket.actor.id, {"id": socket.actor.id, "name": name, "typing": False})
            person["typing"] = person["typing"] or typing_until > now
        return list(found.values())[:PEOPLE_SHOWN_MAX]

    def _show(self, socket: "Socket", topic: str) -> None:
        socket.offer(("presence", topic), {"presence": {"topic": topic, "people": self.people(topic)}})

    def _repeat(self) -> None:
        """Say again who is here while anybody is, so that a process that died is forgotten."""
        if not self._repeating:
            self._repeating = True
            asyncio.get_running_loop().call_later(_REPEAT_SECONDS, self._say_again)

    def _say_again(self) -> None:
        self._repeating = False
        for topic, place in list(self._places.items()):
            if place.typing_until:
                self._announce(topic)
                self._repeat()
