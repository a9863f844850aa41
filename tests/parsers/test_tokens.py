"""The patient reader of records against Python's csv module, and where it must differ."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.reject import Unreadable, UnreadableCode
from parsers.tokens import Record, read_records

cells = st.text(alphabet='ab",;\n\r \té', max_size=6)


def _read(text: str, delimiter: str = ",", width: int | None = None) -> list[Record]:
    return list(read_records(text, delimiter, width=width))


@given(
    st.lists(st.lists(cells, min_size=2, max_size=4), max_size=5), st.sampled_from(("\n", "\r\n"))
)
def test_what_the_csv_module_writes_is_read(rows: list[list[str]], line_end: str) -> None:
    """All quoted, as the csv module writes it, every cell comes back, on the line it began."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows(rows)
    got = _read(out.getvalue())
    assert [record.fields for record in got] == rows
    assert not any(record.stray for record in got)
    assert [record.raw for record in got] == _physical(out.getvalue(), [r.line for r in got])


def _physical(text: str, starts: list[int]) -> list[str]:
    """The physical lines from each start up to the next, without the last line end."""
    lines = list(io.StringIO(text, newline=""))
    ends = [*(start - 1 for start in starts[1:]), len(lines)][: len(starts)]
    return [
        "".join(lines[start - 1 : end]).removesuffix("\n").removesuffix("\r")
        for start, end in zip(starts, ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n\n  \n,,\nc,d", [(1, ["a", "b"]), (5, ["c", "d"])]),
        ("a,b\rc,d\r", [(1, ["a", "b"]), (2, ["c", "d"])]),
        ('a,"x\ny"\nb,z', [(1, ["a", "x\ny"]), (3, ["b", "z"])]),
        ('a,"x\r\ny"\r\nb,z', [(1, ["a", "x\r\ny"]), (3, ["b", "z"])]),
        ('5" pipe,b', [(1, ['5" pipe', "b"])]),
        ('a, "b, c" ,d', [(1, ["a", "b, c", "d"])]),
        ('"a ""b""",c', [(1, ['a "b"', "c"])]),
        ('"",', [(1, ["", ""])]),
        ("a,b,", [(1, ["a", "b", ""])]),
        ("a\x0bb,c\x1cd\u2028e", [(1, ["a\x0bb", "c\x1cd\u2028e"])]),
    ],
)
def test_records_and_their_physical_lines(text: str, expected: list[tuple[int, list[str]]]) -> None:
    """Blank lines are nothing, any line end ends a line, and lines are counted as in an editor."""
    assert [(record.line, record.fields) for record in _read(text)] == expected


def test_text_after_a_closing_quote_is_marked() -> None:
    """Only that record is in doubt; the next one is read."""
    first, second = _read('"12" pipe",5\nb,c')
    assert first.stray
    assert (second.line, second.fields, second.stray) == (2, ["b", "c"], False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\nc,"d\ne,f\n', 2),  # to the end of the file
        ('a,b\n"c,d\n"e",f\n', 2),  # to the next quoted field
        ('a,b,c\nd,e,"f\ng,h,i\nj,k,l"\n', 2),  # a whole record is inside of it
    ],
)
def test_a_quote_that_is_not_closed_is_located(text: str, line: int) -> None:
    """The file is refused, and the line named on which the quote opened."""
    with pytest.raises(Unreadable) as caught:
        _read(text, width=3)
    assert caught.value.code is UnreadableCode.UNCLOSED_QUOTE
    assert f"line {line} " in caught.value.message


def test_a_quote_that_swallows_a_thousand_lines_is_unclosed() -> None:
    """Even if another closes it further down; a note of a few hundred lines passes."""
    with pytest.raises(Unreadable) as caught:
        _read('a,"' + "x\n" * 1000 + '"\n')
    assert "line 1 " in caught.value.message
    assert len(_read('a,"' + "x\n" * 999 + '"\n')) == 1


def test_a_file_of_nothing_but_line_ends_in_quotes_is_refused_soon() -> None:
    """Work grows with the size of the file and not with its square."""
    with pytest.raises(Unreadable):
        _read('"\n",' * 100_000)
