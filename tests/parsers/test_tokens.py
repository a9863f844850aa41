"""The patient reader of records against Python's csv module, and where it must differ."""

import contextlib
import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parsers.records.dialect import BLANKS, Dialect
from parsers.records.tokens import Record, read_records
from parsers.reject import Unreadable, UnreadableCode

cells = st.text(alphabet='ab",;\n\r \té', max_size=6)
words = st.text(alphabet="ab ,.5é", min_size=1, max_size=6).filter(lambda word: word[0] != ",")


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
    "row",
    [
        '1061x"2,00",7',  # an x instead of a comma before "2,00"
        '1061"2,00",7',
        '1061x"Smith, John" ,7',
        '1061x"He said ""no"", and left",7',
        '1061" 2,00",7',
        'a,1061x"2,00"',
        '1061x"1,234,00",7',
        'Main St""a,b",7',  # a quote instead of it
    ],
)
def test_a_quote_inside_of_one_field_that_another_closes_is_marked(row: str) -> None:
    """With a delimiter lost before it the row has its full width by accident."""
    [record] = _read(row)
    assert record.stray


@pytest.mark.parametrize(
    "row",
    ['5" pipe,7" nail', '5",3",7', '5" x 7",3"', '5"x7" a,3"', '5"x7,3"', 'a"b"c,d"', 'a"b,c'],
)
def test_units_and_pairs_of_quotes_open_nothing(row: str) -> None:
    """Inches are ordinary characters, also in two fields of a row."""
    [record] = _read(row)
    assert not record.stray
    assert record.fields == row.split(",")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b,c\nd,e,"f\ng,h,i\nj,k,l"\n', 2),  # a whole record is inside of it
        ('a,b,c\nd,e,"f\ng,h,""\n"\n', 2),  # one with an empty quoted field
        ('a,b,c\nd,e,"5 inch\ng,h,6"\n', 2),  # one that closes it, too
        ('a,b,c\nd,"5 inch,e\ng,6",h\n', 2),
        ('a,b,c\n"5 inch,d,e\n6",g,h\n', 2),
    ],
)
def test_a_quote_with_two_readings_holds_the_file(text: str, line: int) -> None:
    """A cell of several lines, or a mistake on one: the message names the line where it opens."""
    with pytest.raises(Unreadable) as caught:
        _read(text, width=3)
    assert caught.value.code is UnreadableCode.UNCLOSED_QUOTE
    assert f"line {line} " in caught.value.message


@given(st.data(), st.integers(3, 6))
def test_an_address_of_several_lines_is_one_cell(data: st.DataObject, width: int) -> None:
    """A quoted cell loads if the line on which it opens is not a whole record by itself, or that
    on which it closes is none, and if the lines between have fewer delimiters than the header."""
    column = data.draw(st.integers(1, width))
    commas = data.draw(st.lists(st.integers(0, width - 2), min_size=2, max_size=4))
    assume(column + commas[0] < width or commas[-1] != column - 1)
    cell = "\n".join(",".join(["a"] * (count + 1)) for count in commas)
    fields = ["x"] * width
    fields[column - 1] = cell
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([fields, ["y"] * width])
    assert [record.fields for record in _read(out.getvalue(), width=width)] == [
        fields,
        ["y"] * width,
    ]


@pytest.mark.parametrize(
    ("bad", "fields"),
    [
        ('7,8,"9', ["7", "8", "9"]),  # to the end of the file
        ('7,"8,9', ["7", "8", "9"]),
        ('"7,8,9', ["7", "8", "9"]),
        ('7,"8, 8,9', ["7", "8", " 8", "9"]),
        ('7,8,"9, 9', ["7", "8", "9, 9"]),  # the delimiter belongs to the field: the width says so
        ('"7","8,"9"', ["7", "8", "9"]),  # the next field opens before it is closed
    ],
)
@pytest.mark.parametrize("below", ["1,2,3\n4,5,6", '1,"2",3\n"4","5","6"', '"1",2,3\n4,"5, 5",6'])
def test_a_quote_that_is_not_closed_is_confined_to_its_line(
    bad: str, fields: list[str], below: str
) -> None:
    """That record is marked, on its line; those below are read as if nothing had been."""
    records = _read(f"a,b,c\n{bad}\n{below}\n", width=3)
    assert [(record.line, record.unclosed) for record in records] == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
    ]
    assert records[1].fields == fields
    assert records[1].raw == bad
    assert [record.fields for record in records[2:]] == [r.fields for r in _read(below)]


def test_a_short_row_with_a_cell_of_several_lines_is_one_record() -> None:
    """No line in it may be a record by itself, so there is no other reading."""
    records = _read('a,b,c,d\n1,"x\ny",2\n3,4,5,6\n', width=4)
    assert [(record.line, record.fields) for record in records[1:]] == [
        (2, ["1", "x\ny", "2"]),
        (4, ["3", "4", "5", "6"]),
    ]


