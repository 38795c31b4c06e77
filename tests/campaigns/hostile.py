"""A running service at which everything is thrown, and what must hold however it ends."""

import copy
import json
import re
import shutil
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from tests.campaigns.books import Books
from tests.campaigns.process import ROOT, Client, Service, database_url, run, settle, wait_until

CHINESE = re.compile(r"[\u4e00-\u9fff]")
REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 411, 413, 415, 422, 429})
# A mail of 25 MB is read, taken apart and stored within this; the rest is the idle process.
MEMORY_BYTES_MAX = 700 * 2**20


@dataclass(frozen=True)
class Settlement:
    """A folder in which everybody lives, and what they have; copied, never served."""

    data: Path
    cast: dict[str, Any]
    things: dict[str, Any]
    routes: list[tuple[str, dict[str, str]]]

    @classmethod
    def found(cls, data: Path, url: str = "") -> Self:
        cast = settle(data, url)
        things = json.loads(run(data, "tests.campaigns.belongings"))
        return cls(data, cast, things, json.loads(run(data, "tests.campaigns.routes")))


class Desk:
    """A running service, another customer's things, and what was thrown at it."""

    def __init__(self, settlement: Settlement, data: Path, url: str = "") -> None:
        self.data = data
        self.cast = copy.deepcopy(settlement.cast)
        self.things = settlement.things
        self.routes = settlement.routes
        self.service = Service(data).start()
        self.books = Books(data, url)
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.peak_bytes = 0
        self._lines_seen = 0
        self._clients: list[Client] = []

    def client(self, name: str, language: str = "en") -> Client:
        """Somebody in a browser."""
        return self.stranger(language=language).sign_in(
            self.cast[name]["email"], self.cast[name].get("password", self.cast["password"])
        )

    def program(self, name: str = "specialist", language: str = "en") -> Client:
        """Somebody's program."""
        return self.stranger(self.cast[name]["token"], language)

    def stranger(self, token: str = "", language: str = "en") -> Client:
        client = Client(self.service.port, token, timeout=240, language=language)
        self._clients.append(client)
        return client

    def note(self, kind: str, status: int) -> None:
        """Count one answer."""
        self.sent[kind] += 1
        self.statuses[status] += 1

    def audited(self, client: Client) -> int:
        """How many audit records the last request of `client` wrote."""
        request_id = client.headers.get("X-Request-ID") or "none"
        return self.books.count("SELECT count(*) FROM audit_auditrecord WHERE request_id = ?", request_id)

    def faults(self) -> list[str]:
        """What the log calls an error since it was last asked: something that needs a change of ours."""
        lines = self.service.log_text().splitlines()
        fresh, self._lines_seen = lines[self._lines_seen :], len(lines)
        told = [json.loads(line) for line in fresh if line.startswith("{")]
        wrong = [line for line in told if line["level"] in {"error", "critical"}]
        return [f"{line['event']} … {line.get('exception', '')[-1200:]}" for line in wrong]

    def memory_bytes(self) -> int:
        """What the process holds now; remembers the most."""
        held = psutil.Process(self.service.pid).memory_info().rss
        self.peak_bytes = max(self.peak_bytes, held)
        return held

    def check_service(self) -> None:
        """Whatever came in, nothing is logged as an error, memory is bounded and the service goes on."""
        assert not self.service.has_died, self.service.log_text()[-3000:]
        faults = self.faults()
        assert not faults, "\n".join(faults)
        assert self.memory_bytes() < MEMORY_BYTES_MAX
        status, body = self.stranger().get("/healthz")
        assert (status, json.loads(body)) == (200, {"status": "ok"})

    def settle(self) -> None:
        """Wait until all that was begun is done."""
        wait_until(self.books.is_quiet, what="the end of all jobs")

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Whatever is done within changes nothing that lasts."""
        self.settle()
        before = self.books.sizes()
        yield
        self.settle()
        assert self.books.changes_since(before) == {}

    def check_whole(self) -> None:
        """Nothing is half-written, the trail holds and work is taken."""
        self.settle()
        half, damage = self.books.half_written(), self.books.damage()
        dead = self.books.rows("SELECT name, error FROM outbox_job WHERE state = 'dead'")
        assert (half, damage) == ({}, [])
        assert not dead, "\n".join(f"{name}: {error[-1500:]}" for name, error in dead)
        run(self.data, "firstline.config.commands", "audit", "verify")
        # The forms may have revoked a token: that was theirs to do; somebody's must still be taken.
        answers = [
            self.program(name).post_json("/api/v1/tickets", {"body": "Still there?"})[0]
            for name, member in self.cast.items()
            if isinstance(member, dict) and member.get("token")
        ]
        assert 201 in answers, answers
        assert max(answers) < 500, answers

    def end(self) -> None:
        self.service.stop()
        for client in self._clients:
            client.close()

    @property
    def summary(self) -> str:
        sent = ", ".join(f"{count} {name}" for name, count in sorted(self.sent.items()))
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        records = self.books.count("SELECT count(*) FROM audit_auditrecord")
        kind = "PostgreSQL" if self.books.url else "SQLite"
        return (
            f"hostile on {kind}: {sent} ({statuses}); {records} audit records; "
            f"most memory {self.peak_bytes / 1e6:.0f} MB"
        )


@contextmanager
def a_desk(settlement: Settlement, folder: Path) -> Iterator[Desk]:
    """A desk of its own from beginning to end; what must hold is asserted at the end."""
    data = folder / "data"
    shutil.copytree(settlement.data, data)
    url = database_url(settlement.data)
    if url:
        url = new_database(url, like=url)
        (data / "url").write_text(url, encoding="utf-8")
    desk = Desk(settlement, data, url)
    try:
        desk.settle()
        yield desk
        desk.check_service()
        desk.check_whole()
        print(f"\n{desk.summary}")
    finally:
        desk.end()


@contextmanager
def cluster() -> Iterator[str]:
    """A PostgreSQL that lives as long as the block, as the tests start it."""
    sys.path.insert(0, str(ROOT / "tools"))
    from launcher import postgres

    with postgres.cluster() as url:
        yield url


def speaks(body: bytes, language: str) -> bool:
    """Whether what was answered holds a sentence in `language`."""
    text = body.decode(errors="replace")
    return bool(CHINESE.search(text)) if language.startswith("zh") else not CHINESE.search(_own_words(text))


def _own_words(page: str) -> str:
    """A page without what was typed, and without the names of languages in their own language."""
    shown = re.sub(r'value="[^"]*"|<textarea.*?</textarea>|<option.*?</option>', "", page, flags=re.DOTALL)
    return re.sub(r"简体中文|lang=\"zh[^>]*>[^<]*", "", shown)


def new_database(url: str, like: str = "") -> str:
    """Another database in the cluster of `url`, empty or a copy of `like`; its URL."""
    name = f"hostile_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(url)
    template = f' TEMPLATE "{urlsplit(like).path[1:]}"' if like else ""
    with psycopg.connect(urlunsplit(parts._replace(path="/template1")), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{template}')  # type: ignore[arg-type]
    return urlunsplit(parts._replace(path=f"/{name}"))
