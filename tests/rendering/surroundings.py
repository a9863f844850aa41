"""What stands around the rows of a file: titles, headers, blank lines, totals, more columns."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

from tests.rendering.amounts import write_amount
from tests.rendering.plan import Plan
from tests.rendering.shapes import Column
from tests.rendering.tongues import GOODS, SHOPS
from tests.rendering.writing import File, Line, write_field, write_fields

_NOTES: dict[str, tuple[str, ...]] = {
    "plain": ("ok", "gift wrap", "call back", "", "12"),
    "delimiters": ("a, b; c", "one|two", "tab\there", ",", ";;", "1,5 kg; 2,5 kg", "x:y"),
    "quotes": ('the "blue" one', '"', '""', '"quoted"', "it's 'so'", 'a "b", c'),
    "lines": ("first\nsecond", "a\n\nb\n", "two\r\nlines", "\n", "Deliver to:\n 5, High St\n"),
    "inches": ('5" pipe', '3/4" bolt', 'screen, 27"', '12"', "none"),
    "json": ('{"a": [1, 2], "b": "x;y"}', "[]", '{"note": "5\\" pipe"}', "null"),
    "blank": ("", "", " "),
}


def extra_columns(plan: Plan, height: int) -> list[Column]:
    """Columns that nobody mapped, with content that only a human would write."""
    if plan["extras"] == "none":
        return []
    makers: dict[str, Callable[[Random], str]] = {
        "Note": lambda chance: chance.choice(_NOTES[plan["notes"]]),
        "Item": lambda chance: chance.choice(GOODS[plan["language"]]),
        "Qty": lambda chance: f"{chance.randrange(1, 9)}.0",
        "Customer": lambda chance: chance.choice((*SHOPS[plan["language"]], "")),
    }
    if plan["extras"] == "many":
        makers |= {
            f"Discount {at}": lambda chance: write_amount(plan, Decimal(chance.randrange(9)))
            for at in range(1, 9)
        }
        makers["Paid on"] = lambda chance: (
            f"{chance.randrange(1, 29)}.{chance.randrange(1, 13)}.2025"
        )
    chance = plan.random("extras")
    columns = [
        Column(name=name, role="extra", cells=[make(chance) for _ in range(height)])
        for name, make in makers.items()
    ]
    if plan["extras"] == "twins":
        columns += [
            Column(name=name, role="extra", cells=[makers["Qty"](chance) for _ in range(height)])
            for name in ("Amount", "Amount", "")
        ]
    return columns


def header_of(plan: Plan, names: list[str]) -> list[str]:
    """Write the names of the columns as the header has them."""
    if plan["header"] == "padded":
        names = [f"{name} " for name in names]
    if plan["header"] == "capitals":
        names = [name.upper() for name in names]
    return [write_field(plan, name) for name in names]


def surround(plan: Plan, file: File, columns: list[Column]) -> None:
    """Put the header, and what else the plan has, around and between the rows."""
    rows = file.lines
    header = header_of(plan, [column.name for column in columns])
    end = plan["line_end"]
    head = [] if plan["header"] == "none" else [Line(fields=header, kind="header", end=end)]
    if plan["header"] == "units below":
        units = ["EUR" if role == "money" else "" for role in file.roles]
        head.append(Line(fields=write_fields(plan, units, file.roles), kind="other", end=end))
    file.lines = [
        *_before(plan, len(file.roles)),
        *head,
        *_between(plan, rows, header),
        *_after(plan, columns, len(rows)),
    ]


def _other(plan: Plan, *texts: str) -> list[Line]:
    return [Line(fields=[text], kind="other", end=plan["line_end"]) for text in texts]


def _before(plan: Plan, width: int) -> list[Line]:
    mark = plan["delimiter"]
    labels = ("Store", "Branch", "Telephone", "Terminal", "Clerk", "Printed", "Period")
    report = [f"{label}{mark}{at}{mark * (width - 2)}" for at, label in enumerate(labels)]
    lines = {
        "nothing": (),
        "title": ("Sales report", ""),
        "labels": (f"Shop{mark}Cafe 12", f"Till{mark}3"),
        "blank": ("", ""),
        "sep": (f"sep={mark}",),
        "report": (*report, mark * (width - 1)),
        "comments": ("# made by till 3", "# version 2.1"),
    }
    return _other(plan, *lines[plan["before"]])


def _between(plan: Plan, rows: list[Line], header: list[str]) -> list[Line]:
    chance = plan.random("between")
    lines: list[Line] = []
    for row in rows:
        if lines and chance.random() < 0.2:
            match plan["between"]:
                case "blank":
                    lines += _other(plan, "")
                case "comments":
                    lines += _other(plan, "# page 2")
                case "headers":
                    lines.append(Line(fields=list(header), kind="other", end=plan["line_end"]))
                case "headers in capitals":
                    again = [name.upper() for name in header]
                    lines.append(Line(fields=again, kind="other", end=plan["line_end"]))
        lines.append(row)
    return lines


def _after(plan: Plan, columns: list[Column], height: int) -> list[Line]:
    mark = plan["delimiter"]
    counts = _other(plan, f"Records: {height}") if "count" in plan["after"] else []
    match plan["after"]:
        case "blank":
            return _other(plan, "", "")
        case "delimiters":
            return _other(plan, *[mark * (len(columns) - 1)] * 3)
        case "remark":
            return _other(plan, "", "*** end of report ***")
        case "total" | "total and count":
            return [*_totals(plan, columns), *counts]
        case _:
            return counts


def _totals(plan: Plan, columns: list[Column]) -> list[Line]:
    """A line with the sums of the amounts, which says so in its first cell that has none."""
    sums = [
        "" if column.stated is None else write_amount(plan, column.stated) for column in columns
    ]
    sums[next(at for at, cell in enumerate(sums) if not cell)] = "Total"
    fields = write_fields(plan, sums, [column.role for column in columns])
    return [Line(fields=fields, kind="other", end=plan["line_end"])]
