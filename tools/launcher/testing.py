"""`./firstline test`: installs what the tests need, runs every kind, and sums up."""

import argparse
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launcher import assets, postgres, runtime
from launcher.progress import Stop, say

_COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped)")
PYTHON_TREES = ["src", "packages", "tests", "bench", "tools", "conftest.py", "firstline"]
_FIXED_ORDER = ["-p", "no:randomly"]
# Failed tests of one kind that are tried a second time, alone; more than these are no accident.
_TRIED_AGAIN = 3
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::.*?)(?: - .*)?$")
CAMPAIGNS = Path(runtime.ROOT, "tests", "campaigns")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one command ended: its exit code, its closing counts, the tests it says failed."""

    code: int
    counts: dict[str, int]
    failures: list[str]

    @property
    def failed(self) -> int:
        found = sum(self.counts.get(word, 0) for word in ("failed", "error", "errors"))
        return found or int(self.code != 0)


class Tally:
    """What passed and failed over all kinds of test, and what needed a second attempt."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.lines: list[str] = []
        self.unsteady: list[str] = []

    def run(self, name: str, command: list[str], *, counts: bool = True, **environment: str) -> None:
        """Run one kind; output goes through, its closing counts are added up.

        At most three failed tests are tried once more, alone and one by one: those that pass then count as
        passed and are named in the summary as unsteady (docs/adr/0009).
        """
        say(f"\n── {name}")
        start = time.monotonic()
        outcome = _watched(command, environment)
        passed = outcome.counts.get("passed", 0) if counts else int(outcome.code == 0)
        failed = outcome.failed
        if counts and outcome.code == 0 and passed == 0:
            failed = 1  # A kind that ran nothing has not passed.
        if counts and 0 < failed == len(outcome.failures) <= _TRIED_AGAIN:
            say(f"\n── {name}: a second attempt at {failed}")
            again = _watched(_pytest(*outcome.failures, *_FIXED_ORDER), environment)
            still = failed if again.code != 0 and not again.failures else len(again.failures)
            steady = (
                [each for each in outcome.failures if each not in again.failures] if still < failed else []
            )
            self.unsteady += steady
            passed, failed = passed + len(steady), failed - len(steady)
        self.passed += passed
        self.failed += failed
        self.skipped += outcome.counts.get("skipped", 0)
        mark = "✓" if not failed else "✗"
        self.lines.append(
            f"  {mark} {name}: {passed} passed, {failed} failed ({time.monotonic() - start:.0f} s)"
        )

    def summary(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        unsteady = [f"  ! unsteady, passed at the second attempt: {each}" for each in self.unsteady]
        return "\n".join(
            ["", *self.lines, *unsteady, "", f"{self.passed} passed, {self.failed} failed{skipped}"]
        )


def _watched(command: list[str], environment: dict[str, str]) -> Outcome:
    last = ""
    failures = []
    with subprocess.Popen(
        command,
        cwd=runtime.ROOT,
        env=runtime.environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line if _COUNTS.search(line) else last
            failure = _FAILED.match(line.rstrip("\n"))
            failures += [failure[1]] if failure else []
        code = process.wait()
    return Outcome(code, {word: int(number) for number, word in _COUNTS.findall(last)}, failures)


def run(arguments: list[str]) -> int:
    """Every test; `--campaign NAME` runs one long campaign at its full length instead.

    The same commit gets the same verdict: the order is fixed. `--shuffle` looks for hidden coupling.
    """
    parser = argparse.ArgumentParser(prog="./firstline test")
    parser.add_argument("--campaign", metavar="NAME", help="one long campaign at full length")
    parser.add_argument("--shuffle", action="store_true", help="in a new random order (the seed is printed)")
    options = parser.parse_args(arguments)
    runtime.ensure("dev")
    _ensure_browser()
    assets.ensure()
    _compile_translations()
    tally = Tally()
    if options.campaign:
        _campaign(tally, options.campaign)
    else:
        _checks(tally)
        _front_end(tally)
        _python_tests(tally, [] if options.shuffle else _FIXED_ORDER)
    say(tally.summary())
    return 1 if tally.failed else 0


def check() -> int:
    """Lint, formatting, types and architecture."""
    runtime.ensure("dev")
    _compile_translations()
    tally = Tally()
    _checks(tally)
    tally.run("Architecture", _pytest("tests/architecture"))
    say("\n" + "\n".join(tally.lines))
    return 1 if tally.failed else 0


def fix() -> int:
    """Mend what ruff can mend."""
    runtime.ensure("dev")
    ruff = str(runtime.VENV / "bin/ruff")
    mended = subprocess.run([ruff, "check", "--fix", *PYTHON_TREES], cwd=runtime.ROOT).returncode
    return subprocess.run([ruff, "format", *PYTHON_TREES], cwd=runtime.ROOT).returncode or mended


def _checks(tally: Tally) -> None:
    ruff = str(runtime.VENV / "bin/ruff")
    tally.run("Lint", [ruff, "check", *PYTHON_TREES], counts=False)
    tally.run("Formatting", [ruff, "format", "--check", *PYTHON_TREES], counts=False)
    tally.run("Types", [str(runtime.VENV / "bin/mypy")], counts=False)


def _front_end(tally: Tally) -> None:
    if not (assets.FRONTEND / "node_modules").is_dir():
        assets.npm("ci", "--ignore-scripts", name="Installing front-end packages")
    node, npm = assets.node()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    prefix = [str(node), str(npm), "--prefix", str(assets.FRONTEND), "run"]
    tally.run("TypeScript", [*prefix, "check"], counts=False, PATH=path)
    tally.run("Front end", [*prefix, "test"], counts=False, PATH=path)


def _python_tests(tally: Tally, order: list[str]) -> None:
    # Each worker begins with neighbours, which share what they set up, and takes from others at the end.
    parallel = ["-n", _workers(), "--dist", "worksteal", *order]
    tally.run("Architecture", _pytest("tests/architecture", *order))
    tally.run("Protocol and agent", _pytest("packages", "tests/contract", *parallel))
    tally.run("Unit and integration on SQLite", _pytest("src", *parallel))
    with postgres.cluster() as url:
        tally.run(
            "Unit and integration on PostgreSQL",
            _pytest("src", *parallel),
            FIRSTLINE_DATABASE_URL=url,
            FIRSTLINE_DATABASE_POOL="0",
        )
    # Each process has services of its own; much of their time they wait.
    two = ["-n", "2", "--dist", "loadfile"]
    tally.run("Campaigns, one-minute slices", _pytest("tests/campaigns", *two, *order))
    tally.run("End to end, in a browser", _pytest("tests/e2e", *two, *_FIXED_ORDER))


def _campaign(tally: Tally, name: str) -> None:
    # A campaign is one module, or several: test_hostile_mail.py is a part of "hostile".
    campaigns: dict[str, list[str]] = {}
    for path in sorted(CAMPAIGNS.glob("test_*.py")):
        campaigns.setdefault(path.stem.split("_")[1], []).append(str(path))
    if name not in campaigns:
        raise Stop(f"There is no campaign {name!r}; known: {', '.join(campaigns)}")
    tally.run(f"Campaign {name}", _pytest(*campaigns[name], "-s", *_FIXED_ORDER), FIRSTLINE_CAMPAIGN="full")


def _pytest(*arguments: str) -> list[str]:
    return [str(runtime.PYTHON), "-m", "pytest", *arguments]


def _workers() -> str:
    return str(max(2, min(4, len(os.sched_getaffinity(0)))))


def _compile_translations() -> None:
    command = [str(runtime.PYTHON), "-m", "django", "translations", "compile"]
    done = subprocess.run(
        command, env=runtime.environment(), cwd=runtime.ROOT, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Stop(f"The translations could not be compiled: {done.stderr.strip()[-600:]}")


def _ensure_browser() -> None:
    missing = []
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        missing.append("chromium")
    if not _has_chinese_font():
        missing += ["fontconfig", "fonts-noto-cjk"]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop(f"The end-to-end tests need a browser; run: sudo apt-get install -y {' '.join(missing)}")
    runtime.apt_install(*missing)


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True)
    return bool(listed.stdout.strip())
