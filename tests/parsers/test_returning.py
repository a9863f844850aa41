"""The bad records as they were sent: mended and sent back, they load."""

import codecs
from collections.abc import Sequence

import pytest

from parsers.delimited import read, read_rejects
from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.reading import Reading
from parsers.reject import REJECTS_KEPT
from tests.parsers.dialects import plain_mapping

HEADER = "Store;Receipt;Total;When;Note"
GOOD = "7;1;1,50;2026-03-01 12:00;ok"
BAD = "7;2;one;2026-03-01 12:01;"
BAD_DATE = "7;2;1,10;2026-03-99 12:01;"


def _lines(*lines: str, end: str = "\n") -> str:
    return "".join(line + end for line in lines)


def _returned(data: bytes, mapping: Mapping) -> bytes:
    """The rejects of a file as they were sent, read with what the file itself has settled."""
    return read_rejects(data, mapping, pins=read(data, mapping).settled)


def _text(text: str, extra: str = "") -> str:
    return _returned(text.encode(), plain_mapping(extra)).decode()


def _values(*readings: Reading) -> list[tuple[str, str, str]]:
    """Receipt, total and local time of all rows that were read."""
    found = {
        row["transaction_id"]: (row["transaction_id"], row["total"], row["local_time"])
        for reading in readings
        for row in reading.rows.iter_rows(named=True)
    }
    return sorted(found.values())


def _come_back(data: bytes, mapping: Mapping, mends: Sequence[tuple[bytes, bytes]]) -> None:
    """Mend what a file's rejects say, send them back, and see every row of the file loaded."""
    first = read(data, mapping)
    assert first.rejected
    returned = read_rejects(data, mapping, pins=first.settled)
    whole = data
    for wrong, right in mends:
        assert wrong in returned
        returned, whole = returned.replace(wrong, right), whole.replace(wrong, right)
    second = read(returned, mapping, pins=first.settled)
    assert (second.rejected, second.records) == (0, first.rejected)
    wanted = read(whole, mapping, pins=first.settled)
    assert wanted.rejected == 0
    assert _values(first, second) == _values(wanted)


def test_the_bad_records_stand_under_the_sender_s_own_header() -> None:
    """In their own text, with the delimiter of the file, and words in a column of their own."""
    assert _text(_lines(HEADER, GOOD, BAD, GOOD.replace("1;", "3;", 1))) == _lines(
        HEADER + ";what to mend",
        BAD + ";Total: The total 'one' is not an amount of money",
    )


def test_words_stand_in_their_own_column() -> None:
    """Behind blank fields where a row is too short; behind what a row has too many."""
    short, long = "7;2", "7;3;1,50;2026-03-01 12:00;ok;more;"
    returned = _text(_lines(HEADER, GOOD, short, long)).splitlines()
    assert returned[1] == "7;2;;;;The row has 2 fields, but the header has 5 columns"
    assert returned[2] == long + ";The row has 7 fields, but the header has only 5 columns"


def test_words_are_written_by_the_rules_of_the_file() -> None:
    """A delimiter or a quote in them is quoted, as the sender would."""
    bad = '7;2;"a;""b""";2026-03-01 12:01;'
    returned = _text(_lines(HEADER, GOOD, bad)).splitlines()
    assert returned[1] == (bad + ';"Total: The total \'a;""b""\' is not an amount of money"')


def test_words_without_quotes_do_without_the_delimiter() -> None:
    """Where nothing quotes, what divides the fields is left out of the words."""
    mapping = plain_mapping('[format]\nquote = ""\ndelimiter = ", "')
    data = _lines(
        "Store, Receipt, Total, When, Note",
        "7, 1, 1.50, 2026-03-01 12:00, ok",
        "7, 2, , 2026-03-01, 12:00, ok",
    )
    returned = _returned(data.encode(), mapping).decode().splitlines()
    assert returned[1] == (
        "7, 2, , 2026-03-01, 12:00, ok, The row has 6 fields_but the header has only 5 columns"
    )


