"""All records of a table, the fast way where that can be."""

from collections.abc import Sequence

import polars as pl

from parsers.header.finding import Header
from parsers.records.dialect import Dialect
from parsers.table.fast import read_fast
from parsers.table.frame import read_patiently


def read_table(
    text: str, header: Header, positions: Sequence[int], dialect: Dialect
) -> pl.DataFrame:
    """Read all records below the header, as a frame of records (frame.py).

    Raises Unreadable (UNCLOSED_QUOTE).
    """
    try:
        frame = read_fast(text, header, positions, dialect)
    except pl.exceptions.PanicException:  # a BaseException: it would take the process with it
        frame = None
    return read_patiently(text, header, positions, dialect) if frame is None else frame
