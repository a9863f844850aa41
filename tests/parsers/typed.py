"""Read records, good and bad, as the frames in which they are put together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import polars as pl

from parsers.canonical import TRANSACTIONS
from parsers.mappings.rows import Lines
from parsers.shapes.gathering import Gathered, gather

NOON = datetime(2017, 1, 31, 12)  # noqa: DTZ001 - a clock on a wall


@dataclass(frozen=True, kw_only=True)
class Row:
    """A record as it was read; without an id nothing tells whose it is."""

    line: int
    id: str | None = "1"
    total: Decimal | None = Decimal(1)
    blank: bool = False  # its total is missing, and not merely unreadable
    local: datetime | None = NOON
    flaw: bool = False  # something else is wrong with it

    @property
    def good(self) -> bool:
        return None not in (self.id, self.total, self.local) and not self.flaw


def row(line: int, name: str | None, total: str | None, **further: object) -> Row:
    """A record with its line, the id of its transaction and its total, "" if that is blank."""
    amount = Decimal(total) if total else None
    return replace(Row(line=line, id=name, total=amount, blank=total == ""), **further)  # type: ignore[arg-type]  # the fields of a Row


def written(amount: Decimal) -> str:
    """An amount in canonical form."""
    whole, _, places = f"{amount:f}".partition(".")
    text = f"{whole}.{places.rstrip('0').ljust(2, '0')}"
    return text.removeprefix("-") if not amount else text


def iso(each: Row) -> str | None:
    """What the shop's clock showed, in canonical form."""
    return None if each.local is None else each.local.isoformat()


def frame_of(rows: list[Row]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The typed rows, and their texts."""

    def texts(name: str, value: Callable[[Row], str | None]) -> pl.Series:
        return pl.Series(name, [value(each) for each in rows], dtype=pl.String)

    lines = pl.Series("line", [each.line for each in rows], dtype=pl.Int64)
    typed = pl.DataFrame(
        [
            lines,
            texts("location_id", lambda each: "7"),
            texts("transaction_id", lambda each: each.id),
            texts("occurred_at", lambda each: iso(each) and f"{iso(each)}Z"),
            texts("local_time", iso),
            texts("total", lambda each: None if each.total is None else written(each.total)),
            texts("code", lambda each: None if each.good else "some-code"),
            pl.Series(
                "blank", [each.blank and each.id is not None for each in rows], dtype=pl.Boolean
            ),
        ]
    )
    return typed, pl.DataFrame([lines, texts("raw", lambda each: f"row {each.line}")])


def run(rows: list[Row], lines: Lines | None, lost: tuple[int, ...] = ()) -> Gathered:
    """Gather rows of transactions."""
    typed, raws = frame_of(rows)
    return gather(typed, raws, TRANSACTIONS, lines, lost=lost_at(*lost))


def lost_at(*lines: int) -> pl.DataFrame:
    """Rows of which nothing was read but their lines."""
    return pl.DataFrame({"line": lines, "text": ""}, schema={"line": pl.Int64, "text": pl.String})


def totals(gathered: Gathered) -> list[tuple[int, str, str]]:
    """Line, id and total of each row."""
    return gathered.frame.select("line", "transaction_id", "total").rows()
