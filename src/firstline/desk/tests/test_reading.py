"""What browsers send, read with care."""

import pytest

from firstline.desk.reading import addresses, number_or_none


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7), ("007", 7), ("", None), (" 7", None), ("-7", None), ("7.0", None), ("²", None),
        ("9" * 18, int("9" * 18)), ("9" * 19, None), ("7\x00", None),
    ],
)  # fmt: skip
def test_numbers(text: str, number: int | None) -> None:
    assert number_or_none(text) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" , ;", []),
        ("a@x.org", ["a@x.org"]),
        ("a@x.org, b@x.org;c@x.org d@x.org", ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]),
        ("a@x.org，b@x.org；c@x.org、d@x.org", ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    assert addresses(text) == found
