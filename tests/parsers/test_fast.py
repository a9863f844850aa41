"""The fast way of reading gives what the patient one gives."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fast import read_fast
from parsers.header import read_header
from parsers.reject import Unreadable
from parsers.table import read_patiently

bodies = st.lists(
    st.sampled_from(
        (
            *("a", "1.50", "", '"', '""', '"b"', '"b,c"', ",", ",", ",", "\t", " ", "\n", "\r"),
            *("\r\n", "\N{NO-BREAK SPACE}", "é", "\x0b", "\x1c", "\u2028", "\x01", "#"),
        )
    ),
    max_size=24,
).map("".join)


@given(
    bodies,
    st.sampled_from(",;\t|"),
    st.sampled_from(([0], [0, 2], [2, 1])),
    st.sampled_from((0, 3, 1000)),
)
def test_both_ways_read_the_same(
    body: str, delimiter: str, positions: list[int], part: int
) -> None:
    """Whatever the fast reader takes on, the patient one reads the same way, to the last line.

    Also where a file is read in parts, wherever they are cut.
    """
    text = delimiter.join("abc") + "\n" + body.replace(",", delimiter)
    header = read_header(text, ["a", "b", "c"], delimiter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parsers.fast._PART_CHARACTERS", part)
        fast = read_fast(text, header, positions)
    if fast is not None:
        patient = read_patiently(text, header, positions)
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
    header = read_header(text, ["a"], None)
    fast = read_fast(text, header, [0, 1, 2])
    assert isinstance(fast, pl.DataFrame)
    assert fast.equals(read_patiently(text, header, [0, 1, 2]))


@pytest.mark.parametrize("body", ['"a,b",2,3', '"a\nb",2,3', '"a ""b""",2,3', '"a,2,3', '"a"b,2,3'])
def test_odd_quotes_take_the_patient_way(body: str) -> None:
    """A quoted field that is more than a simple one is not for the fast reader."""
    text = "a,b,c\n" + body
    assert read_fast(text, read_header(text, ["a"], None), [0]) is None


def test_a_text_that_begins_like_a_packed_file_is_not_unpacked() -> None:
    """polars would take a body that begins with x and 0x01 for a zlib stream."""
    text = "a,b\nx\x01,2\n"
    fast = read_fast(text, read_header(text, ["a"], None), [0])
    assert fast is not None
    assert fast["field_0"].to_list() == ["x\x01"]


def test_an_unclosed_quote_is_left_to_the_patient_reader() -> None:
    """It alone can say where the quote opened."""
    text = 'a,b\n1,"2\n3,4\n'
    header = read_header(text, ["a"], None)
    assert read_fast(text, header, [0]) is None
    with pytest.raises(Unreadable):
        read_patiently(text, header, [0])
