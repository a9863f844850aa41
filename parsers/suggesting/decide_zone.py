"""The lines of a proposal about the clocks of the shops."""

from datetime import datetime

import polars as pl

from parsers.moments.clocks import read_written
from parsers.moments.zone_names import offsets_called
from parsers.suggesting.evidence import Evidence
from parsers.suggesting.moments import When
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.writing import joined, quoted, toml_key, toml_text
from parsers.suggesting.zones import (
    ZonesFound,
    abbreviations,
    candidates,
    is_short_name,
    zone_column,
    zones_from_column,
)

_LOOKED_AT = 200  # times


def decide_zone(found: Evidence) -> list[Decision]:
    """The time zone of the shop's clocks, and of shops elsewhere."""
    known = found.known
    if known.timezone is not None:
        said = "From what is known of the tenant already."
        return [
            Decision(table="", key="timezone", value=toml_text(known.timezone), evidence=(said,)),
            *(_elsewhere(location, zone) for location, zone in sorted(known.timezones.items())),
        ]
    column = zone_column(found.facts)
    if column is not None:
        location = found.location()
        zones = zones_from_column(
            found.column(column.name),
            column,
            location.texts if location else pl.repeat("", found.rows, dtype=pl.String, eager=True),
        )
        if zones.zone is not None:
            return _from_column(zones)
    best = found.moments[0] if found.moments else None
    short = _short_names(found)
    likely = candidates(
        found.facts,
        short,
        american=best is not None and _is_american(best),
        offsets=_offsets(best) if best is not None else None,
    )
    because = f"The times say {joined(short)}. " if short else ""
    return [
        Decision(
            table="",
            key="timezone",
            question=f"{because}In which time zone is the clock of the shop?",
            options=tuple(f"timezone = {toml_text(zone)}" for zone in likely),
        )
    ]


def decide_names_of_zones(found: Evidence) -> list[Decision]:
    """What abbreviations of zones mean that the shop's own clock does not explain."""
    zone = found.known.timezone
    decisions = []
    for name in _short_names(found):
        if zone is not None and name.casefold() in offsets_called(zone):
            continue
        options = tuple(
            f"{toml_key(name)} = {toml_text(each)}"
            for each in candidates((), (name,), american=False)
        )
        said = f"If the clock of the shop is not called {quoted(name)}, say what it means:"
        decisions.append(
            Decision(table="zones", key=toml_key(name), evidence=(said,), options=options)
            if zone is None
            else Decision(
                table="zones",
                key=toml_key(name),
                question=f"Which time zone does {quoted(name)} mean?",
                options=options,
            )
        )
    return decisions


def _short_names(found: Evidence) -> tuple[str, ...]:
    """The abbreviations of zones that the times have, or that stand in a column of their own."""
    if found.moments and found.moments[0].formats[0].endswith("%Z"):
        return abbreviations(found.moments[0].texts)
    column = zone_column(found.facts)
    if column is None:
        return ()
    return tuple(
        name for name, zone in column.zones.items() if zone is None and is_short_name(name)
    )


def _from_column(zones: ZonesFound) -> list[Decision]:
    return [
        Decision(
            table="",
            key="timezone",
            value=toml_text(zones.zone or ""),
            evidence=(zones.because,),
        ),
        *(_elsewhere(location, zone) for location, zone in sorted(zones.by_location.items())),
    ]


def _elsewhere(location: str, zone: str) -> Decision:
    return Decision(table="timezones", key=toml_text(location), value=toml_text(zone))


def _offsets(when: When) -> dict[datetime, int]:
    """The offsets from UTC that some of the times have, in minutes, by the naive times."""
    if not when.formats[0].endswith("%z"):
        return {}
    texts = when.texts.filter(when.texts != "").unique(maintain_order=True).head(_LOOKED_AT)
    written = read_written(texts, when.formats[0])
    parts = texts.str.extract_groups(r"([+-])([0-9]{2}):?([0-9]{2})$").struct.unnest()
    sign = pl.when(parts["1"] == "-").then(-1).otherwise(1)
    minutes = pl.select(sign * (parts["2"].cast(pl.Int64) * 60 + parts["3"].cast(pl.Int64)))
    return {
        at: offset
        for at, offset in zip(written, minutes.to_series(), strict=True)
        if at is not None and offset is not None
    }


def _is_american(when: When) -> bool:
    return when.formats[0].startswith("%m/") or "%p" in when.formats[0]
