"""Tables survive a round trip and cannot carry a formula."""

import io

import pytest
from openpyxl import load_workbook

from firstline.kit import tables
from firstline.kit.errors import InvalidInput

HOSTILE = '=HYPERLINK("http://evil")'


def test_csv_is_defused_and_read_back() -> None:
    content = tables.csv_bytes(["name", "n"], [["陈, 梅", 3], [HOSTILE, None], ["-1+2", True]])

    header, lines = tables.read_csv(tables.decode(content), lines_max=10)

    assert "'=HYPERLINK" in content.decode()
    assert "'-1+2" in content.decode()
    assert header == ["name", "n"]
    assert lines == [(2, ["陈, 梅", "3"]), (3, [HOSTILE, ""]), (4, ["-1+2", "True"])]


def test_xlsx_holds_text_not_formulas() -> None:
    content = tables.xlsx_bytes(["name", "n"], [[HOSTILE, 7]])

    page = load_workbook(io.BytesIO(content)).active

    assert [cell.value for cell in page[2]] == [HOSTILE, 7]
    assert page["A2"].data_type == "s"


def test_gb18030_and_semicolons_are_understood() -> None:
    text = tables.decode("姓名;邮箱\n陈梅;a@b.cn\n\n".encode("gb18030"))

    header, lines = tables.read_csv(text, lines_max=5)

    assert (header, lines) == (["姓名", "邮箱"], [(2, ["陈梅", "a@b.cn"])])


@pytest.mark.parametrize("text", ["", "name,email\n", "\n\n"])
def test_empty_file_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="csv_empty"):
        tables.read_csv(text, lines_max=5)


def test_too_many_lines_and_binary_are_refused() -> None:
    with pytest.raises(InvalidInput, match="csv_too_many_lines"):
        tables.read_csv("n\n" + "1\n" * 6, lines_max=5)
    with pytest.raises(InvalidInput, match="csv_not_text"):
        tables.decode(b"\x89PNG\x00\x00\xff\xff")
    with pytest.raises(InvalidInput, match="csv_not_text"):
        tables.read_csv('name\n"' + "x" * 200_000, lines_max=5)


def test_full_width_formulas_are_defused() -> None:
    content = tables.csv_bytes(["n"], [["＝1+1"], ["＠SUM"]])

    assert content.decode("utf-8-sig").split() == ["n", "'＝1+1", "'＠SUM"]
