"""Tables whose columns are laid out with blanks: which blanks divide, and which are in a value."""

import pytest

from parsers.delimited import read
from parsers.mappings.format import Format
from parsers.mappings.mapping import parse_mapping
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.tokens import read_records
from parsers.reject import RejectCode, Unreadable, UnreadableCode
from parsers.sheet import read_sheet

MAPPING = """
timezone = "America/New_York"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = { date = "Date", time = "Time" }
"""
TABLE = """\
Store  Receipt  Date        Time      Total   Note
1556   7917     2024-10-23  08:22 PM   48.52  ok
1556   7918     2024-10-23  09:05 PM  112.00
1556   7919     2024-10-23  10:40 PM    7.25  gift
"""


def test_a_blank_in_the_value_of_every_row_divides_no_columns() -> None:
    """08:22 PM under Time is one value: cut in two, it would be the morning."""
    reading = read(TABLE.encode(), parse_mapping(MAPPING))
    assert reading.rows["local_time"].to_list() == [
        "2024-10-23T20:22:00",
        "2024-10-23T21:05:00",
        "2024-10-23T22:40:00",
    ]
    assert reading.rows["total"].to_list() == ["48.52", "112.00", "7.25"]


def test_a_pinned_layout_of_blanks_is_that_in_which_the_names_stand() -> None:
    """The second file of a feed, with the pin of the first: a date and time are still one value."""
    text = (
        "Store  Receipt ID  Created at           Total\n"
        "1484   8143        2024-01-05 22:20:19  2616.83\n"
        "1484   8144        2024-01-08 13:14:22  108.45\n"
    )
    mapping = MAPPING.replace('"Receipt"', '"Receipt ID"').replace(
        '{ date = "Date", time = "Time" }', '"Created at"'
    )
    reading = read(text.encode(), parse_mapping(mapping), pins={"delimiter": "  "})
    assert reading.rows["total"].to_list() == ["2616.83", "108.45"]
    assert reading.rows["local_time"].to_list()[0] == "2024-01-05T22:20:19"


def _rows(text: str, mapping: str = MAPPING) -> list[tuple[str, str, str]]:
    reading = read(text.encode(), parse_mapping(mapping))
    return reading.rows.select("location_id", "transaction_id", "total").rows()


def test_a_blank_cell_in_a_middle_column_moves_no_other() -> None:
    """Two rows lack a cell that is mapped, or one that is not: each column stays what it is."""
    text = """\
Store  Receipt  Clerk  Tip     Total  Date        Time      Note
1556   7917     Anna   1.00    48.52  2024-10-23  08:22 PM  ok
1556   7918            2.00   112.00  2024-10-23  09:05 PM
1556   7919                     7.25  2024-10-23  10:40 PM  gift
1556   7920     Bo     3.00           2024-10-23  10:41 PM  gift
1556            Bo              9.00  2024-10-23  10:42 PM
"""
    reading = read(text.encode(), parse_mapping(MAPPING))
    assert reading.rows["total"].to_list() == ["48.52", "112.00", "7.25"]
    assert [(one.line, one.code) for one in reading.rejects] == [
        (5, RejectCode.EMPTY_MONEY),
        (6, RejectCode.EMPTY_ID),
    ]


def test_a_column_without_a_name_moves_no_other() -> None:
    """With a blank Tip the first row has as many fields as the header has names."""
    text = """\
Store  Receipt  Tip   Total         Date        Time
1556   7917           48.52   3.00  2024-10-23  08:22 PM
1556   7918     2.00  112.00  4.00  2024-10-23  09:05 PM
"""
    rows = [("1556", "7917", "48.52"), ("1556", "7918", "112.00")]
    assert _rows(text) == rows
    # Tip is a part of the total now, and blank in the first row.
    added = MAPPING.replace('"Total"', '{ add = ["Total", "Tip"] }')
    assert _rows(text, added) == [rows[0], ("1556", "7918", "114.00")]


def test_one_row_below_the_header_shows_its_columns() -> None:
    """The names above stand where the cells below do."""
    text = """\
Store  Receipt  Clerk  Total  Date        Time
1556   7917            48.52  2024-10-23  08:22 PM
"""
    assert _rows(text) == [("1556", "7917", "48.52")]


