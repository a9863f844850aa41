"""Sentences on what was noticed in a file that loads, so that nothing is passed over silently."""

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from parsers.records.skipped import Skipped, SkippedKind
from parsers.rows.repair import Repair

_MOST = 5  # lines that are named

_WORDS = {
    SkippedKind.SEPARATOR: ("line that names the delimiter", "lines that name the delimiter"),
    SkippedKind.PREAMBLE: ("line before the header", "lines before the header"),
    SkippedKind.COMMENT: ("comment", "comments"),
    SkippedKind.SECOND_HEADER: ("second line of the header", "second lines of the header"),
    SkippedKind.REPEATED_HEADER: ("repeated header", "repeated headers"),
    SkippedKind.SUBTOTAL: ("subtotal", "subtotals"),
    SkippedKind.FOOTER: ("line of the footer", "lines of the footer"),
}


def on_skipped(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Say how many lines of which kind are none of the rows."""
    for kind, count in Counter(one.kind for one in skipped).items():
        lines = [one.line for one in skipped if one.kind is kind]
        yield f"{count:,} {_WORDS[kind][count > 1]} passed over ({_lines(lines)})."


def on_left_out(reasons: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Say why rows do not count by the mapping's [rows]."""
    for reason, count in reasons[:_MOST]:
        yield f"{count:,} {_rows(count)} left out: {reason}."
    if rest := sum(count for _, count in reasons[_MOST:]):
        yield f"{rest:,} further {_rows(rest)} left out."


def on_merged(merged: int) -> Iterator[str]:
    """Say how many rows are further lines of a transaction."""
    if merged:
        yield f"{merged:,} {_rows(merged)} put together with another of the same transaction."


def on_repairs(repairs: Sequence[Repair]) -> Iterator[str]:
    """Say which rows were repaired, and how."""
    for one in repairs[:_MOST]:
        yield f"Line {one.line} was repaired: {one.done}."
    if rest := len(repairs) - _MOST:
        yield from [f"{rest:,} further {_rows(rest)} repaired."] if rest > 0 else []


def on_repeated_hours(marked: pl.Series) -> Iterator[str]:
    """Say which rows lie in an hour that the clocks showed twice."""
    if len(marked):
        count = len(marked)
        yield (
            f"{count:,} {_rows(count)} in an hour that the clocks showed twice, taken as the "
            f"first ({_lines(marked.head(_MOST + 1).to_list())})."
        )


def on_rejects(kept: int, rejected: int) -> Iterator[str]:
    """Say that not all rejects are kept."""
    if rejected > kept:
        yield f"Only the first {kept:,} of {rejected:,} rejects are kept."


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:_MOST])
    more = ", ..." if len(lines) > _MOST else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"
