"""Write latency of SQLite under eight writers: Django's own backend against ours with its first-come lock.

    python bench/sqlite.py [--seconds 8]

One change is one transaction of the product's shape: one read, one update, three inserts, durable,
with as much Python within and between as the ORM and a request take.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKENDS = {"stock": "django.db.backends.sqlite3", "first come": "firstline.config.sqlite"}
WRITERS = 8
WITHIN_SECONDS, BETWEEN_SECONDS = 0.002, 0.002
TABLES = (
    "CREATE TABLE ticket (id INTEGER PRIMARY KEY, version INTEGER, subject TEXT)",
    "CREATE TABLE message (id INTEGER PRIMARY KEY, ticket INTEGER, body TEXT)",
    "CREATE INDEX message_by_ticket ON message (ticket, id)",
    "CREATE TABLE record (id INTEGER PRIMARY KEY, verb TEXT, body TEXT)",
    "CREATE TABLE event (id INTEGER PRIMARY KEY, name TEXT, body TEXT)",
)


def write(engine: str, name: str, seconds: float) -> None:
    """Be the process that is measured; prints the latencies in milliseconds."""
    from django.conf import settings

    sys.path.insert(0, str(ROOT / "src"))
    from firstline.config.environment import database

    chosen = {**database(Path(name).parent, ""), "ENGINE": engine, "NAME": name}
    settings.configure(DATABASES={"default": chosen}, USE_TZ=True)
    import django
    from django.db import connection, transaction

    django.setup()
    with connection.cursor() as cursor:
        for sql in TABLES:
            cursor.execute(sql)
        cursor.executemany("INSERT INTO ticket VALUES (%s, 1, 'x')", [(n,) for n in range(1000)])
    latencies: list[float] = []
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        mine, count = [], 0
        while time.monotonic() < until:
            count += 1
            ticket = (number * 7919 + count) % 1000
            start = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT version FROM ticket WHERE id = %s", [ticket])
                version = cursor.fetchone()[0]
                compute(WITHIN_SECONDS)
                cursor.execute("UPDATE ticket SET version = %s WHERE id = %s", [version + 1, ticket])
                cursor.execute("INSERT INTO message (ticket, body) VALUES (%s, %s)", [ticket, "m" * 600])
                cursor.execute("INSERT INTO record (verb, body) VALUES ('changed', %s)", ["r" * 200])
                cursor.execute("INSERT INTO event (name, body) VALUES ('changed', %s)", ["e" * 80])
            mine.append((time.perf_counter() - start) * 1000)
            compute(BETWEEN_SECONDS)
        latencies.extend(mine)
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(latencies))


def compute(seconds: float) -> None:
    """Python at work for so much CPU time of this thread."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description="Write latency of SQLite under eight writers")
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    print(f"| backend, {WRITERS} writers | writes/s | p50 ms | p95 ms | p99 ms | longest ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    tails = {}
    for label, engine in BACKENDS.items():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "write", engine, f"{folder}/b.sqlite3", str(options.seconds)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
        found = sorted(json.loads(done.stdout))
        tails[label] = [_at(found, share) for share in (0.95, 0.99, 1)]
        cells = [len(found) / options.seconds, *(_at(found, share) for share in (0.5, 0.95, 0.99, 1))]
        print(f"| {label} | {' | '.join(f'{cell:.1f}' for cell in cells)} |", flush=True)
    ratios = [stock / ours for stock, ours in zip(tails["stock"], tails["first come"], strict=True)]
    print(
        "\nThe first-come lock makes p95 / p99 / longest "
        + " / ".join(f"{r:.1f}x" for r in ratios)
        + " shorter."
    )


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        main()
