"""Lines that a spreadsheet quoted as a whole: read as the lines that they hold, or held."""

import pytest

from parsers.delimited import read
from parsers.dialects.whole_lines import unwrapped
from parsers.mappings.format import Format
from parsers.mappings.mapping import parse_mapping
from parsers.reject import Unreadable, UnreadableCode
from parsers.sheet import read_sheet

MAPPING = parse_mapping("""
timezone = "Europe/London"
[columns]
location_id = "Store"
transaction_id = "Id"
total = "Total"
occurred_at = "When"
""")
LINES = [
    "Store,Id,Total,When,Note",
    '2,R-1,12.50,2026-01-17 10:00,"a, b"',
    '7,R-2,"1250.00",2026-01-18 10:00,"said ""hi"""',
    '7,R-3,3.75,2026-01-19 10:00,"two\nlines"',
    "7,R-4,4.00,2026-01-20 10:00,ok",
    "7,R-5,5.00,2026-01-21 10:00,ok",
    "7,R-6,6.00,2026-01-22 10:00,ok",
]


def _whole(line: str) -> str:
    return '"' + line.replace('"', '""') + '"'


def _text(lines: list[str], line_end: str = "\n") -> str:
    return line_end.join(lines) + line_end


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("sign", [",", ";", "\t", "^"])
def test_such_a_file_loads_as_the_one_that_it_holds(first: int, line_end: str, sign: str) -> None:
    """With the header quoted as well, or not; lines keep their numbers."""
    plain = [line if sign == "," else line.replace(",", sign) for line in LINES]
    lines = [*plain[:first], *map(_whole, plain[first:])]
    wanted = read(_text(plain, line_end).encode(), MAPPING)
    found = read(_text(lines, line_end).encode(), MAPPING)
    assert found.rows.equals(wanted.rows)
    assert found.rows.height == 6
    assert found.rejects == wanted.rejects


def test_it_is_shown_so_and_that_is_said() -> None:
    """To a person who looks at it."""
    sheet = read_sheet(_text([*map(_whole, LINES)]).encode(), Format())
    assert sheet.header == tuple(LINES[0].split(","))
    assert sheet.records[2] == (4, ["7", "R-3", "3.75", "2026-01-19 10:00", "two\nlines"])
    assert "quoted as a whole" in sheet.findings.doubts[0]


@pytest.mark.parametrize("odd", ["7,R-9,9.00,2026-01-23 10:00,ok", '"7,R-9,9.00', "7"])
def test_with_a_line_among_them_that_is_not_so_it_is_held(odd: str) -> None:
    """What that line is, nobody knows."""
    lines = [*map(_whole, LINES[:4]), odd, *map(_whole, LINES[4:])]
    with pytest.raises(Unreadable) as held:
        read(_text(lines).encode(), MAPPING)
    assert held.value.code is UnreadableCode.AMBIGUOUS_DIALECT
    assert "line 6 is not" in held.value.message


@pytest.mark.parametrize(
    "text",
    [
        _text(LINES),
        _text([*LINES[:2], _whole(LINES[2]), *LINES[3:]]),
        '"Name"\n"Smith, John"\n"Lee, Ann"\n',
        '"Note"\n"one, two, three"\n"four"\n"five; six"\n',
        '"A","B","C"\n"1","2","3"\n',
        "",
        '"\n',
    ],
)
def test_other_files_are_left_alone(text: str) -> None:
    """A row or two that are so, names with a comma in them, cells quoted one by one."""
    assert unwrapped(text, Format()) is None


def test_a_pinned_quote_is_taken_at_its_word() -> None:
    """Who says how cells are quoted means these."""
    text = _text([*map(_whole, LINES)])
    assert unwrapped(text, Format(quote='"')) is None
