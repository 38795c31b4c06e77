"""Programs report faults: one fault is one ticket, from its first report to its end."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import People
from tests.e2e.service import Service
from tests.e2e.steps import SLOW_MS, display_id


def test_alerts_make_update_and_resolve_one_ticket(service: Service, people: Callable[..., People]) -> None:
    page = people("en-GB").signed_in("ravi.menon@alder.example")
    token = _make_token(page)
    alert = {
        "source": "watchtower",
        "key": "whs-07/disk",
        "severity": "critical",
        "service": "Warehouse scanners",
        "text": "Disk of the terminal server is full",
    }

    first = _post(service, token, alert)
    again = _post(service, token, {**alert, "text": "Disk of the terminal server is still full"})
    assert (first["state"], first["count"], again["count"]) == ("raised", 1, 2)
    assert again["id"] == first["id"]

    page.goto("/desk/tickets/?view=all")
    rows = page.locator("a.trow", has_text="Disk of the terminal server")
    expect(rows).to_have_count(1, timeout=SLOW_MS)
    rows.click()
    expect(page.locator(".thead h1")).to_contain_text("Disk of the terminal server")
    expect(page.locator("#timeline")).to_contain_text("reported this 2 times", timeout=SLOW_MS)
    over = _post(service, token, {**alert, "state": "resolved", "text": "Space again"})
    assert over["state"] == "resolved"
    expect(page.locator(".thead .chips .st-done")).to_be_visible(timeout=SLOW_MS)
    assert over["ticket"] == display_id(page)


def test_alert_with_a_wrong_token_is_refused(service: Service) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        _post(service, "fl_wrong", {"source": "watchtower", "key": "k", "text": "t"})

    with refusal.value as answer:
        assert answer.code == 401
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert json.load(answer)["status"] == 401


def test_openapi_names_the_alert(service: Service, people: Callable[..., People]) -> None:
    page = people("en-GB").signed_in("ravi.menon@alder.example")
    described = page.request.get("/api/v1/openapi.json").json()

    assert described["openapi"].startswith("3.")
    assert "post" in described["paths"]["/api/v1/alerts"]


def _make_token(page: Page) -> str:
    page.goto("/accounts/tokens/")
    page.fill("input[name=name]", "Watchtower")
    page.locator("form.form button.btn-primary").click()
    secret = page.locator(".secret")
    expect(secret).to_be_visible()
    return secret.inner_text().strip()


def _post(service: Service, token: str, alert: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{service.url}/api/v1/alerts",
        data=json.dumps(alert).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
