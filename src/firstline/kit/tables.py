"""Tables in and out: CSV and XLSX that no spreadsheet can mistake for a program."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

from firstline.kit.errors import InvalidInput

Cell = str | int | float | bool | datetime | None
# The last four are full-width: East Asian spreadsheets take them for the narrow ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DELIMITERS = ",;\t"


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 CSV with a byte order mark, because spreadsheets guess wrongly without; formulas are defused."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_defused(name) for name in header])
    writer.writerows([_defused(_text(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Firstline") -> bytes:
    """A workbook with one sheet; text is never read as a formula or a link."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.write_row(0, 0, header, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            cells = [cell if isinstance(cell, int | float) else _text(cell) for cell in row]
            page.write_row(number, 0, cells)
        page.autofit()
    return out.getvalue()


def decode(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, or GB18030 as Chinese spreadsheets write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidInput("csv_not_text", field="file")


def read_csv(text: str, *, lines_max: int) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each line with its number; comma, semicolon and tab are understood.

    Raises `InvalidInput` when there are too many lines or none.
    """
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    lines: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                continue
            lines.append((reader.line_num, [_undefused(cell) for cell in cells]))
            if len(lines) > lines_max:
                raise InvalidInput("csv_too_many_lines", field="file", limit=lines_max)
    except csv.Error:
        raise InvalidInput("csv_not_text", field="file") from None
    if not lines:
        raise InvalidInput("csv_empty", field="file")
    return header, lines


def _undefused(value: str) -> str:
    """What `csv_bytes` wrote comes back as it was."""
    return value[1:] if value[:1] == "'" and value[1:].startswith(_FORMULA_STARTS) else value


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat(sep=" ", timespec="minutes") if isinstance(cell, datetime) else str(cell)


def _defused(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
