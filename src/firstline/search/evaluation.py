"""How good the engine is on a judged set: the product's own search over a scratch database.

A child process with a data folder or PostgreSQL database of its own does the searching, so that
nothing of a judged set is ever written beside the product's records.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

import psycopg
from django.conf import settings
from psycopg.sql import SQL, Identifier

from firstline.kit.errors import DomainError, InvalidInput
from firstline.search.judging import JudgedDocument, JudgedQuery, measure

Database = Literal["sqlite", "postgresql"]
DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
CONNECT_SECONDS_MAX = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out: the means of each measure, and for each question the ids found, best first."""

    figures: dict[str, float]
    rankings: list[list[str]]


def evaluate(
    documents: Sequence[JudgedDocument],
    queries: Sequence[JudgedQuery],
    *,
    database: Database = "sqlite",
    server: str = "",
    live: bool = False,
    timeout_seconds: float | None = None,
) -> Evaluation:
    """Index the documents in a scratch database, ask every question there, and measure the answers.

    A question is searched as one that somebody has finished typing; with `live` as one whose last
    word goes on. The PostgreSQL server is the product's, or the one whose URL is `server`. Safe
    beside a running service; the scratch database is gone afterwards. Raises `InvalidInput` where
    no PostgreSQL is configured, `DomainError` when the run fails or takes longer than
    `timeout_seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="firstline-judged-") as folder:
        place = Path(folder)
        (place / "set.json").write_text(
            json.dumps(
                {
                    "documents": [asdict(document) for document in documents],
                    "queries": [query.text for query in queries],
                    "live": live,
                }
            ),
            encoding="utf-8",
        )
        with _scratch(database, server) as url:
            _run(place, url, timeout_seconds)
        rankings: list[list[str]] = json.loads((place / "rankings.json").read_text(encoding="utf-8"))
    return Evaluation(measure(queries, rankings), rankings)


@contextmanager
def _scratch(database: Database, server: str) -> Iterator[str]:
    """The URL of a database of this run only; empty for SQLite, which lives in the folder."""
    if database == "sqlite":
        yield ""
        return
    server = server or _configured_server()
    name = f"firstline_judged_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX) as connection:
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(name))
            )
    except psycopg.Error as error:
        raise DomainError("judged_no_scratch", reason=str(error).strip()) from error
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX) as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _configured_server() -> str:
    """The URL of the product's own server."""
    values: Mapping[str, Any] = settings.DATABASES["default"]
    if "postgresql" not in values["ENGINE"]:
        raise InvalidInput("judged_no_postgresql")
    options = {name: value for name, value in values["OPTIONS"].items() if isinstance(value, str)}
    options |= {"host": values["HOST"], "port": values["PORT"], "password": values["PASSWORD"]}
    query = urlencode({name: value for name, value in options.items() if value})
    return f"postgresql://{quote(values['USER'], safe='')}@/{quote(values['NAME'], safe='')}?{query}"


def _run(place: Path, url: str, timeout_seconds: float | None) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_DATABASE_URL")
    }
    environment |= {
        "FIRSTLINE_DATA_DIR": str(place),
        "FIRSTLINE_DATABASE_URL": url,
        "FIRSTLINE_DATABASE_POOL": "0",
        "OPENBLAS_NUM_THREADS": "1",
        # The child finds what this process found, however it was started (a test runner adds to the path).
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
    }
    environment.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")
    command = [sys.executable, "-m", "django", "search_scratch", str(place)]
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise DomainError("judged_too_slow", seconds=int(timeout_seconds or 0)) from error
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise DomainError("judged_run_failed", reason=reason)
