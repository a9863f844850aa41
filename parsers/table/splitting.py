"""The fields of single records, split from their own text once more: for the few rows in question.

A frame of records keeps only the mapped fields; where a row is doubtful the others are evidence.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

from parsers.header.beginning import split_plainly
from parsers.records.dialect import Dialect
from parsers.records.tokens import read_records
from parsers.reject import Unreadable

ReadRows: TypeAlias = Callable[[Sequence[Sequence[str]]], Sequence[Hashable | None]]
"""Reads rows given as their fields, as many as the header has columns: for each the values of the
mapped columns in one form, so that equal values are equal, or None if one of them cannot be read.
"""


def fields_of(raw: str, dialect: Dialect) -> list[str]:
    """Split the text of one record into its fields, untrimmed."""
    try:
        record = next(read_records(raw, dialect), None)
    except Unreadable:
        record = None
    return list(split_plainly(raw, dialect)) if record is None else record.fields
