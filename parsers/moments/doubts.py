"""What a column of dates and times says against the format that it is written in.

A format may fit, and yet the times be others: those of a clock that shows twelve hours and not
which half of the day, and dates of which a spreadsheet exchanged day and month, where it could.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from parsers.moments.clocks import read_written
from parsers.moments.evidence import layouts
from parsers.moments.formats import ISO, compile_format

_SOME = 64  # times spread over the file: among these are hours of the afternoon, if any are written
_LAST = 12  # the highest hour of such a clock, and the last month
_NOON = (11, 12)
_AFTERNOON = (1, 5)  # hours that follow those; a little later a till may as well open for the day
_RISES = 2  # hours of a day that follow each other
_HALF = r"(?i)[0-9][ \u00a0\u202f]?[ap]\.?[ \u00a0]?m\.?$"
_WEEK = timedelta(days=7)
_MANY = 5  # different days


def without_half_of_day(
    texts: pl.Series, unfit: pl.Series, pattern: str, language: str | None
) -> tuple[str, ...]:
    """Show that times are of a clock of twelve hours, while the format reads 24; mostly nothing.

    `texts` are in the order of the file, `unfit` those of them that the format does not read. Shown
    is a time and the one after it, which falls from noon to 1 to 5 on one day; or one that says
    AM or PM, and one that does not.
    """
    if pattern != ISO and "%H" not in pattern:
        return ()
    if _says_another_hour(texts, compile_format(pattern, language)):
        return ()
    filled = texts.filter(texts != "")
    read = read_written(filled, pattern, language)
    if _is_of_24(read) or read.null_count() == len(read):
        return ()
    with_half = unfit.filter(unfit.str.contains(_HALF))
    if len(with_half):
        return str(with_half[0]), str(filled.filter(read.is_not_null())[0])
    rows = pl.DataFrame({"text": filled, "moment": read}).drop_nulls()
    return _fall(rows) or _fall(rows.reverse())


def _says_another_hour(texts: pl.Series, expression: str) -> bool:
    """Whether some of the texts have an hour that no clock of twelve shows: mostly the first."""
    step = max(len(texts) // _SOME, 1)
    for text in reversed(texts.gather_every(step).to_list()):
        found = re.match(expression, text)
        if found and not found["rest"] and not 0 < int(found["H"]) <= _LAST:
            return True
    return False


def _is_of_24(read: pl.Series) -> bool:
    hours = read.dt.hour()
    return bool(((hours == 0) | (hours > _LAST)).any())


def _fall(rows: pl.DataFrame) -> tuple[str, ...]:
    """The two neighbours between which the hours of a day fall from noon to the afternoon.

    Nothing of the early hours stands above them, the hours of that day rise more often than they
    fall, and no other falls are more.
    """
    steps = (
        rows.with_columns(day=pl.col("moment").dt.date(), hour=pl.col("moment").dt.hour())
        .with_columns(
            pl.col("hour").shift(1).over("day").alias("before"),
            pl.col("text").shift(1).over("day").alias("above"),
        )
        .with_columns(
            noon=pl.col("before").is_in(_NOON) & pl.col("hour").is_between(*_AFTERNOON),
            early=pl.col("hour") <= _AFTERNOON[1],
        )
    )
    if not steps["noon"].any():
        return ()
    days = steps.group_by("day", maintain_order=True).agg(
        noon=pl.col("noon").sum(),
        rises=(pl.col("hour") > pl.col("before")).sum(),
        falls=(pl.col("hour") < pl.col("before")).sum(),
        others=((pl.col("hour") + 1 < pl.col("before")) & ~pl.col("noon")).sum(),
        first=pl.col("early").arg_max() == pl.col("noon").arg_max(),
    )
    found = days.filter(
        (pl.col("noon") > 0)
        & pl.col("first")
        & (pl.col("rises") >= _RISES)
        & (pl.col("rises") > pl.col("falls"))
        & (pl.col("noon") >= pl.col("others"))
    )
    if found.is_empty():
        return ()
    shown = steps.filter(pl.col("noon") & (pl.col("day") == found["day"][0])).row(0, named=True)
    return str(shown["above"]), str(shown["text"])


def half_converted(
    texts: pl.Series, unfit: pl.Series, pattern: str, language: str | None
) -> tuple[str, ...]:
    """Show that day and month stand exchanged where both are at most 12; mostly nothing.

    A spreadsheet of another country reads 05/10/2026 as a date and leaves 13/10/2026 as it is. Then
    all dates of the one layout have a day up to the 12th, all of the other a later one, and they
    lie closer together with the former turned; or, as in a year, no less close, and they are many.
    Shown is one of each.
    """
    if pattern != ISO and not {"%d", "%m"} <= {*_directives(pattern)}:
        return ()
    read = read_written(texts, pattern, language)
    differ = (read.dt.day() != read.dt.month()).fill_null(value=False)
    if not differ.any() or (read.dt.day() > _LAST).any():
        return ()
    for other in layouts(str(unfit[0])):
        rest = read_written(unfit, other, language).drop_nulls()
        if 2 * len(rest) <= len(unfit) or not (rest.dt.day() > _LAST).all():
            continue
        turned = pl.select(
            pl.datetime(pl.lit(read.dt.year()), pl.lit(read.dt.day()), pl.lit(read.dt.month()))
        ).to_series()
        before, after = _span([read, rest]), _span([turned, rest])
        many = min(read.dt.date().n_unique(), rest.dt.date().n_unique()) >= _MANY
        if 2 * after < before or (many and after <= before + _WEEK):
            return str(texts.filter(differ)[0]), str(unfit[0])
    return ()


def _directives(pattern: str) -> list[str]:
    return [pattern[at : at + 2] for at in range(len(pattern)) if pattern[at] == "%"]


def _span(parts: Sequence[pl.Series]) -> timedelta:
    both = pl.concat([each.cast(pl.Datetime("us")) for each in parts])
    first, last = both.min(), both.max()
    if isinstance(first, datetime) and isinstance(last, datetime):
        return last - first
    return timedelta()
