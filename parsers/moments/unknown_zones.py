"""Times whose zone a file names so that it may be several, or none that is known."""

from collections.abc import Mapping as Lookup

import polars as pl

from parsers.moments.zone_names import places_called
from parsers.reject import RejectCode, Unreadable, UnreadableCode, clip
from parsers.values.values import Values


def refuse_unknown_zones(lines: pl.Series, values: Lookup[str, Values]) -> None:
    """Refuse the file if a zone's name in it is that of several, which the mapping can decide.

    A name that nobody has heard of is left a reject, unless no row of these has another.

    Raises:
        Unreadable: UNKNOWN_ZONE, naming the line and what the name may mean.
    """
    for each in values.values():
        unknown = (each.code == RejectCode.UNKNOWN_ZONE.value).fill_null(value=False)
        if each.zones is None or not unknown.any():
            continue
        first = unknown.arg_true()[0]
        for name in each.zones.filter(unknown).unique(maintain_order=True):
            places = places_called(name)
            if places or unknown.all():
                raise _unknown(name, places, int(lines[first]))


def _unknown(name: str, places: tuple[str, ...], line: int) -> Unreadable:
    choice = f" may be that of {', '.join(places)}" if places else " is not known"
    example = places[0] if places else "Europe/Berlin"
    return Unreadable(
        UnreadableCode.UNKNOWN_ZONE,
        f"The time zone '{clip(name)}' on line {line}{choice}, and it is not what the clocks of "
        "the mapping's time zone are called on that day.",
        remedy=f'Say in the mapping what it means: [zones] "{clip(name)}" = "{example}". What is '
        "held then loads by itself.",
    )
