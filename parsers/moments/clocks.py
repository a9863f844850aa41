"""A column of dates and times, read by a format and put on the clocks of their shops.

The rules: a time without an offset is the wall-clock of the zone it is written in, which is that
of its location unless the mapping says otherwise. In the hour that clocks skip in spring there is
no such time: a reject. In the hour that they repeat in autumn the first is meant (the earlier
instant, still summer time): it cannot be known, and one rule for all makes a re-sent file say the
same again; such rows are marked. An offset in the value, or the abbreviation of a zone, wins; the
wall-clock time is then what the shop's clock showed at that instant. Fractions are cut to
microseconds. Years outside 1970 to 2099 are rejects.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from parsers.canonical import FIRST_YEAR, LAST_YEAR
from parsers.moments import formats
from parsers.moments.month_names import full_names, short_names
from parsers.moments.written_back import read_back
from parsers.moments.zone_names import offsets_called, zone_called
from parsers.reject import RejectCode

_PIVOT = 69  # POSIX, as in strptime: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
_NOTHING = pl.lit(None, dtype=pl.Int64)
_COUNTED = {"epoch", "epoch_ms", "excel", "excel_1904"}
# Day 0 of a spreadsheet's calendar; that of 1900 counts a 29 February 1900 that never was.
_EXCEL_EPOCHS = {"excel": (1899, 12, 30), "excel_1904": (1904, 1, 1)}
_NEVER = pl.lit(None, dtype=pl.Datetime("us"))
_NAMES_MONTH = re.compile("%[bB]")
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The IANA zones of rows: `shop` whose clock is shown in the end, `written` that of the text.

    `names` are those of zones that stand in a column beside the text, called `named_in`, and go
    before `written`. `meanings` is what the mapping says that names and abbreviations stand for.
    """

    shop: pl.Series
    written: pl.Series
    names: pl.Series | None = None
    named_in: str | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, zones: pl.Series) -> "Clocks":
        """Times are written as the clocks of the shop show them."""
        return cls(shop=zones, written=zones)


def read_moments(
    texts: pl.Series, pattern: str, clocks: Clocks, language: str | None = None
) -> pl.DataFrame:
    """Read trimmed texts by a format of strftime, or another that formats.py knows.

    Gives the columns `instant` (naive, UTC), `local` (naive wall-clock of the shop), `repeated`
    (whether it lies in an hour that clocks showed twice and the first was taken), `named` (the name
    of the zone that the file gives, null if none) and `code` (a RejectCode, null where instant and
    local are not).
    """
    read = _written(texts, pattern, language).with_columns(zone=clocks.written, shop=clocks.shop)
    if clocks.names is not None:
        read = read.with_columns(abbreviation=clocks.names)
    if "abbreviation" not in read.columns:
        return _on_clocks(read).with_columns(named=pl.lit(None, dtype=pl.String))
    named = read["abbreviation"]
    return _on_clocks(_with_abbreviations(read, clocks.meanings)).with_columns(named=named)


def read_written(texts: pl.Series, pattern: str, language: str | None = None) -> pl.Series:
    """Read texts as they are written, on no clock in particular; null where the format fails."""
    return _written(texts, pattern, language)["written"]


def canonical_text(moments: pl.Series) -> pl.Series:
    """Write naive moments as 2017-01-01T11:53:26, with a fraction only if it is not zero."""
    text = moments.dt.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = moments.dt.microsecond()
    if not fraction.max():
        return text
    digits = fraction.cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    return pl.select(pl.when(fraction == 0).then(text).otherwise(text + "." + digits)).to_series()


def _written(texts: pl.Series, pattern: str, language: str | None) -> pl.DataFrame:
    """Read texts into `written` (naive, null if not read), `offset` (minutes, null if none) and
    `code`; and `abbreviation` if the format has one."""
    if pattern in _COUNTED:
        return _counted(texts, pattern)
    if (written := read_back(texts, pattern)) is not None:
        return written.to_frame("written").select(
            "written", code=pl.lit(None, dtype=pl.String), offset=_NOTHING
        )
    if language is None and _NAMES_MONTH.search(pattern):
        # Most name the months in English: the other languages are looked up only if some do not.
        english = texts.str.contains(formats.compile_format(pattern, "en"))
        language = "en" if english.all() else None
    groups = texts.str.extract_groups(formats.compile_format(pattern, language))
    fields = groups.struct.unnest()
    parts = fields.select(**_parts(tuple(fields.columns), language)).with_columns(code=_flaw())
    return parts.select(
        "code",
        "offset",
        # A null year makes the whole null, so that an impossible day is never computed.
        written=pl.datetime(
            pl.when(pl.col("code").is_null()).then("year"),
            *("month", "day", "hour", "minute", "second", "microsecond"),
        ),
        **({"abbreviation": fields["Z"]} if "Z" in fields.columns else {}),
    )


