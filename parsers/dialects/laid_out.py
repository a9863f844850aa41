"""Tables whose columns stand under each other, kept apart by blanks: where each column begins.

Where two blanks divide and a cell may be blank, the number of fields does not tell which of them
is missing. The place on the line does.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from parsers.header.columns import clean, mark, missing
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.tokens import Record, divider
from parsers.reject import Unreadable, UnreadableCode, clip

_MIN = 3  # lines in which columns can be seen; with names the header and one row
_MIN_NAMED = 2
_OVERFLOWING = 50  # one line in so many may have a cell that is too long for its column
_PADDED = re.compile(r"[^ \t\xa0][ \t\xa0]{4,}[^ \t\xa0]")


def laid_out(written: Dialect, lines: Sequence[str], names: Sequence[str] = ()) -> Dialect | None:
    """Give the dialect of columns that stand under each other; None if fewer than two do.

    `lines` are the physical lines of a sample that are not blank, `names` the mapped columns. A
    single blank under one of these, as in 08:22 PM, divides no columns.
    """
    if any("\t" in line for line in lines):
        return None
    plain = replace(written, delimiter=BLANKS, quote=None, escape=None)
    header = next((at for at, line in enumerate(lines) if names and _has_all(line, names)), None)
    below = lines[header or 0 :]
    divide = divider(plain)
    widths = [len(divide(line)) for line in below]
    named = header is not None
    usual = widths[0] if named else _usual(widths)
    found = None
    for table in _tables(below, widths, usual, named=named):
        found = _standing(table, plain, names if named else ())
        # A title or a line of totals may go right across the columns; others have none of these.
        if len(found.stops) >= usual:
            break
    return found if found is not None and len(found.stops) > 1 else None


def _usual(widths: Sequence[int]) -> int:
    """The number of fields of most lines, where lines of many count for more."""
    counts = Counter(widths)
    return max(counts, key=lambda width: (counts[width] * math.log2(width + 0.1), width), default=0)


def _tables(
    lines: Sequence[str], widths: Sequence[int], usual: int, *, named: bool
) -> Iterator[list[str]]:
    """Give the lines that may show where columns are: all of several fields, then the widest."""
    for width in (2, usual):
        found = [line for line, each in zip(lines, widths, strict=True) if each >= max(width, 2)]
        if len(found) >= (_MIN_NAMED if named else _MIN):
            yield found


def _standing(table: Sequence[str], plain: Dialect, names: Sequence[str]) -> Dialect:
    """Where the columns of some lines begin, the first of which has the names, if there are any."""
    size = max(map(len, table))
    padded = [line.ljust(size) for line in table]
    most = len(padded) // _OVERFLOWING
    # Never where the first line has something: a column may be blank but for its name.
    blank = [
        padded[0][at] in " \xa0" and sum(line[at] not in " \xa0" for line in padded) <= most
        for at in range(size)
    ]
    stops = [at for at in range(size) if not blank[at] and (at == 0 or blank[at - 1])]
    apart = [stop for at, stop in enumerate(stops) if at == 0 or blank[stop - 2]]
    stops = _dividing(stops, apart, padded, names)
    # What a longer cell of another line leaves of the blanks: two, or the one there is.
    gaps = [stop - 2 if stop > 1 and blank[stop - 2] else max(stop - 1, 0) for stop in stops]
    return replace(plain, stops=tuple(stops), gaps=tuple(gaps))


def _dividing(
    stops: Sequence[int], apart: Sequence[int], lines: Sequence[str], names: Sequence[str]
) -> list[int]:
    """Those of the stops that divide columns: two blanks do, and a single one where it must.

    `apart` are those with two blanks before them. A single one must divide if the mapped names are
    found in no other way, and then only where the first line has something on both sides of it.
    Without names it divides only where there are cells behind it: `No` of `Order No` has none.
    """
    header, *rows = lines
    ends = [*apart[1:], len(header)]
    cells = [clean(header[stop:end]) for stop, end in zip(apart, ends, strict=True)]
    if names and not missing(cells, names):
        return list(apart)
    ends = [*stops[1:], len(header)]
    return [
        stop
        for stop, end in zip(stops, ends, strict=True)
        if stop in apart
        or (header[stop:end].strip() and (names or any(row[stop:end].strip() for row in rows)))
    ]


def _has_all(line: str, names: Sequence[str]) -> bool:
    folded = " ".join(line.split()).casefold()
    return all(clean(name).casefold() in folded for name in names if mark(name))


def unseen_blank(dialect: Dialect, records: Sequence[Record], header: int) -> Unreadable | None:
    """Say so if two blanks divide the rows below a header and some may have a blank cell.

    That is where one has more fields than the header, so that a column has no name, or a cell two
    blanks; and another has as many, but room for a blank cell.
    """
    if dialect.delimiter != BLANKS or dialect.stops:
        return None
    width, below = len(records[header].fields), records[header + 1 :]
    longer = next((each for each in below if len(each.fields) > width), None)
    roomy = any(len(each.fields) == width and _PADDED.search(each.raw) for each in below)
    if longer is None or not roomy:
        return None
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DIALECT,
        f"The columns are divided by blanks, the header has {width} of them and the row "
        f"'{clip(longer.raw)}' has {len(longer.fields)}: where a cell is blank cannot be told.",
        remedy="Ask the sender for a file with a delimiter, or with all its columns named and "
        "standing under their names.",
    )
