"""No route shows a person another organisation's anything: every GET route, every id, several outsiders."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.campaigns.belongings import MARK
from tests.campaigns.process import Client, Service, run, settle
from websockets.asyncio.client import connect

OUTSIDERS = ("stranger", "foreigner", "governor")
# Ids of what nobody named; low, because the folder is young.
IDS = range(1, 5)
# What finds another customer's things for those who may see them: words of theirs, a name, numbers, keys.
FIGURES = ["load", "age", "weeks", "attention"]
QUESTIONS = (
    *("q=slow", "q=quinn", "q=INC-1", "q=again+look", "q=status:open", "q=lt1", "q=kuaiyin"),
    *("requester={person_id}", "on={person_id}", "number=1&number=2&number=3", "before=999999", "after=0"),
    *(
        "organization={organization_id}&view=all",
        "device={device_id}",
        "text=slow&term=slow&caret=4",
        "in=ticket&q=slow",
    ),
)
# A device agent's archive is large and the same for everybody.
SKIPPED = ("agent/download/", "accounts/logout/")


class Trespass:
    """A running service, another customer's things, and what was asked for."""

    def __init__(self, data: Path) -> None:
        self.cast = settle(data)
        self.things = json.loads(run(data, "tests.campaigns.belongings"))
        self.routes: list[tuple[str, dict[str, str]]] = json.loads(run(data, "tests.campaigns.routes"))
        self.service = Service(data).start()
        self._clients: dict[str, Client] = {}
        self.asked = 0
        self.statuses: Counter[int] = Counter()

    def client(self, name: str) -> Client:
        """Somebody in a browser."""
        if name not in self._clients:
            email, password = self.cast[name]["email"], self.cast["password"]
            self._clients[name] = Client(self.service.port, timeout=240).sign_in(email, password)
        return self._clients[name]

    def program(self, name: str) -> Client:
        """Somebody's program, with their token."""
        if f"{name}'s" not in self._clients:
            self._clients[f"{name}'s"] = Client(self.service.port, self.cast[name]["token"], timeout=240)
        return self._clients[f"{name}'s"]

    def end(self) -> None:
        self.service.stop()
        for client in self._clients.values():
            client.close()

    def paths(self) -> Iterator[str]:
        """Every route with every id that may be somebody's."""
        for route, kinds in self.routes:
            if route.startswith(SKIPPED):
                continue
            for values in product(*(self._values(name, kind) for name, kind in kinds.items())):
                path = "/" + route
                for name, value in zip(kinds, values, strict=True):
                    path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
                yield path

    def _values(self, name: str, kind: str) -> list[str]:
        if kind == "IntConverter":
            return [str(number) for number in self.things["ids"].get(name, IDS)]
        if kind == "UUIDConverter":
            return list(self.things["files"])
        if kind == "StringConverter" and name == "number":
            return [*self.things["tickets"], "1"]
        # A workbook is packed: what it holds is only seen in the other form.
        return {"form": ["csv"], "figure": FIGURES}.get(name, ["x"])

    def questions(self) -> Iterator[str]:
        """Every page and list with questions that would find another customer's things."""
        one = {name: values[0] for name, values in self.things["ids"].items() if name != "number"}
        for route, kinds in self.routes:
            if not kinds and not route.startswith((*SKIPPED, "api/")):
                for question in QUESTIONS:
                    yield f"/{route}?{question.format(**one)}"

    def look(self, client: Client, path: str) -> tuple[int, bytes]:
        status, body = client.get(path)
        self.asked += 1
        self.statuses[status] += 1
        assert status < 500, (path, status, body[:500])
        return status, body


@pytest.fixture(scope="module")
def trespass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trespass]:
    made = Trespass(tmp_path_factory.mktemp("isolation") / "data")
    yield made
    made.end()
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(made.statuses.items()))
    print(f"\nisolation: {made.asked} requests over {len(made.routes)} routes ({statuses})")


