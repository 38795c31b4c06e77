from gettext import GNUTranslations
from pathlib import Path

import pytest

from firstline.ui import i18n


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with one slice `bikes` that has Python, a template and, for ui, a script."""
    root = tmp_path / "src" / "firstline"
    (root / "bikes" / "templates" / "bikes").mkdir(parents=True)
    (root / "bikes" / "__init__.py").write_text("")
    (root / "bikes" / "enums.py").write_text(
        "A = _('Bell')\nB = ngettext('%(n)s bike', '%(n)s bikes', 2)\nC = pgettext('part', 'Fork')\n"
    )
    (root / "bikes" / "templates" / "bikes" / "list.html").write_text("{{ _('Hello %(name)s', name=who) }}")
    monkeypatch.setattr(i18n, "SOURCE", root)
    monkeypatch.setattr(i18n, "REPOSITORY", tmp_path)
    monkeypatch.setattr(i18n, "_SCRIPTS", tmp_path / "frontend" / "src")
    return root


def translate(name: str, texts: dict[str, str]) -> None:
    path = i18n.po_path(name)
    content = path.read_text(encoding="utf-8")
    for english, chinese in texts.items():
        for form in ("msgstr", "msgstr[0]"):
            content = content.replace(
                f'msgid "{english}"\n{form} ""', f'msgid "{english}"\n{form} "{chinese}"'
            )
        plural = f'msgid_plural "{english}s"\nmsgstr[0] ""'
        content = content.replace(plural, plural.replace('""', f'"{chinese}"'))
    path.write_text(content, encoding="utf-8")


COMPLETE = {"Bell": "车铃", "Fork": "前叉", "%(n)s bike": "%(n)s 辆车", "Hello %(name)s": "%(name)s，你好"}


def test_messages_are_found_in_python_and_templates(source: Path) -> None:
    assert set(i18n.extract("bikes")) == {
        ("", "Bell"), ("", "%(n)s bike"), ("part", "Fork"), ("", "Hello %(name)s")
    }  # fmt: skip


def test_scripts_belong_to_ui(source: Path) -> None:
    (source / "ui").mkdir()
    scripts = source.parents[1] / "frontend" / "src"
    scripts.mkdir(parents=True)
    (scripts / "a.ts").write_text('export const x = (n: number): string => gettext("Choose %(n)s", { n });\n')
    (scripts / "a.test.ts").write_text('gettext("Not this");\n')

    found = i18n.extract("ui")

    assert set(found) == {("", "Choose %(n)s")}
    assert found["", "Choose %(n)s"].in_script


def test_update_adds_empty_messages_keeps_words_and_drops_the_unused(source: Path) -> None:
    assert i18n.update("bikes") == (4, 0)
    assert len(i18n.missing("bikes")) == 4
    translate("bikes", COMPLETE)
    assert i18n.faults("bikes") == []
    (source / "bikes" / "enums.py").write_text("A = _('Bell')\nD = _('Chain')\n")

    assert i18n.update("bikes") == (1, 2)

    assert i18n.missing("bikes") == ["Chain"]


def test_unused_messages_are_a_fault(source: Path) -> None:
    i18n.update("bikes")
    translate("bikes", COMPLETE)
    (source / "bikes" / "enums.py").write_text("")

    assert {fault.problem for fault in i18n.faults("bikes")} == {"no longer used"}


@pytest.mark.parametrize(
    ("chinese", "problem"),
    [
        ("你好", "other placeholders"),
        ("%(nom)s，你好", "other placeholders"),
        ("%(name)s你好,欢迎", "half-width punctuation"),
    ],
)
def test_a_translation_that_does_not_fit_is_a_fault(source: Path, chinese: str, problem: str) -> None:
    i18n.update("bikes")
    translate("bikes", COMPLETE | {"Hello %(name)s": chinese})

    assert [problem in fault.problem for fault in i18n.faults("bikes")] == [True]


def test_compiled_catalogues_are_fresh_until_the_source_changes(source: Path) -> None:
    i18n.update("bikes")
    translate("bikes", COMPLETE)

    written = i18n.compile_stale()

    assert written == [i18n.po_path("bikes").with_suffix(".mo")]
    with written[0].open("rb") as stream:
        assert GNUTranslations(stream).pgettext("part", "Fork") == "前叉"
    assert i18n.compile_stale() == []
