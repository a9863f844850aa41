"""Which format a column of dates and times is written in, as far as its values prove it.

Every layout that a value could be written in is a candidate: 03/04/26 alone has three. All values
of the column together leave one of them, or two whose readings differ; the file is then held, for
only somebody who knows the shop can tell. Three numbers are never taken for year, day, month: no
country writes that.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import polars as pl

from parsers.moments import formats
from parsers.moments.clocks import read_written
from parsers.moments.possible import (
    few_are_ahead,
    is_impossible,
    of_late_days,
    of_late_years,
    of_usual_years,
)

_SAMPLE = 200  # different values whose layout is looked at; all of them are held against it

# Also what stands between in words, and the midnight of a date whose time is in another column.
_JOIN = (
    r"(?P<join>[ T](?:0?0:00(?::00(?:[.,]0+)?)?|12:00(?::00)?[ ]?AM)[ ]+"
    r"|,?[ ](?:at|um|om|à|kl\.?|klo)[ ]|T|, | - |[ _]+)"
)
_TIME = (
    r"(?P<hour>[0-9]{1,2})(?P<mark>[:.h])[0-9]{2}"
    r"(?:(?P<mark2>[:.])(?P<second>[0-9]{2})(?:(?P<point>[.,])[0-9]{1,9})?)?"
    r"(?P<half>(?P<gap>[ ]?)[ap]\.?[ ]?m\.?)?(?P<oclock>[ ]?(?:Uhr|uur|hrs?\.?|h))?"
    r"(?:(?P<zone_gap>[ ]?)(?:(?P<of_utc>GMT|UTC)?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})"
    r"(?P<named>[ ]\([^()%]{1,60}\))?|(?P<zone>[A-Z]{3,5})))?"
)
_WORD = r"[^\W\d_]{3,}\.?"
_YEAR = "(?P<year>[0-9]{4}|[0-9]{2})"
_WEEKDAY = rf"(?P<weekday>{_WORD})(?P<weekday_gap>,?[ ]+)"
# The date's part of a value, and the formats it may be written in; {s} and {t} are its separators.
_DATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"[0-9]{4}(?P<s>[-/. ])[0-9]{1,2}(?P=s)[0-9]{1,2}", ("%Y{s}%m{s}%d",)),
    (
        r"[0-9]{1,2}(?P<s>[-/. ])[0-9]{1,2}(?P=s)[0-9]{4}",
        ("%d{s}%m{s}%Y", "%m{s}%d{s}%Y"),
    ),
    (
        r"[0-9]{1,2}(?P<s>[-/. ])[0-9]{1,2}(?P=s)[0-9]{2}",
        ("%d{s}%m{s}%y", "%m{s}%d{s}%y", "%y{s}%m{s}%d"),
    ),
    (r"[0-9]{8}", ("%Y%m%d", "%d%m%Y", "%m%d%Y")),
    (r"[0-9]{6}", ("%y%m%d", "%d%m%y", "%m%d%y")),
    (
        rf"[0-9]{{1,2}}(?P<s>[-/. ]|\. )(?P<word>{_WORD})(?P<t>[-/ ]){_YEAR}",
        ("%d{s}{word}{t}{year}",),
    ),
    (
        rf"(?P<word>{_WORD})(?P<s>[-/ ])[0-9]{{1,2}}(?P<t>,? |[-/]){_YEAR}",
        ("{word}{s}%d{t}{year}",),
    ),
    (r"[0-9]{4}-(?P<word>[^\W\d_]{3,})-[0-9]{1,2}", ("%Y-{word}-%d",)),
    (r"[0-9]{1,2}\. [0-9]{1,2}\. [0-9]{4}", ("%d. %m. %Y",)),  # Czech
    (r"[0-9]{4}\.(?P<s> ?)[0-9]{1,2}\.(?P=s)[0-9]{1,2}\.", ("%Y.{s}%m.{s}%d.",)),  # Hungarian
    ("[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日", ("%Y年%m月%d日",)),
    ("[0-9]{4}년(?P<s> ?)[0-9]{1,2}월(?P=s)[0-9]{1,2}일", ("%Y년{s}%m월{s}%d일",)),
)
_RUNS = {  # a date and its time in one run of digits
    10: ("%y%m%d%H%M", "%d%m%y%H%M", "%m%d%y%H%M", "epoch"),
    12: ("%Y%m%d%H%M", "%d%m%Y%H%M", "%m%d%Y%H%M", "%y%m%d%H%M%S", "%d%m%y%H%M%S", "%m%d%y%H%M%S"),
    13: ("epoch_ms",),
    14: ("%Y%m%d%H%M%S", "%d%m%Y%H%M%S", "%m%d%Y%H%M%S"),
}
_SHORT_NAME = 4  # characters of the longest abbreviation of a month, less its dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a column of moments says of its format.

    `format` is the one that is left, None if there is none; then `rivals` are the two (or more)
    that are left, and `example` is a value that they read differently. It is `certain` if no other
    layout reads all of these values, not even to the same moments, as 03/03/26 is read.
    """

    format: str | None
    rivals: tuple[str, ...] = ()
    example: str | None = None
    certain: bool = False


