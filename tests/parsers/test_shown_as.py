"""Line ends and quotation marks that are no ordinary ones, as they are shown."""

import pytest

from parsers.mappings.format import Format
from parsers.sheet import Sheet, read_sheet

ROWS = [
    ["Store", "Id", "Total", "Note"],
    ["High St", "R-1", "12.50", "a, b"],
    ["High St", "R-2", "1.75", ""],
    ["7", "R-3", "3.25", "two\nlines"],
]


def _read(text: str) -> Sheet:
    return read_sheet(text.encode(), Format())


def _lines(opening: str, closing: str, line_end: str) -> str:
    lines = (",".join(f"{opening}{cell}{closing}" for cell in row) for row in ROWS)
    return line_end.join(lines) + line_end


def _shows_the_table(sheet: Sheet) -> bool:
    return [list(sheet.header), *(fields for _, fields in sheet.records)] == ROWS


@pytest.mark.parametrize("sign", ["\v", "\f", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_text_of_one_line_is_divided_where_another_sign_ends_records(
    sign: str, quote: str
) -> None:
    """As old systems and careless copying leave it; a line end inside a cell is none of them."""
    if quote == "'":
        rows = [row[:3] for row in ROWS]
        sheet = _read(sign.join(",".join(f"'{cell}'" for cell in row) for row in rows))
        assert [list(sheet.header), *(fields for _, fields in sheet.records)] == rows
    else:
        sheet = _read(_lines(quote, quote, sign))
        assert _shows_the_table(sheet)
    assert "one line" in sheet.findings.doubts[0]


@pytest.mark.parametrize("sign", ["\v", "\f", "\x1e", "\u2028"])
def test_such_a_sign_inside_the_cells_of_ordinary_lines_divides_nothing(sign: str) -> None:
    """It stands for a break in an address."""
    sheet = _read(f"Id,Address,Total\nR-1,a{sign}b,2.50\nR-2,c{sign}d,3.50\n")
    assert len(sheet.records) == 2
    assert not sheet.findings.doubts


@pytest.mark.parametrize("sign", [";", "|"])
def test_a_sign_that_ends_every_line_is_left_out(sign: str) -> None:
    """If it stands nowhere else; where it divides, it is a last column without a name."""
    sheet = _read(f"Id,Total{sign}\nR-1,2.50{sign}\nR-2,3.50{sign}\n")
    assert sheet.header == ("Id", "Total")
    assert sheet.records[0] == (2, ["R-1", "2.50"])
    assert sign in sheet.findings.doubts[0]
    text = f"Id{sign}Total{sign}\nR-1{sign}2.50{sign}\nR-2{sign}3.50{sign}\n"
    assert _read(text).header == ("Id", "Total", "")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("marks", ["“”", "““", "„“", "„”", "``", "\xb4\xb4", "«»", "»«", "''''"])
def test_other_quotation_marks_quote_as_well(marks: str, line_end: str) -> None:
    """Those of word processors, and two single ones for a double one."""
    half = len(marks) // 2
    assert _shows_the_table(sheet := _read(_lines(marks[:half], marks[half:], line_end)))
    assert "quoted by" in sheet.findings.doubts[0]


@pytest.mark.parametrize(
    "row", ["R-1,“a” and b,1", 'R-1,"a",“b”', "R-1,'a','','',''", "R-1,`a,1", "R-1,“a” b,“c“ d"]
)
def test_marks_within_cells_or_beside_ordinary_quotes_stay(row: str) -> None:
    """They are a part of the text."""
    sheet = _read("Id,Note,Total\n" + (row + "\n") * 4)
    assert not any("quoted by" in doubt for doubt in sheet.findings.doubts)
