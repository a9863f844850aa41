"""The fast way to split a line whose quotes all close gives what the patient reader gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.records.closed import splitter
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.quoted import Quoted

lines = st.lists(
    st.sampled_from(
        ("a", "1.50", '"', '""', '"b"', '"b,c"', ",", ",", ",", "\t", " ", '"b ""c"""', "'", "\\",
         '"",', ',""', '","', "\0", "é", "\x0b", "\u2028")
    ),
    min_size=1,
    max_size=12,
).map("".join)  # fmt: skip
dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from((*",;\t|^ ", "||", BLANKS, "")),
    quote=st.sampled_from(('"', "'", None)),
    escape=st.sampled_from((None, "\\")),
)


@given(lines, dialects)
@settings(max_examples=600)
def test_both_ways_split_the_same(line: str, dialect: Dialect) -> None:
    """Whatever the fast way takes on, the patient reader reads so, and finds nothing wrong."""
    line = line.replace(",", dialect.delimiter).replace('"', dialect.quote or '"')
    fields = splitter(dialect)(line)
    if fields is not None and dialect.quote and dialect.quote in line:
        record = Quoted(line, dialect, None).read(0, len(line), 1)
        assert (fields, False, False) == (record.fields, record.stray, record.unclosed)
        assert record.raw == line


@pytest.mark.parametrize("line", ['"a","b, c"', '"a ""b""",2', '"",""', '1,"2",'])
def test_ordinary_lines_are_split_fast(line: str) -> None:
    """Quoted where it is needed, or everywhere."""
    assert splitter(Dialect(delimiter=","))(line) is not None


@pytest.mark.parametrize(
    "line", ['"a', '"a"b,c', 'a "b",c', '"a" ,b', '1, "2"', '"' + "a" * 200_000]
)
def test_what_leaves_a_choice_is_not(line: str) -> None:
    """Open, stray, or with blanks around it; or longer than the standard library reads."""
    assert splitter(Dialect(delimiter=","))(line) is None