@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=6), st.integers(0, 5))
def test_a_broken_line_changes_no_other(rows: list[tuple[str, ...]], at: int) -> None:
    """A line whose quote is closed nowhere costs that line, wherever it stands among quotes."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    whole = out.getvalue()
    starts = [record.line for record in _read(whole)]
    line = starts[at % len(starts)]
    lines = list(io.StringIO(whole, newline=""))
    text = "".join([*lines[: line - 1], '1,2,"3\n', *lines[line - 1 :]])
    got = _read(text, width=3)
    assert [tuple(record.fields) for record in got if not record.unclosed] == rows
    assert [record.line for record in got if record.unclosed] == [line]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('"12" pipe",5', ['12" pipe', "5"]),  # the quote that ends the field closes it
        ('"12" pipe, long",5', ['12" pipe, long', "5"]),
        ('"a"b,c', ["ab", "c"]),
        ('"a"b,"c"', ["ab", "c"]),
    ],
)
def test_what_a_stray_quote_most_likely_means(text: str, fields: list[str]) -> None:
    """The record is marked: it is shown so, and not loaded."""
    [record] = _read(text)
    assert record.stray
    assert record.fields == fields


@pytest.mark.parametrize(
    ("dialect", "line", "fields"),
    [
        (Dialect(delimiter="||"), 'a||"b||c"||', ["a", "b||c", ""]),
        (Dialect(delimiter=" | "), 'a | "b | ""c""" | d', ["a", 'b | "c"', "d"]),
        (Dialect(delimiter=", "), '"a, b", c, ', ["a, b", "c", ""]),
        (Dialect(delimiter=",", quote="'"), "'a,b',\"c,'it''s'", ["a,b", '"c', "it's"]),
        (Dialect(delimiter=",", quote=None), '"a,b",c', ['"a', 'b"', "c"]),
        (Dialect(delimiter=",", escape="\\"), r'"a \"b\", \\",c\,d', ['a "b", \\', "c,d"]),
        (Dialect(delimiter=",", escape="\\"), '"a ""b""",c', ['a "b"', "c"]),
        (Dialect(delimiter="\t", quote=None, escape="\\"), "a\\\tb\tc", ["a\tb", "c"]),
        (Dialect(delimiter=""), 'a, "b"; c', ['a, "b"; c']),
        (Dialect(delimiter=" "), 'a "b c"  d', ["a", "b c", "", "d"]),
        (Dialect(delimiter=BLANKS), '  New York   "a   b"  5 ', ["New York", "a   b", "5"]),
        (Dialect(delimiter=BLANKS, quote=None, stops=(0, 6, 9)), "New York", ["New York"]),
        (Dialect(delimiter=BLANKS, quote=None, stops=(0, 6, 9)), "Rome     7", ["Rome", "", "7"]),
    ],
)
def test_any_dialect_is_read(dialect: Dialect, line: str, fields: list[str]) -> None:
    """Delimiters of several characters and of blanks, either quote or none, either escape."""
    [record] = read_records(line, dialect)
    assert record.fields == fields
    assert (record.stray, record.unclosed) == (False, False)


def test_a_comment_is_a_record_without_quotes() -> None:
    """What is done with it is for others to say; it swallows nothing."""
    dialect = Dialect(delimiter=",", comment="#")
    records = list(read_records('a,b\n # it says, "hi\n1,2\n', dialect, width=2))
    assert [record.line for record in records] == [1, 2, 3]
    assert records[1].fields == [" # it says", ' "hi']


def test_a_quote_that_swallows_a_thousand_lines_is_unclosed() -> None:
    """Even if another closes it further down; a note of a few hundred lines passes."""
    records = _read('a,"' + "x\n" * 1000 + '"\n')
    assert records[0].unclosed
    assert records[0].fields == ["a", "x"]
    assert len(records) == 1001
    assert len(_read('a,"' + "x\n" * 999 + '"\n')) == 1


@pytest.mark.parametrize(
    "text",
    [
        '"\n",' * 100_000,
        '1,"2\n' * 100_000,
        '1,"2\n3,4",5\n' * 50_000,
        'x","y\n' * 100_000,
        '"""\n' * 100_000,
        '1,"2\n' + '""\n' * 100_000,
        '1,2,"3\nx\ny\n' * 50_000,
    ],
)
@pytest.mark.parametrize("width", [None, 2, 1000])
@pytest.mark.timeout(20)
def test_any_number_of_bad_quotes_takes_little_time(text: str, width: int | None) -> None:
    """Work grows with the size of the file and not with its square; more than a file can have by
    mistake is refused."""
    with contextlib.suppress(Unreadable):
        assert len(_read(text, width=width)) >= 100
