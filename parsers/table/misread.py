"""Rows of which one mapped cell is not what it looks like, as the rest of the file shows.

- UTF-8 in a file of another encoding: pasted in, or of another till. Which encoding a file is in is
  found by a sample, or pinned; so each mapped cell beyond ASCII is looked at once more.
- Torn by a line end, so that its first or last column, and that is all there is on the line above
  or below it, may be one value.
- With zeros in it, as a crash leaves them of a block of the file.
- Cut in the midst of an amount at its end (cut_rows.py).
- A lone quote at the end, where fields are quoted: the one at the beginning is missing, so that
  where the field begins is a guess. So it is if a mark that quotes no other field stands at the
  beginning of one and at the end of the next.
- A character of the delimiter at the beginning, where it is one character several times: there is
  one too many, and it may belong to the field before.

What is not mapped may be read as it will.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Lookup

import polars as pl

from parsers.dialects.two_readings import is_used
from parsers.mappings.mapping import Mapping
from parsers.records.cells import TYPED, filled, look, shape
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.tokens import divider
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode, clip
from parsers.table.cut_rows import cut_rows
from parsers.table.frame import Table, place
from parsers.text.encodings import Decoded, hidden_utf8
from parsers.values.values import Found

_ZERO = "\0"
_SHOWN = 200  # cells of a column that show what its cells are like
_LEAST_OTHERS = 3  # cells of one length that show it
_NO_BEGINNING = (".", ",", ";", ":", ")", "'")


def without_misread(
    table: Table, text: Decoded, dialect: Dialect, mapping: Mapping, found: Lookup[str, Found]
) -> Table:
    """Reject the rows in which a mapped cell must be something else than it reads."""
    bad: dict[int, Reject] = {}
    for reject in (
        *_torn(table, dialect),
        *cut_rows(table.frame, mapping, found),
        *_lost(table.frame, text, found),
    ):
        bad.setdefault(reject.line, reject)
    for column in found.values():
        for reject in (
            *_in_utf8(table.frame, text, column),
            *_open(table.frame, text, dialect, column),
            *_across(table.frame, text, dialect, column),
            *_one_too_many(table.frame, dialect, column),
        ):
            bad.setdefault(reject.line, reject)
    return table.without(bad) if bad else table


def _lost(rows: pl.DataFrame, text: Decoded, found: Lookup[str, Found]) -> Iterator[Reject]:
    """Reject rows with zeros where bytes were lost: a line end may be among these, so that the head
    of one row stands before the tail of another. If most have some, they fill the cells."""
    if _ZERO not in text.content:
        return
    zeros = rows["raw"].str.contains(_ZERO, literal=True)
    if 2 * zeros.sum() > rows.height:
        return
    for column in found.values():  # where the value itself is none
        zeros &= ~column.texts.str.contains(_ZERO, literal=True)
    message = "Zeros stand in the row, where bytes were lost: its end may be that of another row"
    for line, raw in _lines(rows, zeros):
        yield _reject(RejectCode.LOST_BYTES, line, None, message, raw)


def _in_utf8(rows: pl.DataFrame, text: Decoded, column: Found) -> Iterator[Reject]:
    if text.content.isascii() or text.encoding.startswith("utf"):
        return
    beyond = column.texts.filter(column.texts.str.contains(r"[^\x00-\x7f]"))
    for cell in beyond.unique(maintain_order=True):
        meant = hidden_utf8(cell, text.encoding)
        if meant is None:
            continue
        message = (
            f"The column '{clip(column.column)}' is '{clip(cell)}': this row is written in "
            f"UTF-8, where it is '{clip(meant)}', and the rest of the file in {text.encoding}"
        )
        for line, raw in rows.filter(column.texts == cell).select("line", "raw").iter_rows():
            yield _reject(RejectCode.OTHER_ENCODING, line, column.column, message, raw)


def _open(rows: pl.DataFrame, text: Decoded, dialect: Dialect, column: Found) -> Iterator[Reject]:
    quote = dialect.quote
    if not quote:
        return
    ends = column.texts.str.ends_with(quote)
    if not ends.any() or not is_used(quote, text.content, dialect.delimiter):
        return
    cells = column.texts.filter(ends)
    for (line, raw), cell in zip(
        rows.filter(ends).select("line", "raw").iter_rows(), cells, strict=True
    ):
        quoted = any(cell.replace(quote, sign + quote) in raw for sign in (quote, "\\"))
        if cell.count(quote) % 2 and not quoted:
            message = (
                f"The column '{clip(column.column)}' ends with a quotation mark and does not begin "
                f"with one: '{clip(cell)}'"
            )
            yield _reject(RejectCode.STRAY_QUOTE, line, column.column, message, raw)


def _across(rows: pl.DataFrame, text: Decoded, dialect: Dialect, column: Found) -> Iterator[Reject]:
    """Reject rows in which the other quotation mark may quote a mapped cell with its neighbour."""
    other = "'" if dialect.quote == '"' else '"'
    mark = re.escape(dialect.delimiter)
    if dialect.delimiter in ("", BLANKS) or other not in text.content:
        return
    lone = column.texts.str.starts_with(other) != column.texts.str.ends_with(other)
    across = re.compile(
        rf"(?:^|{mark})[ \t]*{other}(?!{mark})[^{other}]*{mark}[^{other}]*{other}[ \t]*(?:{mark}|$)"
    )
    cells = column.texts.filter(lone)
    for (line, raw), cell in zip(_lines(rows, lone), cells, strict=True):
        span = across.search(raw)
        if span is not None and cell in span[0]:
            message = (
                f"The column '{clip(column.column)}' is '{clip(cell)}', but it may be a part of "
                f"one value in quotation marks: '{clip(span[0].strip())}'"
            )
            yield _reject(RejectCode.STRAY_QUOTE, line, column.column, message, raw)


def _one_too_many(rows: pl.DataFrame, dialect: Dialect, column: Found) -> Iterator[Reject]:
    """Reject rows with three | where two divide, if the third would belong to a mapped cell."""
    sign = dialect.delimiter[:1]
    if len(dialect.delimiter) == 1 or dialect.delimiter.strip(sign) or not sign.strip():
        return
    begin = column.texts.str.starts_with(sign)
    for (line, raw), cell in zip(_lines(rows, begin), column.texts.filter(begin), strict=True):
        message = (
            f"The column '{clip(column.column)}' is '{clip(cell)}': there is one {sign} too many "
            "before it"
        )
        yield _reject(RejectCode.TOO_MANY_FIELDS, line, column.column, message, raw)


def _lines(rows: pl.DataFrame, chosen: pl.Series) -> Iterator[tuple[int, str]]:
    yield from rows.filter(chosen).select("line", "raw").iter_rows()


def _torn(table: Table, dialect: Dialect) -> Iterator[Reject]:
    """Reject rows of which a piece may stand on a line of its own, above the first column or below
    the last, where these are mapped."""
    pieces = {
        reject.line: reject.raw.strip(" \t\"'")
        for reject in table.rejects
        if reject.code is RejectCode.TOO_FEW_FIELDS and len(divider(dialect)(reject.raw)) == 1
    }
    if not pieces:
        return
    places = [int(name.removeprefix("field_")) for name in table.frame.columns if "field_" in name]
    for step, at in ((1, 0), (-1, table.width - 1)):
        if at not in places:
            continue
        texts = table.frame[place(at)].str.strip_chars()
        known = set(texts.to_list())
        shown = table.frame.select("line", text=texts).head(_SHOWN).rows()
        # The line that is beside the piece: the first of the row below it, the last of that above.
        ends = pl.col("raw").str.count_matches("\r\n|\n|\r").cast(pl.Int64) if step < 0 else 0
        beside = table.frame.select("line", "raw", place(at), piece=pl.col("line") + ends - step)
        beside = beside.filter(pl.col("piece").is_in(list(pieces)))
        for line, raw, written, below in beside.iter_rows():
            piece, cell = pieces[below], written.strip()
            others = [other for of, other in shown if of != line]
            # What was folded is indented, and then it may have been folded at a blank.
            links = ("", " ") if written[:1].isspace() else ("",)
            wholes = [piece + link + cell if step > 0 else cell + link + piece for link in links]
            if any(
                whole in known or _is_alike(whole, cell) or _is_like(whole, cell, others)
                for whole in wholes
            ):
                message = (
                    f"The row may be torn in two: it has '{clip(cell)}', and line {below} "
                    f"only '{clip(piece)}'"
                )
                yield _reject(RejectCode.TOO_FEW_FIELDS, line, None, message, raw)


def _is_alike(whole: str, cell: str) -> bool:
    kind = look(cell)
    return look(whole) is kind if kind in TYPED else shape(whole) == shape(cell)


def _is_like(whole: str, cell: str, others: Sequence[str]) -> bool:
    """Whether the whole is like the other cells of its column, in shape or in length, and the cell
    is not; with no others, whether no cell begins as this one does."""
    others = filled(others)
    if not others:
        return cell.startswith(_NO_BEGINNING)
    shapes = {shape(other) for other in others}
    if shape(whole) in shapes and shape(cell) not in shapes:
        return True
    lengths = {len(other) for other in others}
    return len(others) >= _LEAST_OTHERS and lengths == {len(whole)} and len(cell) != len(whole)


def _reject(code: RejectCode, line: int, column: str | None, message: str, raw: str) -> Reject:
    return Reject(
        line=line, column=column, code=code, message=message, raw=raw[:RAW_MAX_CHARACTERS]
    )
