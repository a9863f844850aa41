"""In which time zone the shop may be: what the files say of it, and whom to ask."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from parsers.headings.names import plain
from parsers.headings.words import Concept
from parsers.moments.zone_names import offsets_called, places_called, zone_called
from parsers.money.currency import meanings
from parsers.money.written import NotMoneyError, read_currency
from parsers.suggesting.facts import Facts
from parsers.text.charsets.language_words import TILL_WORDS

_BY_CURRENCY = {
    "GBP": ("Europe/London",),
    "PLN": ("Europe/Warsaw",),
    "SEK": ("Europe/Stockholm",),
    "NOK": ("Europe/Oslo",),
    "DKK": ("Europe/Copenhagen",),
    "CHF": ("Europe/Zurich",),
    "CZK": ("Europe/Prague",),
    "HUF": ("Europe/Budapest",),
    "RON": ("Europe/Bucharest",),
    "TRY": ("Europe/Istanbul",),
    "THB": ("Asia/Bangkok",),
    "JPY": ("Asia/Tokyo",),
    "KRW": ("Asia/Seoul",),
    "CNY": ("Asia/Shanghai",),
    "INR": ("Asia/Kolkata",),
    "BGN": ("Europe/Sofia",),
    "UAH": ("Europe/Kyiv",),
    "RUB": ("Europe/Moscow",),
    "ZAR": ("Africa/Johannesburg",),
    "BRL": ("America/Sao_Paulo",),
    "MXN": ("America/Mexico_City",),
    "EUR": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Amsterdam"),
    "AUD": ("Australia/Sydney", "Australia/Brisbane", "Australia/Perth"),
    "NZD": ("Pacific/Auckland",),
    "CAD": ("America/Toronto", "America/Winnipeg", "America/Edmonton", "America/Vancouver"),
    "USD": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
}
_BY_LANGUAGE = {
    "de": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "fr": ("Europe/Paris", "Europe/Brussels", "America/Toronto"),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Bogota"),
    "it": ("Europe/Rome",),
    "pt": ("Europe/Lisbon", "America/Sao_Paulo"),
    "nl": ("Europe/Amsterdam", "Europe/Brussels"),
    "pl": ("Europe/Warsaw",),
    "sv": ("Europe/Stockholm",),
    "da": ("Europe/Copenhagen",),
    "nb": ("Europe/Oslo",),
    "fi": ("Europe/Helsinki",),
    "cs": ("Europe/Prague",),
    "hu": ("Europe/Budapest",),
    "ro": ("Europe/Bucharest",),
    "tr": ("Europe/Istanbul",),
}
# By the letters of the names of columns, the first that are there: Japanese has Chinese signs, too.
_BY_LETTERS = (
    (re.compile("[\u3040-\u30ff]"), ("Asia/Tokyo",)),
    (re.compile("[\uac00-\ud7af]"), ("Asia/Seoul",)),
    (re.compile("[\u4e00-\u9fff]"), ("Asia/Shanghai", "Asia/Taipei", "Asia/Tokyo")),
    (re.compile("[\u0370-\u03ff]"), ("Europe/Athens",)),
    (re.compile("[\u0400-\u04ff]"), ("Europe/Moscow", "Europe/Sofia", "Europe/Kyiv")),
)
_ANYWHERE = (
    *("Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago"),
    *("America/Denver", "America/Los_Angeles"),
)
_CERTAIN_WORDS = 2  # of a language among the names of the columns
_LOOKED_AT = 200
_MOST_NAMES = 40
_SHORT_NAME = re.compile("[A-Za-z]{3,5}")
_UTC = frozenset(("utc", "gmt"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneColumnFound:
    """A column that names the zone of each row: `zones` by what stands in it, None if unknown."""

    name: str
    zones: dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesFound:
    """What the files say of zones: `zone` if they name one, else candidates, the likeliest first.

    `by_location` are further zones by location. `because` says what speaks for it.
    """

    zone: str | None = None
    candidates: tuple[str, ...] = ()
    by_location: dict[str, str] = field(default_factory=dict)
    because: str = ""


def zone_column(facts: Sequence[Facts]) -> ZoneColumnFound | None:
    """Find the column that names the time zone of each row."""
    for one in facts:
        if not one.heading.has(Concept.ZONE) or one.is_blank or len(one.distinct) > _MOST_NAMES:
            continue
        return ZoneColumnFound(
            name=one.name, zones={text: zone_called(text, {}) for text in one.distinct}
        )
    return None


def is_short_name(name: str) -> bool:
    """Whether a name is an abbreviation: EST."""
    return _SHORT_NAME.fullmatch(name) is not None


def says_utc(name: str) -> bool:
    """Whether the name of a column says that its times are in UTC: `Created (UTC)`."""
    return not _UTC.isdisjoint(plain(name).split())


def abbreviations(texts: pl.Series) -> tuple[str, ...]:
    """The abbreviations of zones at the ends of texts: EST, CET."""
    found = texts.str.extract(r"\s([A-Za-z]{3,5})$").drop_nulls().unique(maintain_order=True)
    return tuple(text for text in found if text.casefold() not in ("am", "pm"))


def zones_from_column(column: Facts, found: ZoneColumnFound, locations: pl.Series) -> ZonesFound:
    """The shop's zone from the column of zones: the most frequent; and those of other locations."""
    named = pl.DataFrame(
        {
            "location": locations,
            "zone": column.texts.replace_strict(
                {text: zone or "" for text, zone in found.zones.items()}, default=""
            ),
        }
    ).filter(pl.col("zone") != "")
    if named.is_empty() or None in found.zones.values():
        return ZonesFound()
    counts = Counter(named["zone"].to_list())
    [(zone, _)] = counts.most_common(1)
    each = named.group_by("location", maintain_order=True).agg(pl.col("zone").unique())
    by_location = {
        location: zones[0]
        for location, zones in each.iter_rows()
        if location and len(zones) == 1 and zones[0] != zone
    }
    return ZonesFound(
        zone=zone,
        by_location=by_location,
        because=f"The column '{column.name}' says so on {counts[zone]:,} of {column.rows:,} rows.",
    )


