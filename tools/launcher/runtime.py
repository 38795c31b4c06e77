"""The Python environment: .venv, uv, and the hashed locks, through the user's own mirrors."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.progress import Stop, say, step

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SOURCES = [ROOT / "src", ROOT / "packages/protocol/src", ROOT / "packages/agent/src"]


def environment(**extra: str) -> dict[str, str]:
    """The child's environment: our sources first on the path, the venv's programs first on PATH."""
    values = dict(os.environ)
    values["PYTHONPATH"] = os.pathsep.join(str(path) for path in SOURCES)
    values["PATH"] = f"{VENV / 'bin'}{os.pathsep}{values.get('PATH', '')}"
    values.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")
    values["PYTHONUNBUFFERED"] = "1"
    values.update(extra)
    return values


def ensure(*groups: str) -> None:
    """Install the locks named (“” is the product's own) unless they are in already."""
    _ensure_venv()
    for group in groups:
        lock = ROOT / (f"requirements-{group}.lock" if group else "requirements.lock")
        marker = VENV / f".installed-{group or 'product'}"
        digest = hashlib.sha256(lock.read_bytes()).hexdigest()
        if marker.exists() and marker.read_text() == digest:
            continue
        with step(f"Installing {'Python packages' if not group else group + ' packages'}"):
            _install(lock)
        marker.write_text(digest)


def _ensure_venv() -> None:
    if PYTHON.exists() and _runs(PYTHON):
        return
    with step("Making a Python environment in .venv"):
        if VENV.exists() and not VENV.is_symlink():
            shutil.rmtree(VENV)
        if not _make_venv():
            _install_venv_module()
            if not _make_venv():
                raise Stop(f"{sys.executable} cannot make an environment in {VENV}; see the lines above.")


def _runs(python: Path) -> bool:
    return subprocess.run([python, "-c", "import sys"], capture_output=True).returncode == 0


def _make_venv() -> bool:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode != 0 and "Permission denied" in done.stdout + done.stderr:
        raise Stop(f"Cannot write to {ROOT}; run ./firstline as the user who owns that folder.")
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
    return done.returncode == 0


def _install_venv_module() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = f"apt-get install -y python{version}-venv"
    if not shutil.which("apt-get"):
        raise Stop(
            f"This Python has no venv module; install the package that brings it for Python {version}."
        )
    if os.geteuid() != 0:
        raise Stop(f"This Python has no venv module; run: sudo {command}")
    apt_install(f"python{version}-venv")


def apt_install(*packages: str) -> None:
    """Install Debian packages, as root, after saying so."""
    say(f"  → installing with apt: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, capture_output=True)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=quiet,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Stop(f"apt could not install {' '.join(packages)}: {done.stderr.strip().splitlines()[-1:]}")


def _install(lock: Path) -> None:
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        subprocess.run([*pip, "uv"], capture_output=True)
    if uv.exists():
        command = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        if subprocess.run(command, env={**os.environ, **_uv_mirrors()}, capture_output=True).returncode == 0:
            return
    done = subprocess.run([*pip, "--require-hashes", "-r", str(lock)], capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Stop(f"The packages of {lock.name} could not be installed: {reason}")


def _uv_mirrors() -> dict[str, str]:
    """The user's pip settings in uv's words, since uv does not read pip's configuration."""
    listed = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True)
    pip: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        key = name.removeprefix(":env:.").rpartition(".")[2]
        pip.setdefault(key, value.strip().strip("'\"").replace("\\n", " "))
    wanted = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(pip.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": pip.get("default-timeout", pip.get("timeout", "")),
        # The lock's hashes decide what may be installed, whichever mirror has it.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    return {name: value for name, value in wanted.items() if value and name not in os.environ}
