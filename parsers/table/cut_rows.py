"""Rows that end in the midst of an amount, since whatever wrote them broke off and went on below.

An amount at the end of its line that has fewer places than all others may be the beginning of one:
14.7 of 14.75. But some tills write 12.5 for 12.50, and 12 for 12.00. So the rows must show that
this one does not: another amount ends in the zeros that would have been left out here.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup

import polars as pl

from parsers.mappings.mapping import Mapping
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode, clip
from parsers.values.sources import Amount, source_columns
from parsers.values.values import Found

_PLACES = r"[.,]([0-9]+)[^0-9]*$"
# Only amounts written alike are compared: a workbook has 1,250.00 as text, and 12.5 as a number.
_PLAIN = r"^-?[0-9]+(?:[.,][0-9]+)?$"
_MOST_OFTEN = r"[.,][0-9]{2}[^0-9]*$"  # as the amounts of most files are: looked at first
_LEAST_OTHERS = 8  # amounts that have as many places
_MOST_CUT = 3  # rows that break off: that is rare


def cut_rows(rows: pl.DataFrame, mapping: Mapping, found: Lookup[str, Found]) -> Iterator[Reject]:
    """Give a reject for each of the rows that ends with an amount which must have more places."""
    for source in mapping.columns.values():
        if isinstance(source, Amount) and source.minor_units is None:
            for name in source_columns(source):
                yield from _cut(rows, found[name])


def _cut(rows: pl.DataFrame, column: Found) -> Iterator[Reject]:
    texts = column.texts
    if texts.str.contains(_MOST_OFTEN).all() or len(texts) <= _LEAST_OTHERS:
        return
    places = texts.str.extract(_PLACES).fill_null("")
    cells = rows.select("line", "raw", text=texts, places=places).filter(
        texts.str.contains("[0-9]")
    )
    lengths = cells["places"].str.len_chars()
    most = int(lengths.max() or 0)  # type: ignore[arg-type]  # of numbers
    plain = cells["text"].str.contains(_PLAIN)
    whole, short = cells.filter(plain & (lengths == most)), cells.filter(plain & (lengths < most))
    if whole.height < _LEAST_OTHERS or not 0 < short.height <= _MOST_CUT:
        return
    ends = [raw.rstrip().endswith(text) for raw, text in short.select("raw", "text").iter_rows()]
    left_out = ["0" * (most - len(kept)) for kept in short["places"]]
    written = any(whole["places"].str.ends_with(zeros).any() for zeros in set(left_out))
    if not all(ends) or not written:
        return  # the till may write its amounts so
    for line, raw, text in short.select("line", "raw", "text").iter_rows():
        yield _reject(line, raw, column.column, text, whole["text"][0])


def _reject(line: int, raw: str, column: str, text: str, other: str) -> Reject:
    return Reject(
        line=line,
        column=column,
        code=RejectCode.TOO_FEW_FIELDS,
        message=f"The row seems to be cut in its last value: '{clip(text)}' has fewer places than "
        f"all others in the column '{clip(column)}', such as '{clip(other)}'",
        raw=raw[:RAW_MAX_CHARACTERS],
    )
