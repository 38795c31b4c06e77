"""What the outermost layer lets out: addresses and log lines."""

import asyncio
from typing import Any

import pytest

from firstline.config.asgi import application
from firstline.config.logs import without_secrets


@pytest.mark.parametrize(
    "event",
    [
        "Unprocessable Entity: /accounts/invitation/12:aBcDeF-ghi_jk/",
        "Forbidden (CSRF cookie not set.): /accounts/password/reset/key/k-diio1p-10303f4fe36d815a/",
        "GET /setup/?key=aBcDeFghijk",
    ],
)
def test_links_that_sign_in_are_blanked_in_logs(event: str) -> None:
    shown = without_secrets(None, "warning", {"event": event})["event"]

    assert shown.endswith("…")
    assert "Bc" not in shown
    assert "k-" not in shown


def test_loopback_redirect_goes_to_localhost_only() -> None:
    sent: list[Any] = []

    async def ask(host: bytes) -> str:
        scope = {
            "type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": [(b"host", host)]
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        sent.clear()
        await application(scope, receive, send)
        return dict(sent[0]["headers"])[b"location"].decode() if sent else ""

    assert asyncio.run(ask(b"127.0.0.1:8000")) == "http://localhost:8000/x"
    assert asyncio.run(ask(b"127.0.0.1:80@evil.example")) == ""
