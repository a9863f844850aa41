"""Dates and times in the notations of tills, and what of them is known when they are written so."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.rendering.plan import Plan
from tests.rendering.sales import Sale
from tests.rendering.tongues import FULL_MONTHS, SHORT_MONTHS

EXCEL_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet has no zone
_COUNTED = ("epoch", "epoch_ms", "excel")
_PARTS = ("%Y", "%m", "%d", "%H", "%M")


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of the columns of a moment, and the instant and local time that they say."""

    texts: tuple[str, ...]
    instant: datetime
    local: datetime


def formats(plan: Plan) -> tuple[str, ...]:
    """The format of each column of a moment, as the mapping would have it."""
    date, clock = plan["date"], plan["clock"]
    if date in _COUNTED:
        return (date,)
    if plan["moment"] == "five columns":
        return _PARTS
    offset = {"none": "", "Z": "%z"}.get(plan["offset"], plan["offset"])
    if plan["moment"] == "two columns":
        return date, clock + offset
    return (date + plan["join"] + clock + offset,)


def is_iso(plan: Plan) -> bool:
    """Whether the notation needs no format at all."""
    return (
        plan["moment"] != "five columns"
        and plan["date"] == "%Y-%m-%d"
        and plan["clock"] in ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f")
        and plan["join"] in (" ", "T")
        and plan["offset"] != " %Z"
        and plan["zeros"] == "padded"
    )


def write_moment(plan: Plan, sale: Sale) -> Written:
    """Write the moment of a sale."""
    moment = _cut(plan, sale.instant)
    if plan["date"] in _COUNTED:
        return _counted(plan, moment, sale.zone)
    zone = ZoneInfo("UTC") if plan["zones"] == "file in UTC" or plan["offset"] == "Z" else None
    if plan["zones"] == "of the account":
        zone = ZoneInfo(_ACCOUNTS[plan["zone"]][0])
    written = moment.astimezone(zone or ZoneInfo(sale.zone))
    if plan["offset"] == "none" and zone is None:
        # The hour that clocks show twice: without an offset the first is meant.
        moment = written.replace(fold=0).astimezone(UTC)
    texts = tuple(_write(plan, written, pattern) for pattern in formats(plan))
    local = moment.astimezone(ZoneInfo(sale.zone)).replace(tzinfo=None)
    return Written(texts, moment.replace(tzinfo=None), local)


# Where the account of a shop is kept, if it is kept elsewhere, and what clocks are called there.
_ACCOUNTS = {
    "America/New_York": ("America/Denver", ("MST", "MDT")),
    "Europe/Berlin": ("Africa/Johannesburg", ("SAST",)),
    "Europe/London": ("America/New_York", ("EST", "EDT")),
    "Australia/Sydney": ("Australia/Perth", ("AWST",)),
    # Two zones of one name: without the mapping it would be that of the shop.
    "Asia/Kolkata": ("Asia/Jerusalem", ("IST", "IDT")),
    "America/Sao_Paulo": ("America/New_York", ("EST", "EDT")),
}


def explained(plan: Plan) -> dict[str, str]:
    """What the mapping says that the names of zones in the file mean."""
    if plan["zones"] != "of the account":
        return {}
    zone, names = _ACCOUNTS[plan["zone"]]
    return dict.fromkeys(names, zone)


def _cut(plan: Plan, instant: datetime) -> datetime:
    """Leave out of a moment what the notation does not say."""
    if plan["date"] == "epoch_ms":
        return instant
    if plan["date"] in _COUNTED or plan["moment"] != "five columns":
        if plan["date"] not in _COUNTED and "%f" in plan["clock"]:
            return instant
        if plan["date"] in _COUNTED or "%S" in plan["clock"]:
            return instant.replace(microsecond=0)
    return instant.replace(second=0, microsecond=0)


