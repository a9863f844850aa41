"""The looking glass: every record as it is, and what is none listed beside."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mappings.format import Format
from parsers.records.skipped import SkippedKind
from parsers.reject import Unreadable
from parsers.sheet import Sheet, read_sheet
from tests.parsers.retail import ORDINARY, source, table, writing


def _read(text: str, **pins: str | int) -> Sheet:
    return read_sheet(text.encode(), Format(**pins))  # type: ignore[arg-type]  # each key has its own kind of value


def test_a_report_is_shown_as_its_table_and_the_rest_is_listed() -> None:
    """Titles, a comment, the header once more and the footer, each with its line."""
    sheet = _read(
        "Sales report\nWeek 12\n\nId,Total,When\n1,2.50,2026-01-05\n2,3.00,2026-01-05\n"
        "# cash only\nId,Total,When\n3,4.00,2026-01-06\n,,\nRecords found: 3\n",
        comment="#",
    )
    assert sheet.header == ("Id", "Total", "When")
    assert sheet.records == [
        (5, ["1", "2.50", "2026-01-05"]),
        (6, ["2", "3.00", "2026-01-05"]),
        (9, ["3", "4.00", "2026-01-06"]),
    ]
    found = sheet.findings
    assert (found.header_line, found.blank_lines, found.last_line_ended) == (4, 1, True)
    assert [(each.line, each.kind) for each in found.left_out] == [
        (1, SkippedKind.PREAMBLE),
        (2, SkippedKind.PREAMBLE),
        (7, SkippedKind.COMMENT),
        (8, SkippedKind.REPEATED_HEADER),
        (11, SkippedKind.FOOTER),
    ]


def test_bad_rows_are_shown_as_they_are() -> None:
    """With their own number of fields, and the best guess at their quotes; nothing is repaired."""
    sheet = _read(
        'Id,Note,Total\n1,a,2.50\n2,b\n3,c,d,4.00\n4,"12" pipe",5.00\n5,"e,6.00\n6;f;7.00\n'
        '7,"g\nh",8.00\n'
    )
    assert sheet.records == [
        (2, ["1", "a", "2.50"]),
        (3, ["2", "b"]),
        (4, ["3", "c", "d", "4.00"]),
        (5, ["4", '12" pipe', "5.00"]),
        (6, ["5", "e", "6.00"]),
        (7, ["6;f;7.00"]),
        (8, ["7", "g\nh", "8.00"]),
    ]
    assert sheet.findings.ragged == ((3, 2), (4, 4), (7, 1))
    assert sheet.findings.stray_quotes == (5,)
    assert sheet.findings.unclosed_quotes == (6,)


@pytest.mark.parametrize(
    ("text", "header", "records"),
    [
        ("", (), []),
        ("\n \n", (), []),
        ("Id,Total", ("Id", "Total"), []),
        ("Id,Total\n1,2.50", ("Id", "Total"), [["1", "2.50"]]),
        ("1,2.50\n2,3.00\n", ("column 1", "column 2"), [["1", "2.50"], ["2", "3.00"]]),
        ("Total\n2.50\n3.00\n", ("Total",), [["2.50"], ["3.00"]]),
        ("Total\n12,50\n3,00\n", ("Total",), [["12,50"], ["3,00"]]),
        ('"a\nb","c ""d"""\n1,2\n', ("a\nb", 'c "d"'), [["1", "2"]]),
        ("a;b;\n1;2;\n3;4;\n", ("a", "b", ""), [["1", "2", ""], ["3", "4", ""]]),
        ("a\n1\n\n2\n", ("a",), [["1"], ["2"]]),
    ],
)
def test_small_tables_are_tables(
    text: str, header: tuple[str, ...], records: list[list[str]]
) -> None:
    """Of one column, of a header only, of nothing; names as the file writes them."""
    sheet = _read(text)
    assert sheet.header == header
    assert [fields for _, fields in sheet.records] == records
    assert sheet.findings.last_line_ended is text.endswith("\n")


def test_names_are_shown_as_they_are_written() -> None:
    """Twice, or not at all: what a mapping would call them is another matter."""
    assert _read("A,A,\n1,2,3\n", header_line=1).header == ("A", "A", "")
    assert _read("A,A,\n1,2,3\n", header_line=0).header == ("column 1", "column 2", "column 3")


_DAYS = "".join(f"{220 + day},2026-11-{day} 10:00,Kim,{day}.50\n" for day in range(10, 16))


@pytest.mark.parametrize(
    ("header", "doubt"),
    [
        ("Id,When,Total,Total", None),
        ("Id,When,Who", "it has 3 names and the rows have 4 fields"),
        ("Id,When,Who,Total,Note", "it has 5 names and the rows have 4 fields"),
    ],
)
def test_a_header_is_found_though_names_are_missing_or_twice(
    header: str, doubt: str | None
) -> None:
    """By the contrast to the rows; that it does not fit them is said."""
    sheet = _read(f"Week 46\n\n{header}\n{_DAYS}")
    assert (sheet.findings.header_line, sheet.header) == (3, tuple(header.split(",")))
    assert [line for line, _ in sheet.records] == [4, 5, 6, 7, 8, 9]
    assert [each for each in sheet.findings.doubts if "names" in each] == (
        [f"Line 3 is taken for the header, but {doubt}."] if doubt else []
    )


