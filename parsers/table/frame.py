"""The records of a table as columns of text, whichever way they were read.

A frame of records has the columns `line` (Int64), `raw`, `width` (the number of fields), `stray`
(a quote that leaves in doubt where a field ends), `unclosed` (a quote that its row does not close)
and one column of text for each wanted position, called by `place`, null where the record has not as
many fields as the header.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from parsers.header.finding import Header
from parsers.records.dialect import Dialect
from parsers.records.tokens import read_records
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode


def place(position: int) -> str:
    """Name the column of a frame that holds the field at this position of a record."""
    return f"field_{position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The records that have as many fields as the header, the others as rejects, how many
    there are, and how many fields the header has."""

    frame: pl.DataFrame
    rejects: list[Reject]
    records: int
    width: int

    def without(self, bad: Mapping[int, Reject]) -> "Table":
        """Make rejects of the records that begin on these lines."""
        return replace(
            self,
            frame=self.frame.filter(~pl.col("line").is_in(list(bad))),
            rejects=[*self.rejects, *bad.values()],
        )


def read_patiently(
    text: str, header: Header, positions: Sequence[int], dialect: Dialect | None = None
) -> pl.DataFrame:
    """Read all records below the header one by one; the reference for any faster way.

    Without a dialect it is the ordinary one with the header's delimiter.
    Raises Unreadable (UNCLOSED_QUOTE).
    """
    lines: list[int] = []
    raws: list[str] = []
    widths: list[int] = []
    strays: list[bool] = []
    unclosed: list[bool] = []
    wanted: list[list[str | None]] = [[] for _ in positions]
    targets = list(zip(positions, wanted, strict=True))
    body = text[header.body :]
    for record in read_records(
        body,
        dialect or Dialect(delimiter=header.delimiter),
        first_line=header.next_line,
        width=len(header.columns),
    ):
        lines.append(record.line)
        raws.append(record.raw)
        widths.append(len(record.fields))
        strays.append(record.stray)
        unclosed.append(record.unclosed)
        fits = len(record.fields) == len(header.columns)
        for position, values in targets:
            values.append(record.fields[position] if fits else None)
    columns = {
        "line": pl.Series(lines, dtype=pl.Int64),
        "raw": pl.Series(raws, dtype=pl.String),
        "width": pl.Series(widths, dtype=pl.Int64),
        "stray": pl.Series(strays, dtype=pl.Boolean),
        "unclosed": pl.Series(unclosed, dtype=pl.Boolean),
    }
    for position, values in targets:
        columns[place(position)] = pl.Series(values, dtype=pl.String)
    return pl.DataFrame(columns)


def sort_out(frame: pl.DataFrame, header: Header) -> Table:
    """Part the records that fit the header from those that do not, which become rejects."""
    width = len(header.columns)
    fits = (frame["width"] == width) & ~frame["stray"] & ~frame["unclosed"]
    if fits.all():
        return Table(frame=frame, rejects=[], records=frame.height, width=width)
    rejects = [
        _reject(line, raw, fields, width, stray=stray, unclosed=unclosed)
        for line, raw, fields, stray, unclosed in frame.filter(~fits)
        .select("line", "raw", "width", "stray", "unclosed")
        .iter_rows()
    ]
    return Table(frame=frame.filter(fits), rejects=rejects, records=frame.height, width=width)


def _reject(line: int, raw: str, fields: int, width: int, *, stray: bool, unclosed: bool) -> Reject:
    if unclosed:
        code = RejectCode.UNCLOSED_QUOTE
        message = "A quotation mark opens a value and is not closed on its row"
    elif stray:
        code = RejectCode.STRAY_QUOTE
        message = "A quotation mark inside a value leaves in doubt where the value ends"
    elif fields < width:
        code = RejectCode.TOO_FEW_FIELDS
        message = f"The row has {fields} fields, but the header has {width} columns"
    else:
        code = RejectCode.TOO_MANY_FIELDS
        message = f"The row has {fields} fields, but the header has only {width} columns"
    return Reject(line=line, column=None, code=code, message=message, raw=raw[:RAW_MAX_CHARACTERS])
