"""The fast way to read times: by polars' own parser, if what it read is written just so again.

That parser lets pass more than strptime does, and less. But a text that comes out letter by letter
when the moment is written in the same format has been read right, since one moment has one way to
be written there. 2,000 times take 1.5 ms and not 2.2, 100,000 take 25 ms and not 55.
"""

import re

import polars as pl

from parsers.canonical import FIRST_YEAR, LAST_YEAR

_DIRECTIVE = re.compile("%([YmdHMS])")
_PLAIN = re.compile("(?:%[YmdHMS]|[-/.:_ T])+")
_DAY = {"Y", "m", "d"}
_FIRST = 64  # times, by which a column that is written otherwise is told at no cost


def read_back(texts: pl.Series, pattern: str) -> pl.Series | None:
    """Read texts, none of them null, as naive moments; None if the patient way is needed."""
    directives = _DIRECTIVE.findall(pattern)
    plain = _PLAIN.fullmatch(pattern) and len(set(directives)) == len(directives)
    if not plain or not _DAY.issubset(directives) or texts.is_empty():
        return None
    if ("H" in directives) != ("M" in directives):
        return None  # a lone hour is beyond Polars
    if len(texts) > _FIRST and _read(texts.head(_FIRST), pattern) is None:
        return None
    return _read(texts, pattern)


def _read(texts: pl.Series, pattern: str) -> pl.Series | None:
    read = pl.col("text").str.to_datetime(pattern, time_unit="us", strict=False)
    frame = texts.to_frame("text").select(
        moment=read, same=read.dt.strftime(pattern).eq_missing(pl.col("text"))
    )
    moments = frame["moment"]
    if not frame["same"].all() or moments.has_nulls():
        return None
    return moments if moments.dt.year().is_between(FIRST_YEAR, LAST_YEAR).all() else None
