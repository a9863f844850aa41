"""Which column of a moment is to blame where the whole cannot be read, and which day never was."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from parsers.moments import formats
from parsers.moments.clocks import Clocks, read_moments
from parsers.moments.month_names import MONTHS, full_names, short_names
from parsers.reject import RejectCode
from parsers.values.values import Found, constant

_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def blamed(
    found: Sequence[Found], codes: pl.Series, pattern: str, clocks: Clocks, language: str | None
) -> pl.Series:
    """Name the columns whose cells are wrong, for each row; null where `codes` is.

    A cell is right if it can be read beside the others of a good row, or of an example. Where all
    are, as in an hour that the clocks of that day skipped, all are to blame together.
    """
    bad, together = codes.is_not_null(), ", ".join(one.column for one in found)
    names = constant(together, len(codes)).set(~bad, None)
    if clocks.named_in is not None:
        names = names.set(codes == RejectCode.UNKNOWN_ZONE.value, clocks.named_in)
    beside = _good_cells(found, bad, pattern)
    if beside is None or len(found) == 1:
        return names
    some = replace(
        clocks,
        shop=clocks.shop.filter(bad),
        written=clocks.written.filter(bad),
        names=None if clocks.names is None else clocks.names.filter(bad),
    )
    wrong = [
        pl.when(read_moments(texts, pattern, some, language)["code"].is_not_null()).then(
            pl.lit(one.column)
        )
        for one, texts in _each_beside(found, bad, beside)
    ]
    some_names = pl.select(pl.concat_list(*wrong).list.drop_nulls().list.join(", ")).to_series()
    tells = ~some_names.is_in(["", together])
    return names.scatter(bad.arg_true().filter(tells), some_names.filter(tells))


def _good_cells(found: Sequence[Found], bad: pl.Series, pattern: str) -> list[str] | None:
    """The cells of a row that can be read; else those of an example that divides into as many."""
    good = pl.select(pl.all_horizontal(~bad, *(one.texts != "" for one in found))).to_series()
    if good.any():
        return [str(one.texts[good.arg_true()[0]]) for one in found]
    cells = formats.example(pattern).split()
    return cells if len(cells) == len(found) else None


def _each_beside(
    found: Sequence[Found], bad: pl.Series, beside: Sequence[str]
) -> Iterator[tuple[Found, pl.Series]]:
    """Give each column, and the texts that its bad cells make beside the others of a good row."""
    for at, one in enumerate(found):
        before, after = " ".join([*beside[:at], ""]), " ".join(["", *beside[at + 1 :]])
        yield one, before + one.texts.filter(bad) + after


def day_that_never_was(text: str, pattern: str, language: str | None) -> str | None:
    """Name the day of a text that fits its format, but is in no calendar: '31 November'.

    A 29 February is named with its year. None if something else is wrong.
    """
    fits = re.match(formats.compile_format(pattern, language), text)
    if fits is None or (groups := fits.groupdict()).get("rest") != "" or "d" not in groups:
        return None
    day, month = int(groups["d"]), _month(groups, language)
    if month is None:
        return None
    if day > _MONTH_DAYS[month - 1]:
        return f"{day} {MONTHS[month - 1].title()}"
    if (day, month) == (_MONTH_DAYS[month - 1], _FEBRUARY):
        year = groups.get("Y") or groups["y"]
        return f"{day} {MONTHS[month - 1].title()} {year}"
    return None


def _month(groups: dict[str, str], language: str | None) -> int | None:
    if "m" in groups:
        return int(groups["m"])
    name, months = ("b", short_names) if "b" in groups else ("B", full_names)
    return months(language).get(groups[name].lower().rstrip("."))
