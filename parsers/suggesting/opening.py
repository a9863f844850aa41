"""Files opened for a proposal: their rows side by side in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from parsers.containers import contents
from parsers.header.columns import addresses, clean
from parsers.headings.names import heading
from parsers.mappings.format import Format
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.sheet import Findings, Sheet, read_sheet
from parsers.suggesting.given import GivenFile
from parsers.text.encodings import decode
from parsers.text.framing import refuse_other_kinds

MOST_BYTES = 4 << 20
"""So much of a file is looked at, which is some ten thousand rows: enough to tell what it is."""

_KNOWN = 0.6  # of the names in a header say something
_ALIKE = 0.5  # of the columns must be in all files


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Files of one kind, opened.

    `frame` has `file` (its place), `line` and one column of trimmed text for each of `columns`,
    which are called by `cell`. `unfit` counts the records that have not as many fields as the
    header; `cut` says that only the beginning of a long file is there. `findings` are those of
    each file, with the encoding and rivals of all together.
    """

    files: tuple[GivenFile, ...]
    columns: tuple[str, ...]
    frame: pl.DataFrame
    unfit: int
    cut: bool
    findings: tuple[Findings, ...]


def cell(position: int) -> str:
    """Name the column of the frame for the column at a position."""
    return f"cell_{position}"


def open_files(files: Sequence[GivenFile]) -> Opened:
    """Open files of one kind; a zip, gzip or workbook stands for the tables in it.

    Raises Unreadable if one is no table, or if they are of different kinds.
    """
    tables = tuple(table for file in files for table in _tables(file))
    encoding, rivals = _encoding(tables)
    beginnings = [_beginning(table.data) for table in tables]
    sheets = [_read(data, encoding) for data in beginnings]
    headers = [addresses([clean(name) for name in sheet.header]) for sheet in sheets]
    columns = tuple(name for name in headers[0] if all(name in one for one in headers))
    _refuse_unlike(tables, headers, columns)
    frames = []
    unfit = 0
    for place, (sheet, header) in enumerate(zip(sheets, headers, strict=True)):
        frame, left = _frame(place, sheet, [header.index(name) for name in columns])
        frames.append(frame)
        unfit += left
    return Opened(
        files=tables,
        columns=columns,
        frame=pl.concat(frames),
        unfit=unfit,
        cut=any(
            len(data) < len(table.data) for data, table in zip(beginnings, tables, strict=True)
        ),
        findings=tuple(
            replace(sheet.findings, rivals=rivals) if encoding else sheet.findings
            for sheet in sheets
        ),
    )


def _tables(file: GivenFile) -> list[GivenFile]:
    inside = contents(file.data, file.name)
    if inside is None:
        refuse_other_kinds(file.data)
        return [file]
    if not inside.members:
        raise Unreadable(
            UnreadableCode.NOT_A_TABLE,
            f"There is no table in '{clip(file.name)}'.",
            remedy="Name a file with rows in it.",
        )
    return [GivenFile(name=one.name, data=one.data) for one in inside.members]


def _encoding(tables: Sequence[GivenFile]) -> tuple[str | None, tuple[str, ...]]:
    """Weigh the encoding of several files together, where there is anything to weigh."""
    single = [decode(table.data, None) for table in tables]
    unsure = [at for at, one in enumerate(single) if one.rivals]
    if len(unsure) < 2:  # noqa: PLR2004 - nothing to join
        return None, ()
    if any(not table.data.isascii() for at, table in enumerate(tables) if at not in unsure):
        return None, ()
    together = decode(b"\n".join(tables[at].data for at in unsure), None)
    return together.encoding, together.rivals


def _beginning(data: bytes) -> bytes:
    """The beginning of a long file, of whole lines; a file of two bytes a character is whole."""
    if len(data) <= MOST_BYTES or b"\0" in data[:MOST_BYTES]:
        return data
    end = data.rfind(b"\n", 0, MOST_BYTES) + 1
    return data[:end] if end else data


def _read(data: bytes, encoding: str | None) -> Sheet:
    """Read a file; where no header was found, a line of known names above the rows is one."""
    sheet = read_sheet(data, Format(encoding=encoding))
    if sheet.findings.header_line or not sheet.records:
        return sheet
    first = sheet.records[0][0]
    above = [line.line for line in sheet.findings.left_out if line.line < first]
    for line in (*above, first):
        other = read_sheet(data, Format(encoding=encoding, header_line=line))
        known = sum(bool(heading(name).concepts) for name in other.header)
        if len(other.header) == len(sheet.header) and known >= _KNOWN * len(other.header):
            return other
    return sheet


def _frame(place: int, sheet: Sheet, positions: Sequence[int]) -> tuple[pl.DataFrame, int]:
    width = len(sheet.header)
    good = [(line, fields) for line, fields in sheet.records if len(fields) == width]
    columns = {
        "file": pl.repeat(place, len(good), dtype=pl.Int64, eager=True),
        "line": pl.Series([line for line, _ in good], dtype=pl.Int64),
    }
    for at, position in enumerate(positions):
        texts = pl.Series([fields[position] for _, fields in good], dtype=pl.String)
        columns[cell(at)] = texts.str.strip_chars()
    return pl.DataFrame(columns), len(sheet.records) - len(good)


def _refuse_unlike(
    tables: Sequence[GivenFile], headers: Sequence[Sequence[str]], columns: Sequence[str]
) -> None:
    if all(len(columns) >= _ALIKE * len(header) for header in headers):
        return
    other = next(
        table
        for table, header in zip(tables, headers, strict=True)
        if len(set(header) & set(headers[0])) < len(headers[0])
        or len(header) > len(headers[0]) / _ALIKE
    )
    raise Unreadable(
        UnreadableCode.MISSING_COLUMN,
        f"'{clip(tables[0].name)}' and '{clip(other.name)}' have different columns: they are files "
        "of different kinds.",
        remedy="Make a mapping for each kind, and set each for a feed of its own.",
    )
