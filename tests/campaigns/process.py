"""The real service as a process of its own on a folder of its own, and who lives in that folder."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import psutil
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
LEASE_SECONDS = 5
PATIENCE_SECONDS = 240
IDLE_SECONDS = 1.0
SESSION, CSRF = "firstline_session", "firstline_csrf"


def is_full() -> bool:
    """Whether a campaign runs at its full length (`./firstline test --campaign NAME`)."""
    return os.environ.get("FIRSTLINE_CAMPAIGN") == "full"


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment in which our programs work on `data` (on PostgreSQL where its file `url` says so)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
    paths = [ROOT, ROOT / "src", ROOT / "packages/protocol/src", ROOT / "packages/agent/src"]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "DJANGO_SETTINGS_MODULE": "firstline.config.settings",
        "FIRSTLINE_DATA_DIR": str(data),
        "LC_ALL": "C.UTF-8",
        **({"FIRSTLINE_DATABASE_URL": database_url(data)} if database_url(data) else {}),
        **more,
    }


def database_url(data: Path) -> str:
    """The PostgreSQL that belongs to the folder; empty where the database is in it."""
    named = data / "url"
    return named.read_text(encoding="utf-8") if named.exists() else ""


def run(data: Path, module: str, *arguments: str, prefix: Sequence[str] = (), check: bool = True) -> str:
    """Run one of our modules to its end on `data`; returns what it printed."""
    done = subprocess.run(
        [*prefix, sys.executable, "-m", module, *arguments],
        env=environment(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{module} {arguments} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout


def settle(data: Path, url: str = "") -> dict[str, Any]:
    """Prepare an empty folder and let the cast of `tests.campaigns.house` move in; their names and keys."""
    data.mkdir(parents=True, exist_ok=True)
    if url:
        (data / "url").write_text(url, encoding="utf-8")
    run(data, "firstline.config.prepare")
    cast: dict[str, Any] = json.loads(run(data, "tests.campaigns.house"))
    return cast


@dataclass
class Service:
    """`firstline.config.service` on `data`: started, killed and started again on the same ports."""

    data: Path
    prefix: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    def start(self, failpoint: str = "") -> Self:
        """Start and wait until everything listens (or until the process died at `failpoint`)."""
        more = {"FIRSTLINE_FAILPOINT": failpoint} if failpoint else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "firstline.config.service", "--port", str(self.port)],
                env=environment(
                    self.data,
                    FIRSTLINE_SMTP_PORT=str(self.smtp_port),
                    FIRSTLINE_LEASE_SECONDS=str(LEASE_SECONDS),
                    FIRSTLINE_PUBLIC_URL=f"http://localhost:{self.port}",
                    **more,
                ),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        watchdog = threading.Timer(START_SECONDS, self.process.kill)
        watchdog.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        watchdog.cancel()
        self.process.stdout.close()
        if not line and not failpoint:
            raise AssertionError(f"the service did not start:\n{self.log_text()[-3000:]}")
        if line:
            self.smtp_port = json.loads(line)["smtp_port"]
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def worker_pid(self) -> int | None:
        """The process that does the service's jobs; None while there is none."""
        try:
            children = psutil.Process(self.pid).children()
            return next(child.pid for child in children if "firstline.config.worker" in child.cmdline())
        except (psutil.Error, StopIteration):
            return None

    @property
    def has_died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    @property
    def log(self) -> Path:
        return self.data / "campaign.log"

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """What a power cut does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> None:
        """A polite end; the process has its time."""
        if self.process is None or self.has_died:
            return
        self.process.send_signal(signal.SIGTERM)
        self._gone()

    def _gone(self) -> None:
        assert self.process is not None
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Client:
    """One keep-alive connection to the service, as a program (token) or as a browser (cookies)."""

    def __init__(self, port: int, token: str = "", timeout: float = 120, language: str = "en") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.host = f"localhost:{port}"
        self.token = token
        self.language = language
        self.cookies: dict[str, str] = {}
        self._used_at = 0.0

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request; the status and the whole body. Redirects are not followed."""
        sent = {"Host": self.host, "Accept-Language": self.language, **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method not in {"GET", "HEAD"} and "Origin" not in sent:
            sent["Origin"] = f"http://{self.host}"
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._connection.close()  # The server may have closed it meanwhile.
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        content = response.read()
        self._used_at = time.monotonic()
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.headers = response.headers
        return response.status, content

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        return self.request("GET", path, headers=headers)

    def post_files(
        self, path: str, fields: dict[str, str], files: list[tuple[str, str, str, bytes]], **headers: str
    ) -> tuple[int, bytes]:
        """A form with files: (field, file name, said content type, bytes)."""
        line = "firstline-campaign-boundary"
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for name, file_name, kind, content in files:
            shown = file_name.replace('"', "%22")
            head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n'
            parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
        sent = {
            "Content-Type": f"multipart/form-data; boundary={line}",
            "X-CSRFToken": self.cookies.get(CSRF, ""),
            **headers,
        }
        return self.request("POST", path, b"".join([*parts, f"--{line}--\r\n".encode()]), sent)

    def post_json(self, path: str, data: object, **headers: str) -> tuple[int, Any]:
        sent = {"Content-Type": "application/json", **headers}
        status, body = self.request("POST", path, json.dumps(data).encode(), sent)
        is_json = "json" in (self.headers.get("Content-Type") or "")
        return status, json.loads(body) if is_json and body else body

    def post_form(self, path: str, fields: dict[str, Any], **headers: str) -> tuple[int, bytes]:
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.cookies.get(CSRF, ""),
            "HX-Request": "true",
            **headers,
        }
        return self.request("POST", path, urlencode(fields, doseq=True).encode(), sent)

    def sign_in(self, email: str, password: str) -> Self:
        """Through the sign-in page, as a person does."""
        self.get("/accounts/login/")
        status, body = self.post_form(
            "/accounts/login/",
            {"login": email, "password": password, "csrfmiddlewaretoken": self.cookies[CSRF]},
            **{"HX-Request": "false"},
        )
        assert SESSION in self.cookies, (status, body[:500])
        return self

    def close(self) -> None:
        self._connection.close()


def wait_until(condition: Any, seconds: float = PATIENCE_SECONDS, what: str = "it") -> None:
    """Look again and again until `condition()` holds."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        pause.wait(0.05)
