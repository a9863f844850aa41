"""The footer: the records after the last row that are totals, counts, remarks, or say the end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from parsers.header.beginning import count_line_ends
from parsers.records.cells import TYPED, Look, filled, look, shape, types_of
from parsers.records.dialect import Dialect
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.trailer.sales import is_divided_otherwise, may_be_sale
from parsers.trailer.suspects import Suspect, are_sums, at_places
from parsers.trailer.total_words import (
    begins_with_total,
    count_in,
    is_end,
    is_page,
    is_remark,
    is_total,
)

_LONGEST = 60  # records
_SAMPLE = 50  # rows
_LABEL_CELLS = 2  # a label and its value
_COUNT_CELLS = 3
_REMARKS = 3  # that nothing sets apart from the rows; more are rows that nobody can read


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the rows of a table are like: evidence of what is none.

    `needed` are the positions that no row leaves blank, `types` and `known` the type of each column
    and the texts seen in it; `ids` are positions of ids, and `count` is the number of records.
    """

    width: int
    needed: Sequence[int]
    ids: Sequence[int]
    count: int
    types: Sequence[Look | None]
    known: Sequence[frozenset[str]]

    def lacks(self, cells: Sequence[str]) -> bool:
        """Whether cells are no whole row: too many, too few, or with a needed one blank."""
        return len(cells) != self.width or any(not cells[at].strip() for at in self.needed)

    def has_id(self, cells: Sequence[str]) -> bool:
        """Whether cells have an id behind the first one: a whole number that counts no rows."""
        numbers = [cells[at].strip() for at in self.ids if 0 < at < len(cells)]
        return len(cells) == self.width and any(
            each.isdecimal() and int(each[:18]) > self.count for each in numbers
        )

    def knows(self, cells: Sequence[str]) -> bool:
        """Whether the first cell that is not blank is one that rows have in that column."""
        for at, cell in enumerate(cells[: self.width]):
            if cell.strip():
                return cell.strip() in self.known[at]
        return False


def learn_rows(
    frame: pl.DataFrame,
    width: int,
    dialect: Dialect,
    mapped: Sequence[int] | None,
    ids: Sequence[int] = (),
) -> Rows:
    """Learn from the first rows of the right width; `mapped` are the positions of mapped columns,
    and `ids` those of ids.

    Without them (None) the columns that are filled in each of these rows are needed.
    """
    fits = frame.select(at=pl.int_range(pl.len()), fits=pl.col("width") == width).filter("fits")
    chosen = at_places(frame, fits["at"].head(_SAMPLE).to_list(), dialect)
    sample = [row.cells for row in chosen if len(row.cells) == width and not is_total(row.first)]
    # Labels are padded in some files, so what has many blanks is no row to learn from.
    if mapped is None:
        fullest = max((len(filled(cells)) for cells in sample), default=0)
        sample = [cells for cells in sample if len(filled(cells)) * 2 > fullest]
    else:
        sample = [cells for cells in sample if all(cells[at].strip() for at in mapped)]
    known = [frozenset(row[at].strip() for row in sample) for at in range(width)]
    always = [at for at in range(width) if sample and "" not in known[at]]
    return Rows(
        width=width,
        needed=always if mapped is None else mapped,
        ids=ids,
        count=frame.height,
        types=types_of(sample, width),
        known=known,
    )


def find_footer(
    frame: pl.DataFrame, rows: Rows, dialect: Dialect, *, totals: Collection[int] = ()
) -> list[Suspect]:
    """Give the records of the footer, in order; mostly none.

    `totals` are the lines of records that begin with a word for a total and cannot be rows.
    """
    ending: list[tuple[Suspect, bool]] = []
    bare: list[Suspect] = []
    for at in range(frame.height - 1, max(frame.height - _LONGEST, 0) - 1, -1):
        # What a quote leaves open may be the beginning of a row: its end is not known.
        if frame["unclosed"][at]:
            break
        [record] = at_places(frame, [at], dialect)
        said = record.line in totals or _is_footer(record, rows)
        said = said or _is_label(record, frame, rows)
        bares = not said and _is_bare_label(record, rows)
        if not said and not bares and not _may_be_label(record, rows):
            break
        bare += [record] if bares else []
        ending.append((record, said or bares))
    if _are_rows(bare):
        ending = [(record, certain and record not in bare) for record, certain in ending]
    # A label that nothing above explains is a bad row.
    while ending and not ending[-1][1]:
        ending.pop()
    return [record for record, _ in reversed(ending)]


def _is_footer(record: Suspect, rows: Rows) -> bool:
    """Whether a record is a total, a count or the end, whatever stands around it."""
    words = filled(record.cells)
    together = " ".join(words)
    if not any(map(str.isalnum, together)):
        return True
    if not rows.lacks(record.cells):
        return False
    if is_end(together) or (len(words) <= _COUNT_CELLS and count_in(together) is not None):
        return True
    if is_total(words[0]) and are_sums(words[1:]):
        return True
    return (
        begins_with_total(words[0])
        and are_sums(words[1:])
        and not rows.knows(record.cells)
        and not rows.has_id(record.cells)
        and not is_divided_otherwise(words[0], rows.width, blanks=False)
    )