@pytest.mark.campaign
def test_those_who_may_see_it_do(trespass: Trespass) -> None:
    """Otherwise the rest would prove nothing."""
    helper, program = trespass.client("specialist"), trespass.program("specialist")
    number = re.sub(r"\D", "", trespass.things["tickets"][0])

    for client, path in [
        (helper, f"/desk/tickets/{number}/"),
        (helper, "/desk/tickets/?view=all"),
        (helper, "/desk/devices/"),
        (helper, "/desk/devices/1/"),
        (helper, f"/files/{trespass.things['files'][0]}/"),
        (helper, f"/desk/search/?q={MARK}"),
        (helper, "/desk/search/?q=slow"),
        (helper, "/desk/people/?q=quinn"),
        (helper, "/desk/tickets/export/csv/?view=all"),
        (trespass.client("administrator"), "/admin/people/"),
        (trespass.client("administrator"), "/admin/people/people.csv"),
        (program, f"/api/v1/tickets/{number}"),
    ]:
        status, body = client.get(path)
        assert (path, status, MARK.encode() in body.lower()) == (path, 200, True)


@pytest.mark.campaign
@pytest.mark.parametrize("name", OUTSIDERS)
def test_no_page_shows_another_organisations_anything(trespass: Trespass, name: str) -> None:
    client = trespass.client(name)
    told = []
    for path in trespass.paths():
        if path.startswith("/api/"):
            continue
        status, body = trespass.look(client, path)
        if MARK.encode() in body.lower() or MARK in str(client.headers).lower():
            told.append((path, status))

    assert not told, told


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["foreigner", "governor"])
def test_no_operation_tells_another_organisations_anything(trespass: Trespass, name: str) -> None:
    client = trespass.program(name)
    paths = [*(path for path in trespass.paths() if path.startswith("/api/")), f"/api/v1/tickets?q={MARK}"]
    told = [path for path in paths if MARK.encode() in trespass.look(client, path)[1].lower()]

    for number in trespass.things["tickets"]:
        path = f"/api/v1/tickets/{number}/replies"
        status, body = client.post_json(path, {"body": "Let me in."})
        told += [path] if status != 404 or MARK in json.dumps(body) else []
    assert not told, told


@pytest.mark.campaign
@pytest.mark.parametrize("name", OUTSIDERS)
def test_searching_and_filters_find_nothing_of_others(trespass: Trespass, name: str) -> None:
    client = trespass.client(name)
    views = ("open", "all", "mine", "unassigned", "closed", "at_risk")
    queries = [f"/desk/tickets/?view={view}" for view in views]
    queries += trespass.questions()
    # Nothing typed holds the mark: whatever shows it was told.
    told = [path for path in queries if MARK.encode() in trespass.look(client, path)[1].lower()]

    assert not told, told


@pytest.mark.campaign
@pytest.mark.parametrize("name", OUTSIDERS)
def test_no_socket_hears_of_others(trespass: Trespass, name: str) -> None:
    client = trespass.client(name)
    cookie = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
    topics = [
        *(f"ticket:{number}" for number in range(1, 4)),
        *(f"command:{number}" for number in range(1, 5)),
        *(f"device:{number}" for number in range(1, 4)),
        *("person:" + str(trespass.cast[one]["id"]) for one in ("requester", "specialist", "administrator")),
        *(
            f"{noun}:{number}"
            for noun in ("gateway", "organization", "file", "mail", "article")
            for number in (1, 2)
        ),
    ]

    async def subscribe() -> Any:
        headers = {"Cookie": cookie, "Origin": f"http://{client.host}"}
        address = f"ws://{client.host}/ws/push"
        async with connect(address, additional_headers=headers, compression=None, proxy=None) as socket:
            await socket.send(json.dumps({"subscribe": topics}))
            return json.loads(await asyncio.wait_for(socket.recv(), 120))

    assert asyncio.run(subscribe()) == {"denied": sorted(topics)}
