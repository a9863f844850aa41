"""The rows that a till makes of its sales, in columns of text, and which of them are mapped."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from tests.rendering.amounts import write_amount
from tests.rendering.clocks import Written, formats, write_moment
from tests.rendering.plan import Plan
from tests.rendering.sales import Sale, sales_of, total

Key = tuple[str, str]
Values = tuple[str, str, str]  # occurred_at, local_time and total, as a row has them

_NAMES = (
    ("Store", "Receipt", "Total", "Date", "Time"),
    ("Location", "Transaction ID", "Order Total", "Created at", "Clock"),
    ("Filiale", "Bon-Nr.", "Betrag", "Datum", "Uhrzeit"),
    ("Shop", "Order #", "Grand Total (Base)", "Sold on", "Sold at"),
)
_PARTS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE")
_ZONES = {
    "America/New_York": "Eastern Time (US & Canada)",
    "America/Denver": "Mountain Time (US & Canada)",
}


@dataclass(slots=True, kw_only=True)
class Column:
    """A column of a file; `role` is "location", "id", "moment", "money", "rule", "zone" or "extra".

    `stated` is what a line of totals says of it: the sum of the rows that count.
    """

    name: str
    role: str
    cells: list[str]
    stated: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a file before it is written.

    `sale` is what it tells of; of a row that does not count, one that never was. `first` is false
    where the cells of the order are left blank, `kind` what stands in the column of a rule.
    """

    sale: Sale
    amount: Decimal
    counts: bool = True
    first: bool = True
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Rows and columns as a till writes them, with [columns] and [rows] of their mapping."""

    columns: list[Column]
    entries: list[Entry]
    moments: list[Written]
    truth: dict[Key, Values]
    sources: dict[str, object]
    rules: dict[str, object]


def shape_of(plan: Plan) -> Shape:
    """Make rows of the sales of a plan, and name the columns that are mapped."""
    names = plan.random("names").choice(_NAMES)
    sales = sales_of(plan)
    entries = [entry for sale in sales for entry in _entries(plan, sale)]
    written = {entry.sale: write_moment(plan, entry.sale) for entry in entries}
    moments = [written[entry.sale] for entry in entries]
    truth = {
        (sale.location, sale.id): (
            canonical_moment(written[sale].instant) + "Z",
            canonical_moment(written[sale].local),
            canonical_amount(sale.total),
        )
        for sale in sales
    }
    made = _Columns(plan=plan, names=names, entries=entries)
    made.add_location()
    made.add_id()
    made.add_moment(moments)
    made.add_money()
    made.add_rules()
    return Shape(
        columns=made.columns,
        entries=entries,
        moments=moments,
        truth=truth,
        sources=made.sources,
        rules=made.rules,
    )


def canonical_moment(moment: datetime) -> str:
    """A naive moment as a row has it, without the Z."""
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}"


def canonical_amount(amount: Decimal) -> str:
    """An amount as a row has it."""
    return f"{amount or abs(amount):.2f}"


def _entries(plan: Plan, sale: Sale) -> list[Entry]:
    chance = plan.random("entries", sale.number)
    whole = Entry(sale=sale, amount=sale.total)
    match plan["shape"]:
        case "items" | "items of orders":
            amounts = [total(chance, plan["sizes"]) for _ in range(chance.randrange(0, 4))]
            amounts.insert(0, sale.total - sum(amounts))
            keep = plan["shape"] == "items"
            return [
                Entry(sale=sale, amount=each, first=keep or not at)
                for at, each in enumerate(amounts)
            ]
        case "first row only":
            others = [replace(whole, first=False) for _ in range(chance.randrange(0, 3))]
            return [whole, *others]
        case "voided rows" | "states of rows":
            never = replace(sale, id=f"9{sale.id}", number=-sale.number)
            kind = chance.choice(("Void", "Cancelled", "FAILED"))
            void = Entry(sale=never, amount=total(chance, plan["sizes"]), counts=False, kind=kind)
            return [replace(whole, kind="Paid"), *[void][: chance.random() < 0.3]]
        case "kinds of rows":
            lines = [
                Entry(sale=sale, amount=total(chance, plan["sizes"]), counts=False, kind=kind)
                for kind in ("Sale Line", "Payment")
            ]
            return [replace(whole, kind="Sale"), *lines]
        case "refund status":
            kind = "Refund" if sale.total < 0 else "Payment"
            return [Entry(sale=sale, amount=abs(sale.total), kind=kind)]
        case _:
            return [whole]


@dataclass(slots=True, kw_only=True)
class _Columns:
    """The mapped columns of a file, one after the other, and what the mapping says of them."""

    plan: Plan
    names: Sequence[str]
    entries: Sequence[Entry]
    columns: list[Column] = field(default_factory=list)
    sources: dict[str, object] = field(default_factory=dict)
    rules: dict[str, object] = field(default_factory=dict)

    def _add(self, name: str, role: str, cells: list[str], stated: Decimal | None = None) -> None:
        self.columns.append(Column(name=name, role=role, cells=cells, stated=stated))

    def add_location(self) -> None:
        """The shop: in a column, or in the way the file is sent."""
        name = self.names[0]
        ids = [entry.sale.location if entry.first else "" for entry in self.entries]
        source: object = name
        match self.plan["location"]:
            case "constant":
                source = {"constant": self.entries[0].sale.location}
            case "file_name" as whence:
                source = {whence: "sales_{}_*.csv"}
            case "folder" | "mailbox" as whence:
                source = {whence: "shop-{}"}
            case "masked":
                self._add(name, "location", [f"SB{each}" if each else "" for each in ids])
                source = {"column": name, "mask": "SB{}"}
            case _:
                mask = self._guarded("location", name, ids)
                source = {"column": name, "mask": mask} if mask else name
        self.sources["location_id"] = source

    def add_id(self) -> None:
        """The number of the transaction: in a column or in two."""
        name = self.names[1]
        ids = [entry.sale.id for entry in self.entries]
        source: object = name
        if self.plan["id"] == "masked":
            ids = [f"#{each}" for each in ids]
            source = {"column": name, "mask": "#{}"}
        elif self.plan["id"] == "combined":
            self._add("Till", "id", [each.partition("-")[0] for each in ids])
            ids = [each.partition("-")[2] for each in ids]
            source = {"combine": ["Till", name], "separator": "-"}
        if source == name and (mask := self._guarded("id", name, ids)):
            source = {"column": name, "mask": mask}
        elif source != name:
            self._add(name, "id", ids)
        self.sources["transaction_id"] = source

    def _guarded(self, role: str, name: str, ids: list[str]) -> str:
        """Add a column of ids, in the guard that keeps a spreadsheet from taking them for numbers.

        Gives the mask that takes it off; none without it.
        """
        guard = self.plan["guard"].removesuffix(" bare")
        mask = "" if guard == "none" else guard.replace("5", "{}")
        self._add(name, role, [mask.format(each) if mask and each else each for each in ids])
        return mask

    def add_moment(self, moments: Sequence[Written]) -> None:
        """Date and time: in one column, two, or five."""
        width = len(formats(self.plan))
        titles = _PARTS if width == len(_PARTS) else self.names[3 : 3 + width]
        for at, title in enumerate(titles):
            cells = [
                each.texts[at] if entry.first else ""
                for each, entry in zip(moments, self.entries, strict=True)
            ]
            self._add(title, "moment", cells)
        source: dict[str, object] = {"columns": list(titles)}
        if width == 1:
            source = {"column": titles[0]}
        elif width == 2:
            source = {"date": titles[0], "time": titles[1]}
        if self.plan["zones"] == "file in UTC":
            source["timezone"] = "UTC"
        if self.plan["zones"] == "column":
            zones = [_ZONES.get(entry.sale.zone, entry.sale.zone) for entry in self.entries]
            self._add("Time Zone", "zone", zones)
            source["timezone"] = {"column": "Time Zone"}
        self.sources["occurred_at"] = source

    def add_money(self) -> None:
        """The total: in a column, or in parts to be added up or subtracted."""
        name = self.names[2]
        amounts = [entry.amount for entry in self.entries]
        source: dict[str, object] = {"column": name}
        if self.plan["shape"] == "net and tax":
            parts = self._parts(amounts)
            self._add_amounts("Tax", parts, blank=True)
            amounts = [amount - part for amount, part in zip(amounts, parts, strict=True)]
            source = {"add": [name, "Tax"]}
        elif self.plan["shape"] == "refunds in a column":
            parts = [abs(part) for part in self._parts(amounts)]
            self._add_amounts("Refunded", parts, blank=True)
            amounts = [amount + part for amount, part in zip(amounts, parts, strict=True)]
            source = {"add": [name], "subtract": ["Refunded"]}
        if self.plan["amounts"] == "123450":
            source["minor_units"] = 2
        self._add_amounts(name, amounts)
        self.sources["total"] = source

    def _parts(self, amounts: Sequence[Decimal]) -> list[Decimal]:
        """A part of each amount, often nothing."""
        chance = self.plan.random("parts")
        rates = (Decimal(chance.choice(("0", "0.07", "0.19"))) for _ in amounts)
        return [
            (amount * rate).quantize(Decimal("0.01"))
            for amount, rate in zip(amounts, rates, strict=True)
        ]

    def _add_amounts(self, name: str, amounts: Sequence[Decimal], *, blank: bool = False) -> None:
        """A column of amounts; with `blank`, nothing is written where there is nothing."""
        first_only = self.plan["shape"] == "first row only"
        pairs = list(zip(amounts, self.entries, strict=True))
        cells = [
            ""
            if (first_only and not entry.first) or (blank and not amount)
            else write_amount(self.plan, amount)
            for amount, entry in pairs
        ]
        counted = sum((amount for amount, entry in pairs if entry.counts), Decimal(0))
        self._add(name, "money", cells, stated=None if first_only else counted)

    def add_rules(self) -> None:
        """What tells the rows apart, if anything has to."""
        order = [each.name for each in self.columns if each.role in ("location", "moment")]
        match self.plan["shape"]:
            case "items":
                self.rules = {"lines": "sum"}
            case "items of orders":
                self.rules = {"lines": "sum", "fill_down": order}
            case "first row only":
                self.rules = {"lines": "first", "fill_down": order}
            case "voided rows":
                self._add_kinds("Status")
                self.rules = {"drop": {"Status": ["Void", "Cancelled", "Failed"]}}
            case "states of rows":
                self._add_kinds("State")
                dropped = ["Void", "Cancelled", "Failed"]
                self.rules = {"keep": {"State": ["Paid"]}, "drop": {"State": dropped}}
            case "kinds of rows":
                self._add_kinds("Line Type")
                self.rules = {"keep": {"Line Type": ["Sale"]}}
            case "refund status":
                self._add_kinds("Event Type")
                self.rules = {"refund": {"Event Type": ["Refund"]}}

    def _add_kinds(self, name: str) -> None:
        self._add(name, "rule", [entry.kind for entry in self.entries])
