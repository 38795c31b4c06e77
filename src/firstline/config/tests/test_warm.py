"""What is made ready after a start."""

import pytest
from django.urls import reverse

from firstline.config import warm
from firstline.ui.pages import environment


def test_the_pages_of_every_day_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    templates = environment()
    assert templates.cache is not None
    templates.cache.clear()
    monkeypatch.setattr(warm, "PAUSE_SECONDS", 0)

    warm.up()

    kept = {name for _loader, name in templates.cache}
    assert {"desk/ticket.html", "desk/tickets.html", "ui/desk.html", "portal/home.html"} <= kept
    assert reverse("home") == "/"
