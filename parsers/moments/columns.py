"""The columns of a moment, read into two: the instant, and what the shop's clock showed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from parsers.moments.blame import blamed
from parsers.moments.clocks import Clocks, canonical_text, read_moments
from parsers.reject import RejectCode
from parsers.values.sources import Moment, ZoneColumn
from parsers.values.values import Found, Values, constant

_NUMBER = "^[1-9][0-9]{2,5}$"
_FIRST = 8  # times, by which most columns are told to be others
_PLACES = {4: (2,), 6: (2, 4)}  # by the number of digits, where the minutes and seconds begin


def zones_of(locations: pl.Series, zone: str, by_location: Mapping[str, str]) -> pl.Series:
    """Give each row the time zone of its location, or the general one."""
    if not by_location:
        return constant(zone, len(locations))
    return locations.replace_strict(dict(by_location), default=zone, return_dtype=pl.String)


def clocks_of(
    source: Moment, shop: pl.Series, found: Mapping[str, Found], meanings: Mapping[str, str]
) -> Clocks:
    """The clocks on which a source's times are read; `shop` are the zones of the rows' locations.

    `found` has the column of the zones, if the source names one; `meanings` is [zones].
    """
    match source.timezone:
        case None:
            return Clocks(shop=shop, written=shop, meanings=meanings)
        case ZoneColumn(name):
            named, texts = found[name].column, found[name].texts
            return Clocks(shop=shop, written=shop, names=texts, named_in=named, meanings=meanings)
        case zone:
            return Clocks(shop=shop, written=constant(zone, len(shop)), meanings=meanings)


def join_texts(found: Sequence[Found]) -> pl.Series:
    """The texts of a moment's columns as one, with a blank between them."""
    if len(found) == 1:
        return found[0].texts
    parts = pl.DataFrame([one.texts.alias(f"part_{at}") for at, one in enumerate(found)])
    return parts.select(pl.concat_str(pl.all(), separator=" ")).to_series().str.strip_chars()


def width_of_times(texts: pl.Series) -> int | None:
    """To how many digits zeros fill times up that are written as numbers; mostly None.

    93534 among 101500, or 935 among 1015, lacks the zero of its hour only if no other zero is ever
    left out, and some stand where a number would have none: in the minutes and the seconds.
    """
    if not texts.head(_FIRST).str.contains(f"^$|{_NUMBER}").all():
        return None
    some = texts.filter(texts != "")
    widths = some.str.len_bytes()
    for full, places in _PLACES.items():
        if {*widths.unique()} == {full - 1, full} and some.str.contains(_NUMBER).all():
            whole = some.filter(widths == full)
            proved = all((whole.str.slice(at, 1) == "0").any() for at in places)
            return full if proved else None
    return None


def with_zeros(found: Found, width: int | None) -> Found:
    """A column of times with the zeros that it lacks before them, if it does."""
    if width is None:
        return found
    return replace(found, texts=found.texts.str.zfill(width).set(found.texts == "", ""))


def read_times(
    columns: Sequence[str], source: Moment, found: Sequence[Found], clocks: Clocks, pattern: str
) -> Values:
    """Read moments into the two row columns `columns`: the instant, then the wall-clock time."""
    joined = join_texts(found)
    moments = read_moments(joined, pattern, clocks, source.language)
    parts = pl.DataFrame([one.texts.alias(f"part_{at}") for at, one in enumerate(found)])
    empty = [
        pl.when(pl.col(part) == "").then(pl.lit(one.column))
        for part, one in zip(parts.columns, found, strict=True)
    ]
    wrong = moments["code"]
    blame = constant(found[0].column, len(wrong))
    if wrong.null_count() < len(wrong):
        blame = blamed(found, wrong, pattern, clocks, source.language)
    judged = parts.select(
        source=pl.coalesce(*empty, pl.lit(blame), pl.lit(found[0].column)),
        code=pl.when(pl.any_horizontal(pl.all() == ""))
        .then(pl.lit(RejectCode.EMPTY_TIME.value))
        .otherwise(moments["code"]),
    )
    instant, local = columns
    return Values(
        columns={
            instant: canonical_text(moments["instant"]) + "Z",
            local: canonical_text(moments["local"]),
        },
        code=judged["code"],
        text=joined,
        source=judged["source"],
        marked=moments["repeated"],
        zones=moments["named"],
    )
