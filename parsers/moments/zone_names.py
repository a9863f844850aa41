"""What files call time zones: IANA names, the names of Windows and of Rails, abbreviations.

An abbreviation says little by itself: EST is five hours behind UTC in New York and ten ahead in
Sydney, CST is Chicago, Havana or Shanghai. It is understood only beside the zone that the row is
in anyway, if its clocks are called so, or where the mapping's [zones] says what it means. UTC, GMT
and Z mean one thing everywhere.
"""

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

# Files that stand beside the zones: what they say hangs on the machine, or they count leap seconds.
_NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")
# Zones of Ruby on Rails that are not called after a city (ActiveSupport::TimeZone::MAPPING);
# Square and Shopify write them.
_RAILS = {
    "international date line west": "Etc/GMT+12",
    "midway island": "Pacific/Midway",
    "american samoa": "Pacific/Pago_Pago",
    "hawaii": "Pacific/Honolulu",
    "alaska": "America/Juneau",
    "pacific time (us & canada)": "America/Los_Angeles",
    "arizona": "America/Phoenix",
    "mountain time (us & canada)": "America/Denver",
    "central time (us & canada)": "America/Chicago",
    "saskatchewan": "America/Regina",
    "guadalajara": "America/Mexico_City",
    "central america": "America/Guatemala",
    "eastern time (us & canada)": "America/New_York",
    "indiana (east)": "America/Indiana/Indianapolis",
    "quito": "America/Lima",
    "atlantic time (canada)": "America/Halifax",
    "newfoundland": "America/St_Johns",
    "brasilia": "America/Sao_Paulo",
    "greenland": "America/Nuuk",
    "mid-atlantic": "Atlantic/South_Georgia",
    "cape verde is.": "Atlantic/Cape_Verde",
    "edinburgh": "Europe/London",
    "bern": "Europe/Zurich",
    "kyiv": "Europe/Kiev",
    "st. petersburg": "Europe/Moscow",
    "west central africa": "Africa/Algiers",
    "pretoria": "Africa/Johannesburg",
    "abu dhabi": "Asia/Muscat",
    "islamabad": "Asia/Karachi",
    "chennai": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "sri jayawardenepura": "Asia/Colombo",
    "astana": "Asia/Almaty",
    "hanoi": "Asia/Bangkok",
    "beijing": "Asia/Shanghai",
    "osaka": "Asia/Tokyo",
    "sapporo": "Asia/Tokyo",
    "canberra": "Australia/Canberra",
    "solomon is.": "Pacific/Guadalcanal",
    "new caledonia": "Pacific/Noumea",
    "marshall is.": "Pacific/Majuro",
    "wellington": "Pacific/Auckland",
    "nuku'alofa": "Pacific/Tongatapu",
    "tokelau is.": "Pacific/Fakaofo",
    "chatham is.": "Pacific/Chatham",
    "samoa": "Pacific/Apia",
}
_EVERYWHERE = {"utc": "UTC", "gmt": "UTC", "z": "UTC", "zulu": "UTC"}
# Regions of the zones that are aliases of others, or not places.
_ALIASES = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", *_NOT_PLACES)
_YEARS = range(2000, 2038)


def is_zone(name: str) -> bool:
    """Whether a name is that of an IANA zone that a shop can be in."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return not name.startswith(_NOT_PLACES)


def zone_called(name: str, meanings: Mapping[str, str]) -> str | None:
    """The IANA zone that a name in a file stands for; None if it is not known or may be several.

    `meanings` is the mapping's [zones]. An abbreviation that it does not explain is none of these:
    see `offsets_called`. The IANA names without a place (EST, CET) are abbreviations here.
    """
    folded = " ".join(name.split()).casefold()
    for known, zone in meanings.items():
        if known.casefold() == folded:
            return zone
    if folded in _EVERYWHERE:
        return _EVERYWHERE[folded]
    return _by_name().get(folded)


@cache
def _by_name() -> dict[str, str]:
    from babel.core import get_global  # noqa: PLC0415 - only where a file names its zones

    zones = [zone for zone in zoneinfo.available_timezones() if "/" in zone]
    cities: dict[str, set[str]] = {}
    for zone in zones:
        if not zone.startswith(_ALIASES):
            cities.setdefault(zone.rsplit("/", 1)[1].replace("_", " ").casefold(), set()).add(zone)
    windows = {name.casefold(): zone for name, zone in get_global("windows_zone_mapping").items()}
    unique = {city: found.pop() for city, found in cities.items() if len(found) == 1}
    return unique | windows | _RAILS | {zone.casefold(): zone for zone in zones}


@cache
def offsets_called(zone: str) -> Mapping[str, int]:
    """What the clocks of a zone are called, in small letters, and their offsets in minutes.

    Only names that meant one offset in the years 2000 to 2037.
    """
    home = zoneinfo.ZoneInfo(zone)
    found: dict[str, set[int]] = {}
    for year in _YEARS:
        for month in range(1, 13):
            moment = datetime(year, month, 15, tzinfo=UTC).astimezone(home)
            offset = moment.utcoffset()
            if offset is not None:
                found.setdefault(str(moment.tzname()).casefold(), set()).add(
                    int(offset.total_seconds()) // 60
                )
    certain = {name: offsets.pop() for name, offsets in found.items() if len(offsets) == 1}
    return certain | dict.fromkeys(_EVERYWHERE, 0)


def places_called(name: str) -> tuple[str, ...]:
    """Well-known zones whose clocks bear this abbreviation, to name them to a person."""
    folded = name.casefold()
    return tuple(zone for zone in _WELL_KNOWN if folded in offsets_called(zone))


_WELL_KNOWN = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Halifax", "America/Havana", "Europe/London", "Europe/Dublin", "Europe/Paris"),
    *("Europe/Athens", "Europe/Lisbon", "Europe/Moscow", "Asia/Jerusalem", "Asia/Kolkata"),
    *("Asia/Shanghai", "Asia/Manila", "Australia/Sydney", "Australia/Adelaide"),
    *("Australia/Perth", "Pacific/Auckland", "Africa/Johannesburg", "Africa/Nairobi"),
)