def _counted(plan: Plan, moment: datetime, zone: str) -> Written:
    home = ZoneInfo(zone)
    if plan["date"] != "excel":
        micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        count = micros // (1_000_000 if plan["date"] == "epoch" else 1000)
        local = moment.astimezone(home).replace(tzinfo=None)
        return Written((str(count),), moment.replace(tzinfo=None), local)
    clock = ZoneInfo("UTC") if plan["zones"] == "file in UTC" else home
    written = moment.astimezone(clock)
    moment = written.replace(fold=0).astimezone(UTC)
    days = (written.replace(tzinfo=None) - EXCEL_FIRST) / timedelta(days=1)
    local = moment.astimezone(home).replace(tzinfo=None)
    return Written((f"{days:.10f}".rstrip("0").rstrip("."),), moment.replace(tzinfo=None), local)


def _write(plan: Plan, moment: datetime, pattern: str) -> str:
    bare = plan["zeros"] == "plain" or plan["moment"] == "five columns"
    return _DIRECTIVE.sub(lambda found: _part(plan, moment, found[0], bare=bare), pattern)


def _part(plan: Plan, moment: datetime, directive: str, *, bare: bool) -> str:
    if directive in _NUMBERS:
        number = _NUMBERS[directive](moment)
        return str(number) if bare else f"{number:02d}"
    if directive == "%z" and plan["offset"] == "Z":
        return "Z"
    if directive not in _NAMES:
        return moment.strftime(directive)
    return _NAMES[directive](moment, plan["language"] if plan["months"] == "own" else "en")


_DIRECTIVE = re.compile("%[A-Za-z]")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NUMBERS: dict[str, Callable[[datetime], int]] = {
    "%d": lambda moment: moment.day,
    "%m": lambda moment: moment.month,
    "%H": lambda moment: moment.hour,
    "%I": lambda moment: moment.hour % 12 or 12,
}
_NAMES: dict[str, Callable[[datetime, str], str]] = {
    "%b": lambda moment, tongue: SHORT_MONTHS[tongue][moment.month - 1],
    "%B": lambda moment, tongue: FULL_MONTHS[tongue][moment.month - 1],
    "%p": lambda moment, _: "AM" if moment.hour < 12 else "PM",
    "%a": lambda moment, _: _WEEKDAYS[moment.weekday()],
    "%f": lambda moment, _: f"{moment.microsecond // 1000:03d}",
}


def proves_order(plan: Plan, cells: Iterable[str]) -> bool:
    """Whether some date shows which of two numbers is the day: it is more than twelve."""
    found = re.match(r"%([dm])[-/.]%[dm]", plan["date"])
    if not found or plan["moment"] == "five columns":
        return False
    first = found[1] == "d"
    numbers = (re.match(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]", cell) for cell in cells)
    return any(int(parts[1 if first else 2]) > 12 for parts in numbers if parts)


# Other ways in which a till may have written the same text.
_RIVALS = {
    "%d{s}%m{s}%Y": ("%m{s}%d{s}%Y",),
    "%m{s}%d{s}%Y": ("%d{s}%m{s}%Y",),
    "%d{s}%m{s}%y": ("%m{s}%d{s}%y", "%y{s}%m{s}%d"),
    "%m{s}%d{s}%y": ("%d{s}%m{s}%y", "%y{s}%m{s}%d"),
    "%Y%m%d": ("%d%m%Y", "%m%d%Y"),
}


def is_twofold(plan: Plan, texts: Sequence[tuple[str, ...]], latest: datetime) -> bool:
    """Whether all dates of the file fit another order, too, and some of them differently.

    `latest` is when the file is received: a later date cannot stand in it.
    """
    date = plan["date"]
    separator = next((mark for mark in "./-" if mark in date), "")
    rivals = _RIVALS.get(date.replace(separator, "{s}") if separator else date, ())
    if plan["moment"] == "five columns":
        return False
    return any(_fits(date, rival.replace("{s}", separator), texts, latest) for rival in rivals)


def _fits(date: str, rival: str, texts: Sequence[tuple[str, ...]], latest: datetime) -> bool:
    differ = False
    for parts in texts:
        # The date is all up to the time, which begins after a blank, a comma or a T.
        day = parts[0].split(" ")[0].split(",")[0].split("T")[0]
        try:
            other = datetime.strptime(day, rival)  # noqa: DTZ007 - a date on no clock
        except ValueError:
            return False
        if other > latest:
            return False
        differ |= other != datetime.strptime(day, date)  # noqa: DTZ007 - as above
    return differ