def _may_be_label(record: Suspect, rows: Rows) -> bool:
    """Whether a record may be a remark: a text, perhaps with a value, that no row begins with."""
    words = filled(record.cells)
    return (
        rows.lacks(record.cells)
        and len(words) <= _LABEL_CELLS
        and look(words[0]) is Look.TEXT
        and any(map(str.isalpha, words[0]))
        and not rows.knows(record.cells)
        and (_is_told(record.first) or not may_be_sale(record.raw))
        # Its own delimiter makes a line of the rows' width no row.
        and (len(record.cells) == rows.width or not _is_divided_otherwise(record, rows))
    )


def _is_divided_otherwise(record: Suspect, rows: Rows) -> bool:
    blanks = not is_page(record.first)  # these have versions and times in them
    return is_divided_otherwise(record.raw, rows.width, blanks=blanks)


def _is_told(first: str) -> bool:
    """Whether a cell says that it is a remark: a colon at its end is but the sign of a field."""
    return is_remark(first) and not first.endswith(":")


def _is_label(record: Suspect, frame: pl.DataFrame, rows: Rows) -> bool:
    """Whether a record that may be a remark is one: it says so, or a blank line is above it."""
    if not _may_be_label(record, rows) or _is_divided_otherwise(record, rows):
        return False
    if is_remark(record.first):
        return True
    apart = record.at > 0 and _ends_on(frame, record.at - 1) + 1 < record.line
    return apart and _is_other_than_rows(record, rows)


def _is_bare_label(record: Suspect, rows: Rows) -> bool:
    """Whether a record that may be a remark has a text where the rows have numbers and dates."""
    column = next(at for at, cell in enumerate(record.cells) if cell.strip())
    return (
        column < rows.width
        and rows.types[column] in TYPED
        and _may_be_label(record, rows)
        and _is_other_than_rows(record, rows)
    )


def _is_other_than_rows(record: Suspect, rows: Rows) -> bool:
    """Whether a record has neither the rows' width nor a word that a row may begin with.

    A word with a digit in it may be the code of a shop that the other rows are not of.
    """
    has_digit = any(map(str.isdigit, record.first))
    return len(record.cells) != rows.width and not (has_digit and " " not in record.first)


def _are_rows(bare: Sequence[Suspect]) -> bool:
    """Whether remarks that nothing sets apart are many, or alike but for their numbers."""
    numbered = [shape(one.raw) for one in bare if any(map(str.isdigit, one.raw))]
    return len(bare) > _REMARKS or len(set(numbered)) < len(numbered)


def _ends_on(frame: pl.DataFrame, at: int) -> int:
    """Give the physical line on which the record at a place ends."""
    return int(frame["line"][at]) + count_line_ends(frame["raw"][at])


def pinned_footer(
    frame: pl.DataFrame, rows: Rows, dialect: Dialect, footer: str | int
) -> list[Suspect]:
    """Give the records of the footer that the mapping pins.

    `footer` is the text with which it begins, or its number of physical lines, blank ones at the
    end not counted. Raises Unreadable (CONTRADICTS_MAPPING, CUT_SHORT).
    """
    if isinstance(footer, int):
        return _pinned_lines(frame, rows, dialect, _ends_on(frame, frame.height - 1) - footer + 1)
    start = frame["raw"].str.strip_chars_start(" \t\"'").str.starts_with(footer.strip(" \t\"'"))
    places = start.arg_true().to_list()
    if not places:
        raise Unreadable(
            UnreadableCode.CUT_SHORT,
            f"The mapping says that the file ends with a footer that begins with "
            f"'{clip(footer)}', but it has none: its end may be missing.",
            remedy="Ask the sender to export the file again. If it ends without a footer now, "
            "take footer out of the [format] of the mapping: the file then loads by itself.",
        )
    # The last run of records without a whole row that begins so.
    at = frame.height
    first = at
    while at > 0 and first - at <= _LONGEST:
        at -= 1
        [record] = at_places(frame, [at], dialect)
        if at in places:
            first = at
        elif not rows.lacks(record.cells):
            break
    if first == frame.height:
        raise _row_in_footer(int(frame["line"][-1]), frame["raw"][-1], footer)
    return at_places(frame, range(first, frame.height), dialect)


def _pinned_lines(
    frame: pl.DataFrame, rows: Rows, dialect: Dialect, first_line: int
) -> list[Suspect]:
    places = (frame["line"] >= first_line).arg_true().to_list()
    footer = at_places(frame, places, dialect)
    for record in footer:
        if not rows.lacks(record.cells) and not begins_with_total(record.first):
            raise _row_in_footer(record.line, record.raw, len(footer))
    return footer


def _row_in_footer(line: int, raw: str, footer: str | int) -> Unreadable:
    pin = f'"{footer}"' if isinstance(footer, str) else str(footer)
    return Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f"The mapping says footer = {pin}, but line {line} looks like a row of the table: "
        f"'{clip(raw)}'.",
        remedy="Correct footer in the [format] of the mapping, or leave it out to have the footer "
        "found in each file: the file then loads by itself.",
    )
