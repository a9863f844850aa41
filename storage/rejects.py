"""Rejects in the database: the bad records of each delivery, as its last reading found them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, literal, select

from parsers.reject import Reject, RejectCode
from storage.tables import rejects


def replace(connection: Connection, delivery: str, found: Sequence[Reject]) -> None:
    """Store a delivery's rejects, in order of line, in place of those of an earlier reading."""
    connection.execute(delete(rejects).where(rejects.c.delivery == delivery))
    if found:
        connection.execute(
            insert(rejects),
            [
                {
                    "delivery": delivery,
                    "position": position,
                    "line": reject.line,
                    "column": reject.column,
                    "code": reject.code,
                    "message": reject.message,
                    "raw": reject.raw.replace("\0", "\N{SYMBOL FOR NULL}"),  # PostgreSQL has no NUL
                }
                for position, reject in enumerate(found)
            ],
        )


def copy(connection: Connection, original: str, duplicate: str) -> None:
    """Give a duplicate the rejects of its original, which a replay may change later."""
    names = ["position", "line", "column", "code", "message", "raw"]
    chosen = select(literal(duplicate), *(rejects.c[name] for name in names)).where(
        rejects.c.delivery == original
    )
    connection.execute(insert(rejects).from_select(["delivery", *names], chosen))


def of(connection: Connection, delivery: str) -> list[Reject]:
    """A delivery's rejects, in order of line."""
    query = (
        select(rejects.c.line, rejects.c.column, rejects.c.code, rejects.c.message, rejects.c.raw)
        .where(rejects.c.delivery == delivery)
        .order_by(rejects.c.position)
    )
    return [
        Reject(
            line=row.line,
            column=row.column,
            code=RejectCode(row.code),
            message=row.message,
            raw=row.raw,
        )
        for row in connection.execute(query)
    ]
