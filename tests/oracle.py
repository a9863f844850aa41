"""The law in a few lines: a tenant's rows are the fold of its deliveries in order of receipt."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

Key = tuple[str, str]
Row = tuple[str, str, int]  # total, delivery, line


def fold(deliveries: Iterable[tuple[str, bytes, str]]) -> dict[Key, list[Row]]:
    """Every value that a row had, the present one last, by location and transaction id.

    Each delivery is (id, bytes, column of the total). A value bears the delivery that brought it:
    who says the same again changes nothing. Of equal keys in one file the last holds. What is not
    money is no row.
    """
    rows: dict[Key, list[Row]] = {}
    for delivery, data, column in deliveries:
        said: dict[Key, Row] = {}
        reader = csv.DictReader(io.StringIO(data.decode()))
        for record in reader:
            try:
                total = f"{Decimal(record[column]):.2f}"
            except ArithmeticError:
                continue
            said[record["Store"], record["Receipt"]] = (total, delivery, reader.line_num)
        for key, row in said.items():
            if key not in rows or rows[key][-1][0] != row[0]:
                rows.setdefault(key, []).append(row)
    return rows


def now(values: dict[Key, list[Row]]) -> dict[Key, Row]:
    """The rows alone, without what they were before."""
    return {key: all_of_it[-1] for key, all_of_it in values.items()}
