"""A throw-away PostgreSQL for the tests: an installed one, or the one PyPI carries."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import runtime
from launcher.progress import Stop, step

LEAST_VERSION = 15


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster on a Unix socket, yield its URL, stop and delete it."""
    binaries = _installed() or _from_pypi()
    # PostgreSQL refuses to run as root; an unprivileged account owns the files then.
    owner = _unprivileged() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="firstline-pg-"))
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    options = (
        f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c max_connections=200"
    )

    def run(*command: str) -> None:
        done = subprocess.run(
            command,
            cwd=folder,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        )
        if done.returncode != 0:
            raise Stop(f"PostgreSQL for the tests did not start: {done.stderr.strip()[-400:]}")

    with step("Starting PostgreSQL for the tests"):
        run(str(binaries / "initdb"), "-D", str(data), "-U", "firstline", "-A", "trust", "-E", "UTF8")
        log = str(folder / "log")
        run(str(binaries / "pg_ctl"), "-D", str(data), "-o", options, "-l", log, "-w", "start")
    try:
        yield f"postgresql://firstline@/postgres?host={folder}"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _installed() -> Path | None:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name))
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and _version(folder) >= LEAST_VERSION:
            return folder
    return None


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else 0


def _from_pypi() -> Path:
    runtime.ensure("postgres")
    for folder in runtime.VENV.glob("lib/python3*/site-packages/pgserver/pginstall/bin"):
        # The package lies in the checkout; another account must be able to reach and run it.
        target = Path(tempfile.gettempdir()) / "firstline-postgres"
        if not target.exists():
            shutil.copytree(folder.parent, target, symlinks=True)
        return target / "bin"
    raise Stop("No PostgreSQL 15 or newer was found; install one with: sudo apt install postgresql")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Stop("PostgreSQL does not run as root and there is no account named postgres or nobody.")