def find_format(
    texts: pl.Series, *, language: str | None = None, latest: datetime | None = None
) -> Evidence:
    """Weigh all layouts that the values of a column (trimmed, blank ones among them) may have.

    `latest` is the latest wall-clock time (naive) that can have been written.
    """
    distinct = texts.filter(texts != "").unique(maintain_order=True)
    candidates = list(dict.fromkeys(_layouts_of_some(distinct)))
    fits = {each: distinct.str.contains(fitting(each, language)) for each in candidates}
    left = _not_refuted(fits)
    if len(left) > 1:
        # An expression lets through what is no date: 31 April, or the year 421 of 20100421.
        reads = {
            each: read_written(distinct, each, language).is_not_null() & fits[each] for each in left
        }
        left = _not_refuted(reads) or left
    if not left:
        return Evidence(format=None)
    best, *rivals = left
    different = {rival: _differently(distinct, best, rival, language) for rival in rivals}
    doubtful = [rival for rival, example in different.items() if example is not None]
    if not doubtful:
        return Evidence(format=best, certain=not rivals)
    example = different[doubtful[0]]
    possible = [
        each for each in (best, *doubtful) if not is_impossible(distinct, each, language, latest)
    ]
    for each in (best, *doubtful):
        ahead = few_are_ahead(distinct, each, possible, language, latest)
        if each not in possible and ahead is not None:
            possible, example = [*possible, each], ahead
    if "epoch" in possible:
        possible = of_late_years(distinct, possible, language, latest) or possible
    elif len(possible) > 1:
        possible = of_usual_years(distinct, possible, language, latest)
    if len(possible) == 1:
        return Evidence(format=possible[0], certain=True)
    late = of_late_days(distinct, possible, language, latest)
    if late is not None:
        return Evidence(format=late)
    return Evidence(format=None, rivals=tuple(possible or (best, *doubtful)), example=example)


def _not_refuted(fits: Mapping[str, pl.Series]) -> list[str]:
    """The layouts that most values fit, and those that the others do not speak against."""
    best = max(fits, key=lambda each: int(fits[each].sum()), default=None)
    if best is None or not fits[best].any():
        return []
    return [best] + [
        each
        for each in fits
        if each != best
        and not ((fits[best] & ~fits[each]).any() and not (fits[each] & ~fits[best]).any())
    ]


@cache
def fitting(pattern: str, language: str | None = None) -> str:
    """The regular expression for a text that a format reads to its end."""
    return formats.compile_format(pattern, language).replace("(?P<rest>.*)$", "$")


def has_time(pattern: str) -> bool:
    """Whether a format says the time of day."""
    return not pattern.startswith("%") or "%H" in pattern or "%I" in pattern