def candidates(
    facts: Sequence[Facts],
    abbreviated: Sequence[str],
    *,
    american: bool,
    offsets: Mapping[datetime, int] | None = None,
) -> tuple[str, ...]:
    """Zones in which the shop may be, the likeliest first: by abbreviations, money and language.

    `offsets` are those that the times themselves have, in minutes, by the naive time: zones whose
    clocks had others then are left out.
    """
    if abbreviated:
        named = [zone for name in abbreviated for zone in places_called(name)]
        fit = [
            zone
            for zone in dict.fromkeys(named)
            if all(name.casefold() in offsets_called(zone) for name in abbreviated)
        ]
        if fit:
            return tuple(fit)
    currencies = _currencies(facts)
    found = [
        # The euro is that of twenty countries: the language says more.
        *(z for code in currencies if code != "EUR" for z in _BY_CURRENCY.get(code, ())),
        *_BY_LANGUAGE.get(_language(facts) or "", ()),
        *_by_letters(facts),
        *(_BY_CURRENCY["EUR"] if "EUR" in currencies else ()),
    ]
    if american:
        found += _BY_CURRENCY["USD"]
    if offsets:
        all_known = [zone for zones in _BY_CURRENCY.values() for zone in zones]
        all_known += [zone for zones in _BY_LANGUAGE.values() for zone in zones]
        found = [zone for zone in (*found, *all_known) if _has_offsets(zone, offsets)]
    return tuple(dict.fromkeys(found)) or _ANYWHERE


def _has_offsets(zone: str, offsets: Mapping[datetime, int]) -> bool:
    home = ZoneInfo(zone)
    return all(
        # In the hour that comes twice in autumn either will do.
        timedelta(minutes=minutes) in {home.utcoffset(at), home.utcoffset(at.replace(fold=1))}
        for at, minutes in offsets.items()
    )


def _currencies(facts: Sequence[Facts]) -> list[str]:
    """The currencies that the files name, those that leave no doubt."""
    found: list[str] = []
    for one in facts:
        if one.heading.has(Concept.CURRENCY) and one.distinct.len():
            found += [code for text in one.distinct.head(3) for code in sorted(meanings(text))]
        elif one.is_money:
            found += _currency_of(one.distinct.head(_LOOKED_AT).to_list())
    return list(dict.fromkeys(found))


def _currency_of(texts: Sequence[str]) -> list[str]:
    for text in texts:
        try:
            codes = read_currency(text)
        except NotMoneyError:
            continue
        if len(codes) == 1:
            return sorted(codes)
        for likely in ("USD", "GBP", "SEK", "CHF"):
            if likely in codes:
                # kr may be of three countries: all of them are candidates.
                return ["SEK", "NOK", "DKK"] if likely == "SEK" else [likely]
    return []


def _by_letters(facts: Sequence[Facts]) -> tuple[str, ...]:
    names = "".join(one.name for one in facts)
    return next((zones for letters, zones in _BY_LETTERS if letters.search(names)), ())


def _language(facts: Sequence[Facts]) -> str | None:
    words = {word for one in facts for word in plain(one.name).split()}
    counts = {
        language: sum(word in words for word in known.split())
        for language, known in TILL_WORDS.items()
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= _CERTAIN_WORDS else None
