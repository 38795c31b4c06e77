"""Chinese is complete: every message of every slice has a translation that fits it."""

import pytest

from firstline.ui import i18n


@pytest.mark.parametrize("name", i18n.slices())
def test_every_message_is_translated_and_fits(name: str) -> None:
    assert [f"{fault.problem}: {fault.msgid}" for fault in i18n.faults(name)] == []