def _counted(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """Read seconds or milliseconds since 1970 in UTC, or a spreadsheet's days since its first."""
    number = texts.str.replace(",", ".", literal=True)
    fits = number.str.contains(formats.COUNTED[pattern])
    value = number.set(~fits, None)
    if pattern in _EXCEL_EPOCHS:
        ms = _milliseconds(value)
        year, month, day = _EXCEL_EPOCHS[pattern]
        written = pl.select(
            pl.datetime(year, month, day) + pl.duration(milliseconds=pl.lit(ms))
        ).to_series()
        offset = pl.repeat(None, len(texts), dtype=pl.Int64, eager=True)
    else:
        whole, fraction = value.str.extract(r"^([0-9]+)"), value.str.extract(r"\.([0-9]+)$")
        scale = 1_000_000 if pattern == "epoch" else 1_000
        places = len(str(scale)) - 1
        part = fraction.fill_null("").str.slice(0, places).str.pad_end(places, "0")
        micros = whole.cast(pl.Int64) * scale + part.cast(pl.Int64)
        written = micros.cast(pl.Datetime("us"))
        offset = pl.zeros(len(texts), dtype=pl.Int64, eager=True)
    years = written.dt.year()
    return pl.DataFrame({"written": written, "offset": offset, "year": years}).select(
        "written",
        "offset",
        code=pl.when(pl.col("written").is_null())
        .then(pl.lit(RejectCode.NOT_A_TIME.value))
        .when(~pl.col("year").is_between(FIRST_YEAR, LAST_YEAR))
        .then(pl.lit(RejectCode.YEAR_OUT_OF_RANGE.value)),
    )


def _milliseconds(days: pl.Series) -> pl.Series:
    """Turn days with a fraction into milliseconds.

    They are floats in a spreadsheet: 16:42:00 comes as .695833333333, or as .69583 where it was
    made shorter. The nearest second is meant if the text may be one as far as its digits go.
    """
    exact = days.cast(pl.Float64) * _DAY_MS
    second = (exact / 1_000).round() * 1_000
    places = days.str.extract(r"\.([0-9]*)$").str.len_chars().fill_null(0)
    uncertain = pl.select(_DAY_MS / 2 * pl.lit(10.0).pow(-places.cast(pl.Int64))).to_series()
    return second.zip_with((exact - second).abs() <= uncertain, exact).round().cast(pl.Int64)


def _with_abbreviations(read: pl.DataFrame, meanings: Mapping[str, str]) -> pl.DataFrame:
    """Turn abbreviations of zones into offsets, or into another zone of writing.

    One that neither the mapping nor the row's own zone explains is a flaw. So is EST in July, when
    no clock in New York is called so: it may be that zone's time, or an hour off. Where the mapping
    says that EST is New York, it is what the clock there showed.
    """
    keys = ["zone", "abbreviation"]
    pairs = read.select(keys).unique().filter(pl.col("abbreviation").is_not_null())
    meant = [_meaning(zone, name, meanings) for zone, name in pairs.iter_rows()]
    known = pairs.with_columns(
        meant_zone=pl.Series([zone for zone, _ in meant], dtype=pl.String),
        meant_offset=pl.Series([offset for _, offset in meant], dtype=pl.Int64),
        told=pl.Series(
            [zone_called(name, meanings) is not None for _, name in pairs.iter_rows()],
            dtype=pl.Boolean,
        ),
    )
    joined = read.join(known, on=keys, how="left", nulls_equal=True, maintain_order="left")
    called_so = _called_so(joined)
    unknown = (
        pl.col("code").is_null()
        & pl.col("abbreviation").is_not_null()
        & (pl.col("meant_zone").is_null() | ~(called_so | pl.col("told")))
    )
    return joined.select(
        "written",
        "shop",
        zone=pl.coalesce("meant_zone", "zone"),
        offset=pl.coalesce("offset", pl.when(called_so).then("meant_offset")),
        code=pl.when(unknown).then(pl.lit(RejectCode.UNKNOWN_ZONE.value)).otherwise("code"),
    )


def _called_so(joined: pl.DataFrame) -> pl.Series:
    """Whether the clocks of `meant_zone` had `meant_offset` then, or the file gives an offset."""
    instant = pl.col("written") - pl.duration(minutes=pl.col("meant_offset"))
    shown = [
        pl.when(pl.col("meant_zone") == zone).then(
            _naive(instant.dt.replace_time_zone("UTC").dt.convert_time_zone(zone))
        )
        for zone in joined["meant_zone"].unique().drop_nulls()
    ]
    same = pl.coalesce(*shown, _NEVER) == pl.col("written")
    return joined.select(pl.col("offset").is_not_null() | same.fill_null(value=True)).to_series()


def _meaning(zone: str, name: str, meanings: Mapping[str, str]) -> tuple[str | None, int | None]:
    """The zone that a text with this abbreviation is written in, and its offset if it has one."""
    told = zone_called(name, meanings)
    offsets = offsets_called(told or zone)
    if (offset := offsets.get(name.casefold())) is not None:
        return told or zone, offset
    return told, None


@cache  # to put the expressions together takes longer than to read a short file by them
def _parts(groups: tuple[str, ...], language: str | None) -> dict[str, pl.Expr]:
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
        "month": _month(groups, language),
        "day": number("d"),
        "hour": _half_day_hour() if "I" in groups else optional("H"),
        "minute": optional("M"),
        "second": optional("S"),
        "microsecond": pl.col("f").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
        if "f" in groups
        else pl.lit(0, dtype=pl.Int64),
        "offset": _offset() if "z" in groups else _NOTHING,
    }


