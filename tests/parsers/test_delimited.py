"""The whole reading of a file: known tables come back, and each mistake gets its own reject."""

import re
import zoneinfo
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.reject import Reject, RejectCode, Unreadable, UnreadableCode
from tests.parsers.dialects import HEADER, Style, plain_mapping, read_plain, render, styles

COLUMNS = ["line", "location_id", "transaction_id", "occurred_at", "local_time", "total"]
GOOD = "7,1,1.50,2017-01-01 12:00,ok\n"


def _only_reject(body: str) -> Reject:
    """Read one bad row between good ones, and see that they are loaded."""
    reading = read_plain(GOOD + body + GOOD.replace("7,1", "7,2"))
    assert reading.rows["transaction_id"].to_list() == ["1", "2"]
    assert reading.records == 3
    [reject] = reading.rejects
    assert reject.line == 3
    assert reject.raw == body.rstrip("\n")
    return reject


# Every character is one that Windows-1252 has, so that any encoding can carry it; and none is one
# of those that after an accent look like UTF-8 there (é€€ is written as another alphabet's 退 is).
ids = (
    st.text(alphabet="0123456789abcZ#-é ß\"',;|.", min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
    # Nobody can tell whether a single quote belongs to an id, if there is another in a later cell;
    # but for an apostrophe.
    .filter(lambda text: not re.search(r"(?<!\w)'|'(?!\w)", text))
    # A dash says that there is none, as does a row of other signs.
    .filter(lambda text: text.strip("-") and not re.fullmatch(r"##+|\.\.+", text))
)
# A note of which one line by itself has as many delimiters as the header may be a swallowed record.
notes = st.text(alphabet="ab 'é\"\n,;\t|", max_size=8).filter(
    lambda note: not any(note.count(char) >= len(HEADER) - 1 for char in ",;\t|")
)
rows = st.lists(
    st.tuples(
        ids,
        ids,
        st.decimals(min_value=-9999, max_value=9999, places=2),
        st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 - a clock on a wall
        notes,
    ),
    max_size=8,
)


_TWICE = datetime(2023, 11, 5, 1, 30, fold=1)  # noqa: DTZ001 - in New York
_PLAIN = Style(delimiter=",", line_end="\n", quote="needed", encoding="utf-8", last_line_end=True)


@given(rows, styles)
@example([("7", "1", Decimal("1.50"), _TWICE, "")], _PLAIN)
def test_a_known_table_comes_back_from_any_dialect(
    table: list[tuple[str, str, Decimal, datetime, str]], style: Style
) -> None:
    """Delimiter, quotes, line ends and encoding are found, and not one value is changed."""
    home = zoneinfo.ZoneInfo("America/New_York")
    expected: dict[tuple[str, str], tuple[str, str, str]] = {}
    skipped = 0
    for location, receipt, total, moment, _ in table:
        # Of an hour that clocks show twice the earlier is meant; hypothesis draws the later, too.
        local = moment.replace(microsecond=0, fold=0)
        instant = local.replace(tzinfo=home).astimezone(UTC)
        if instant.astimezone(home).replace(tzinfo=None) != local:
            skipped += 1
            continue
        expected.pop((location, receipt), None)
        expected[location, receipt] = (
            instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
            local.isoformat(),
            f"{total or abs(total):.2f}",
        )
    totals = [Decimal(total) for _, _, total in expected.values()]
    # A last row with the sum of all others may be their total: such a file is held.
    assume(len(totals) <= 3 or totals[-1] * 2 != sum(totals))
    cells = [
        (location, receipt, f"{total:.2f}", moment.isoformat(" ", "seconds"), note)
        for location, receipt, total, moment, note in table
    ]
    # Single letters beyond ASCII leave a choice of encodings; and the ids come twice by chance.
    known = (
        f'[format]\nencoding = "{style.encoding}"\n'
        if style.encoding in ("cp1252", "utf-8")
        else ""
    )
    mapping = plain_mapping(known + '[rows]\nlines = "last"')
    reading = read(render([HEADER, *cells], style), mapping)
    assert reading.rows.columns == COLUMNS
    got = {(row[1], row[2]): row[3:] for row in reading.rows.iter_rows()}
    assert list(got.items()) == list(expected.items())
    assert len(reading.rejects) == skipped
    assert reading.rows.height + reading.duplicates + skipped == reading.records == len(table)
    assert reading.rows["line"].is_sorted()
    assert reading.dialect.delimiter == style.delimiter
    assert reading.notice == (None if table else "no-rows")


@pytest.mark.parametrize(
    ("row", "column", "code", "words"),
    [
        ("7,9,1.50\n", None, RejectCode.TOO_FEW_FIELDS, "3 fields, but the header has 5"),
        ("7,9,1.50,2017-01-01 12:00,a,b,c\n", None, RejectCode.TOO_MANY_FIELDS, "has 7 fields"),
        ('7,9,1.50,2017-01-01 12:00,"5" pipe"\n', None, RejectCode.STRAY_QUOTE, "leaves in doubt"),
        ('7,9,1.50,2017-01-01 12:00,"5 pipe\n', None, RejectCode.UNCLOSED_QUOTE, "not closed"),
        (",9,1.50,2017-01-01 12:00,\n", "Store", RejectCode.EMPTY_ID, "'Store' is empty"),
        ("7, ,1.50,2017-01-01 12:00,\n", "Receipt", RejectCode.EMPTY_ID, "'Receipt' is empty"),
        ("7,#REF!,1.50,2017-01-01 12:00,\n", "Receipt", RejectCode.NULL_ID, "'#REF!'"),
        (f"7,{'9' * 256},1.50,2017-01-01 12:00,\n", "Receipt", RejectCode.LONG_ID, "255"),
        ("7,9\x079,1.50,2017-01-01 12:00,\n", "Receipt", RejectCode.ID_CONTROL_CHARACTER, "print"),
        ("7,1.3E+18,1.50,2017-01-01 12:00,\n", "Receipt", RejectCode.DAMAGED_ID, "'1.3E+18'"),
        ("7,9,,2017-01-01 12:00,\n", "Total", RejectCode.EMPTY_MONEY, "'Total' is empty"),
        ("7,9,abc,2017-01-01 12:00,\n", "Total", RejectCode.NOT_MONEY,
         "The total 'abc' is not an amount of money"),
        (f"7,9,{'9' * 19},2017-01-01 12:00,\n", "Total", RejectCode.MONEY_TOO_LONG, "18 digits"),
        ("7,9,1.50,,\n", "When", RejectCode.EMPTY_TIME, "'When' is empty"),
        ("7,9,1.50,yesterday,\n", "When", RejectCode.NOT_A_TIME, "'yesterday'"),
        ("7,9,1.50,1917-01-01 12:00,\n", "When", RejectCode.YEAR_OUT_OF_RANGE, "1970 to 2099"),
        ("7,9,1.50,2017-03-12 02:30,\n", "When", RejectCode.NO_SUCH_LOCAL_TIME, "put forward"),
    ],
)  # fmt: skip
def test_a_bad_row_is_rejected_and_the_others_are_loaded(
    row: str, column: str | None, code: RejectCode, words: str
) -> None:
    """With its line, the header's own name, a reason code, words, and its own text."""
    reject = _only_reject(row)
    assert (reject.column, reject.code) == (column, code)
    assert words in reject.message


def test_every_reason_has_an_example() -> None:
    """Above, or in another module if it takes a mapping of its own: a code without is noticed."""
    marks = [
        mark
        for mark in test_a_bad_row_is_rejected_and_the_others_are_loaded.pytestmark  # type: ignore[attr-defined]  # pytest puts it there
        if mark.name == "parametrize"
    ]
    others = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    elsewhere = "".join(path.read_text("utf-8") for path in others)
    here = {example[2] for example in marks[0].args[1]}
    assert not {each for each in {*RejectCode} - here if f"RejectCode.{each.name}" not in elsewhere}


def test_a_time_without_all_its_digits_is_told_how_many() -> None:
    """105 may be 10:05 or 1:05: the shopkeeper reads what is wanted."""
    text = WIDE.replace("%H:%M", "%H%M")
    reading = read(b"Date;Time;Shop;Till;No;Sum\n01.07.2017;105;NYC;1;7;5\n", parse_mapping(text))
    [reject] = reading.rejects
    assert reject.code is RejectCode.NOT_A_TIME
    assert reject.message == (
        "The date and time of the transaction '01.07.2017 105' is not a date and time such as "
        "'31.01.2017 1653': its digits stand side by side, so all must be there, 2 of the hour, "
        "2 of the minute"
    )


def test_a_sale_in_the_quotes_of_another_holds_the_file() -> None:
    """Two notes in inches, and between their quotation marks a whole sale."""
    with pytest.raises(Unreadable) as caught:
        read_plain('7,1,1.50,2017-01-01 12:00,"5 inch\n7,2,2.50,2017-01-01 12:00,6"\n')
    assert caught.value.code is UnreadableCode.UNCLOSED_QUOTE
    assert "line 2 " in caught.value.message


def test_a_row_with_two_mistakes_is_rejected_once() -> None:
    """For the first of them."""
    reject = _only_reject("7,,abc,yesterday,\n")
    assert reject.code is RejectCode.EMPTY_ID


def test_rejects_come_in_the_order_of_lines() -> None:
    """Whatever is wrong with them."""
    reading = read_plain(
        "7,1,x,2017-01-01 12:00,\n7\n,1,1,2017-01-01 12:00,\n7\n7,1,x,2017-01-01 12:00,"
    )
    assert [reject.line for reject in reading.rejects] == [2, 3, 4, 5, 6]


def test_the_text_of_a_reject_is_cut() -> None:
    """A swallowed page must not be stored whole."""
    [reject] = read_plain("x" * 5000 + "\n").rejects
    assert reject.raw == "x" * 2000


def test_lines_are_physical_ones() -> None:
    """After a quoted line end and a blank line, a reject is still where an editor shows it."""
    reading = read_plain('7,1,1.50,2017-01-01 12:00,"a\nb"\n\n7,2,abc,2017-01-01 12:00,\n')
    assert reading.rows["line"].to_list() == [2]
    assert [reject.line for reject in reading.rejects] == [5]


def test_the_last_of_equal_keys_wins_and_the_others_are_counted() -> None:
    """A correction further down in the file is what counts."""
    reading = read_plain(GOOD + GOOD.replace("1.50", "2.50") + GOOD.replace("7,1", "7,2"))
    assert reading.rows.select("line", "transaction_id", "total").rows() == [
        (3, "1", "2.50"),
        (4, "2", "1.50"),
    ]
    assert reading.duplicates == 1


def test_a_message_holds_nothing_that_a_terminal_obeys() -> None:
    """The value is the sender's, and the message is shown to support."""
    reading = read_plain("7,1,\x1b[2Jabc\x85,2017-01-01 12:00,\n")
    assert reading.rejects[0].message == "The total '\ufffd[2Jabc' is not an amount of money"


def test_ids_are_text() -> None:
    """Leading zeros and nineteen digits are kept, blanks around are not."""
    reading = read_plain(" 007 ,1300000015734303122,1.50,2017-01-01 12:00,\n")
    assert reading.rows.row(0)[1:3] == ("007", "1300000015734303122")


def test_a_file_that_breaks_off_in_its_last_row_is_held() -> None:
    """What comes after is lost as well; with a line end the row is a reject like any."""
    with pytest.raises(Unreadable) as caught:
        read_plain(GOOD + "7,2,1.5")
    assert caught.value.code == UnreadableCode.CUT_SHORT
    ended = read_plain(GOOD + "7,2,1.5\n")
    assert [reject.code for reject in ended.rejects] == [RejectCode.TOO_FEW_FIELDS]


@pytest.mark.parametrize("data", [b"", b" \r\n\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_noticed(data: bytes) -> None:
    """Nothing, blanks only, or a byte order mark only."""
    reading = read(data, plain_mapping())
    assert reading.notice == "empty-file"
    assert reading.rows.columns == COLUMNS
    assert (reading.rows.height, reading.records) == (0, 0)


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n", "\n,,,,\n"])
def test_a_header_without_rows_is_noticed(end: str) -> None:
    """Rows of nothing but delimiters, as spreadsheets leave them, are no rows."""
    reading = read((",".join(HEADER) + end).encode(), plain_mapping())
    assert reading.notice == "no-rows"
    assert reading.rows.columns == COLUMNS
    assert reading.dialect.columns == HEADER


WIDE = """
timezone = "America/New_York"
[timezones]
BERLIN = "Europe/Berlin"
[columns]
location_id = "Shop"
transaction_id = { combine = ["Till", "No"], separator = "/" }
total = "Sum"
occurred_at = { date = "Date", time = "Time", format = "%d.%m.%Y %H:%M" }
"""


def test_an_id_of_parts_a_date_in_two_columns_and_a_zone_by_location() -> None:
    """Each shop's clock is read in its own zone."""
    data = (
        b"Date;Time;Shop;Till;No;Sum\n"
        b"01.07.2017;12:00;BERLIN; 1 ;007;12,50\n"
        b"01.07.2017;12:00;NYC;1;007;-7,00\n"
        b"01.07.2017;12:00;NYC;1;;1,00\n"
        b"01.07.2017;;NYC;1;8;1,00\n"
        b"31.06.2017;12:00;NYC;1;9;1,00\n"
        b"30.06.2017;noon;NYC;1;9;1,00\n"
    )
    reading = read(data, parse_mapping(WIDE))
    assert reading.rows.rows() == [
        (2, "BERLIN", "1/007", "2017-07-01T10:00:00Z", "2017-07-01T12:00:00", "12.50"),
        (3, "NYC", "1/007", "2017-07-01T16:00:00Z", "2017-07-01T12:00:00", "-7.00"),
    ]
    assert [(reject.column, reject.code) for reject in reading.rejects] == [
        ("No", RejectCode.EMPTY_ID),
        ("Time", RejectCode.EMPTY_TIME),
        ("Date", RejectCode.NOT_A_TIME),
        ("Time", RejectCode.NOT_A_TIME),
    ]
    assert "'30.06.2017 noon' is not a date and time such as '31.01.2017 16:53'" in (
        reading.rejects[3].message
    )
    assert (reading.dialect.delimiter, reading.dialect.decimal) == (";", ",")


def test_a_shop_with_one_location_says_so_in_the_mapping() -> None:
    """The constant is in every row."""
    mapping = parse_mapping(WIDE.replace('"Shop"', '{ constant = "BERLIN" }'))
    reading = read(b"Date,Time,Till,No,Sum\n01.07.2017,12:00,1,7,5\n", mapping)
    assert reading.rows.row(0)[1:4] == ("BERLIN", "1/7", "2017-07-01T10:00:00Z")


def test_one_column_may_serve_twice() -> None:
    """A till that has one number for shop and receipt."""
    mapping = parse_mapping(WIDE.replace('"Shop"', '"Till"'))
    reading = read(b"Date,Time,Till,No,Sum\n01.07.2017,12:00,1,7,5\n", mapping)
    assert reading.rows.row(0)[1:3] == ("1", "1/7")


def test_moved_and_added_columns_change_nothing() -> None:
    """Columns are found by their names."""
    data = b"X,When,Total,Y,receipt,STORE\na,2017-01-01 12:00,1.50,b,1,7\n"
    assert read(data, plain_mapping()).rows.row(0)[1:3] == ("7", "1")


def test_a_file_of_no_table_is_refused_as_a_whole() -> None:
    """The verdict of the framing comes through."""
    with pytest.raises(Unreadable) as caught:
        read(b"%PDF-1.4", plain_mapping())
    assert caught.value.code is UnreadableCode.NOT_A_TABLE


def test_a_panic_in_the_fast_reader_leaves_the_file_to_the_patient_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A panic of polars is a BaseException and would take the worker with it."""

    def panic(*_: object) -> None:
        raise pl.exceptions.PanicException("index out of bounds")

    monkeypatch.setattr("parsers.table.reading.read_fast", panic)
    assert read_plain(GOOD).rows.height == 1


def test_a_long_file_is_read_in_slices_that_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, rejects, duplicates and lines are the same wherever the slices are cut."""
    body = "".join(f"7,{n % 5},{n}.50,2017-01-0{n % 9} 12:00,\n" for n in range(40))
    corrected = '[rows]\nlines = "last"'
    whole = read_plain(body, corrected)
    monkeypatch.setattr("parsers.rows.building._SLICE", 7)
    sliced = read_plain(body, corrected)
    assert sliced.rows.equals(whole.rows)
    assert sliced.rejects == whole.rejects
    assert sliced.duplicates == whole.duplicates > 0
    assert whole.rejects
