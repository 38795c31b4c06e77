import re

import pytest

from firstline.ui import richtext


def test_markdown_becomes_markup() -> None:
    assert richtext.markdown("**Restart** it\n\n- one\n- two") == (
        "<p><strong>Restart</strong> it</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        '<a href="https://a.example" style="position:fixed" onclick="x()">y</a>',
        '<img src="https://tracker.example/p.gif">',
        '<img src="//tracker.example/p.gif">',
        "<iframe src='https://a.example'></iframe>",
        "<form action='https://a.example'><input name=password></form>",
        "<svg><use href='https://a.example#x'/></svg>",
    ],
)
def test_nothing_in_a_strangers_text_runs_styles_or_loads(hostile: str) -> None:
    for html in (richtext.sanitize(hostile), richtext.markdown(hostile)):
        live = re.sub("&lt;.*?&gt;", "", html)
        assert not any(f"<{tag}" in html for tag in ("script", "iframe", "form", "input", "svg"))
        assert "<img" not in html or "src=" not in html
        assert 'href="javascript' not in live
        assert 'style="' not in live


def test_own_images_stay() -> None:
    assert richtext.sanitize('<img src="/files/1/" alt="a">') == '<img src="/files/1/" alt="a">'


def test_plain_text_keeps_lines_and_links_addresses() -> None:
    html = richtext.plain("See https://example.org/a?b=1&c=2。\nThanks <b>\n\nBye")

    assert html == (
        '<p>See <a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">'
        "https://example.org/a?b=1&amp;c=2</a>。<br>\nThanks &lt;b&gt;</p><p>Bye</p>"
    )
