"""The desk's speed at 20,000 and 100,000 tickets: the real service, over HTTP, with a real session.

    python bench/desk.py                      # both sizes, about twenty minutes
    python bench/desk.py --tickets 20000      # one size
    python bench/desk.py --keep FOLDER        # keep the data folders and use them again

The service runs on two cores, the clients on the others. The technician works in two of six teams; clocks
run, jobs work, and lists are open over push sockets. Nothing listens beyond 127.0.0.1.

CPU per request is the service's own, until everything that the requests set off is done: answers and jobs.
A kept folder is brought up to date by the product's own migrations first, and its search index with them.
"""

import argparse
import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.live import OpenList, OpenLists
from tests.campaigns import process
from tests.campaigns.house import CLIENTS, WATCHERS

ALL_CORES = sorted(os.sched_getaffinity(0))
SERVICE_CORES = 2
LIST = "/desk/tickets/?view=open"
WARM_UP = 30
CLIENTS_MANY, MANY_SECONDS = 8, 10
LISTS_OPEN, CHANGES_PER_SECOND, LIVE_SECONDS = 100, 10, 20
IDLE_SOCKETS = 20
SETTLE_SECONDS, FIRST_SETTLE_SECONDS = 120, 1800
SLOWER_MAX = 1.10
VIEWS = 20
BULKS = 3


def _said(place: int, field: str, *values: str, count: str = "", operator: str = "is") -> dict[str, Any]:
    """A condition as the page of a view sends it."""
    said: dict[str, Any] = {"row": [str(place)], f"field-{place}": field, f"op-{place}": operator}
    return said | (
        {f"count-{place}": count, f"unit-{place}": "d"} if count else {f"values-{place}": [*values]}
    )


FIVE: dict[str, Any] = {
    **_said(0, "priority", "2", "3"),
    **_said(1, "team", "mine"),
    **_said(2, "created", count="3650", operator="within"),
    **_said(3, "vip", "yes", operator="not"),
    **_said(4, "status", "new", "open", "waiting_requester"),
    "row": ["0", "1", "2", "3", "4"],
    "column": ["number", "subject", "requester", "organization", "assignee", "status", "due"],
}


