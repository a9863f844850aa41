"""From text to records, fast: for a table in which every record is one physical line.

The lines are split as columns of text, all at once. That is right if no quoted field holds a
delimiter or a doubled quote, which one regular expression sees for each line. Of the others, those
whose quotes all close are split one by one; if a quote does not, it takes a patient reader.
polars' own reader of CSV is not used: it numbers records and not lines, makes short rows null,
fails the whole file for one long row, and panics on some input (measured with polars 2.1).
"""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from parsers.header.finding import Header
from parsers.records.closed import LONGEST, closed, split
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.scan import BLANK_CHARACTERS, UNSEEN
from parsers.records.tokens import read_records
from parsers.table.frame import place

# Read at a time: the steps between text and fields take several times their room.
_PART_CHARACTERS = 1 << 23


def read_fast(
    text: str, header: Header, positions: Sequence[int], dialect: Dialect | None = None
) -> pl.DataFrame | None:
    """Read all records below the header; None if that would take a patient reader.

    Without a dialect it is the ordinary one with the header's delimiter.
    """
    dialect = dialect or Dialect(delimiter=header.delimiter)
    if dialect.delimiter in ("", " ", BLANKS):
        return None
    frames = []
    line = header.next_line
    for part in _parts(text, header.body):
        if dialect.escape and dialect.escape in part:
            return None
        lines = _lines(part, line)
        line += lines.height
        lines = lines.filter(
            pl.col("raw").str.strip_chars(BLANK_CHARACTERS + dialect.delimiter) != ""
        )
        if dialect.quote is None or dialect.quote not in part:
            frames.append(_split(lines, header, positions, dialect, quoted=False))
            continue
        found = _read_quoted(lines, header, positions, dialect)
        if found is None:
            return None
        frames.append(found)
    return pl.concat(frames)


def _parts(text: str, start: int) -> Iterator[str]:
    """Cut the text after `start` at line ends; at least one part, which may be empty."""
    while True:
        end = text.find("\n", start + _PART_CHARACTERS) + 1 or len(text)
        yield text[start:end]
        start = end
        if start == len(text):
            return


def _lines(part: str, number: int) -> pl.DataFrame:
    """Give the physical lines of a part, the first of which has this number."""
    if "\r" in part:
        part = part.replace("\r\n", "\n").replace("\r", "\n")
    # Not `pl.read_lines`: it takes text for a packed format and unpacks it, leaves many chunks, and
    # costs 0.3 ms before the first line.
    raw = pl.Series([part.removesuffix("\n")]).str.split("\n").explode()
    lines = pl.int_range(number, number + len(raw), eager=True)
    return pl.DataFrame({"line": lines, "raw": raw})


def _read_quoted(
    lines: pl.DataFrame, header: Header, positions: Sequence[int], dialect: Dialect
) -> pl.DataFrame | None:
    """Read lines some of which have quotes; None if one has a quote that does not close."""
    frames = []
    if dialect.comment:
        begun = lines["raw"].str.strip_chars_start(BLANK_CHARACTERS)
        comment = begun.str.starts_with(dialect.comment)
        frames.append(_split(lines.filter(comment), header, positions, dialect, quoted=False))
        lines = lines.filter(~comment)
    regular = lines["raw"].str.contains(_regular(dialect))
    if not regular.all() and (expression := closed(dialect)) is not None:
        simple = ~regular & lines["raw"].str.contains(expression)
        simple &= lines["raw"].str.len_chars() <= LONGEST
        plain = lines.filter(simple)
        frames.append(_of_fields(plain, [*split(plain["raw"], dialect)], header, positions))
        lines, regular = lines.filter(~simple), regular.filter(~simple)
    if not regular.all():
        regular |= lines["raw"].str.contains(_with_one_inside(dialect))
    if not regular.all():
        regular |= lines["raw"].str.contains(_with_none_at_an_end(dialect))
    if not regular.all():
        others = lines.filter(~regular)
        if not others["raw"].str.contains(_closed(dialect)).all():
            return None
        frames.append(_one_by_one(others, header, positions, dialect))
        lines = lines.filter(regular)
    frames.append(_split(lines, header, positions, dialect, quoted=True))
    return frames[0] if len(frames) == 1 else pl.concat(frames).sort("line")


