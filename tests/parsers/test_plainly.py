"""The quick way to a dialect: wherever it answers, it answers what the long way does."""

from hypothesis import given

from parsers.dialects.evidence import weigh
from parsers.dialects.plainly import plain_dialect
from parsers.header.finding import find_header
from parsers.mappings.format import Format
from parsers.table.frame import read_patiently
from tests.parsers.dialects import HEADER, Style, render, styles
from tests.parsers.test_delimited import rows

NAMES = HEADER[:4]


def _render(table: list[tuple[str, ...]], style: Style) -> str:

    return render([HEADER, *table], style).decode(style.encoding)


@given(rows, styles)
def test_it_answers_what_the_long_way_answers(
    table: list[tuple[object, ...]], style: Style
) -> None:
    """Another dialect may be found, but never other records."""
    text = _render([tuple(map(str, row)) for row in table], style)
    plain = plain_dialect(text, Format(), NAMES)
    if plain is None:
        return
    long = weigh(text, Format(), NAMES).dialect
    read = [
        read_patiently(text, find_header(text, each, names=NAMES), [0, 1, 2, 3], each).drop("raw")
        for each in (plain, long)
    ]
    assert read[0].equals(read[1])


def test_an_ordinary_file_goes_the_quick_way() -> None:
    """Quoted cells and names with an apostrophe included."""
    text = 'Store,Receipt,Total,When,Note\r\n7,1,2.50,2026-11-21 10:00,"O\'Brien, 2"\r\n'
    found = plain_dialect(text, Format(), NAMES)
    assert found is not None
    assert (found.delimiter, found.line_end) == (",", "\r\n")


def test_whatever_leaves_a_choice_goes_the_long_way() -> None:
    """Another width, another quote, a backslash, comments, two delimiters, a preamble."""
    header = "Store,Receipt,Total,When,Note\n"
    for text in (
        header + "7,1,2.50,2026-11-21 10:00\n",
        header + "7,1,2.50,2026-11-21 10:00,'a'\n",
        header + "7,1,2.50,2026-11-21 10:00,a\\,b\n",
        header + "#7,1,2.50,2026-11-21 10:00,a\n",
        "Report\n" + header,
        header.replace(",", ",,") + "7,,1,,2.50,,2026-11-21 10:00,,\n",
    ):
        assert plain_dialect(text, Format(), NAMES) is None