@dataclass
class Figure:
    """What was measured under one name; milliseconds, or a plain number."""

    name: str
    goal: str
    limit: float = 0.0
    samples: list[float] = field(default_factory=list)
    cpu: float | None = None
    first: float | None = None
    value: float | None = None

    def verdict(self) -> str:
        """Whether the goal was met; nothing where there is none."""
        if not self.goal or not self.limit:
            return ""
        if self.goal.startswith("≥"):
            return "met" if (self.value or 0) >= self.limit else "missed"
        measured = self.value if not self.samples else self.at(0.95 if self.goal.startswith("p95") else 0.5)
        return "met" if (measured or 0) <= self.limit else "missed"

    def at(self, share: float) -> float:
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Desk:
    """One data folder with so many tickets, and the service on it."""

    def __init__(self, folder: Path, tickets: int, seed: int, requests: int) -> None:
        self.tickets, self.seed, self.requests = tickets, seed, requests
        self.data = folder / f"desk-{tickets}"
        self.figures: list[Figure] = []
        self.random = Random(seed)
        self.marks = itertools.count(1)

    def fill(self) -> None:
        """Import by the product's own command, timed; a kept folder is brought up to date only."""
        kept = self.data / "cast.json"
        if kept.exists():
            self.cast = json.loads(kept.read_text())
            if "database" in process.run(self.data, "firstline.config.prepare"):
                print(f"  {self.tickets}: the schema moved on; making the index anew", file=sys.stderr)
                process.run(self.data, "firstline.config.commands", "search", "rebuild")
            return
        self.cast = process.settle(self.data)
        file = self.data / "tickets.jsonl"
        generate = [sys.executable, str(Path(__file__).with_name("generate.py"))]
        with file.open("w") as target:
            arguments = ["--tickets", str(self.tickets), "--seed", str(self.seed)]
            subprocess.run([*generate, *arguments], stdout=target, check=True)
        start = time.monotonic()
        process.run(
            self.data, "firstline.config.commands", "import", "tickets", str(file),
            "--organization", "Works", prefix=_pinned(),
        )  # fmt: skip
        self._number("import, seconds", "≤ 600", 600, time.monotonic() - start)
        file.unlink()
        kept.write_text(json.dumps(self.cast))

    def measure(self) -> None:
        """Every figure, the service started afresh."""
        self.service = process.Service(self.data, prefix=_pinned()).start()
        try:
            self.server = psutil.Process(self.service.pid)
            self.program = process.Client(self.service.port, self.cast["specialist"]["token"])
            self.browser = process.Client(self.service.port).sign_in(
                self.cast["technician"]["email"], self.cast["password"]
            )
            # The first start after an import closes what was resolved long ago: minutes of work at 100,000.
            self._settle(FIRST_SETTLE_SECONDS)
            self._number("main process idle, MB", "≤ 150", 150, self.server.memory_info().rss / 1e6)
            self._number("… with the process of the jobs, MB", "", 0, self._memory())
            with self._sockets(IDLE_SOCKETS):
                self._one_client()
            self._many_clients()
            self._live()
            self._bulk()
            self._settle()
            self._number("main process after the load, MB", "", 0, self.server.memory_info().rss / 1e6)
            self._number("… with the process of the jobs, MB, after", "", 0, self._memory())
        finally:
            self.service.stop()

    # One client

    def _one_client(self) -> None:
        numbers = self._listed()
        chosen = itertools.cycle(self.random.sample(numbers, len(numbers)))
        self._timed("list, first page", 12, self.requests, lambda: self._see(LIST))
        self._keep_views()
        code = self._saved_view("Five conditions", FIVE)
        self._timed(
            "saved view with 5 conditions", 12, self.requests,
            lambda: self._see(f"/desk/tickets/?view={code}"),
        )  # fmt: skip
        self._timed(
            f"counts of {VIEWS} saved views",
            100,
            self.requests // 4,
            lambda: self._see("/desk/counts/?on=open"),
        )
        self._timed("open a ticket", 10, self.requests, lambda: self._open(next(chosen)))
        self._timed("create by API", 10, self.requests // 2, self._create)
        self._timed("reply at the desk", 15, self.requests // 2, lambda: self._answer(next(chosen)))
        self._timed("reply by API", 15, self.requests // 2, lambda: self._reply(next(chosen)))

    def _timed(self, name: str, limit: float, count: int, action: Callable[[], object]) -> None:
        """Cold (the first), then warm; the CPU includes the jobs, those that run afterwards too."""
        figure = Figure(name, f"≤ {limit}", limit)
        figure.first = _milliseconds(action)
        for _ in range(WARM_UP):
            action()
        self._settle()
        before = self._cpu()
        for _ in range(count):
            figure.samples.append(_milliseconds(action))
        self._settle()
        figure.cpu = (self._cpu() - before) / count * 1000
        self._keep(figure)

    def _keep_views(self) -> None:
        """So many views stand beside every list; what a run before kept is kept."""
        for place in range(VIEWS - 1):
            self._saved_view(
                f"Measured {place}", {"scope": "open", **_said(0, "priority", str(place % 4 + 1))}
            )

    def _saved_view(self, name: str, conditions: dict[str, Any]) -> str:
        """The code of a view with this name, made where there is none."""
        page = self._see("/desk/views/").decode()
        kept = re.search(rf'/desk/tickets/\?view=(v\d+)" title="{name}"', page)
        if kept is None:
            status, body = self.browser.post_form(
                "/desk/views/new/", {**conditions, "name": name, "do": "save"}
            )
            assert status == 200, (status, body[:500])
            page = self._see("/desk/views/").decode()
            kept = re.search(rf'/desk/tickets/\?view=(v\d+)" title="{name}"', page)
        assert kept is not None, name
        return kept[1]

    def _bulk(self) -> None:
        """A tag on the first 500 tickets of the list: the page that asks, the preview, the change."""
        figure = Figure("bulk edit of 500", "", 0)
        start = {"view": "open", "all": "1"}
        status, page = self.browser.post_form("/desk/tickets/bulk/", start)
        assert status == 200, (status, page[:500])
        ids = re.findall(r'name="id" value="(\d+)"', page.decode())
        before = self._cpu()
        for _ in range(BULKS):
            asked = {"view": "open", "id": ids, "add_tags": f"measured-{next(self.marks)}", "do": "apply"}
            figure.samples.append(_milliseconds(lambda asked=asked: self._applied(asked)))
        self._settle()
        figure.cpu = (self._cpu() - before) / BULKS * 1000
        self._number("… tickets in it", "", 0, len(ids))
        self._keep(figure)

    def _applied(self, asked: dict[str, Any]) -> None:
        status, body = self.browser.post_form("/desk/tickets/bulk/", asked)
        assert status == 200, (status, body[:500])

    def _open(self, number: int) -> None:
        self._see(f"/desk/tickets/{number}/")

    def _see(self, path: str) -> bytes:
        status, body = self.browser.get(path)
        assert status == 200, (path, status, body[:300])
        return body

    def _listed(self) -> list[int]:
        """Numbers of tickets that the technician's lists show, over several pages."""
        numbers: dict[int, None] = {}
        path, seen = LIST, set[str]()
        while path and len(numbers) < 300:
            text = self._see(path).decode()
            numbers |= dict.fromkeys(map(int, re.findall(r"/desk/tickets/(\d+)/", text)))
            cursors = re.findall(r"/desk/tickets/\?view=open&(?:amp;)?cursor=([\w-]+)", text)
            seen |= {path}
            path = next((link for c in cursors if (link := f"{LIST}&cursor={c}") not in seen), "")
        return list(numbers)

    def _create(self) -> str:
        mark = next(self.marks)
        status, answer = self.program.post_json(
            "/api/v1/tickets",
            {
                "subject": f"Measured {mark}: the tunnel closes",
                "body": f"It closes every {mark % 50 + 10} minutes since this morning.\n\nRegards",
                "requester": f"client{mark % CLIENTS:02}@works.example",
            },
        )
        assert status == 201, answer
        return str(answer["id"])

    def _reply(self, number: int | str) -> None:
        body = {"body": f"Please try again, measured {next(self.marks)}."}
        status, answer = self.program.post_json(f"/api/v1/tickets/{number}/replies", body)
        assert status == 201, answer

    def _answer(self, number: int) -> None:
        fields = {"body": f"Please try again, measured {next(self.marks)}.", "mode": "reply"}
        status, body = self.browser.post_form(f"/desk/tickets/{number}/answers/", fields)
        assert status == 200, (status, body[:500])

    # Many clients

    def _many_clients(self) -> None:
        counts = [0] * CLIENTS_MANY
        samples: list[float] = []
        until = time.monotonic() + MANY_SECONDS

        def look(place: int) -> None:
            client = process.Client(self.service.port)
            client.cookies = dict(self.browser.cookies)
            while time.monotonic() < until:
                samples.append(_milliseconds(lambda: client.get(LIST)))
                counts[place] += 1
            client.close()

        before = self._cpu()
        threads = [threading.Thread(target=look, args=(place,)) for place in range(CLIENTS_MANY)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = sum(counts) / MANY_SECONDS
        figure = Figure("8 clients, lists per second", "≥ 150", 150, samples, value=rate)
        figure.cpu = (self._cpu() - before) / sum(counts) * 1000
        self._keep(figure)

    # Live lists

    def _live(self) -> None:
        """100 open lists that fetch themselves again, while ten changes a second are made."""
        lists = self._lists(LISTS_OPEN, fetches=True)
        numbers = self._listed()
        changes: list[float] = []

        def change() -> None:
            start = time.monotonic()
            for step in range(CHANGES_PER_SECOND * LIVE_SECONDS):
                time.sleep(max(0.0, start + step / CHANGES_PER_SECOND - time.monotonic()))
                action = self._create if step % 3 == 0 else lambda: self._reply(self.random.choice(numbers))
                changes.append(_milliseconds(action))

        before = self._cpu()
        opened = OpenLists(lists)
        asyncio.run(_beside(opened, change))
        busy = (self._cpu() - before) / LIVE_SECONDS
        rate = len(opened.milliseconds) / LIVE_SECONDS
        name = f"{LISTS_OPEN} open lists, {CHANGES_PER_SECOND} changes/s: list"
        self._keep(Figure(name, "p95 ≤ 50", 50, opened.milliseconds))
        self._keep(Figure("… and the changes themselves", "", 0, changes))
        self._number("… lists fetched per second", "", 0, rate)
        self._number("… busy cores", "", 0, busy)

    def _lists(self, count: int, *, fetches: bool) -> list[OpenList]:
        watchers = [
            process.Client(self.service.port).sign_in(f"watcher{number}@desk.example", self.cast["password"])
            for number in range(WATCHERS)
        ]
        teams = list(self.cast["teams"].values())
        lists = []
        for place in range(count):
            number = place % WATCHERS
            cookie = "; ".join(f"{name}={value}" for name, value in watchers[number].cookies.items())
            topics = ["queue:0", *(f"queue:{team}" for team in teams[number:][:2])]
            lists.append(OpenList(self.service.port, cookie, LIST, topics, fetches))
        return lists

    @contextmanager
    def _sockets(self, count: int) -> Iterator[None]:
        """Keep `count` lists open that hear of changes but fetch nothing."""
        lists, done = OpenLists(self._lists(count, fetches=False)), threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(_beside(lists, done.wait)))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    # The processes

    def _cpu(self) -> float:
        times = [member.cpu_times() for member in self._members()]
        return float(sum(each.user + each.system for each in times))

    def _memory(self) -> float:
        return float(sum(member.memory_info().rss for member in self._members()) / 1e6)

    def _members(self) -> list[psutil.Process]:
        return [self.server, *self.server.children()]

    def _settle(self, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until jobs and checkpoints leave the service idle."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            before = self._cpu()
            time.sleep(0.5)
            if self._cpu() - before < 0.06:
                return

    def _number(self, name: str, goal: str, limit: float, value: float) -> None:
        self._keep(Figure(name, goal, limit, value=value))

    def _keep(self, figure: Figure) -> None:
        self.figures.append(figure)
        told = f"{self.tickets}: {figure.name}: {_cells(figure)} {figure.verdict()}"
        print(f"  {told}", file=sys.stderr, flush=True)


async def _beside(lists: OpenLists, work: Callable[[], Any]) -> None:
    loop = asyncio.get_running_loop()
    await lists.during(lambda: loop.run_in_executor(None, work))


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _pinned() -> list[str]:
    return ["taskset", "-c", ",".join(map(str, ALL_CORES[:SERVICE_CORES]))]


def _cells(figure: Figure) -> str:
    if not figure.samples:
        return f"{figure.value:.0f}" if (figure.value or 0) >= 10 else f"{figure.value:.1f}"
    text = f"{figure.at(0.5):.1f} ({figure.at(0.95):.1f})"
    if figure.value is not None:
        text = f"{figure.value:.0f}/s, {text}"
    extra = [f"cold {figure.first:.0f}"] if figure.first is not None else []
    extra += [f"CPU {figure.cpu:.1f}"] if figure.cpu is not None else []
    return f"{text}; {', '.join(extra)}" if extra else text


def _table(desks: list[Desk]) -> str:
    sizes = [f"{desk.tickets:,}" for desk in desks]
    ratio = ["ratio of p50"] if len(desks) == 2 else []
    rows = [
        "| | " + " | ".join([*sizes, *ratio, "goal"]) + " |",
        "|" + " --- |" * (len(sizes) + len(ratio) + 2),
    ]
    for name in dict.fromkeys(figure.name for desk in desks for figure in desk.figures):
        found = [next((f for f in desk.figures if f.name == name), None) for desk in desks]
        cells = [f"{_cells(figure)} {figure.verdict()}".strip() if figure else "–" for figure in found]
        if ratio:
            cells.append(_ratio(*found))
        goal = next(figure.goal for figure in found if figure)
        rows.append(f"| {name} | " + " | ".join([*cells, goal]) + " |")
    return "\n".join(rows)


def _ratio(small: Figure | None, large: Figure | None) -> str:
    """How much dearer the large desk is; the goal is at most a tenth."""
    if not (small and large and small.samples and large.samples):
        return ""
    ratio = large.at(0.5) / small.at(0.5)
    if not small.name.startswith(("list", "open", "create", "reply")):
        return f"{ratio:.2f}"
    return f"{ratio:.2f} {'met' if ratio <= SLOWER_MAX else 'missed'}"


def main() -> None:
    parser = argparse.ArgumentParser(description="The desk's speed as a table")
    parser.add_argument("--tickets", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="keep the data folders here, and use them again")
    options = parser.parse_args()
    if len(ALL_CORES) > SERVICE_CORES:
        os.sched_setaffinity(0, ALL_CORES[SERVICE_CORES:])
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        desks = [Desk(place, tickets, options.seed, options.requests) for tickets in options.tickets]
        for desk in desks:
            desk.fill()
            desk.measure()
    print(
        "Milliseconds: p50 (p95); cold: the first request after the start; CPU per request with all jobs.\n"
    )
    print(_table(desks))
    print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