def test_a_line_of_another_width_that_is_no_header_is_none() -> None:
    """It has a number in it, or it is too short to name the columns."""
    for line in ("Week,46,Shop", "Shop,Berlin"):
        assert _read(f"{line}\n{_DAYS}").findings.header_line == 0


def test_a_header_that_comes_again_in_other_letters_is_left_out() -> None:
    """As each page of a report has it."""
    sheet = _read(f"ID,WHEN,WHO,TOTAL\n{_DAYS}Id, When ,Who,Total\n{_DAYS}")
    assert len(sheet.records) == 12
    assert [(one.line, one.kind) for one in sheet.findings.left_out] == [
        (8, SkippedKind.REPEATED_HEADER)
    ]


def test_the_best_reading_is_given_and_the_doubt_is_said() -> None:
    """What would hold a file is only said here."""
    sheet = _read('Id,Note,Total\n1,a,"2.50\n2,b,3.00"\n3,c,4.00\n')
    assert [line for line, _ in sheet.records] == [2, 3, 4]
    assert sheet.findings.unclosed_quotes == (2,)
    sheet = _read("Id;Total\n1;2.50\n", delimiter=",")
    assert sheet.header == ("Id;Total",)
    assert "but are divided by ;" in sheet.findings.doubts[0]
    sheet = _read("Id,Total\n1,2.50\n", header_line=7)
    assert sheet.header == ("Id", "Total")
    assert sheet.findings.doubts
    sheet = read_sheet("Id,Café\n1,2\n".encode("cp1252"), Format(encoding="utf-8"))
    assert sheet.header == ("Id", "Café")
    assert "utf-8" in sheet.findings.doubts[0]


def test_what_is_no_text_is_not_shown() -> None:
    """There is nothing to see in binary data."""
    with pytest.raises(Unreadable):
        read_sheet(bytes(range(32)) * 8, Format())


@given(st.integers(0, 2**32), st.integers(3, 20))
def test_what_is_shown_is_what_was_written(seed: int, rows: int) -> None:
    """Every cell of an ordinary table, and written as plain CSV it is read the same again."""
    random = source(seed)
    cells = table(random, rows)
    lines = writing(random, ORDINARY).write(cells)
    sheet = _read("\n".join(lines), header_line=1)
    shown = [list(sheet.header), *(fields for _, fields in sheet.records)]
    assert shown == cells
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(shown)
    again = _read(out.getvalue(), delimiter=",", quote='"', header_line=1)
    assert [list(again.header), *(fields for _, fields in again.records)] == shown


@given(st.text(alphabet="ab1.,;|\t\n\r \"'\\:#", max_size=80))
def test_nothing_is_lost(text: str) -> None:
    """Each physical line is shown, listed as left out, or has only blanks and delimiters."""
    sheet = _read(text)
    found = sheet.findings
    shown = "".join(
        "".join(cells)
        for cells in (sheet.header if found.header_line else (), *(row for _, row in sheet.records))
    ) + "".join(each.text for each in found.left_out)
    for char in "ab1":
        assert shown.count(char) >= text.count(char)


def test_a_line_in_another_encoding_spoils_no_other() -> None:
    """In a file of UTF-8 it alone is read as another, and the doubt names it."""
    lines = ["Id,Name,Total", "1,Caf\xe9,2.50", "2,Z\xfcrich,3.50", "3,\u0141\xf3d\u017a,4.50"]
    data = "\n".join(lines).encode().replace("Z\xfcrich".encode(), b"Z\xfcrich")
    sheet = read_sheet(data, Format())
    assert sheet.findings.encoding == "utf-8"
    assert [fields[1] for _, fields in sheet.records] == [
        "Caf\xe9",
        "Z\xfcrich",
        "\u0141\xf3d\u017a",
    ]
    assert "line 3 is not" in sheet.findings.doubts[0]


def test_a_sep_line_that_divides_nothing_is_passed_over() -> None:
    """Another program left it there; the doubt says both."""
    sheet = _read("sep=|\nId;Total;When\n1;2,50;2026-01-05\n2;3,00;2026-01-05\n")
    assert sheet.header == ("Id", "Total", "When")
    assert "|" in sheet.findings.doubts[0]


def test_a_single_blank_divides_if_cells_with_blanks_are_quoted() -> None:
    """They are in no prose; the commas in the amounts divide nothing."""
    sheet = _read('Id "Sold at" Shop Total\n' + 'R-1 "2026-01-05 10:00" "High St" 2,50\n' * 3)
    assert sheet.header == ("Id", "Sold at", "Shop", "Total")


def test_a_table_whose_every_quote_is_astray_is_still_divided() -> None:
    """Text stands behind each: as there is nothing better, the rows are shown so."""
    sheet = _read('"Id"x~"When"x~"Total"x\n' + '"R-1"x~"2026-01-05"x~"2.50"x\n' * 3)
    assert len(sheet.header) == 3
    assert sheet.findings.stray_quotes == (2, 3, 4)
