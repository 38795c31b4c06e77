"""Hostile and honest input becomes a clean value or one clear refusal."""

import pytest

from firstline.kit import input as typed
from firstline.kit.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("Mei.Chen@Example.COM", "mei.chen@example.com"),
        (" support@localhost ", "support@localhost"),
        ("li@bücher.example", "li@xn--bcher-kva.example"),
        ("用户@example.cn", "用户@example.cn"),
    ],
)
def test_email_is_cleaned(given: str, clean: str) -> None:
    assert typed.email(given) == clean


@pytest.mark.parametrize(
    "given",
    ["", "mei", "mei@", "@x.com", "a b@x.com", "a@x..com", "a@-x.com", "a@x.com\nBcc: b@y.com", "<a@x.com>",
     "a" * 65 + "@x.com", "a@" + "x" * 64 + ".com", "a..b@x.com", "a@" + "x." * 200 + "com"],
)  # fmt: skip
def test_email_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput):
        typed.email(given)


def test_line_is_refused_when_too_long_and_never_cut() -> None:
    assert typed.line(" Ann\u202e\x00  Lee\n", field="name") == "Ann Lee"
    with pytest.raises(InvalidInput) as refused:
        typed.line("x" * 201, field="name")
    assert (refused.value.code, refused.value.field, refused.value.params) == (
        "text_too_long", "name", {"limit": 200},
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="text_missing"):
        typed.line(" \u200b\x07 ".replace("\u200b", ""), field="name", required=True)


@pytest.mark.parametrize(
    "given", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "a\x00b", "UTC\n/x"]
)
def test_time_zone_unknown_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="time_zone_unknown"):
        typed.time_zone(given)


def test_time_zone_and_language_and_domain() -> None:
    assert typed.time_zone("Asia/Shanghai") == "Asia/Shanghai"
    assert typed.language("zh-hans") == "zh-hans"
    assert typed.domain("@Example.COM.") == "example.com"
    for call in (
        lambda: typed.language("tlh"),
        lambda: typed.domain("not a domain"),
        lambda: typed.domain(""),
    ):
        with pytest.raises(InvalidInput):
            call()
