"""The sales of a file: values that are known, before anybody writes them down."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from tests.rendering.plan import Plan
from tests.rendering.tongues import SHOPS

_FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)
_DAYS = 1200
_ELSEWHERE = "America/Denver"  # the zone of every second shop, where shops have zones of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One transaction. `instant` is aware, in UTC; `zone` that of the clock in the shop."""

    number: int
    location: str
    id: str
    total: Decimal
    instant: datetime
    zone: str

    @property
    def local(self) -> datetime:
        """What the clock in the shop showed, aware."""
        return self.instant.astimezone(ZoneInfo(self.zone))


def locations(plan: Plan) -> dict[str, str]:
    """The ids of the shops, each with its time zone."""
    chance = plan.random("locations")
    if plan["accents"] == "mapped":
        ids = list(SHOPS[plan["language"]])
    else:
        first = chance.randrange(1, 900)
        ids = [
            chance.choice(("{:04d}", "{:03d}", "{}")).format(first + at * 7 + 1000)
            for at in range(4)
        ]
    alone = plan["location"] not in ("column", "masked")
    ids = ids[: 1 if alone else chance.randrange(1, 5)]
    second = _ELSEWHERE if plan["zones"] == "by location" else plan["zone"]
    return {each: second if at % 2 else plan["zone"] for at, each in enumerate(ids)}


def sales_of(plan: Plan) -> list[Sale]:
    """Make the sales of a plan, each of its own number and the seed."""
    shops = locations(plan)
    return [_sale(plan, number, shops) for number in plan.rows]


def _sale(plan: Plan, number: int, shops: dict[str, str]) -> Sale:
    chance = plan.random("sale", number)
    location = chance.choice(list(shops))
    zone = shops[location]
    return Sale(
        number=number,
        location=location,
        id=_id(plan, number),
        total=total(chance, plan["sizes"]),
        instant=_instant(plan, chance, number, zone),
        zone=zone,
    )


def total(chance: Random, size: str) -> Decimal:
    """Draw an amount, some of them refunds."""
    if size == "thousands":
        cents = chance.randrange(100_000, 2_000_000_000)
    elif size == "whole":
        # Half of them with one group of thousands, which may be places as well.
        cents = chance.randrange(*chance.choice(((1, 9_999_999), (1_000, 999_999)))) * 100
    elif size == "tiny":
        cents = chance.randrange(0, 300)
    else:
        cents = chance.choice((chance.randrange(50, 20_000), chance.randrange(100, 300_000)))
    sign = -1 if chance.random() < 0.12 else 1
    return Decimal(sign * cents).scaleb(-2)


def _id(plan: Plan, number: int) -> str:
    first = plan.random("ids").randrange(1, 9000)
    at = first + number
    match plan["id"]:
        case "long":
            return str(1_300_000_015_734_303_122 + at)
        case "zeros":
            return f"{at:09d}"
        case "letters":
            return f"R-{at}"
        case "combined":
            return f"{at % 3 + 1}-{at}"
        case "hex":
            return plan.random("id", number).randbytes(8).hex() + "q"
        case _:
            return str(at)


def _instant(plan: Plan, chance: Random, number: int, zone: str) -> datetime:
    """Draw the time of a sale, to the millisecond: what is written may say less of it."""
    first = _FIRST_DAY + timedelta(days=plan.random("day").randrange(_DAYS))
    match plan["days"]:
        case "one day":
            local = first.replace(tzinfo=ZoneInfo(zone), hour=9) + timedelta(minutes=number * 7)
        case "edges":
            change = chance.choice(changes(zone) or (first,))
            local = change + timedelta(minutes=chance.randrange(-30, 31) * 5)
        case _:
            local = first + timedelta(days=number * 2, minutes=chance.randrange(24 * 60))
    spare = timedelta(seconds=chance.randrange(60), milliseconds=chance.randrange(1000))
    return local.astimezone(UTC).replace(second=0, microsecond=0) + spare


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants at which the clocks of a zone were changed in 2025, to the hour."""
    home = ZoneInfo(zone)
    hours = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=at) for at in range(365 * 24)]
    offsets = [hour.astimezone(home).utcoffset() for hour in hours]
    return tuple(hours[at] for at in range(1, len(hours)) if offsets[at] != offsets[at - 1])