def layouts(text: str) -> Iterator[str]:
    """Every format in which one value may be written, the likelier first.

    A blank of a format stands for any blank, as for the narrow one that browsers put before AM.
    """
    text = " ".join(text.split()) if not text.isascii() else text
    if text.isascii() and text.isdigit() and len(text) in _RUNS:
        yield from _RUNS[len(text)]
    if re.fullmatch(r"[2-7][0-9]{4}(?:[.,][0-9]+)?", text):
        yield "excel"
    if re.fullmatch(r"[0-9]{9,10}[.][0-9]+", text):
        yield "epoch"
    if parts := re.fullmatch(r"[0-9]{4}(?: [0-9]{1,2}){4}(?P<second> [0-9]{1,2})?", text):
        yield "%Y %m %d %H %M" + (" %S" if parts["second"] else "")
    for date, written in _DATES:
        found = re.fullmatch(f"(?:{_WEEKDAY})?{date}(?:{_JOIN}{_TIME})?", text, re.IGNORECASE)
        if found is None:
            found = re.fullmatch(
                f"(?:{_WEEKDAY})?{date}(?P<join>[ ])(?P<plain>[0-9]{{4}}|[0-9]{{6}})",
                text,
                re.IGNORECASE,
            )
        if found is not None:
            yield from (
                each for each in _spell(found.groupdict(), written) if not each.startswith("%m.%d.")
            )


def _spell(found: dict[str, str | None], written: Iterable[str]) -> Iterator[str]:
    """Write the formats for a value that was taken apart."""
    time = _time(found)
    word = found.get("word") or ""
    short = len(word.rstrip(".")) <= _SHORT_NAME
    for month in ("%b", "%B") if short else ("%B", "%b"):
        for date in written:
            spelled = date.format(
                s=found.get("s") or "",
                t=found.get("t") or "",
                word=month,
                year="%Y" if len(found.get("year") or "") == len("2026") else "%y",
            )
            weekday = _weekday(found.get("weekday"), found.get("weekday_gap"))
            yield weekday + spelled + (found.get("join") or "") + time
        if not word:
            return


def _weekday(name: str | None, gap: str | None) -> str:
    if name is None:
        return ""
    return ("%a" if len(name.rstrip(".")) <= len("Mon") else "%A") + (gap or "")


def _time(found: dict[str, str | None]) -> str:
    if plain := found.get("plain"):
        return "%H%M" if len(plain) == len("1653") else "%H%M%S"
    if found.get("hour") is None:
        return ""
    parts = ["%I" if found["half"] else "%H", found["mark"] or "", "%M"]
    if found["second"]:
        parts += [found["mark2"] or "", "%S"]
    if found["point"]:
        parts += [found["point"] or "", "%f"]
    if found["half"]:
        parts += [found["gap"] or "", "%p"]
    parts.append(found["oclock"] or "")
    if found["offset"]:
        parts += [found["zone_gap"] or "", found["of_utc"] or "", "%z", found["named"] or ""]
    elif found["zone"]:
        parts += [found["zone_gap"] or "", "%Z"]
    return "".join(parts)


def _layouts_of_some(distinct: pl.Series) -> Iterator[str]:
    """The layouts of a sample: values of the beginning, and some of all the rest."""
    step = max(len(distinct) // _SAMPLE, 1)
    for text in [*distinct.head(_SAMPLE), *distinct.gather_every(step).head(_SAMPLE)]:
        yield from layouts(text)


def _differently(texts: pl.Series, one: str, other: str, language: str | None) -> str | None:
    """A value that two formats read to different moments; None if they agree."""
    # All of them: thousands of times of one day, 03/03, may stand before the first of another.
    readings: Sequence[pl.Series] = [read_written(texts, each, language) for each in (one, other)]
    differ = (readings[0] != readings[1]).fill_null(value=False)
    return texts.filter(differ).head(1).to_list()[0] if differ.any() else None
