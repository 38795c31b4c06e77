"""The rail is kept between pages, and still shows each request its own."""

import pytest
from django.test import RequestFactory
from django.utils import translation

from firstline.kit.actor import Actor
from firstline.ui import current
from firstline.ui.shell import Shell


def rail(path: str, *, label: str = "Tessa Thorne", language: str = "en", theme: str = "system") -> str:
    request = RequestFactory().get(path)
    actor = Actor(kind="person", id=7, label=label, organization_id=1)
    with translation.override(language), current.answering(request):
        return str(Shell(request, actor, "en", theme).rail_html)


def test_each_request_comes_back_to_where_it_was_with_a_token_of_its_own() -> None:
    first, second = rail("/one/?a=1&b=<2>"), rail("/two/")

    assert 'value="/one/?a=1&amp;b=%3C2%3E"' in first or 'value="/one/?a=1&amp;b=&lt;2&gt;"' in first
    assert 'value="/two/"' in second
    assert first.count('name="csrfmiddlewaretoken"') == second.count('name="csrfmiddlewaretoken"') >= 2
    assert "\ue000" not in first + second


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": "<Ada>"}, "&lt;Ada&gt;"),
        ({"language": "zh-hans"}, "退出"),
        ({"theme": "dark"}, 'value="dark" aria-pressed="true"'),
    ],
)
def test_another_reader_language_or_theme_has_another_rail(change: dict[str, str], words: str) -> None:
    usual, other = rail("/one/"), rail("/one/", **change)

    assert words in other
    assert words not in usual
