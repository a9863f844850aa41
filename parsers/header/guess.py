"""Which of the first records is the header, when nobody says what the columns are called.

The evidence: the header's cells look like names, all different and none of them a number or a date,
while the cells below them are numbers and dates, repeat themselves, or are alike in shape.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from parsers.header.beginning import Opening
from parsers.header.columns import clean
from parsers.records.cells import TYPED, Look, filled, look, shape, types_of

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LEADING = 15  # records of the table's width that may stand before its header
_MOST = 0.6  # of a column's cells make its type: the header and a line of units may be among them
_ALIKE = 3  # so many cells below of one shape say something of one above that differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """`header` is the place of the header among the records, `first` that of the first row.

    `header` is None if there is none. `doubt` says in words why it may be otherwise, if it may.
    """

    header: int | None
    first: int
    width: int
    doubt: str | None = None


def guess_header(records: Sequence[Opening]) -> Guess:
    """Guess the header among the first records, of which there must be at least one.

    It is the record with the strongest contrast to those below it, looked for down to the first
    that is like them.
    """
    width = dominant_width(records)
    table = [at for at, record in enumerate(records) if len(record.fields) == width]
    best: _Candidate | None = None
    undecided = -1
    first, row = table[0], -1
    for seen, at in enumerate(table[:_LEADING]):
        first = at if row < 0 else row
        cells = records[at].fields
        below = _others_than(cells, [records[other].fields for other in table[seen + 1 :]])
        if _is_padding(cells, below):
            continue
        verdict = _contrast(cells, below)
        if verdict < 0:
            if not _is_caption(cells, below):
                break
            row = first
            continue
        # A name may stand twice, but only above rows that tell much.
        telling = len(below) >= _ALIKE and verdict >= len(filled(cells))
        if verdict > 0 and (telling or _are_different(cells)):
            found = _Candidate(at, verdict, len(filled(cells)), _are_names(cells))
            best = found if best is None or found.outdoes(best) else best
        if verdict == 0 and undecided < 0 and row < 0 and _are_names(cells):
            undecided = at
    if best is not None:
        return Guess(header=best.at, first=best.at + 1, width=width)
    if undecided >= 0:
        return _doubtful(records, undecided, width)
    return _of_another_width(records, table, width) or _headless(records, first, width)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A record that may be the header: its place, what speaks for it, and how many names it has.

    `plain`: these are text, and none of it stands there twice.
    """

    at: int
    verdict: int
    names: int
    plain: bool

    def outdoes(self, above: Self) -> bool:
        """Whether this is the header rather than a candidate above it.

        Under a line of names, all different, a line with no more of them is one of units.
        """
        if above.plain:
            return self.verdict > above.verdict and self.names > above.names
        return self.verdict > above.verdict or (self.plain and self.names >= above.names)


