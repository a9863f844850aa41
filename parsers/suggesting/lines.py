"""What the rows of one transaction are: parts to be added up, or one with the total and others."""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

_MOST = 0.9
_SEVERAL = 3  # transactions of several rows, before what they have in common is a rule


class LinesFound(StrEnum):
    """What several rows of one transaction come to."""

    SUM = "sum"  # their totals differ: parts
    FIRST = "first"  # one bears the total, or all bear the same
    EITHER = "either"  # too few to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesEvidence:
    """How the totals stand on the rows of one transaction, counted by transactions."""

    found: LinesFound
    words: str


def judge_lines(
    key: pl.Series, file: pl.Series, amounts: pl.Series, *, of_parts: bool = False
) -> LinesEvidence:
    """Judge the rows of each transaction; `key` and `amounts` are null where a row has none.

    `of_parts`: the amounts may be those of items or payments by what their column is called, so
    that equal ones may be equal by chance, as the halves of a bill are.
    """
    rows = pl.DataFrame({"key": key, "file": file, "amount": amounts}).filter(
        pl.col("key").is_not_null()
    )
    groups = (
        rows.group_by("file", "key", maintain_order=True)
        .agg(
            rows=pl.len(),
            filled=pl.col("amount").count(),
            different=pl.col("amount").drop_nulls().n_unique(),
            first=pl.col("amount").first(),
        )
        .filter(pl.col("rows") > 1)
    )
    several = groups.height
    on_first = groups.filter((pl.col("filled") == 1) & pl.col("first").is_not_null()).height
    alike = groups.filter((pl.col("different") == 1) & (pl.col("filled") > 1)).height
    differing = groups.filter(pl.col("different") > 1).height
    if on_first and on_first + alike >= _MOST * several:
        words = f"Of {several:,} with several rows, {on_first:,} have the total on the first only."
        return LinesEvidence(found=LinesFound.FIRST, words=words)
    if differing >= max(1, (1 - _MOST) * several):
        words = (
            f"Of {several:,} with several rows, {differing:,} have rows with different amounts: "
            "they are parts."
        )
        return LinesEvidence(found=LinesFound.SUM, words=words)
    words = f"All {several:,} with several rows have the same amount on each of them."
    found = LinesFound.FIRST if alike >= _SEVERAL and not of_parts else LinesFound.EITHER
    return LinesEvidence(found=found, words=words)
