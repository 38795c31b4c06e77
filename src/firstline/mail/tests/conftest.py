"""A mail folder of its own for every test."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def mail_folder(settings, tmp_path: Path) -> Path:
    settings.FIRSTLINE_DATA_DIR = tmp_path
    return tmp_path / "mail"
