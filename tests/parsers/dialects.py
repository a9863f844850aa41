"""Tables with known values, and the ways of writing them that tills have."""

from dataclasses import dataclass

from hypothesis import strategies as st

from parsers.delimited import read
from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.reading import Reading

PLAIN_MAPPING = """
timezone = "America/New_York"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = "When"
"""
HEADER = ("Store", "Receipt", "Total", "When", "Note")


def plain_mapping(extra: str = "") -> Mapping:
    """The mapping for HEADER, with more lines before its columns (its [format], say)."""
    return parse_mapping(PLAIN_MAPPING.replace("[columns]", extra + "\n[columns]"))


def read_plain(body: str, extra: str = "") -> Reading:
    """Read rows below HEADER, as UTF-8 and divided by commas, by `plain_mapping`."""
    return read((",".join(HEADER) + "\n" + body).encode(), plain_mapping(extra))


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One way to write a table."""

    delimiter: str
    line_end: str
    quote: str
    encoding: str
    last_line_end: bool


styles = st.builds(
    Style,
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(("\n", "\r\n", "\r")),
    quote=st.sampled_from(("needed", "all", "text")),
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1252")),
    last_line_end=st.booleans(),
)


@st.composite
def swallowed_sales(draw: st.DrawFn) -> tuple[str, int]:
    """A table of at least three columns with a quote before one cell, and after the same cell of a
    later line, as in 5" and 6"; and the line of the first. All between them becomes one cell."""
    width = draw(st.integers(3, 6))
    cell = st.text(alphabet="ab5. ", min_size=1, max_size=4).filter(str.strip)
    lines = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=2, max_size=5))
    first = draw(st.integers(0, len(lines) - 2))
    last = draw(st.integers(first + 1, len(lines) - 1))
    column = draw(st.integers(0, width - 1))
    lines[first][column] = '"' + lines[first][column]
    lines[last][column] += '"'
    empty = draw(st.integers(0, width - 1))
    if first + 1 < last and draw(st.booleans()):
        lines[first + 1][empty] = '""'
    header = ",".join("abcdef"[:width])
    return "\n".join([header, *map(",".join, lines)]), first + 2


def render(rows: list[tuple[str, ...]], style: Style) -> bytes:
    """Write the rows, header and all, in a style."""
    text = style.line_end.join(
        style.delimiter.join(_cell(value, style) for value in row) for row in rows
    )
    return (text + style.line_end * style.last_line_end).encode(style.encoding)


def _cell(value: str, style: Style) -> str:
    needed = (
        any(char in value for char in (style.delimiter, '"', "\n", "\r")) or value != value.strip()
    )
    wanted = style.quote == "all" or (style.quote == "text" and not value[:1].isdigit())
    return '"' + value.replace('"', '""') + '"' if needed or wanted else value
