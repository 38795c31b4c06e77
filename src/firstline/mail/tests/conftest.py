"""A mail folder of its own for every test, and no slice above that listens."""

from pathlib import Path

import pytest

from firstline.outbox.events import HANDLERS


@pytest.fixture(autouse=True)
def mail_folder(settings, tmp_path: Path) -> Path:
    settings.FIRSTLINE_DATA_DIR = tmp_path
    return tmp_path / "mail"


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch) -> None:
    """What other slices do with mail is theirs to test."""
    for name in ("mail.message_received", "mail.delivery_failed"):
        monkeypatch.setitem(HANDLERS, name, [])