def test_lines_before_the_header_are_kept_and_others_are_not() -> None:
    """So a header stays on the line that is pinned; a footer would not be that of these rows."""
    before = ["sep=;", "Sales of March", ""]
    data = _lines(
        *before, HEADER, GOOD, "# checked", BAD_DATE, HEADER, GOOD, "Total;;4,10", end="\r\n"
    )
    returned = _text(data, '[format]\ncomment = "#"').splitlines()
    assert returned[:4] == [*before, HEADER + ";what to mend"]
    assert [line.split(";")[1] for line in returned[4:]] == ["2"]
    _come_back(
        data.encode(),
        plain_mapping('[format]\ncomment = "#"\nheader_line = 4'),
        [(b"-99", b"-09")],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize(
    ("delimiter", "end"),
    [(",", "\n"), (";", "\r\n"), ("\t", "\r"), ("|", "\n"), ("||", "\r\n")],
    ids=["comma", "semicolon", "tab", "bar", "bars"],
)
def test_mended_and_sent_back_all_rows_are_there(delimiter: str, end: str, encoding: str) -> None:
    """Whatever the encoding, its mark, the delimiter and the line ends; cells of two lines too."""
    marked = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    rows = [
        ["Store", "Receipt", "Total", "When", "Note"],
        ["7", "1", "1.50", "2026-03-01 12:00", "Grüße aus Köln"],
        ["7", "2", "zwölf", "2026-03-01 12:01", f'"two{end}lines, ""fein""; für Jörg"'],
        ["7", "3", "3.50", "2026-03-01 12:02", "süß"],
        ["7", "4", "4.50", "2026-99-01 12:03", '"größer"'],
    ]
    text = _lines(*(delimiter.join(row) for row in rows), end=end)
    data = marked.get(encoding, b"") + text.encode(encoding)
    codec = encoding.removesuffix("-sig")
    mends = [("zwölf", "12.00"), ("2026-99-01", "2026-03-01")]
    mapping = plain_mapping()
    _come_back(data, mapping, [(a.encode(codec), b.encode(codec)) for a, b in mends])
    returned = _returned(data, mapping)
    assert returned.startswith(marked.get(encoding, b"")), "without its byte order mark"
    content = returned.decode("utf-16" if encoding in marked else encoding)
    assert content.startswith(delimiter.join([*rows[0], "what to mend"]) + end)
    assert content.count(end) == 4  # one of them in a cell
    assert not set("\r\n") - set(end) & set(content)


def test_a_mark_is_not_added_where_the_sender_writes_none() -> None:
    """UTF-16 is then named in the mapping, and comes without one."""
    data = _lines(HEADER, GOOD, BAD).encode("utf-16-le")
    returned = _returned(data, plain_mapping('[format]\nencoding = "utf-16"'))
    assert returned.startswith("Store".encode("utf-16-le"))


def test_words_that_the_encoding_cannot_hold_are_written_in_ascii() -> None:
    """And a file of plain ASCII stays one, or it would speak for an encoding that it is not in."""
    data = _lines(HEADER, GOOD, BAD.replace("one", "x" * 100))
    assert "..." in _text(data)
    assert _text(data).isascii()
    mapping = plain_mapping('[format]\nencoding = "cp437"')
    german = _lines(HEADER, GOOD, BAD.replace("one", "zwölf")).encode("cp437")
    words = _returned(german, mapping).decode("cp437").splitlines()[1].removeprefix(BAD)
    assert "'zwölf'" in words


def test_a_file_without_a_header_gets_words_and_no_header() -> None:
    """Its columns are numbered, so one more at the end changes none."""
    mapping = parse_mapping(
        """
        timezone = "UTC"
        [format]
        header_line = 0
        [columns]
        location_id = "column 1"
        transaction_id = "column 2"
        total = "column 3"
        occurred_at = "column 4"
        """
    )
    data = _lines(GOOD, BAD, GOOD.replace("1;", "3;", 1)).encode()
    assert _returned(data, mapping).decode() == (
        BAD + ";column 3: The total 'one' is not an amount of money\n"
    )
    _come_back(data, mapping, [(b"one", b"1,10")])


def test_what_is_sent_back_twice_has_one_column_for_the_words() -> None:
    """New words take the place of the old ones."""
    data = _lines(HEADER + ";what to mend", GOOD + ";", BAD + ";old words", "7;3;old words")
    returned = _text(data).splitlines()
    assert returned == [
        HEADER + ";what to mend",
        BAD + ";Total: The total 'one' is not an amount of money",
        "7;3;old words;;;The row has 3 fields, but the header has 6 columns",
    ]


def test_cells_that_stand_in_the_row_above_are_written_out() -> None:
    """The row above is not sent back; another row must not lend its cells instead."""
    mapping = plain_mapping('[rows]\nfill_down = ["Store", "Receipt"]\nlines = "sum"\n')
    data = _lines(
        HEADER,
        "7;1;1,50;2026-03-01 12:00;",
        ";;one;2026-03-01 12:00;",
        "8;2;2,50;2026-03-01 12:00;",
        ";;two;2026-03-01 12:00;",
    ).encode()
    returned = _returned(data, mapping).decode()
    assert [line[:4] for line in returned.splitlines() if line][1:] == [
        "7;1;",
        "7;1;",
        "8;2;",
        "8;2;",
    ]
    _come_back(data, mapping, [(b"one", b"1,10"), (b"two", b"1,20")])


def test_no_other_row_lends_its_cells_to_a_mended_one() -> None:
    """The row that stood above is not sent back: what is blank then stays blank, and a reject."""
    mapping = plain_mapping('[rows]\nfill_down = ["Store", "Receipt"]\nlines = "last"\n')
    data = _lines(
        HEADER,
        "7;1;one;2026-03-01 12:00;",
        "8;2;2,50;2026-03-01 12:00;",
        ";;1,20;2026-03-01 12:00;a;b",
    )
    mended = _returned(data.encode(), mapping).decode().replace("one", "1,10").replace("a;b", "ab")
    again = read(mended.encode(), mapping)
    assert [reject.code for reject in again.rejects] == ["empty-id"]
    assert _values(again) == [("1", "1.10", "2026-03-01T12:00:00")]


@pytest.mark.parametrize("pin", ["1", "2", "'Total'", "'\"Total'"])
def test_a_footer_that_the_mapping_asks_for_is_there(pin: str) -> None:
    """Else the rows sent back would be held, or the last of them taken for the footer."""
    footer = ['"Total";;5,20', *(["Bye"] if pin == "2" else [])]
    data = _lines(
        HEADER,
        GOOD,
        GOOD.replace("1;", "3;", 1),
        BAD_DATE,
        BAD_DATE.replace("2;", "4;", 1),
        *footer,
    )
    mapping = plain_mapping(f"[format]\nfooter = {pin}")
    _come_back(data.encode(), mapping, [(b"-99", b"-09")])


def test_a_record_is_given_uncut_and_so_are_all_rejects() -> None:
    """A reading keeps 10,000 of them, and 2,000 characters of each."""
    many = REJECTS_KEPT + 5
    long = BAD.replace("one", "x" * 3000)
    data = _lines(HEADER, GOOD, long, *(f"7;{at};x;2026-03-01 12:00;" for at in range(many)))
    returned = _text(data).splitlines()
    assert len(returned) == many + 2
    assert returned[1].startswith(long)


def test_columns_laid_out_with_blanks_get_one_more() -> None:
    """The words begin behind the longest line."""
    rows = [
        ("Store", "Receipt", "Total", "When"),
        ("7", "1", "1.50", "2026-03-01T12:00"),
        ("7", "2", "one ", "2026-03-01T12:01"),
        ("7", "3", "3.50", "2026-03-01T12:02"),
        ("7", "4", "4.50", "2026-03-99T12:03"),
    ]
    data = _lines(*("".join(cell.ljust(10) for cell in row).rstrip() for row in rows)).encode()
    mapping = plain_mapping('[format]\ndelimiter = "  "')
    lines = _returned(data, mapping).decode().splitlines()
    beginnings = ("what_to_mend", "Total:", "When:")
    assert len({line.find(one) for line, one in zip(lines, beginnings, strict=True)}) == 1
    _come_back(data, mapping, [(b"one ", b"1.10"), (b"-99", b"-09")])


def test_nothing_bad_is_a_header_alone() -> None:
    """And an empty file gives nothing."""
    assert _text(_lines(HEADER, GOOD)) == HEADER + ";what to mend\n"
    assert _text("") == ""
