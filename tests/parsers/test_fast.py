"""The fast way of reading gives what the patient one gives."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.header.finding import Header, find_header
from parsers.records.dialect import BLANKS, Dialect
from parsers.reject import Unreadable, UnreadableCode
from parsers.table.fast import read_fast
from parsers.table.frame import read_patiently
from tests.parsers.dialects import swallowed_sales

COMMA = Dialect(delimiter=",")

bodies = st.lists(
    st.sampled_from(
        (
            *("a", "1.50", "", '"', '""', '"b"', '"b,c"', ",", ",", ",", "\t", " ", "\n", "\r"),
            *("'", "''", "|", "\\", '",', ',"', "||", '"b ""c"""', '"b",', ',"b,c"', "1,2,3\n"),
            *("\r\n", "\N{NO-BREAK SPACE}", "é", "\x0b", "\x1c", "\u2028", "\x01", "#"),
        )
    ),
    max_size=24,
).map("".join)


dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from((*",;\t|^~", "||", "::", ", ", " | ", "|~|", " ", BLANKS, "")),
    quote=st.sampled_from(('"', "'", None)),
    escape=st.sampled_from((None, "\\")),
    comment=st.sampled_from((None, "#")),
)


@given(bodies, dialects, st.sampled_from(([0], [0, 2], [2, 1])), st.sampled_from((0, 3, 1000)))
@settings(max_examples=400)
def test_both_ways_read_the_same(
    body: str, dialect: Dialect, positions: list[int], part: int
) -> None:
    """Whatever the fast reader takes on, the patient one reads the same way, to the last line.

    Also where a file is read in parts, wherever they are cut.
    """
    body = body.replace(",", dialect.delimiter).replace('"', dialect.quote or '"')
    header = Header(
        delimiter=dialect.delimiter, columns=("a", "b", "c"), line=1, body=0, next_line=2
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parsers.table.fast._PART_CHARACTERS", part)
        fast = read_fast(body, header, positions, dialect)
    if fast is not None:
        patient = read_patiently(body, header, positions, dialect)
        assert fast.schema == patient.schema
        assert fast.equals(patient)


@pytest.mark.parametrize(
    "body",
    [
        "1,2,3\n",
        "1,2,3\r\n4,5,6\r\n",
        "1,2,3\r4,5,6",
        '"1","2","3"\n',
        '1,5" pipe,3',
        "1,2\n1,2,3,4",
    ],
)
def test_ordinary_tables_are_read_fast(body: str) -> None:
    """No ordinary table may fall back on the patient reader."""
    text = "a,b,c\n" + body
    header = find_header(text, COMMA, names=["a"])
    fast = read_fast(text, header, [0, 1, 2])
    assert isinstance(fast, pl.DataFrame)
    assert fast.equals(read_patiently(text, header, [0, 1, 2]))


@pytest.mark.parametrize("body", ['"a,b",2,3', '1,2,3\n"a ""b""",2,3\n"c",5,6', '"a, ""b""",2\n'])
def test_a_quoted_delimiter_does_not_take_the_patient_way(body: str) -> None:
    """Lines whose quotes all close are read one by one, and the others all at once."""
    text = "a,b,c\n" + body
    header = find_header(text, COMMA, names=["a"])
    fast = read_fast(text, header, [0, 2])
    assert isinstance(fast, pl.DataFrame)
    assert fast.equals(read_patiently(text, header, [0, 2]))


@pytest.mark.parametrize(
    ("body", "strays"),
    [('1x"2,00",3\n4,5,6', [True, False]), ('5" a,"6",7\n5" a,6" b,7', [False, False])],
)
def test_quotes_inside_of_fields_are_seen_fast(body: str, strays: list[bool]) -> None:
    """Where one field may open what another closes, the line is read by itself."""
    text = "a,b,c\n" + body
    header = find_header(text, COMMA, names=["a"])
    fast = read_fast(text, header, [0, 2])
    assert isinstance(fast, pl.DataFrame)
    assert fast["stray"].to_list() == strays
    assert fast.equals(read_patiently(text, header, [0, 2]))


@pytest.mark.parametrize("body", ['"a\nb",2,3', '"a,2,3', '"a"b,2,3', '1,2,3\n"a",2,"3'])
def test_odd_quotes_take_the_patient_way(body: str) -> None:
    """A quoted field that does not close on its line is not for the fast reader."""
    text = "a,b,c\n" + body
    assert read_fast(text, find_header(text, COMMA, names=["a"]), [0]) is None


def test_a_text_that_begins_like_a_packed_file_is_not_unpacked() -> None:
    """polars would take a body that begins with x and 0x01 for a zlib stream."""
    text = "a,b\nx\x01,2\n"
    fast = read_fast(text, find_header(text, COMMA, names=["a"]), [0])
    assert fast is not None
    assert fast["field_0"].to_list() == ["x\x01"]


@given(swallowed_sales())
def test_a_sale_never_vanishes_in_a_quoted_field(table: tuple[str, int]) -> None:
    """Lines that are records but for two lone quotes hold the file, whichever way it is read."""
    text, line = table
    header = find_header(text, COMMA, names=["a"])
    assert read_fast(text, header, [0]) is None
    with pytest.raises(Unreadable) as caught:
        read_patiently(text, header, [0])
    assert caught.value.code is UnreadableCode.UNCLOSED_QUOTE
    assert f"line {line} " in caught.value.message


def test_an_unclosed_quote_is_left_to_the_patient_reader() -> None:
    """It alone can say whether that is a mistake on one line."""
    text = 'a,b\n1,"2\n3,4\n'
    header = find_header(text, COMMA, names=["a"])
    assert read_fast(text, header, [0]) is None
    assert read_patiently(text, header, [0])["unclosed"].to_list() == [True, False]
