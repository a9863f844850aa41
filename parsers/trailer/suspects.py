"""The records of a frame that may be no rows, found all at once by how their text begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.header.finding import Header
from parsers.money.currency import meanings
from parsers.records.cells import Look, filled, look
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.scan import BLANK_CHARACTERS
from parsers.records.skipped import SkippedKind
from parsers.table.splitting import fields_of
from parsers.trailer.total_words import ANY_TOTAL, is_total

_AS_BEFORE = (SkippedKind.PREAMBLE, SkippedKind.SECOND_HEADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One record: its place in the frame, its line, its text and all its fields."""

    at: int
    line: int
    raw: str
    cells: tuple[str, ...]

    @property
    def first(self) -> str:
        """The first cell that is not blank; there is one in each record."""
        return next(iter(filled(self.cells)), "")


def suspects(
    frame: pl.DataFrame,
    header: Header,
    dialect: Dialect,
    *,
    ids: Sequence[int],
    names: Sequence[str],
    typed: Sequence[int] = (),
) -> list[Suspect]:
    """Give the records that may be comments, headers once more, or totals, in order.

    `ids` are the positions of ids: a total may stand in one of them, too. `names` are those
    of the header without which no line is a header again; `typed` the positions of amounts and
    dates, in which no row has the name of its column.
    """
    raw = pl.col("raw")
    reasons = [raw.str.contains(_begins_with_total(dialect))]
    # Of the first column the text itself tells.
    reasons += [pl.col(f"field_{at}").str.contains(_IS_TOTAL) for at in ids if at]
    if header.line:
        reasons += [
            pl.col(f"field_{at}").str.contains(rf"^(?i)\s*{_name(header.columns[at])}\s*$")
            for at in typed
            if header.columns[at]
        ]
    if dialect.comment:
        reasons.append(raw.str.strip_chars_start(BLANK_CHARACTERS).str.starts_with(dialect.comment))
    if before := [each.text for each in header.skipped if each.kind in _AS_BEFORE]:
        reasons.append(raw.is_in(before))
    places = set(frame.select(pl.any_horizontal(*reasons).arg_true()).to_series().to_list())
    places |= set(_with_all_names(frame["raw"], names if header.line else ()))
    return at_places(frame, sorted(places), dialect)


def at_places(frame: pl.DataFrame, places: Sequence[int], dialect: Dialect) -> list[Suspect]:
    """Split the records at these places of a frame into all their fields."""
    if not places:
        return []
    chosen = frame.select("line", "raw")[list(places)]
    return [
        Suspect(at=at, line=line, raw=raw, cells=tuple(fields_of(raw, dialect)))
        for at, (line, raw) in zip(places, chosen.iter_rows(), strict=True)
    ]


def are_sums(cells: Sequence[str]) -> bool:
    """Whether cells are all blank, numbers or currencies: what stands beside a word for a total."""
    return all(look(cell) in (Look.BLANK, Look.NUMBER) or meanings(cell.strip()) for cell in cells)


def has_total(suspect: Suspect, ids: Sequence[int]) -> bool:
    """Whether a word for a total, alone, is the first cell or stands in a column of ids."""
    return is_total(suspect.first) or any(
        is_total(suspect.cells[at]) for at in ids if at < len(suspect.cells)
    )


_IS_TOTAL = rf"^(?i)[\s*=]*(?:{ANY_TOTAL})[\s:=*]*$"


def _begins_with_total(dialect: Dialect) -> str:
    mark = re.escape(dialect.delimiter) if dialect.delimiter not in ("", BLANKS) else r"\s\s|\t"
    return rf"""^(?i)(?:["'\s*=]|{mark})*(?:{ANY_TOTAL})["'\s:=*]*(?:{mark}|$)"""


def _with_all_names(raw: pl.Series, names: Sequence[str]) -> list[int]:
    """Give the places of the records in whose text all of the names stand, in letters of any case.

    None without names.
    """
    wanted = sorted(filter(None, names), key=len, reverse=True)
    if not wanted:
        return []
    # The longest name first: few records pass it, so that the others cost nothing.
    longest, *others = wanted
    places = raw.str.contains(f"(?i){_name(longest)}").arg_true()
    for name in others:
        if places.is_empty():
            break
        places = places.filter(raw.gather(places).str.contains(f"(?i){_name(name)}"))
    return places.to_list()


def _name(column: str) -> str:
    """The expression for a column's name, with any blanks where it has some."""
    return r"\s+".join(map(re.escape, column.split()))
