"""The search at 100,000 tickets with three messages each, against its goals, as one table.

    python bench/search/speed.py                      # about half an hour, most of it the import
    python bench/search/speed.py --tickets 10000      # smaller
    python bench/search/speed.py --keep FOLDER        # keep the data folder and use it again

The engine's times are taken in a process of its own, through the product's queries and actions;
the rebuild runs in a child beside the real service on two cores, while a technician's list is
fetched all the time. Everything ends by itself, and nothing stays unless --keep names a folder.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT, ROOT / "tools", ROOT / "src", ROOT / "packages/protocol/src", ROOT / "packages/agent/src"]
for folder in SOURCES:
    sys.path.insert(0, str(folder))
os.environ["PYTHONPATH"] = os.pathsep.join(map(str, SOURCES))

from bench.desk import LIST, Desk  # noqa: E402
from tests.campaigns import judged, process  # noqa: E402

PROCESSOR = sorted(os.sched_getaffinity(0))
SERVICE_CORES = 2
LISTS_BEFORE = 100
MIXED, MIXED_TICKETS = 500, 2_000


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    measured: str
    goal: str
    is_met: bool


def at(samples: list[float], share: float) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _times(name: str, samples: list[float], goal: float, busy: Sequence[float] = ()) -> Row:
    p50, p95 = at(samples, 0.5), at(samples, 0.95)
    measured = f"{p50:.1f} ({p95:.1f}), longest {max(samples):.0f}"
    if busy:
        measured += f"; processor {at(list(busy), 0.5):.1f} ({at(list(busy), 0.95):.1f})"
    return Row(f"{name}, ms p50 (p95)", measured, f"p95 ≤ {goal:g}", p95 <= goal)


def _both(name: str, samples: list[tuple[float, float]], goal: float) -> Row:
    """Milliseconds as they passed, which the goal is about, and those of the processor."""
    return _times(name, [wall for wall, _ in samples], goal, [busy for _, busy in samples])


class Speed:
    """One data folder, measured from inside and from outside."""

    def __init__(self, place: Path, tickets: int, seed: int) -> None:
        self.tickets = tickets
        self.desk = Desk(place, tickets, seed, 0)

    def rows(self) -> Iterator[Row]:
        """Every figure, each as soon as it is known."""
        self.desk.fill()
        yield from self._rebuild()
        yield from self._inside()
        yield self._alike()

    def _rebuild(self) -> Iterator[Row]:
        service = process.Service(self.desk.data, prefix=_pinned()).start()
        try:
            browser = process.Client(service.port).sign_in(
                self.desk.cast["technician"]["email"], self.desk.cast["password"]
            )
            self._lists(browser, LISTS_BEFORE // 4)
            alone = self._lists(browser, LISTS_BEFORE)
            child = subprocess.Popen(
                [*_pinned(), sys.executable, "-m", "bench.search.rebuild"],
                cwd=ROOT, env=process.environment(self.desk.data), stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            during: list[float] = []
            while child.poll() is None:
                during += self._lists(browser, 10)
            assert child.stdout is not None
            said = child.stdout.read().split()
            if child.returncode:
                raise AssertionError(f"the rebuild ended with {child.returncode}")
        finally:
            service.stop()
        seconds = float(said[0])
        goal = 90 * self.tickets / 100_000
        name = f"rebuild of {int(said[1]):,} documents in a child, s"
        yield Row(name, f"{seconds:.0f}", f"≤ {goal:g}", seconds <= goal)
        yield _times("… list pages meanwhile", during, 50)
        before = f"{at(alone, 0.5):.1f} ({at(alone, 0.95):.1f})"
        yield Row("… list pages before, ms p50 (p95)", before, "", True)

    @staticmethod
    def _lists(browser: process.Client, count: int) -> list[float]:
        samples = []
        for _ in range(count):
            start = time.perf_counter()
            status, _body = browser.get(LIST)
            samples.append((time.perf_counter() - start) * 1000)
            assert status == 200, status
        return samples

    def _inside(self) -> Iterator[Row]:
        people = [self.desk.cast[role]["email"] for role in ("technician", "administrator")]
        said = process.run(self.desk.data, "bench.search.inside", *people, prefix=_pinned())
        found: dict[str, Any] = json.loads(said)
        yield _both(f"as you type, {len(found['typing']):,} beginnings", found["typing"], 30)
        yield _both("similar to a whole ticket", found["similar"], 60)
        index = [wall for wall, _ in found["index"]]
        mean = sum(index) / len(index)
        name = f"index one changed ticket, {len(index)} times, ms mean (p95)"
        yield Row(name, f"{mean:.1f} ({at(index, 0.95):.1f})", "≤ 5", mean <= 5)
        typos = found["typos"]
        kept = f"{typos['mean']:.1%} (any: {typos['any']:.1%})"
        yield Row("mistyped queries: of the first ten kept", kept, "≥ 90 %", typos["mean"] >= 0.9)
        fragments = found["fragments"]
        lost = fragments["lost"]
        measured = f"{fragments['asked'] - len(lost)} of {fragments['asked']}"
        yield Row("Chinese fragments found", f"{measured} {' '.join(lost[:5])}".strip(), "all", not lost)
        hostile = max(wall for wall, _ in found["hostile"])
        measured = f"{hostile:.0f}; processor {max(busy for _, busy in found['hostile']):.0f}"
        name = f"{len(found['hostile']) // 2} hostile queries, longest ms"
        yield Row(name, measured, "≤ 50", hostile <= 50)

    def _alike(self) -> Row:
        """The same questions on both databases, over the judged documents and generated tickets."""
        import django

        django.setup()
        from launcher import postgres

        from firstline.search.evaluation import evaluate
        from firstline.search.judging import JudgedQuery

        documents = judged.documents(MIXED_TICKETS)
        anything = frozenset({documents[0].id})
        queries = [JudgedQuery(text, anything) for text in judged.mixed_queries(documents, MIXED)]
        lite = evaluate(documents, queries).rankings
        with postgres.cluster() as url:
            full = evaluate(documents, queries, database="postgresql", server=url).rankings
        equal = sum(one == other for one, other in zip(lite, full, strict=True))
        name = f"mixed queries equal on SQLite and PostgreSQL, {len(documents):,} documents"
        return Row(name, f"{equal} of {MIXED}", "all", equal == MIXED)


def _pinned() -> list[str]:
    return ["taskset", "-c", ",".join(map(str, PROCESSOR[:SERVICE_CORES]))]


def main() -> None:
    parser = argparse.ArgumentParser(description="The search against its goals")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--keep", type=Path, help="keep the data folder here, and use it again")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")
    with tempfile.TemporaryDirectory(prefix="firstline-speed-") as folder:
        os.environ["FIRSTLINE_DATA_DIR"] = f"{folder}/none"
        rows = []
        for row in Speed(options.keep or Path(folder), options.tickets, options.seed).rows():
            print(f"  {row.name}: {row.measured}", file=sys.stderr, flush=True)
            rows.append(row)
    print(f"| {options.tickets:,} tickets with three messages | measured | goal | |")
    print("| --- | --- | --- | --- |")
    for row in rows:
        verdict = ("met" if row.is_met else "**missed**") if row.goal else ""
        print(f"| {row.name} | {row.measured} | {row.goal} | {verdict} |")
    print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
