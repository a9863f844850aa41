"""Workbooks: each sheet as plain CSV, cell for cell what a spreadsheet would show."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parsers.containers import ContainerCode, contents
from parsers.containers.cells import Cell, Marks, number_text, sheet_text
from parsers.containers.limits import Room
from parsers.reject import Unreadable, UnreadableCode
from tests.parsers.packing import cell, ods, row, xlsb, xlsx, zipped

FIXTURES = Path(__file__).parent / "fixtures"


def sheets(data: bytes, name: str = "book.xlsx") -> dict[str, str]:
    """The text of each table in a workbook."""
    found = contents(data, name)
    assert found is not None
    return {member.name: member.data.decode() for member in found.members}


def lines(*rows: str) -> list[str]:
    """The lines of a workbook's only sheet."""
    (text,) = sheets(xlsx({"Sales": "".join(rows)})).values()
    return text.split("\n")[:-1]


def written(*rows: list[Cell]) -> list[str]:
    """The lines that rows of cells become."""
    return sheet_text(rows, Marks(), Room(0)).decode().split("\n")[:-1]


def test_a_row_is_a_line_and_a_column_a_field() -> None:
    """Blank rows and columns before the table stay, so that line 3 is row 3."""
    found = lines(
        f'<row r="3">{cell("B3", "Id")}{cell("C3", "Total")}</row>',
        f'<row r="5">{cell("B5", "007")}{cell("C5", 12.5)}</row>',
    )
    assert found == ["", "", ",Id,Total", "", ",007,12.5"]


def test_text_stays_as_it_is() -> None:
    """Leading zeros, 19 digits, blanks, quotes; only a line end becomes a blank."""
    found = lines(row(1, "007", "1234567890123456789", " a ", 'say "no", twice', "a\nb"))
    assert found == ['007,1234567890123456789, a ,"say ""no"", twice",a b']


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.0, "12"),
        (-0.0, "0"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (35.129999999999995, "35.13"),
        (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"),
        (1234567890123456.0, "1.23456789012346E+15"),
        (1.3e18, "1.3E+18"),
        (5, "5"),
    ],
)
def test_a_number_is_written_as_a_spreadsheet_shows_it(number: float, text: str) -> None:
    """15 digits are all that a spreadsheet knows; what had more is seen to be damaged."""
    assert number_text(number) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
@example(value=0)
def test_money_comes_back_as_it_was_typed(value: object) -> None:
    """Through the float in which a workbook holds it."""
    typed = f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    assert number_text(float(typed)) == ("0" if typed in ("-0", "") else typed)


def test_dates_and_times_are_iso() -> None:
    """By the cell's style; a serial number is rounded to milliseconds."""
    moment, day, hours = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "hh:mm:ss"
    found = lines(
        "<row r='1'>"
        + cell("A1", 46347.4534722222, moment)
        + cell("B1", 46347, day)
        + cell("C1", 0.4534722222, hours)
        + cell("D1", 1.5, "[h]:mm")
        + "</row>"
    )
    assert found == ["2026-11-21 10:53:00,2026-11-21,10:53:00,36:00:00"]


def test_midnight_has_its_time_where_others_have_theirs() -> None:
    """Else a sale at midnight would be written unlike all the others of its column."""
    found = written(
        [datetime.fromisoformat("2026-11-21T10:53"), date(2026, 11, 21)],
        [date(2026, 11, 22), date(2026, 11, 22)],
    )
    assert found == ["2026-11-21 10:53:00,2026-11-21", "2026-11-22 00:00:00,2026-11-22"]


def test_fractions_of_a_second_are_kept() -> None:
    """To the millisecond, beyond which serial numbers are noise."""
    found = written(
        [*map(datetime.fromisoformat, ("2026-12-31T23:59:59.999700", "2026-01-01T00:00:01.250"))],
        [time(10, 53, 0, 500_000), timedelta(seconds=-90)],
    )
    assert found == ["2027-01-01 00:00:00,2026-01-01 00:00:01.250", "10:53:00.500,-00:01:30"]


def test_truths_errors_and_padded_numbers_are_written_as_shown() -> None:
    """A failed formula must not pass for a blank cell, nor shop 0042 for shop 42."""
    found = lines(
        f'<row r="1">{cell("A1", True)}{cell("B1", "#N/A")}{cell("C1", 42, "0000")}'
        f"{cell('D1', 12345, '0000')}{cell('E1', 42)}{cell('F1', '#DIV/0!')}</row>"
    )
    assert found == ["true,#N/A,0042,12345,42,#DIV/0!"]


def test_each_sheet_is_a_table() -> None:
    """One sheet bears the name of the workbook, of several each has its own too."""
    rows = row(1, "a", "b")
    assert list(sheets(xlsx({"Umsatz": rows, "Leer": ""}))) == ["book.xlsx"]
    assert list(sheets(xlsx({"Umsatz": rows, "M\u00e4rz & April": rows}))) == [
        "book.xlsx//Umsatz",
        "book.xlsx//M\u00e4rz & April",
    ]


def test_sheets_that_are_not_shown_or_empty_are_left_out_and_named() -> None:
    """What the sender does not see was not meant to be sent."""
    book = xlsx({"Sales": row(1, "a"), "Notes": row(1, "b"), "Blank": ""}, hidden=("Notes",))
    found = contents(book, "book.xlsx")
    assert found is not None
    assert [member.data for member in found.members] == [b"a\n"]
    assert found.left_out == ("Notes (hidden)", "Blank (empty)")


