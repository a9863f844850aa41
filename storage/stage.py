"""The stage: rows of one delivery in a temporary table, so that the rest is set-wise SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, MetaData, Table, delete
from sqlalchemy.schema import CreateTable

from storage.tables import row_columns

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = (
    "line",
    "location_id",
    "transaction_id",
    "occurred_at",
    "local_time",
    "total",
    "delivery",
)
_BATCH = 50_000  # rows handed to SQLite's executemany at once, to bound memory

stage = Table("stage", MetaData(), *row_columns(), prefixes=["TEMPORARY"])


def fill(connection: Connection, delivery: str, rows: pl.DataFrame) -> None:
    """Put a delivery's rows on the stage, in place of what was there.

    `rows` has the columns line, location_id, transaction_id, occurred_at, local_time and total, as
    `parsers.delimited.read` gives them: canonical text, no two rows with one key.
    """
    clear(connection, stage)
    import polars as pl  # noqa: PLC0415 - costs 0.25 s; who comes here has read a file

    # Rows are inserted in the order of their key, which SQLite takes much faster than any other.
    sorted_rows = rows.lazy().sort("location_id", "transaction_id")
    with_delivery = sorted_rows.with_columns(pl.lit(delivery).alias("delivery"))
    frame = with_delivery.select(_COLUMNS).collect()  # at once: each step by itself costs as much
    if connection.dialect.name == "postgresql":
        _copy(connection, frame)
    else:
        _insert(connection, frame)


def clear(connection: Connection, table: Table) -> None:
    """Make a temporary table of this connection, or empty it if it is there."""
    connection.execute(CreateTable(table, if_not_exists=True))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"TRUNCATE {table.name}")
    else:
        connection.execute(delete(table))


def _copy(connection: Connection, frame: pl.DataFrame) -> None:
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY stage ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for part in frame.iter_slices(_BATCH):
            copy.write(part.write_csv(include_header=False, quote_style="always"))


def _insert(connection: Connection, frame: pl.DataFrame) -> None:
    marks = ", ".join("?" * len(_COLUMNS))
    statement = f"INSERT INTO stage ({', '.join(_COLUMNS)}) VALUES ({marks})"  # noqa: S608 - our own names
    for part in frame.iter_slices(_BATCH):
        connection.exec_driver_sql(statement, part.rows())