def _split(
    lines: pl.DataFrame,
    header: Header,
    positions: Sequence[int],
    dialect: Dialect,
    *,
    quoted: bool,
) -> pl.DataFrame:
    width = lines["raw"].str.count_matches(dialect.delimiter, literal=True).cast(pl.Int64) + 1
    # Only what fits is split: a long line of delimiters would cost sixteen times its size.
    fits = width == len(header.columns)
    # By itself, before the fields are taken: in one step with that, each line would be split anew
    # for each field (84 ms instead of 24 for four fields of 170,000 lines).
    fields = pl.when(fits).then("raw").str.split(dialect.delimiter)
    split = lines.with_columns(width=width, fields=fields).select(
        "line",
        "raw",
        "width",
        pl.lit(value=False).alias("stray"),
        pl.lit(value=False).alias("unclosed"),
        *(pl.col("fields").list.get(position).alias(place(position)) for position in positions),
    )
    if not quoted:
        return split
    quote = dialect.quote
    inside = rf"^[ \t]*{quote}([^{quote}]*){quote}[ \t]*$"
    return split.with_columns(
        pl.coalesce(pl.col(name).str.extract(inside), pl.col(name)).alias(name)
        for name in map(place, positions)
    )


def _one_by_one(
    lines: pl.DataFrame, header: Header, positions: Sequence[int], dialect: Dialect
) -> pl.DataFrame:
    """Read lines, each of which is a record by itself, as a patient reader does."""
    records = [next(read_records(raw, dialect)) for raw in lines["raw"]]
    split_lines = [record.fields for record in records]
    stray = pl.Series("stray", [record.stray for record in records], dtype=pl.Boolean)
    return _of_fields(lines, split_lines, header, positions).with_columns(stray)


def _of_fields(
    lines: pl.DataFrame, split_lines: Sequence[list[str]], header: Header, positions: Sequence[int]
) -> pl.DataFrame:
    """Put lines and the fields that they were split into side by side."""
    fits = [fields if len(fields) == len(header.columns) else None for fields in split_lines]
    return lines.select(
        "line",
        "raw",
        pl.Series("width", [*map(len, split_lines)], dtype=pl.Int64),
        pl.lit(value=False).alias("stray"),
        pl.lit(value=False).alias("unclosed"),
        *(
            pl.Series(
                place(at), [fields[at] if fields else None for fields in fits], dtype=pl.String
            )
            for at in positions
        ),
    )


def _regular(dialect: Dialect) -> str:
    """Make the expression for a line whose quotes, if any, each hold one simple field."""
    mark = re.escape(dialect.delimiter[0])
    return _line_of(dialect, f"[^{dialect.quote}{mark}]*", f"[^{dialect.quote}{mark}]*")


def _with_one_inside(dialect: Dialect) -> str:
    """Make the expression for a line with a single quote, in the midst of a field."""
    quote, blanks = dialect.quote, re.escape(dialect.delimiter[-1]) + r" \t"
    return f"^[^{quote}]*[^{quote}{blanks}]{quote}[^{quote}]*$"


def _with_none_at_an_end(dialect: Dialect) -> str:
    """Make the expression for a regular line with quotes in the midst of fields besides, none of
    which ends with one, so that nothing closes what they may open."""
    quote, mark = dialect.quote, re.escape(dialect.delimiter[0])
    rest = rf"(?:[^{mark}]*[^{quote}{mark} \t{UNSEEN}])?[ \t]*"
    if dialect.delimiter[0] in " \t":
        rest = rf"(?:[^{mark}]*[^{quote}{mark} \t{UNSEEN}])?"
    return _line_of(dialect, f"[^{quote}{mark}]*", rest)


def _closed(dialect: Dialect) -> str:
    """Make the expression for a line whose quoted fields all close on it."""
    inside = f"(?:[^{dialect.quote}]|{dialect.quote}{dialect.quote})*"
    return _line_of(dialect, inside, f"[^{re.escape(dialect.delimiter[0])}]*")


def _line_of(dialect: Dialect, inside: str, rest: str) -> str:
    """`inside` is what a quoted field holds, `rest` what follows the beginning of another."""
    quote, mark = dialect.quote, re.escape(dialect.delimiter)
    first = re.escape(dialect.delimiter[0])
    blank = "[ ]" if dialect.delimiter[0] == "\t" else r"[ \t]"
    quoted = rf"{blank}*{quote}{inside}{quote}{blank}*"
    plain = rf"{blank}*(?:[^{quote}{first} \t]{rest})?"
    return rf"^(?:{quoted}|{plain})(?:{mark}(?:{quoted}|{plain}))*$"