def test_a_stray_value_in_the_last_corner_is_a_verdict() -> None:
    """Its reader would take 512 GB, and end the process."""
    with pytest.raises(Unreadable) as refused:
        lines(row(1, "a"), f'<row r="1048576">{cell("XFD1048576", 1)}</row>')
    assert refused.value.code is ContainerCode.TOO_LARGE
    assert "row 1,048,576 and column 16,384" in refused.value.message


def test_an_old_workbook_is_read() -> None:
    """.xls, as Excel up to 2003 and many tills write it; the fixture was written with xlwt."""
    data = (FIXTURES / "till.xls").read_bytes()
    assert sheets(data, "till.xls") == {
        "till.xls": "\nFiliale,Bon,Datum,Brutto\n007,4711,2026-11-21 10:53:00,12.5\n"
        "K\u00f6ln,4712,2026-11-21 00:00:00,-3\n"
    }


def test_a_workbook_of_libreoffice_is_read() -> None:
    """.ods; a million blank rows at its end are nothing."""
    blank = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/>'
    data = ods(
        "<table:table-row table:number-rows-repeated='2'><table:table-cell/></table:table-row>"
        "<table:table-row><table:table-cell office:value-type='string'><text:p>007</text:p>"
        "</table:table-cell><table:table-cell office:value-type='currency' office:value='12.50'/>"
        "<table:table-cell office:value-type='date' office:date-value='2026-11-21T10:53:00'/>"
        "<table:table-cell office:value-type='boolean' office:boolean-value='true'/>"
        f"</table:table-row>{blank}</table:table-row>"
    )
    assert sheets(data, "a.ods") == {"a.ods": "\n\n007,12.5,2026-11-21 10:53:00,true\n"}


def test_a_binary_workbook_is_read() -> None:
    """.xlsb, which Excel offers for large sheets."""
    data = xlsb("Umsatz", [["Id", "Total"], ["007", 12.5]])
    assert sheets(data, "a.xlsb") == {"a.xlsb": "Id,Total\n007,12.5\n"}


def test_errors_in_a_workbook_of_libreoffice_are_written_as_shown() -> None:
    """calamine tells them as blank, or as the 0 that stands beside them."""
    error = "<table:table-cell office:value-type='{}'><text:p>{}</text:p></table:table-cell>"
    data = ods(
        "<table:table-row table:number-rows-repeated='2'><table:table-cell/></table:table-row>"
        "<table:table-row><table:table-cell table:number-columns-repeated='2'/>"
        + error.format("float' office:value='0", "#N/A")
        + error.format("string' office:string-value='", "#DIV/0!")
        + error.format("float' office:value='0", "0")
        + "</table:table-row>"
    )
    assert sheets(data, "a.ods") == {"a.ods": "\n\n,,#N/A,#DIV/0!,0\n"}


@pytest.mark.parametrize("at", [600, 2000, 5000])
def test_a_cut_old_workbook_is_a_verdict(at: int) -> None:
    """It has no checksum, but is not whole."""
    with pytest.raises(Unreadable):
        contents((FIXTURES / "till.xls").read_bytes()[:at], "till.xls")


def test_a_workbook_with_a_password_says_so() -> None:
    """Today's workbooks with a password are compound files in which it lies encrypted."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(Unreadable) as refused:
        contents(data, "a.xlsx")
    assert refused.value.code is ContainerCode.ENCRYPTED


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"[Content_Types].xml": b"", "word/document.xml": b""}, "Word"),
        ({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}, "PowerPoint"),
        ({"Index/Document.iwa": b"x", "preview.jpg": b"x"}, "Numbers"),
        (
            {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""},
            "OpenOffice",
        ),
    ],
)
def test_other_documents_are_not_taken_to_pieces(files: dict[str, bytes], words: str) -> None:
    """They are packed as zip; their parts are nobody's tables."""
    with pytest.raises(Unreadable) as refused:
        contents(zipped(files), "x")
    assert refused.value.code is UnreadableCode.NOT_A_TABLE
    assert words in refused.value.message


def test_a_document_of_old_office_is_no_workbook() -> None:
    """The compound file of a .doc."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le")
    with pytest.raises(Unreadable) as refused:
        contents(data, "a.doc")
    assert refused.value.code is UnreadableCode.NOT_A_TABLE


def test_a_workbook_that_calamine_cannot_read_is_damaged() -> None:
    """Whole as an archive, and broken as a workbook."""
    packed = io.BytesIO()
    whole = xlsx({"Sales": row(1, "a")})
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[: -9 if "sheet1" in name else None])
    with pytest.raises(Unreadable) as refused:
        contents(packed.getvalue(), "a.xlsx")
    assert refused.value.code is ContainerCode.DAMAGED


def test_the_text_of_a_sheet_has_to_find_room() -> None:
    """One long text that a million cells share is a bomb of its own."""
    room = Room(0)
    with pytest.raises(Unreadable) as refused:
        sheet_text((["x" * 30_000] * 10 for _ in range(1000)), Marks(), room)
    assert refused.value.code is ContainerCode.TOO_LARGE
