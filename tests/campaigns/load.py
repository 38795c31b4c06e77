"""Clients that work through crashes: each repeats what was not acknowledged, and remembers what was."""

import http.client
import itertools
import smtplib
import threading
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from random import Random
from typing import Any

from tests.campaigns.house import CLIENTS
from tests.campaigns.process import Client, Service

CALM_SECONDS = 0.05
_REFUSED = (OSError, http.client.HTTPException, smtplib.SMTPException)


class Load:
    """Creates, replies and mails at a steady pace until `finish`; nobody gives up a piece of work."""

    def __init__(self, service: Service, cast: dict[str, Any], seed: int, pace_seconds: float) -> None:
        self._service = service
        self._cast = cast
        self._random = Random(seed)
        self._pace_seconds = pace_seconds
        self._stopping = threading.Event()
        self._marks = itertools.count(1)
        self._guard = threading.Lock()
        self.tickets: dict[str, str] = {}
        self.replies: dict[str, str] = {}
        self.mails: set[str] = set()
        self.repeats: Counter[str] = Counter()
        self.faults: list[str] = []
        jobs = (self._create, self._create, self._reply, self._mail)
        self._threads = [threading.Thread(target=self._work, args=(job,), daemon=True) for job in jobs]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Let everybody end the piece of work at hand; the service must run."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(240)
        assert not any(thread.is_alive() for thread in self._threads), "a client waits for ever"

    @property
    def acknowledged(self) -> int:
        return len(self.tickets) + len(self.replies) + len(self.mails)

    def _work(self, job: Callable[[str], None]) -> None:
        while not self._stopping.wait(self._pace_seconds):
            mark = f"m{next(self._marks):06}"
            try:
                job(mark)
            except Exception as fault:  # noqa: BLE001 - a thread's fault must fail the test
                self.faults.append(f"{job.__name__} {mark}: {fault!r}")
                return

    def _insist(self, name: str, attempt: Callable[[], bool]) -> None:
        """Repeat until it is acknowledged, as a client does whose server went away."""
        while True:
            try:
                if attempt():
                    return
            except _REFUSED:
                pass
            self.repeats[name] += 1
            threading.Event().wait(CALM_SECONDS)

    def _create(self, mark: str) -> None:
        body = {
            "subject": f"Crash campaign {mark}",
            "body": f"Please help with {mark}.",
            "requester": f"client{int(mark[1:]) % CLIENTS:02}@works.example",
        }
        self._insist("create", lambda: self._post("/api/v1/tickets", mark, body, self.tickets))

    def _reply(self, mark: str) -> None:
        with self._guard:
            known = list(self.tickets.values())
        if not known:
            return
        path = f"/api/v1/tickets/{self._random.choice(known)}/replies"
        self._insist("reply", lambda: self._post(path, mark, {"body": f"About {mark}."}, self.replies))

    def _post(self, path: str, mark: str, body: dict[str, str], done: dict[str, str]) -> bool:
        client = Client(self._service.port, self._cast["specialist"]["token"], timeout=20)
        try:
            status, answer = client.post_json(path, body, **{"Idempotency-Key": f"campaign-{mark}"})
        finally:
            client.close()
        if status == 503 or status == 429:
            return False
        assert status == 201, (status, answer)
        with self._guard:
            done[mark] = str(answer["id"])
        return True

    def _mail(self, mark: str) -> None:
        message = EmailMessage()
        message["From"] = f"Mara Mail <client{int(mark[1:]) % CLIENTS:02}@works.example>"
        message["To"] = "support@localhost"
        message["Subject"] = f"Crash campaign {mark}"
        message["Message-ID"] = f"<{mark}@works.example>"
        message.set_content(f"By mail: {mark}.\n")
        self._insist("mail", lambda: self._send(mark, message))

    def _send(self, mark: str, message: EmailMessage) -> bool:
        with smtplib.SMTP("127.0.0.1", self._service.smtp_port, timeout=20) as smtp:
            smtp.send_message(message)
            # Only the answer to DATA counts; what happens to the farewell does not matter.
            with self._guard:
                self.mails.add(mark)
        return True
