"""A column of dates and times, read by a format and put on the clocks of their shops.

The rules: a time without an offset is the wall-clock of its location. In the hour that clocks
skip in spring there is no such time: a reject. In the hour that they repeat in autumn the first
is meant (the earlier instant, still summer time): it cannot be known, and one rule for all makes
a re-sent file say the same again. An offset in the value wins over the zone; the wall-clock time
is then what the shop's clock showed at that instant. Fractions are cut to microseconds. Years
outside 1970 to 2099 are rejects.
"""

import polars as pl

from parsers import timeformat
from parsers.canonical import FIRST_YEAR, LAST_YEAR
from parsers.reject import RejectCode

_PIVOT = 69  # POSIX, as in strptime: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
_NOTHING = pl.lit(None, dtype=pl.Int64)


def read_moments(texts: pl.Series, pattern: str | None, zones: pl.Series) -> pl.DataFrame:
    """Read trimmed texts by a format (None: ISO 8601), each in the IANA zone of its row.

    Gives the columns `instant` (naive, UTC), `local` (naive wall-clock) and `code` (a RejectCode,
    null where the other two are not).
    """
    groups = texts.str.extract_groups(timeformat.compile_format(pattern)).struct.unnest()
    parts = groups.select(**_parts(groups.columns)).with_columns(zone=zones, code=_flaw())
    read = parts.select(
        "zone",
        "code",
        "offset",
        # A null year makes the whole null, so that an impossible day is never computed.
        written=pl.datetime(
            pl.when(pl.col("code").is_null()).then("year"),
            *("month", "day", "hour", "minute", "second", "microsecond"),
        ),
    )
    return _on_clocks(read, zones.unique().drop_nulls().to_list())


def canonical_text(moments: pl.Series) -> pl.Series:
    """Write naive moments as 2017-01-01T11:53:26, with a fraction only if it is not zero."""
    text = moments.dt.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = moments.dt.microsecond()
    if not (fraction > 0).any():
        return text
    digits = fraction.cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    return pl.select(pl.when(fraction == 0).then(text).otherwise(text + "." + digits)).to_series()


def _parts(groups: list[str]) -> dict[str, pl.Expr]:
    """Make numbers of the groups of a format; those that it does not have are zero."""

    def number(name: str) -> pl.Expr:
        # strptime takes a blank for the first digit of a day.
        return pl.col(name).str.strip_chars().cast(pl.Int64, strict=False)

    def optional(name: str) -> pl.Expr:
        return number(name).fill_null(0) if name in groups else pl.lit(0, dtype=pl.Int64)

    short = number("y") if "y" in groups else _NOTHING
    return {
        "fits": (pl.col("rest") == "").fill_null(value=False),
        "year": number("Y") if "Y" in groups else short + 1900 + 100 * (short < _PIVOT),
        "month": _month(groups),
        "day": number("d"),
        "hour": _half_day_hour() if "I" in groups else optional("H"),
        "minute": optional("M"),
        "second": optional("S"),
        "microsecond": pl.col("f").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
        if "f" in groups
        else pl.lit(0, dtype=pl.Int64),
        "offset": _offset() if "z" in groups else _NOTHING,
    }


def _month(groups: list[str]) -> pl.Expr:
    if "m" in groups:
        return pl.col("m").cast(pl.Int64)
    name = "b" if "b" in groups else "B"
    numbers = {month[:3]: at for at, month in enumerate(timeformat.MONTHS, start=1)}
    return (
        pl.col(name)
        .str.to_lowercase()
        .str.slice(0, 3)
        .replace_strict(numbers, default=None, return_dtype=pl.Int64)
    )


def _half_day_hour() -> pl.Expr:
    afternoon = pl.col("p").str.to_lowercase() == "pm"
    return pl.col("I").cast(pl.Int64) % 12 + 12 * afternoon.cast(pl.Int64)


def _offset() -> pl.Expr:
    """The offset from UTC in minutes; null where there is none."""
    digits = pl.col("z").str.replace(":", "", literal=True)
    hours = digits.str.slice(1, 2).cast(pl.Int64, strict=False)
    minutes = digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)
    zulu = digits.str.to_lowercase() == "z"
    return pl.when(zulu).then(0).otherwise(sign * (hours * 60 + minutes))


def _flaw() -> pl.Expr:
    year, month = pl.col("year"), pl.col("month")
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = (
        pl.when(month == 2)  # noqa: PLR2004 - February
        .then(28 + leap.cast(pl.Int64))
        .when(month.is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
    possible = (
        pl.col("fits")
        & (year > 0)  # no calendar has a year 0000
        & (pl.col("day") <= days)
        & (pl.col("second") < 60)  # noqa: PLR2004 - strptime reads leap seconds but cannot keep them
        & (pl.col("offset").is_null() | (pl.col("offset").abs() < 24 * 60))
    )
    return (
        pl.when(~possible)
        .then(pl.lit(RejectCode.NOT_A_TIME.value))
        .when(~year.is_between(FIRST_YEAR, LAST_YEAR))
        .then(pl.lit(RejectCode.YEAR_OUT_OF_RANGE.value))
    )


def _on_clocks(read: pl.DataFrame, zones: list[str]) -> pl.DataFrame:
    """Put each moment on the clock of its zone, both ways."""
    written = pl.col("written")
    at_offset = written - pl.duration(minutes=pl.col("offset"))
    instants = [at_offset]
    locals_ = []
    for zone in zones:
        here = pl.col("zone") == zone
        aware = written.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        instants.append(pl.when(here).then(_naive(aware.dt.convert_time_zone("UTC"))))
        there = at_offset.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        locals_.append(pl.when(here).then(_naive(there)))
    skipped = pl.when(pl.col("instant").is_null()).then(pl.lit(RejectCode.NO_SUCH_LOCAL_TIME.value))
    return read.select(
        "code", instant=pl.coalesce(instants), local=pl.coalesce(*locals_, written)
    ).select(
        "instant",
        local=pl.when(pl.col("instant").is_not_null()).then("local"),
        code=pl.coalesce("code", skipped),
    )


def _naive(moment: pl.Expr) -> pl.Expr:
    return moment.dt.replace_time_zone(None)
