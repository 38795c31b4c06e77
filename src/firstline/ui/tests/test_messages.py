import pytest
from django.utils import translation

from firstline.kit.errors import Conflict, DomainError, InvalidInput, NotFound
from firstline.ui import messages


def test_a_registered_code_is_described_with_its_params() -> None:
    messages.register({"test_too_long": "At most %(limit)s characters."})

    assert messages.describe(InvalidInput("test_too_long", limit=5)) == "At most 5 characters."


def test_an_unknown_code_gets_the_sentence_of_its_kind() -> None:
    assert messages.describe(NotFound("nowhere")) == "This does not exist, or you may not see it."
    assert messages.describe(DomainError("odd")) == "That did not work (odd)."
    with translation.override("zh-hans"):
        assert messages.describe(Conflict("stale")) == "刚刚有人改动过。请重新查看后再操作。"


def test_missing_params_still_say_something() -> None:
    messages.register({"test_needs_name": "No %(name)s here."})

    assert messages.describe(DomainError("test_needs_name")) == "No %(name)s here."


def test_one_code_has_one_text() -> None:
    messages.register({"test_once": "One"})
    messages.register({"test_once": "One"})

    with pytest.raises(ValueError, match="test_once"):
        messages.register({"test_once": "Two"})
