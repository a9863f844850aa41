"""The law in a few lines: a tenant's rows are the fold of its deliveries in order of receipt."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

Key = tuple[str, str]
Row = tuple[str, str, int]  # total, delivery, line


def fold(deliveries: Iterable[tuple[str, bytes, str]]) -> dict[Key, Row]:
    """Rows by location and transaction id; each delivery is (id, bytes, column of the total).

    A row bears the delivery that gave it its present value: who says the same again changes
    nothing. Of equal keys in one file the last holds. What is not money is no row.
    """
    rows: dict[Key, Row] = {}
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
            if key not in rows or rows[key][0] != row[0]:
                rows[key] = row
    return rows
