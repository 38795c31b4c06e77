import pytest

from firstline.ui import people


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Lin Yue", "LY"),
        ("赵梅", "梅"),
        ("mei", "M"),
        ("Ana Maria de Souza", "AS"),
        ("ops@example.org", "OO"),
        ("", "?"),
    ],
)
def test_initials(name: str, drawn: str) -> None:
    assert people.initials(name) == drawn


def test_hues_are_stable_and_in_range() -> None:
    assert [people.avatar_hue(key) for key in (1, 1, "1")] == [people.avatar_hue(1)] * 3
    assert {people.avatar_hue(key) for key in range(500)} == set(range(12))
