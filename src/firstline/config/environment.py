"""Typed readers of the environment that fail at start with the variable's name."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class EnvironmentFault(SystemExit):
    """A variable that cannot be used; the message names it."""


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE names."""
    file_name = os.environ.get(f"{name}_FILE")
    if file_name:
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise EnvironmentFault(f"{name}_FILE: cannot read {file_name}: {error.strerror}") from error
    return os.environ.get(name, default)


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number within bounds."""
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError as error:
        raise EnvironmentFault(f"{name} must be a whole number, not {raw!r}") from error
    if not least <= value <= most:
        raise EnvironmentFault(f"{name} must lie between {least} and {most}, not {value}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """1/0, true/false, yes/no, on/off."""
    raw = text(name, "1" if default else "0").lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise EnvironmentFault(f"{name} must be 1 or 0, not {raw!r}")


def secret_key(data_dir: Path) -> str:
    """FIRSTLINE_SECRET_KEY, or a key made once and kept in the data folder (0600)."""
    given = text("FIRSTLINE_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise EnvironmentFault("FIRSTLINE_SECRET_KEY must have 32 characters or more")
        return given
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def database(data_dir: Path, test_name: str) -> dict[str, object]:
    """Django's database settings: FIRSTLINE_DATABASE_URL (postgresql://…) or SQLite in the data folder."""
    url = text("FIRSTLINE_DATABASE_URL")
    if not url:
        return {
            "ENGINE": "firstline.config.sqlite",
            "NAME": str(data_dir / "firstline.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # No mmap: it makes a rare WAL fault of older SQLite versions worse.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000;",
            },
            "TEST": {"NAME": test_name},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise EnvironmentFault(
            "FIRSTLINE_DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    query = dict(parse_qsl(parts.query))
    options: dict[str, object] = dict(query.items())
    if flag("FIRSTLINE_DATABASE_POOL", default=True):
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }
