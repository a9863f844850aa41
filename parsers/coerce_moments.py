"""The columns of a moment: read from one column or two, written as an instant and as wall-clock."""

from collections.abc import Mapping, Sequence

import polars as pl

from parsers.moments import canonical_text, read_moments
from parsers.reject import RejectCode
from parsers.sources import DateAndTime, DateTime
from parsers.values import Found, Values, constant


def zones_of(locations: pl.Series, zone: str, by_location: Mapping[str, str]) -> pl.Series:
    """Give each row the time zone of its location, or the general one."""
    if not by_location:
        return constant(zone, len(locations))
    return locations.replace_strict(dict(by_location), default=zone, return_dtype=pl.String)


def read_times(
    columns: Sequence[str], source: DateTime | DateAndTime, found: Sequence[Found], zones: pl.Series
) -> Values:
    """Read moments into the two row columns `columns`: the instant, then the wall-clock time."""
    parts = pl.DataFrame([one.texts.alias(f"part_{at}") for at, one in enumerate(found)])
    joined = parts.select(pl.concat_str(pl.all(), separator=" ")).to_series()
    moments = read_moments(joined, source.format, zones)
    empty = [
        pl.when(pl.col(part) == "").then(pl.lit(one.column))
        for part, one in zip(parts.columns, found, strict=True)
    ]
    judged = parts.with_columns(moments["code"]).select(
        missing=pl.coalesce(empty),
        code=pl.when(pl.any_horizontal(pl.col(parts.columns) == ""))
        .then(pl.lit(RejectCode.EMPTY_TIME.value))
        .otherwise("code"),
    )
    instant, local = columns
    return Values(
        columns={
            instant: canonical_text(moments["instant"]) + "Z",
            local: canonical_text(moments["local"]),
        },
        code=judged["code"],
        text=joined,
        source=judged["missing"].fill_null(found[0].column),
    )
