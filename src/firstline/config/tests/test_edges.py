"""What the outermost layer lets out: addresses and log lines."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from firstline.accounts.testing import make_person
from firstline.config.asgi import application
from firstline.config.logs import _calm, without_secrets
from firstline.config.service import trusted_proxies


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


@pytest.mark.parametrize(
    ("given", "trusted"),
    [("", []), ("10.0.0.7", ["10.0.0.7"]), (" 10.0.0.0/24 , ::1", ["10.0.0.0/24", "::1"])],
)
def test_only_named_proxies_are_believed(
    monkeypatch: pytest.MonkeyPatch, given: str, trusted: list[str]
) -> None:
    monkeypatch.setenv("FIRSTLINE_TRUSTED_PROXIES", given)

    assert trusted_proxies() == trusted


@pytest.mark.parametrize("given", ["*", "proxy.example.com", "10.0.0.1/8"])
def test_a_proxy_that_is_no_address_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("FIRSTLINE_TRUSTED_PROXIES", given)

    with pytest.raises(SystemExit, match="FIRSTLINE_TRUSTED_PROXIES"):
        trusted_proxies()


@pytest.mark.django_db
def test_health_tells_of_a_data_folder_that_is_gone(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.FIRSTLINE_DATA_DIR = tmp_path / "unmounted"
    client.force_login(make_person("Ada", "administrator"))

    page = client.get("/admin/health/")

    assert page.status_code == 200
    assert "The data folder cannot be read" in page.content.decode()
    assert str(tmp_path / "unmounted") in page.content.decode()


@pytest.mark.django_db
def test_administration_begins_with_the_first_page_one_may_open(client: Client) -> None:
    client.force_login(make_person("Ada", "administrator"))
    assert client.get("/admin/")["Location"] == "/admin/people/"

    client.force_login(make_person("Emma"))
    assert client.get("/admin/").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("en", "cannot be used like that"), ("zh-hans", "不能这样使用")]
)
def test_a_wrong_method_is_answered_in_words(client: Client, language: str, words: str) -> None:
    answer = client.get("/choices/theme/", headers={"accept-language": language})

    assert answer.status_code == 405
    assert words in answer.content.decode()
    assert "POST" in answer["Allow"]


def test_what_django_turns_away_is_no_error_of_ours() -> None:
    record = logging.LogRecord("django.security.TooManyFieldsSent", logging.ERROR, "", 1, "x", (), None)

    assert _calm(record)
    assert (record.levelname, record.exc_info) == ("WARNING", None)
