"""Every macro renders with its full and with its least arguments, in both languages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from firstline.ui import pages

AT = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
USES = {
    path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "uses").glob("*.html")
}
MACROS = Path(pages.__file__).parent / "templates" / "ui" / "macros"
OF_A_FORM = {"form", "form_fields", "form_errors", "field"}  # shown with a real form in test_pages


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", sorted(USES))
def test_every_macro_renders(name: str, language: str) -> None:
    source = f'{{% import "ui/macros/{name}.html" as m %}}' + USES[name]

    with translation.override(language):
        html = pages.environment().from_string(source).render({"at": AT})

    assert "style=" not in html
    assert "&lt;svg" not in html
    assert "&lt;span" not in html


@pytest.mark.parametrize("path", sorted(MACROS.glob("*.html")), ids=lambda path: path.stem)
def test_every_macro_is_tried_and_listed_for_authors(path: Path) -> None:
    names = set(re.findall(r"{% macro ([a-z]\w*)\(", path.read_text(encoding="utf-8")))
    readme = (MACROS / "README.md").read_text(encoding="utf-8")

    assert {name for name in names - OF_A_FORM if f"m.{name}(" not in USES[path.stem]} == set()
    assert {name for name in names if f"{name}(" not in readme} == set()
