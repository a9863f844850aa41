"""The [rows] and [rejects] of a mapping: which rows count, and how many rejects are too many."""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from parsers.mappings.settings_table import Table

ANYTHING = "*"
"""Stands in a list of cells for whatever is not blank."""


class Lines(StrEnum):
    """What several rows with one key are, where the mapping says so."""

    SUM = "sum"  # the items or payments of one transaction: their totals are added up
    FIRST = "first"  # one of them bears the total, the others only further items
    LAST = "last"  # the last one corrects those before it


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRules:
    """Which rows count, and as what; cells by column, each as `settings_table.folded` gives it.

    In a list of cells `""` is a blank cell and ANYTHING any other; what is named goes before
    ANYTHING. A row counts if each column of `keep` has one of its cells and no column of `drop`
    has. Where both name a column, its other cells are rejects. The total of a row that `refund`
    names is negative. A blank cell in a column of `fill_down` is that of the row above.
    """

    keep: Lookup[str, tuple[str, ...]] = field(default_factory=dict)
    drop: Lookup[str, tuple[str, ...]] = field(default_factory=dict)
    refund: Lookup[str, tuple[str, ...]] = field(default_factory=dict)
    fill_down: tuple[str, ...] = ()
    lines: Lines | None = None

    def names(self) -> Iterator[str]:
        """Every column that a rule is about."""
        yield from (*self.keep, *self.drop, *self.refund, *self.fill_down)

    def tells_others(self) -> bool:
        """Whether records of other kinds may stand among the rows, and are told from them."""
        return bool(self.fill_down) or any(ANYTHING in cells for cells in self.keep.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRules:
    """`at_most` is the share of rejects, in percent, above which a file is held; None: any."""

    at_most: Decimal | None = None


_WHOLE = Decimal(100)


def read_rows_table(table: Table) -> RowRules:
    """Read [rows]; what is wrong with it is in the table's problems."""
    table.know(("keep", "drop", "refund", "fill_down", "lines"))
    rules = RowRules(
        keep=_cells(table.table("keep")),
        drop=_cells(table.table("drop")),
        refund=_cells(table.table("refund")),
        fill_down=table.texts("fill_down"),
        lines=_lines(table),
    )
    _compare(table, rules)
    return rules


def read_rejects_table(table: Table) -> RejectRules:
    """Read [rejects]; what is wrong with it is in the table's problems."""
    table.know(("at_most",))
    text = table.optional("at_most")
    if text is None:
        return RejectRules()
    number = text.strip()
    try:
        share = Decimal(number[:-1].strip()) if number.endswith("%") else None
    except InvalidOperation:
        share = None
    if share is None or not (share.is_finite() and 0 <= share <= _WHOLE):
        table.say("at_most", f'{text!r} is not a share; write for example "5%", or "0%" for none')
        return RejectRules()
    return RejectRules(at_most=share)


def _cells(table: Table) -> dict[str, tuple[str, ...]]:
    return {column: table.cells(column) for column in table.keys()}  # noqa: SIM118 - a Table is not a dict


def _lines(table: Table) -> Lines | None:
    text = table.optional("lines")
    if text is None:
        return None
    known = {each.value: each for each in Lines}
    if text not in known:
        shown = ", ".join(f'"{each}"' for each in known)
        table.say("lines", f"{text!r} is not known; use one of {shown}")
    return known.get(text)


def _compare(table: Table, rules: RowRules) -> None:
    """Write down which rules contradict each other."""
    for column, cells in rules.drop.items():
        for other, key in ((rules.keep, "keep"), (rules.refund, "refund")):
            for cell in sorted(set(cells) & set(other.get(column, ()))):
                table.say("drop", f"'{column}' has {cell!r}, which {key} has too; one must go")
    for column, cells in rules.refund.items():
        if "" in cells:
            table.say("refund", f"'{column}' has a blank, which is no sign of a refund")
    if len(set(rules.fill_down)) != len(rules.fill_down):
        table.say("fill_down", "names a column twice")