def test_a_cell_that_is_too_long_for_its_column_is_not_cut() -> None:
    """Its row is divided at its blanks, if it has a cell in each column; else it is a reject."""
    long = "1556   7921     48.60  a very long note that  2024-10-23  08:50 PM\n"
    head = "Store  Receipt  Total  Note  Date        Time\n"
    usual = "".join(
        f"1556   {at}     48.52  ok    2024-10-23  08:22 PM\n" for at in range(7000, 7200)
    )
    reading = read(f"{head}{usual}{long}{usual}".encode(), parse_mapping(MAPPING))
    assert "48.60" in reading.rows["total"].to_list()
    lacking = "1556            48.60  a very long note that  2024-10-23  08:50 PM\n"
    reading = read(f"{head}{usual}{lacking}{usual}".encode(), parse_mapping(MAPPING))
    assert [one.line for one in reading.rejects] == [202]


@pytest.mark.parametrize(
    "row",
    [
        "1556            48.60  a very  long note       2024-10-23  08:50 PM",
        "1556   79 21 is 7  2   48.60  ok              2024-10-23  08:50 PM",
    ],
)
def test_as_many_pieces_as_columns_are_not_a_cell_in_each(row: str) -> None:
    """With a blank cell, and two blanks in another that is too long, each is in a wrong column."""
    head = "Store  Receipt  Total  Note  Date        Time\n"
    usual = "".join(
        f"1556   {at}     48.52  ok    2024-10-23  08:22 PM\n" for at in range(7000, 7200)
    )
    reading = read(f"{head}{usual}{row}\n{usual}".encode(), parse_mapping(MAPPING))
    assert [one.line for one in reading.rejects] == [202]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("Rome   12  7", ["Rome", "12", "7"]),
        ("Rome       7", ["Rome", "", "7"]),
        ("Nuremberg  12  7", ["Nuremberg", "12", "7"]),
        ("Nuremberg      7", ["Nuremberg", "7"]),
        ("Nuremb  erg  7", ["Nuremb", "erg", "7"]),
        ("Rom  e 12345", ["Rom", "e 12345"]),
        ("R  o  me", ["R  o  me"]),
        ("A  bcd  e", ["A  bcd  e"]),
    ],
)
def test_a_line_is_cut_where_columns_begin_or_not_at_all(line: str, fields: list[str]) -> None:
    """Columns at 0, 7 and 11, with two blanks before each."""
    dialect = Dialect(delimiter=BLANKS, quote=None, stops=(0, 7, 11), gaps=(0, 5, 9))
    assert [record.fields for record in read_records(line, dialect)] == [fields]


def test_where_nothing_shows_which_cell_is_blank_the_file_is_held() -> None:
    """Two blanks divide, columns do not stand under each other, and one has no name."""
    text = """\
Store  Receipt  Total  Date  Time
1556  7917  48.52  3.00  2024-10-23  08:22 PM
1556  7918      4.00  2024-10-23  09:05 PM
"""
    with pytest.raises(Unreadable) as caught:
        read(text.encode(), parse_mapping(MAPPING))
    assert caught.value.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert "where a cell is blank cannot be told" in caught.value.message


def test_without_a_mapping_a_blank_that_stands_in_every_value_divides_no_column() -> None:
    """A report below its titles, which go right across the columns."""
    text = """\
Hotel Adler          TILL REPORT
Closed checks        Printed 22.03.2026 01:10
Check  Table  Opened            Total
3000          14.03.2026 09:55  50.64
3001   7      14.03.2026 10:35   7.20
3002   8      14.03.2026 11:02  12.00
"""
    sheet = read_sheet(text.encode(), Format())
    assert sheet.header == ("Check", "Table", "Opened", "Total")
    assert sheet.records[0] == (4, ["3000", "", "14.03.2026 09:55", "50.64"])


def test_a_column_that_is_blank_in_a_hundred_rows_is_one() -> None:
    """Nothing but its name shows it."""
    rows = "".join(
        f"1556   {at}           48.52  2024-10-23  08:22 PM\n" for at in range(7000, 7100)
    )
    text = f"Store  Receipt  Tip  Total  Date        Time\n{rows}"
    assert len(_rows(text)) == 100


def test_without_names_a_heading_of_two_words_is_one_column() -> None:
    """Nothing stands under its second word; a column may be blank, but then two blanks divide."""
    sheet = read_sheet(
        b"Order No  Disc %  Blank  Grand Total  Shop\n"
        b"R-1       10             1 062,76     High St\n"
        b"R-2       0              12,50        7\n"
        b"R-3       0              2,75         High St\n",
        Format(),
    )
    assert sheet.header == ("Order No", "Disc %", "Blank", "Grand Total", "Shop")
    assert sheet.records[0] == (2, ["R-1", "10", "", "1 062,76", "High St"])
