"""The state folder: private to its owner, written so that a crash never leaves half a file."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from firstline_protocol.identity import DeviceKey


class StateError(Exception):
    """The folder cannot be used; `code` is stable."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Config:
    """What enrolment settled. `ca_file` is a copy inside the folder, or empty."""

    gateway_url: str
    genesis: str
    log_seq: int
    organization: str
    device_name: str
    ca_file: str = ""
    prompts_per_hour: int = 30


def default_folder() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/firstline-agent")
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local/state") / "firstline-agent"


class StateFolder:
    """Raises StateError: `state_unusable`, `state_damaged`, `already_running`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            self.spool.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StateError("state_unusable", path=str(self.path), why=error.strerror or "") from None
        self._lock: IO[str] | None = None

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def socket(self) -> Path:
        return self.path / "consent.sock"

    @property
    def prompt_url(self) -> Path:
        return self.path / "prompt-url"

    @property
    def prompt_page(self) -> Path:
        return self.path / "prompt.html"

    def lock(self) -> None:
        """Be the only agent of this folder until the process ends."""
        lock = (self.path / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StateError("already_running", path=str(self.path)) from None
        self._lock = lock

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def load_config(self) -> Config | None:
        """None before enrolment."""
        text = self._read("config.json")
        if text is None:
            return None
        try:
            return Config(**json.loads(text))
        except (ValueError, TypeError):
            raise StateError("state_damaged", path=str(self.path / "config.json")) from None

    def save_config(self, config: Config) -> None:
        self.write("config.json", json.dumps(asdict(config), ensure_ascii=False, indent=1))

    def load_or_make_key(self) -> DeviceKey:
        """The key is made once; a damaged one is never replaced silently, since the device is its key."""
        text = self._read("device-key.pem")
        if text is None:
            key = DeviceKey.generate()
            self.write("device-key.pem", key.to_pem().decode())
            return key
        try:
            return DeviceKey.from_pem(text.encode())
        except ValueError:
            raise StateError("state_damaged", path=str(self.path / "device-key.pem")) from None

    def forget(self) -> None:
        """Drop key and configuration, so that the next enrolment makes a new device."""
        for name in ("config.json", "device-key.pem"):
            (self.path / name).unlink(missing_ok=True)

    def write(self, name: str, text: str) -> Path:
        """Replace one file of the folder, readable by the owner only, durably."""
        path, new = self.path / name, self.path / f"{name}.new"
        try:
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
            sync_folder(self.path)
        except OSError as error:
            raise StateError("state_unusable", path=str(path), why=error.strerror or "") from None
        return path

    def _read(self, name: str) -> str | None:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise StateError("state_damaged", path=str(self.path / name)) from None


def sync_folder(path: Path) -> None:
    """Make renames and new names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