def _month(groups: tuple[str, ...], language: str | None) -> pl.Expr:
    if "m" in groups:
        return pl.col("m").cast(pl.Int64)
    name, numbers = ("b", short_names(language)) if "b" in groups else ("B", full_names(language))
    return (
        pl.col(name)
        .str.to_lowercase()
        .str.strip_chars_end(".")
        .replace_strict(dict(numbers), default=None, return_dtype=pl.Int64)
    )


def _half_day_hour() -> pl.Expr:
    afternoon = pl.col("p").str.to_lowercase().str.starts_with("p")
    return pl.col("I").cast(pl.Int64) % 12 + 12 * afternoon.cast(pl.Int64)


def _offset() -> pl.Expr:
    """The offset from UTC in minutes; null where there is none."""
    digits = pl.col("z").str.replace(":", "", literal=True)
    hours = digits.str.slice(1, 2).cast(pl.Int64, strict=False)
    minutes = digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)
    zulu = digits.str.to_lowercase() == "z"
    return pl.when(zulu).then(0).otherwise(sign * (hours * 60 + minutes))


@cache
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


def _on_clocks(read: pl.DataFrame) -> pl.DataFrame:
    """Put each moment on the clock of its `shop`; `zone` is the one it is written in."""
    written = pl.col("written")
    zones = read["zone"].unique().drop_nulls().to_list()
    instants = [written - pl.duration(minutes=pl.col("offset"))]
    for zone in zones:
        aware = written.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        utc = _naive(aware.dt.convert_time_zone("UTC"))
        instants.append(pl.when(pl.col("zone") == zone).then(utc))
    placed = read.with_columns(instant=pl.coalesce(instants))
    skipped = pl.when(pl.col("instant").is_null()).then(pl.lit(RejectCode.NO_SUCH_LOCAL_TIME.value))
    return placed.select(
        "instant",
        local=_shown(placed),
        repeated=_repeated(read, zones),
        code=pl.coalesce("code", skipped),
    )


def _shown(placed: pl.DataFrame) -> pl.Series:
    """What the clocks of the shops showed at each instant."""
    if placed["offset"].null_count() == placed.height and (placed["zone"] == placed["shop"]).all():
        return placed.select(pl.when(pl.col("instant").is_not_null()).then("written")).to_series()
    instant = pl.col("instant").dt.replace_time_zone("UTC")
    shown = [
        pl.when(pl.col("shop") == zone).then(_naive(instant.dt.convert_time_zone(zone)))
        for zone in placed["shop"].unique().drop_nulls()
    ]
    return placed.select(pl.coalesce(*shown, _NEVER)).to_series()


def _repeated(read: pl.DataFrame, zones: list[str]) -> pl.Series:
    """Whether each moment lies in an hour that the clocks of its zone showed twice.

    Looked up for each quarter of an hour, of which there are few: clocks are changed on those.
    """
    quarters = read["written"].dt.truncate("15m").set(read["offset"].is_not_null(), None)
    repeated = pl.repeat(value=False, n=read.height, dtype=pl.Boolean, eager=True)
    for zone in zones:
        here = read["zone"] == zone
        distinct = (quarters if here.all() else quarters.filter(here)).unique()
        first, last = (
            pl.lit(distinct).dt.replace_time_zone(zone, ambiguous=either, non_existent="null")
            for either in ("earliest", "latest")
        )
        doubled = pl.select(pl.lit(distinct).filter(first != last)).to_series()
        if len(doubled):
            repeated |= here & quarters.is_in(doubled.implode()).fill_null(value=False)
    return repeated


def _naive(moment: pl.Expr) -> pl.Expr:
    return moment.dt.replace_time_zone(None)
