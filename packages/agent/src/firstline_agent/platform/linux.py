"""Linux: facts from /proc, /sys and the distribution's own tools."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from firstline_agent.platform.base import Chassis

IS_TESTED = True

_TOOL_SECONDS_MAX = 10
_PLACEHOLDERS = {"", "none", "default string", "to be filled by o.e.m.", "system serial number", "0"}


class Linux:
    """Implements `base.Platform`."""

    name = "Linux"

    def os_release(self) -> tuple[str, str]:
        found = {}
        for line in _read("/etc/os-release").splitlines():
            key, separator, value = line.partition("=")
            if separator:
                found[key] = value.strip().strip("\"'")
        return found.get("NAME", "Linux"), found.get("VERSION") or found.get("VERSION_ID", "")

    def machine_id(self) -> str:
        identity = _read("/etc/machine-id").strip()
        if not identity:
            return ""
        # The plain id must not leave the machine (machine-id(5)); a hash with our own prefix may.
        return hashlib.sha256(b"firstline machine\n" + identity.encode()).hexdigest()

    def cpu_model(self) -> str:
        for line in _read("/proc/cpuinfo").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in {"model name", "Model"}:
                return value.strip()
        return ""

    def chassis(self) -> Chassis:
        return Chassis(_dmi("sys_vendor"), _dmi("product_name"), _dmi("product_serial"))

    def package_count(self) -> int | None:
        status = Path("/var/lib/dpkg/status")
        if status.is_file():
            with suppress(OSError), status.open("rb") as lines:
                return sum(1 for line in lines if line == b"Status: install ok installed\n")
        listed = _run("rpm", "-qa")
        return None if listed is None else len(listed.splitlines())

    def user_name(self) -> str:
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return str(os.getuid())

    def failed_services(self) -> list[str] | None:
        if not Path("/run/systemd/system").is_dir():
            return None
        listed = _run("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager")
        return None if listed is None else [line.split()[0] for line in listed.splitlines() if line.split()]

    def recent_errors(self) -> list[str] | None:
        if Path("/run/systemd/journal").is_dir():
            arguments = ("-p", "err", "-n", "10", "--since", "-24h", "-o", "short-iso", "--no-pager", "-q")
            listed = _run("journalctl", *arguments)
        else:
            listed = _run("dmesg", "--level", "emerg,alert,crit,err", "--ctime")
        return None if listed is None else listed.splitlines()[-10:]

    def pending_updates(self) -> int | None:
        """From apt's existing lists: nothing is downloaded, so it is cheap and may be a little old."""
        if not Path("/var/lib/apt/lists").is_dir():
            return None
        listed = _run("apt-get", "--simulate", "--quiet", "--no-download", "upgrade")
        if listed is None:
            return None
        return sum(1 for line in listed.splitlines() if line.startswith("Inst "))

    def needs_restart(self) -> bool | None:
        return Path("/run/reboot-required").exists()

    def shell(self, text: str) -> list[str]:
        return ["/bin/sh", "-c", text]

    def end_group(self, group: int, *, at_once: bool) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL if at_once else signal.SIGTERM)

    def group_mark(self, group: int) -> str:
        # The name in brackets may hold spaces; the start time is the 22nd field, the 20th after it.
        fields = _read(f"/proc/{group}/stat").rpartition(")")[2].split()
        boot = _read("/proc/sys/kernel/random/boot_id").strip()
        return f"{boot}-{fields[19]}" if len(fields) > 19 and fields[0] != "Z" else ""

    def has_desktop(self) -> bool:
        # A browser must not be started as root, whatever session root may see.
        display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
        return bool(display) and os.geteuid() != 0 and shutil.which("xdg-open") is not None

    def open_page(self, page: Path) -> None:
        with suppress(OSError):
            subprocess.Popen(
                ["xdg-open", page.as_uri()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _dmi(name: str) -> str:
    value = _read(f"/sys/class/dmi/id/{name}").strip()
    return "" if value.lower() in _PLACEHOLDERS else value


def _run(*arguments: str) -> str | None:
    """The output of a tool, or None where it is missing, fails or takes too long."""
    try:
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TOOL_SECONDS_MAX,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
