"""From a plan to a file: its bytes, its mapping, and all that is known of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.rendering import amounts, clocks
from tests.rendering.damaged_bytes import damage_bytes
from tests.rendering.damages import damage_lines
from tests.rendering.mappings import dates_told, mapping_for, told
from tests.rendering.packing import pack
from tests.rendering.pinning import contradict, pins_of
from tests.rendering.plan import Plan
from tests.rendering.sales import locations
from tests.rendering.shapes import Column, Key, Shape, Values, shape_of
from tests.rendering.surroundings import extra_columns, surround
from tests.rendering.writing import BLANKS, File, Line, encode, lay_out, write_fields

# Names that are one month in one language and another in another.
_TWO_MONTHS = frozenset(("lis", "listopadu", "listopada"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A file with its mapping, and what is known of it.

    `lines` are the physical lines on which the rows of each sale start. `damaged` says that some
    of it is not as its maker wrote it: the sales in `touched` were harmed, those in `gone` are no
    longer there. `must_hold` says why it may not load at all. `twofold` says what of it has two
    readings that nothing decides: it may be held, though it is whole. `latest` is the wall-clock
    time (naive) at which it is received, `pins` what earlier files have settled. `bears_rejects`
    is false if its mapping wants all of it or nothing.
    """

    data: bytes
    text: str
    mapping: str
    sent: Mapping[str, str]
    truth: Mapping[Key, Values]
    lines: Mapping[Key, frozenset[int]]
    damaged: bool
    touched: frozenset[Key]
    gone: frozenset[Key]
    must_hold: str | None
    twofold: str | None
    latest: datetime
    pins: Mapping[str, str]
    bears_rejects: bool


def render(plan: Plan) -> Rendered:
    """Write the file of a plan. The same plan always gives the same bytes."""
    shape = shape_of(plan)
    columns = [*shape.columns, *extra_columns(plan, len(shape.entries))]
    if plan["order"] == "shuffled":
        plan.random("order").shuffle(columns)
    if "total" in plan["after"]:
        # The word for it stands in the first column.
        columns.sort(key=lambda column: column.stated is not None)
    file = _file(plan, shape, columns)
    header = next((at for at, line in enumerate(file.lines) if line.kind == "header"), None)
    header_line = 0 if header is None else file.starts()[header]
    harm = damage_lines(plan, file, columns)
    data = damage_bytes(plan, file, encode(file.text(), plan["encoding"]), harm)
    pins = pins_of(plan, header_line)
    contradict(plan, file, columns, pins, harm)
    latest = max(each.local for each in shape.moments) + timedelta(days=2)
    return Rendered(
        data=pack(plan, file, data),
        text=file.text(),
        mapping=mapping_for(
            plan, shape, [column.name for column in columns], header_line, untold=harm.untold
        ),
        sent={"name": f"sales_{_shop(plan)}_1.csv", "folder": f"shop-{_shop(plan)}"}
        | {"mailbox": f"shop-{_shop(plan)}"},
        truth={key: said for key, said in shape.truth.items() if key not in harm.doubtful},
        lines=_lines(file),
        damaged=harm.done,
        touched=frozenset(line.key for line in file.lines if line.touched and line.key),
        gone=frozenset(harm.gone),
        must_hold=harm.must_hold,
        twofold=_twofold(plan, shape, latest),
        latest=latest,
        pins=pins,
        bears_rejects=plan["bears"] == "rejects",
    )


def _file(plan: Plan, shape: Shape, columns: list[Column]) -> File:
    file = File(plan=plan, roles=[column.role for column in columns])
    for entry, cells in zip(
        shape.entries, zip(*(column.cells for column in columns), strict=True), strict=True
    ):
        file.lines.append(
            Line(
                fields=write_fields(plan, cells, file.roles),
                kind="row",
                end=plan["line_end"],
                key=(entry.sale.location, entry.sale.id) if entry.counts else None,
            )
        )
    surround(plan, file, columns)
    if plan["delimiter"] == BLANKS:
        lay_out(file)
    return file


def _lines(file: File) -> dict[Key, frozenset[int]]:
    lines: dict[Key, set[int]] = {}
    for line, start in zip(file.lines, file.starts(), strict=True):
        if line.key:
            lines.setdefault(line.key, set()).add(start)
    return {key: frozenset(starts) for key, starts in lines.items()}


def _shop(plan: Plan) -> str:
    return next(iter(locations(plan)))


def _twofold(plan: Plan, shape: Shape, latest: datetime) -> str | None:
    """What of a file has two readings: by how it was made, not by what any reader thinks of it."""
    money = [each for column in shape.columns if column.role == "money" for each in column.cells]
    if plan["pins"] != "none":
        return None
    if not told(plan, "decimal") and amounts.is_twofold(money):
        return "amounts"
    days = list(
        zip(*(column.cells for column in shape.columns if column.role == "moment"), strict=True)
    )
    if not dates_told(plan) and clocks.is_twofold(plan, [day for day in days if day[0]], latest):
        return "dates"
    words = {word.lower() for day in days for cell in day for word in re.split(r"\W+", cell)}
    if not dates_told(plan) and not words.isdisjoint(_TWO_MONTHS):
        return "months"
    mapped = "".join(cell for column in shape.columns for cell in (column.name, *column.cells))
    eight_bits = not plan["encoding"].startswith("utf")
    if eight_bits and not told(plan, "encoding") and not mapped.isascii():
        return "encoding"
    return None