def _others_than(cells: Sequence[str], below: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Leave out the lines that are the same once more: a header may come again, on each page.

    Not if no word of it stands above numbers or dates, or if it has a single cell: rows may well
    be the same, too.
    """
    written = [clean(cell) for cell in cells]
    others = [row for row in below if [clean(cell) for cell in row] != written]
    if len(others) == len(below) or len(filled(cells)) == 1:
        return below
    types = types_of(others, len(cells), most=_MOST)
    words = (look(cell) is Look.TEXT for cell, kind in zip(cells, types, strict=True) if kind)
    return others if any(words) else below


def _is_caption(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether this is no row, though no header: headings of groups, with a year perhaps.

    There are words above columns of numbers and dates, and none of these but years.
    """
    types = types_of(below, len(cells), most=_MOST)
    typed = [cell.strip() for cell, kind in zip(cells, types, strict=True) if kind and cell.strip()]
    values = [cell for cell in filled(cells) if look(cell) in TYPED]
    return any(look(cell) is Look.TEXT for cell in typed) and all(map(_is_year, values))


def dominant_width(records: Sequence[Opening]) -> int:
    """Give the number of fields of the table's records: that which most of the text has.

    Records count twice and their fields once, so that neither a long preamble of single words nor
    one long row outweighs a short table.
    """
    widths = Counter(len(record.fields) for record in records)
    return max(widths, key=lambda width: (widths[width] ** 2 * width, width))


def _of_another_width(records: Sequence[Opening], table: Sequence[int], width: int) -> Guess | None:
    """Take the line right above the table for its header if it has names too many or one too few.

    One with still fewer is a title or a label.
    """
    above = table[0] - 1
    cells = records[above].fields if above >= 0 else ()
    if len(cells) in (0, width) or len(cells) < width - 1 or not _are_names(cells):
        return None
    rows = [records[at].fields for at in table]
    # What is too much may stand at the beginning, as the number of a row does, or at the end.
    shared = min(len(cells), width)
    ends = (
        (cells[:shared], [row[:shared] for row in rows]),
        (cells[-shared:], [row[-shared:] for row in rows]),
    )
    if max(_contrast(names, below) for names, below in ends) <= 0:
        return None
    doubt = (
        f"Line {records[above].line} is taken for the header, but it has {len(cells)} names and "
        f"the rows have {width} fields."
    )
    return Guess(header=above, first=table[0], width=width, doubt=doubt)


def _doubtful(records: Sequence[Opening], at: int, width: int) -> Guess:
    if len(records) == 1:
        return Guess(header=at, first=at + 1, width=width)
    doubt = (
        f"Line {records[at].line} is taken for the header, but nothing below it tells: "
        "all cells are text."
    )
    return Guess(header=at, first=at + 1, width=width, doubt=doubt)


def _headless(records: Sequence[Opening], first: int, width: int) -> Guess:
    doubt = (
        f"The table has no header: line {records[first].line} looks like the rows below it. "
        "If it is the header, say so in the mapping: "
        f"[format] header_line = {records[first].line}."
    )
    return Guess(header=None, first=first, width=width, doubt=doubt)


def _is_padding(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether this is a title or a label with its value, padded to the table's width.

    A header names at least half of the columns that the rows below usually fill.
    """
    if not below:
        return False
    typical = sorted(len(filled(row)) for row in below)[len(below) // 2]
    return len(filled(cells)) * 2 < typical


def _are_names(cells: Sequence[str]) -> bool:
    """Whether cells can be the names of columns: text, and none of it twice."""
    return _are_different(cells) and not any(look(cell) in TYPED for cell in cells)


def _are_different(cells: Sequence[str]) -> bool:
    names = [cell.casefold() for cell in filled(cells)]
    return bool(names) and len(set(names)) == len(names)


def _contrast(cells: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Count the columns that speak for a header here, less those that speak against it."""
    if not below:
        return 0
    if _are_years(cells):
        return 1
    types = types_of(below, len(cells), most=_MOST)
    votes = 0
    for at, cell in enumerate(cells):
        text = cell.strip()
        others = [row[at].strip() for row in below]
        votes += _vote(text, types[at], others) if text else 0
    return votes


def _vote(text: str, kind: Look | None, others: Sequence[str]) -> int:
    found = look(text)
    if found in TYPED:
        return -2 if kind in (found, None) else 0
    if kind is not None:
        return 2  # nothing says as much as a word above a column of numbers
    if text in others:
        return -1
    shapes = Counter(shape(other) for other in others if other)
    if len(shapes) > 1 or shapes.total() < _ALIKE:
        return 0
    if shape(text) not in shapes:
        return 1
    # One word is like another; one code is not like another by chance.
    return -2 if "9" in shape(text) else 0


def _are_years(cells: Sequence[str]) -> bool:
    """Whether the numbers among the names are years in order: a column for each."""
    numbers = [cell for cell in filled(cells) if look(cell) in TYPED]
    if len(numbers) < 2 or not all(  # noqa: PLR2004 - one number is no order
        cell.isascii() and cell.isdigit() for cell in numbers
    ):
        return False
    years = [int(number) for number in numbers]
    steps = {after - before for before, after in pairwise(years)}
    return steps in ({1}, {-1}) and all(map(_is_year, numbers))


def _is_year(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and _FIRST_YEAR <= int(cell) <= _LAST_YEAR
