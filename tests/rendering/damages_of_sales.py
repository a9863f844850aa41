"""What can be wrong with the rows of a sale though each row by itself is as good as any."""

from collections.abc import Callable
from decimal import Decimal

from tests.rendering.amounts import write_amount
from tests.rendering.case import Case
from tests.rendering.harm import SEVERAL_ROWS
from tests.rendering.shapes import Key
from tests.rendering.writing import Line, write_field

_ONE_ROW = ("transactions", "refund status")


def _rows_of(case: Case) -> dict[Key, list[Line]]:
    """The rows of each sale that counts, in order of the file."""
    rows: dict[Key, list[Line]] = {}
    for line in case.file.rows:
        if line.key is not None:
            rows.setdefault(line.key, []).append(line)
    return rows


def _two_totals(case: Case) -> None:
    """A further row of a sale bears a total, too, and another one."""
    at = case.place("money")
    several = [rows for rows in _rows_of(case).values() if len(rows) > 1]
    if case.plan["shape"] != "first row only" or at is None or not several:
        return
    first, *others = case.chance.choice(several)
    line = case.row(others)
    # Far beyond any amount that is drawn.
    line.fields[at] = write_field(case.plan, write_amount(case.plan, Decimal("21000000.25")))
    assert first.key is not None
    case.harm.doubtful.add(first.key)


def _number_again(case: Case) -> None:
    """A sale has the number and the shop of one of days before: which of them is it?"""
    plan = case.plan
    places = [at for at, role in enumerate(case.file.roles) if role in ("id", "location")]
    keys = list(_rows_of(case))
    if plan["days"] != "spread" or plan["shape"] not in (*_ONE_ROW, *SEVERAL_ROWS) or len(keys) < 3:
        return
    at = case.chance.randrange(len(keys) - 2)
    one, other = keys[at], keys[case.chance.randrange(at + 2, len(keys))]
    source = _rows_of(case)[one][0]
    for line in _rows_of(case)[other]:
        line.touched = True
        for place in places:
            # Where the cells of an order stand on its first row only, blank ones stay so.
            if line.fields[place].strip():
                line.fields[place] = source.fields[place]
    case.harm.done = True
    case.harm.doubtful |= {one, other}
    if plan["shape"] in _ONE_ROW:
        case.harm.must_hold = "two sales of different days have one number"


def _scattered(case: Case) -> None:
    """The rows of sales stand in any order, and one of them has no number."""
    at = case.place("id")
    if case.plan["shape"] != "items" or case.plan["id"] == "combined" or at is None:
        return
    lines, rows = case.file.lines, case.file.rows
    shuffled = case.chance.sample(rows, len(rows))
    nobodys = case.chance.choice(shuffled)
    keys = [line.key for line in shuffled if line is not nobodys]
    runs = [key for n, key in enumerate(keys) if not n or keys[n - 1] != key]
    if len(runs) == len(set(runs)):
        return  # those of each sale follow each other still
    places = [n for n, line in enumerate(lines) if line.kind == "row"]
    for place, line in zip(places, shuffled, strict=True):
        lines[place] = line
    nobodys.fields[at] = write_field(case.plan, "")
    case.harm.done = nobodys.touched = True
    case.harm.must_hold = "a row may be of any sale, and their rows do not follow each other"


def _unknown_status(case: Case) -> None:
    """A row is in a state of which the mapping says nothing."""
    at = case.place("rule")
    if case.plan["shape"] != "states of rows" or at is None:
        return
    line = case.row([row for row in case.file.rows if row.key is not None])
    line.fields[at] = write_field(case.plan, "Parked")
    assert line.key is not None
    case.harm.doubtful.add(line.key)


OF_SALES: dict[str, Callable[[Case], None]] = {
    "two totals": _two_totals,
    "number comes again": _number_again,
    "scattered rows": _scattered,
    "unknown status": _unknown_status,
}
