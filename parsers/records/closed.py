"""The fast way to split a line whose quoted fields all close on it: the standard library's reader.

On such a line nothing is left to decide: each field is quoted from its first character to its last,
with the quotes in it doubled, or has none. There `csv` gives what the patient reader gives, in two
microseconds and not in eight.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from parsers.records.dialect import BLANKS, Dialect

LONGEST = csv.field_size_limit()
"""Characters of a line, beyond which `csv` may refuse a field of it."""


@cache
def closed(dialect: Dialect) -> str | None:
    """Make the expression for all of such a line; None if the dialect has other ways to quote."""
    delimiter, quote = dialect.delimiter, dialect.quote
    if quote is None or dialect.escape or len(delimiter) != 1 or delimiter == BLANKS:
        return None
    field = f"(?:{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}|"
    field += f"[^{quote}{re.escape(delimiter)}]*)"
    return f"^{field}(?:{re.escape(delimiter)}{field})*$"


def split(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """Split lines that are as `closed` says, and no longer than LONGEST."""
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)


@cache
def splitter(dialect: Dialect) -> Callable[[str], list[str] | None]:
    """Give the function that splits a line, which has no line end; it gives None for another."""
    expression = closed(dialect)
    if expression is None:
        return lambda _line: None
    fits = re.compile(expression).fullmatch

    def fields_of(line: str) -> list[str] | None:
        if len(line) > LONGEST or not fits(line):
            return None
        return next(split([line], dialect))

    return fields_of
