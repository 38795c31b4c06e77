"""The agent as one archive: sources of protocol and agent, and an installer for a plain machine."""

import gzip
import io
import tarfile
from functools import cache
from pathlib import Path

_PACKAGES = Path(__file__).resolve().parents[3] / "packages"
_ROOT = "firstline-agent"
_SKIPPED = {"__pycache__", "tests", ".pytest_cache"}

INSTALLER = """\
#!/bin/sh
# Installs the Firstline agent for the present user and enrols this machine.
# sh install.sh [--ca-file FILE] [--owner EMAIL] [--state DIR] TOKEN
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target="${FIRSTLINE_AGENT_HOME:-$HOME/.local/share/firstline-agent}"
python="${PYTHON:-python3}"
if [ "$#" -lt 1 ]; then
  echo "install.sh: the enrolment token is missing; see Administration, Enrol devices." >&2
  exit 2
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "install.sh: Python 3.11 or newer is needed; set PYTHON=/path/to/python3." >&2
  exit 1
fi
mkdir -p "$target"
if ! "$python" -m venv "$target/venv"; then
  echo "install.sh: Python cannot make an environment; on Debian and Ubuntu: apt install python3-venv" >&2
  exit 1
fi
"$target/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$here/protocol" "$here/agent"
"$target/venv/bin/firstline-agent" enrol "$@"
echo "$target/venv/bin/firstline-agent run"
"""


@cache
def agent_bundle() -> bytes:
    """The archive; the same bytes for the same sources."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, f"{_ROOT}/install.sh", INSTALLER.encode(), 0o755)
        for package in ("protocol", "agent"):
            for path in _sources(_PACKAGES / package):
                inside = path.relative_to(_PACKAGES).as_posix()
                _add(archive, f"{_ROOT}/{inside}", path.read_bytes(), 0o644)
    return gzip.compress(raw.getvalue(), mtime=0)


def _sources(package: Path) -> list[Path]:
    code = sorted((package / "src").rglob("*"))
    kept = [path for path in code if path.is_file() and not _SKIPPED.intersection(path.parts)]
    return [package / "pyproject.toml", *kept]


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
