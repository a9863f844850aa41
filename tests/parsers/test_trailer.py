"""What stands among and after the rows is left out and listed; what may be a sale never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.header.finding import find_header
from parsers.records.dialect import Dialect
from parsers.reject import Unreadable, UnreadableCode
from parsers.rows.repair import repair
from parsers.table.frame import read_patiently
from parsers.trailer.cut_short import cut_short
from parsers.trailer.parting import Mapped, Parted, part
from parsers.trailer.statements import check_statements
from tests.parsers.tables import COMMA, NAMES, mapped, read_row, records, total_of

HEADER = "Store,Id,Total,When,Note\n"
ROWS = "7,1,1.50,2026-01-01 10:00,\n7,2,2.50,2026-01-02 10:00,x\n7,3,3.50,2026-01-02 11:00,\n"
LINES = [2, 3, 4]
TEXT_ROWS = ROWS.replace("7,", "Main St,")


def _part(text: str, footer: str | int | None = None, dialect: Dialect = COMMA) -> Parted:
    frame, header = records(text, dialect)
    return part(frame, header, dialect, mapped=mapped(header), footer=footer)


def _held(text: str, footer: str | int | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _part(text, footer)
    return caught.value


def _skipped(parted: Parted) -> list[tuple[int, str]]:
    return [(one.line, one.kind.value) for one in parted.skipped]


def _checked(text: str) -> Unreadable | None:
    """Check what a file states against its rows, as the whole reading does."""
    frame, header = records(text)
    parted = part(frame, header, COMMA, mapped=mapped(header))
    read = [read_row(parted.frame, header, line) for line in parted.frame["line"]]
    good = [values for values in read if values is not None]
    return check_statements(
        parted.statements,
        sums={header.find("Total")[0]: [total_of(good)]},
        counts=[len(good), len(read)],
        decimal=".",
    )


@pytest.mark.parametrize(
    "footer",
    [
        "Total,,7.50,,", "Total,,7.50", "TOTAL:,,7.50,,", '"Total",,"7.50",,',
        "Grand Total,,7.50,,", "Summe,,7.50,,",
        "Gesamt,,7.50,,", "Totaal,,7.50,,", "Somme,,7.50,,", "Totale,,7.50,,",
        "Suma,,7.50,,", "Razem,,7.50,,", "Summa,,7.50,,", "Yhteensä,,7.50,,", "Celkem,,7.50,,",
        "Összesen,,7.50,,", "Toplam,,7.50,,", "Итого,,7.50,,", ",Total,7.50,,", "Total,EUR,7.50,,",
        "Total 02.01.2026,,7.50,,", "Total,12 sales,7.50,2 January,", "Subtotal,,3.00,,",
        "Records Found: 3", "Records Found:,3", "3 rows", "(3 rows affected)", "Anzahl Belege;3",
        "Anzahl,3", "Nombre de lignes,3", "Número de registros: 3", "Aantal,3", "Antal rader 3",
        "-- end --", "=====", "-----,-----,-----,-----,-----", "*** End of report ***",
        "Ende", "EOF", "Printed by Anna,,,,",
        "Printed: 2026-01-02 by Anna", "Gedruckt am 02.01.2026", "Summary:", "Page 1 of 1",
        "\nby Anna",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "", "\n\n,,,,\n"])
def test_a_footer_is_left_out_and_listed(footer: str, end: str) -> None:
    """In the languages of the larger markets, of the table's width or not, at the file's end."""
    parted = _part(HEADER + ROWS + footer + end)
    assert parted.frame["line"].to_list() == LINES
    assert [kind for _, kind in _skipped(parted)] == ["footer"]
    assert parted.skipped[0].text == footer.strip("\n")


@pytest.mark.parametrize(
    "row",
    [
        "7,9,abc,yesterday,",  # nothing is right
        "7,9,,2026-01-02 10:00,",  # no total
        "SHOP1,R17",  # too short
        "7",
        "\n7,9",  # after a blank line
        "x,9,1.50,2026-01-02 10:00,a,b",  # too long
        "Summer Shop,R17",
        "Summer Shop",
        "Total,R17",  # a shop may be called so
        "Total Nord,1011,5.00,,",  # with an id, which is no sum
        "Total Nord,20261011,,2026-01-02 10:00,",
        'Summer Shop,"',  # a quote that is never closed may hold the rest of a sale
        "\nMain St",
    ],
)
def test_a_bad_last_row_stays_a_row(row: str) -> None:
    """It becomes a reject, which somebody sees; a footer nobody looks at."""
    parted = _part(HEADER + TEXT_ROWS + row + "\n")
    assert parted.frame["line"].to_list()[:3] == LINES
    assert parted.frame.height == 4
    assert parted.skipped == ()


def test_a_footer_of_several_lines_is_left_out_as_a_whole() -> None:
    """What stands below a total is no row, either."""
    text = HEADER + ROWS + "\nSummary:\nTotal,,7.50,,\nCash,7.50\nby Anna\nRecords Found: 3\n"
    parted = _part(text)
    assert parted.frame["line"].to_list() == LINES
    assert [line for line, _ in _skipped(parted)] == [6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "row", ["Total,9,7.50,2026-01-02 12:00,", "7,Total,7.50,2026-01-02 12:00,"]
)
def test_a_row_that_may_be_a_total_holds_the_file_until_the_mapping_says(row: str) -> None:
    """Loaded, it would double the day; left out, a sale might be lost."""
    text = HEADER + ROWS + row + "\n"
    held = _held(text)
    assert held.code is UnreadableCode.AMBIGUOUS_FOOTER
    assert "Line 5 may be a row or a total" in held.message
    assert "footer = ''" in held.remedy
    assert _part(text, "").frame["line"].to_list() == [*LINES, 5]
    assert _part(text, row[:7]).frame["line"].to_list() == LINES
    assert _held(HEADER + row + "\n" + ROWS).code is UnreadableCode.AMBIGUOUS_FOOTER


def test_a_shop_that_is_called_total_is_one() -> None:
    """If most rows begin so, none of them is a total."""
    text = HEADER + ROWS.replace("7,", "Total,")
    assert _part(text).frame["line"].to_list() == LINES


def test_a_subtotal_among_the_rows_is_left_out_if_nothing_but_sums_is_beside_it() -> None:
    """Else it is a bad row."""
    parted = _part(HEADER + "Subtotal,,1.50,,\n" + ROWS + "Total,Anna,7.50,,\n" + ROWS)
    assert _skipped(parted) == [(2, "subtotal")]
    assert parted.frame["line"].to_list() == [3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    "again",
    [
        "Store,Id,Total,When,Note",
        '"Store", Id ,Total,When,"Note"',
        "Store,Id,Total,When,Text",
        "STORE,ID,TOTAL,WHEN,NOTE",
        "store, id,total ,when,text",
    ],
)
def test_a_repeated_header_is_left_out(again: str) -> None:
    """As on each page of a report; other columns than the mapped ones may be called otherwise,
    and all of them be written in letters of another case."""
    parted = _part(HEADER + ROWS + again + "\n" + ROWS)
    assert _skipped(parted) == [(5, "repeated-header")]
    assert parted.frame.height == 6


def test_what_stood_above_the_header_is_left_out_when_it_comes_again() -> None:
    """With the header, on each page."""
    page = "Page\n" + HEADER + ",,EUR,,\n" + ROWS
    parted = _part(page + page)
    assert [kind for _, kind in _skipped(parted)] == ["repeated-header"] * 3
    assert parted.frame.height == 6


def test_a_column_without_a_name_may_be_mapped_where_a_header_comes_again() -> None:
    """It goes by its place."""
    text = "Store,Id,When,\n" + "7,1,2026-01-02 10:00,1.50\n" * 2 + "STORE,ID,WHEN,\n"
    header = find_header(text, COMMA, names=("Store", "Id", "When", "column 4"))
    places = Mapped(all=[0, 1, 2, 3], ids=[0, 1], money=[3], read=lambda rows: [None for _ in rows])
    parted = part(read_patiently(text, header, range(4)), header, COMMA, mapped=places)
    assert _skipped(parted) == [(4, "repeated-header")]


@pytest.mark.parametrize(
    "again",
    ["Store,Total,Id,When,Note", "STORE,TOTAL,ID,WHEN,NOTE", "WHEN,STORE,ID,TOTAL,NOTE"],
)
def test_a_second_header_with_other_columns_holds_the_file_however_far_down(again: str) -> None:
    """Two exports pasted together: the amounts would be read from the wrong column."""
    held = _held(HEADER + ROWS * 100 + again + "\n" + ROWS)
    assert held.code is UnreadableCode.HEADER
    assert "Line 302 is a header, too" in held.message


def test_comments_are_left_out() -> None:
    """At any place; without a comment prefix in the dialect they are records."""
    text = HEADER + "# a\n" + ROWS + " # b,c,d,e,f\n"
    parted = _part(text, dialect=Dialect(delimiter=",", comment="#"))
    assert _skipped(parted) == [(2, "comment"), (6, "comment")]
    assert _part(text).frame.height == 5


def test_a_pinned_number_of_lines_is_left_out_unread() -> None:
    """Blank lines at the end do not count, but a row among them does."""
    text = HEADER + ROWS + "a,b\nTotal,,9.99,,\n\n"
    parted = _part(text, 2)
    assert parted.frame["line"].to_list() == LINES
    assert parted.statements == ()
    held = _held(text, 3)
    assert held.code is UnreadableCode.CONTRADICTS_MAPPING
    assert "footer = 3, but line 4 looks like a row" in held.message


def test_a_pinned_text_begins_the_footer() -> None:
    """Quotes and blanks before it do not count."""
    text = HEADER + TEXT_ROWS + '"Kassenschluss" x\nAnna,9\n'
    assert _part(text).frame.height == 5
    parted = _part(text, "Kassenschluss")
    assert parted.frame["line"].to_list() == LINES
    assert _skipped(parted) == [(5, "footer"), (6, "footer")]


def test_a_pinned_text_that_is_not_there_or_not_at_the_end_holds_the_file() -> None:
    """The first may be a file that was cut, the second would lose rows."""
    assert _held(HEADER + ROWS, "Total").code is UnreadableCode.CUT_SHORT
    held = _held(HEADER + "Total,,1.50,,\n" + ROWS, "Total")
    assert held.code is UnreadableCode.CONTRADICTS_MAPPING
    assert "line 5 looks like a row" in held.message


def test_without_a_mapping_only_what_is_certain_is_left_out() -> None:
    """Footers and repeated headers; no file is held, no subtotal goes."""
    text = HEADER + ROWS + "Total,,1.50,,\n" + HEADER + ROWS + "\nPrinted by Anna\nTotal,,7.50,,\n"
    header = find_header(text, COMMA)
    frame = read_patiently(text, header, range(5))
    parted = part(frame, header, COMMA)
    assert _skipped(parted) == [(6, "repeated-header"), (11, "footer"), (12, "footer")]


@pytest.mark.parametrize(
    ("footer", "words"),
    [
        ("Total,,7.50,,", None),
        ("Summe,,7.5,,\nGesamt,,7.500,,", None),
        ("Subtotal,,5.00,,", None),
        ("Total Visa,,5.00,,", None),
        ("Total,5.00", None),
        ("Records Found: 3", None),
        ("Total,,7.60,,", "a total of 7.60 in column 'Total', but the rows add up to 7.50"),
        ("Total,,1075.00,,", "a total of 1,075.00 in column 'Total', but the rows add up to 7.50"),
        ("Records Found:,12", "Line 5 states 12 records, but there are 3"),
        ("Anzahl 1.234", "Line 5 states 1,234 records, but there are 3"),
    ],
)
def test_what_a_file_states_is_checked(footer: str, words: str | None) -> None:
    """A total in the column of the total, and a count; other amounts are sums of who knows what."""
    found = _checked(HEADER + ROWS + footer + "\n")
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert found.code is UnreadableCode.STATED_TOTAL
        assert words in found.message


def test_a_count_may_be_of_all_records_or_of_the_good_ones() -> None:
    """Any honest count that agrees passes."""
    body = HEADER + ROWS + "7,9,abc,yesterday,\n"
    assert _checked(body + "4 rows\n") is None
    assert _checked(body + "3 rows\n") is None
    assert _checked(body + "5 rows\n") is not None


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "||", "  "])
def test_the_end_is_found_in_every_dialect(delimiter: str) -> None:
    """Also where delimiters are long, or blanks."""
    lines = [
        ("Store", "Id", "Total", "When"),
        *(("Main St", f"R{n}", "2.50", f"2026-01-0{n} 10:00") for n in range(1, 4)),
        ("Store", "Id", "Total", "When"),
        ("Main St", "R4", "2.50", "2026-01-04 10:00"),
    ]
    text = "Report\n" + "".join(delimiter.join(line) + "\n" for line in lines) + "4 rows\nTotal\n"
    dialect = Dialect(delimiter=delimiter)
    header = find_header(text, dialect, names=lines[0])
    parted = part(
        read_patiently(text, header, range(4), dialect), header, dialect, mapped=mapped(header)
    )
    assert parted.frame["line"].to_list() == [3, 4, 5, 7]
    assert _skipped(parted) == [(6, "repeated-header"), (8, "footer"), (9, "footer")]
    assert [one.count for one in parted.statements] == [4]


_PIECES = (
    *("Store", "Id", "Total", "When", "Summe", "Subtotal", "12 rows", "Anzahl", "3", "1.50", "7"),
    *("2026-01-01 10:00", "-- end --", "# x", "sep=,", '"', '""', "Page 1", "a", "é", "", " "),
    *(",", ",", ",", ",", ";", "\n", "\n", "\n", "\r\n", "\r", "\t", "  ", "\u2028", "\x0c"),
    *("Store,Id,Total,When", "7,1,1.50,2026-01-01 10:00", "7,2,2.50,2026-01-01 10:00,"),
)


@given(
    st.lists(st.sampled_from(_PIECES), max_size=40).map("".join),
    st.sampled_from((",", ";", "\t", "  ", "")),
    st.sampled_from((None, 0, 1, 3)),
    st.sampled_from((None, "", "Total", 0, 2)),
    st.booleans(),
)
def test_whatever_a_text_is_each_record_is_a_row_or_listed(
    text: str, delimiter: str, line: int | None, footer: str | int | None, named: bool
) -> None:
    """Or the file is held; nothing else is ever raised, and nothing is lost."""
    dialect = Dialect(delimiter=delimiter, comment="#")
    try:
        header = find_header(text, dialect, names=NAMES if named else (), line=line)
        frame = read_patiently(text, header, range(len(header.columns)), dialect)
        columns = mapped(header) if named else None
        parted = part(frame, header, dialect, mapped=columns, footer=footer)
        if columns is not None:
            repaired = repair(parted.frame, header, dialect, columns)
            assert repaired.frame.height == parted.frame.height
    except Unreadable:
        return
    assert parted.frame.height + len(parted.skipped) == frame.height
    lines = [*parted.frame["line"], *(one.line for one in parted.skipped)]
    assert sorted(lines) == frame["line"].to_list()
    assert all(one.line < header.next_line for one in header.skipped)
    cut_short(text, parted, header, COMMA)
