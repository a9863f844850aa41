"""When a header cannot be taken for certain: what is said of it."""

import re
from collections.abc import Collection, Sequence

from parsers.header.beginning import Opening
from parsers.header.columns import MissingColumns, addresses, clean, mark, missing, positions
from parsers.header.guess import guess_header
from parsers.records.cells import TYPED, Look, filled, look, types_of
from parsers.reject import Unreadable, UnreadableCode, clip

COLUMNS_MAX = 10_000
_PLACES = re.compile("[0-9][.,][0-9]{1,2}(?![0-9])")


def refuse_unfit(columns: Sequence[str], record: Opening, names: Sequence[str]) -> None:
    """Refuse a header that is broken or too wide, or in which a mapped name is not one column's.

    Raises Unreadable (UNCLOSED_QUOTE, TOO_WIDE, HEADER).
    """
    if record.broken:
        raise Unreadable(
            UnreadableCode.UNCLOSED_QUOTE,
            f"A quotation mark in the header, on line {record.line}, is not closed.",
            remedy="Ask the sender for a corrected file.",
        )
    refuse_width(columns, record)
    _refuse_values(columns, record)
    for name in names:
        found = positions(columns, name)
        if len(found) > 1:
            named = " and ".join(f"'{addresses(columns)[at]}'" for at in found)
            raise Unreadable(
                UnreadableCode.HEADER,
                f"The header on line {record.line} has {len(found)} columns "
                f"called '{clip(name)}', so it is not clear which one is meant.",
                remedy=f"Name the right one in the mapping, as {clip(named, 200)}: the file then "
                "loads by itself. Else ask the sender to give the columns different names.",
            )


def _refuse_values(columns: Sequence[str], record: Opening) -> None:
    """Refuse a date and a number, or a date with its time, among the names: rows stand there.

    Raises Unreadable (HEADER).
    """
    dates = [name for name in columns if look(name) is Look.DATE]
    if not dates:  # as in most headers
        return
    numbers = [name for name in columns if look(name) is Look.NUMBER]
    moments = [name for name in dates if ":" in name]
    if numbers or moments:
        shown = " and ".join(f"'{clip(name)}'" for name in (dates[0], *numbers[:1]))
        raise Unreadable(
            UnreadableCode.HEADER,
            f"The header on line {record.line} has values among the names of its columns: {shown}. "
            "The line end after it may have been lost, and others with it.",
            remedy="Look at the file: its line ends may have been lost on the way. Ask the sender "
            "to send it again.",
        )


def refuse_width(columns: Sequence[str], record: Opening) -> None:
    """Refuse more columns than any table has. Raises Unreadable (TOO_WIDE)."""
    if len(columns) > COLUMNS_MAX:
        raise Unreadable(
            UnreadableCode.TOO_WIDE,
            f"The header on line {record.line} has {len(columns):,} columns; "
            f"the most that is read is {COLUMNS_MAX:,}.",
            remedy="Look at the file: its line ends may have been lost on the way.",
        )


def refuse_rivals(records: Sequence[Opening], holding: Sequence[int], names: Sequence[str]) -> None:
    """Refuse two headers under which the mapped columns are different ones.

    `holding` are the records with all the mapped names, the header first. One that is equal to it
    in this is a repeated header; one with a number or a date in it is a row that holds the names
    by chance, as any row may hold a single one. Raises Unreadable (HEADER).
    """
    first, *others = holding
    for other in others if len(names) > 1 else ():
        if any(look(cell) in TYPED for cell in records[other].fields):
            continue
        if _places(records[first], names) == _places(records[other], names):
            continue
        line, below = records[first].line, records[other].line
        between = records[first + 1 : other]
        if any(look(cell) in TYPED for record in between for cell in record.fields):
            raise two_tables(line, below)
        raise Unreadable(
            UnreadableCode.HEADER,
            f"Line {line} and line {below} could both be the header, and the columns that the "
            "mapping names are not the same ones under each.",
            remedy="Say which it is in the mapping: [format] "
            f"header_line = {line} or header_line = {below}. The file then loads by itself.",
        )


def two_tables(line: int, other: int) -> Unreadable:
    """Say that a second header stands among the rows, under which mapped columns are others."""
    return Unreadable(
        UnreadableCode.HEADER,
        f"Line {other} is a header, too, and the columns that the mapping names are not the same "
        f"ones under it as under line {line}.",
        remedy="Ask the sender for a file with one table, or for a file each.",
    )


def _places(record: Opening, names: Sequence[str]) -> tuple[int, list[list[int]]]:
    columns = [clean(name) for name in record.fields]
    return len(columns), [positions(columns, name) for name in names]


def refuse_lost_rows(
    records: Sequence[Opening], header: int, width: int, mapped: Sequence[int]
) -> None:
    """Refuse a header with a line above it that looks like a row: it would be lost.

    It does if it has as many fields as the header and, in the mapped columns, amounts and dates
    just where the rows below have them; with no rows below, if no mapped cell of it is blank.
    Numbers without places may be ids, and the row's own a word. Raises Unreadable (HEADER).
    """
    if not header:  # as in most files: nothing is above it
        return
    below = [record.fields for record in records[header + 1 :] if len(record.fields) == width]
    types = types_of(below, width)
    typed = {at: kind for at in mapped if (kind := types[at]) is not None}
    ids = {at for at, kind in typed.items() if kind is Look.NUMBER and not _have_places(below, at)}
    for record in records[:header]:
        if len(record.fields) != width or not _is_row(record.fields, typed, ids, mapped):
            continue
        raise Unreadable(
            UnreadableCode.HEADER,
            f"Line {records[header].line} is the header, but line {record.line} above it looks "
            f"like a row of the table: '{clip(record.raw)}'.",
            remedy="If the lines above the header are no rows, say so in the mapping: [format] "
            f"header_line = {records[header].line}. The file then loads by itself. Else ask the "
            "sender for a file with the header first.",
        )


def _have_places(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether most numbers of a column have a decimal sign."""
    cells = filled(row[at] for row in rows)
    return 2 * sum(_PLACES.search(cell) is not None for cell in cells) > len(cells)


def _is_row(
    cells: Sequence[str], typed: dict[int, Look], ids: Collection[int], mapped: Sequence[int]
) -> bool:
    """Whether cells are those of a row; `ids` are the typed columns that may be ids."""
    looks = {at: look(cells[at]) for at in mapped}
    if typed and len(ids) < len(typed):
        return all(
            looks[at] is not Look.BLANK if at in ids else looks[at] is kind
            for at, kind in typed.items()
        )
    if typed:
        return all(looks[at] is kind for at, kind in typed.items())
    return Look.BLANK not in looks.values() and bool(TYPED & set(looks.values()))


def nowhere(records: Sequence[Opening], names: Sequence[str]) -> Unreadable:
    """Say which names are missing, from the record that comes nearest to the header.

    That is the one with most of the names; with none anywhere, the one that looks like a header.
    If all of them stand in it, it is the header, and nothing divides it.
    """
    absent = [len(missing([clean(name) for name in record.fields], names)) for record in records]
    best = absent.index(min(absent))
    if absent[best] == len(names):
        best = guess_header(records).header or 0
    return _absent(records[best], names)


def _absent(record: Opening, names: Sequence[str]) -> Unreadable:
    """Say which names are missing in a record; or that nothing divides it, if all are in it."""
    columns = [clean(name) for name in record.fields]
    marks = [mark(name) for name in names]
    folded = record.raw.casefold()
    within = all(each and each in folded for each in marks)
    if len(columns) > 1 or len(names) == 1 or not within:
        return MissingColumns(missing(columns, names), columns, record.line)
    return Unreadable(
        UnreadableCode.DELIMITER,
        f"Line {record.line} should be the header but is not divided into columns: "
        f"'{clip(record.raw)}'.",
        remedy="Look at the file: if you see what divides the columns, name it in the mapping: "
        '[format] delimiter = "...". The file then loads by itself. Else ask the sender for the '
        "export as CSV.",
    )


def contradicted(
    records: Sequence[Opening], pinned: Sequence[Opening], names: Sequence[str], line: int
) -> Unreadable:
    """Say that the pinned line is not the header, and where the mapped columns stand, if at all.

    `pinned` are the records from the pinned line on, which may begin further down or be none.
    """
    for record in records:
        columns = [clean(name) for name in record.fields]
        if names and not missing(columns, names):
            return Unreadable(
                UnreadableCode.CONTRADICTS_MAPPING,
                f"The mapping says header_line = {line}, but the mapped columns stand on line "
                f"{record.line}.",
                remedy="If the shop's export has changed, set header_line = "
                f"{record.line} in the [format] of the mapping, or leave it out to have the "
                "header found in each file: the file then loads by itself.",
            )
    if pinned and pinned[0].line == line:
        return _absent(pinned[0], names)
    return Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f"The mapping says header_line = {line}, but that line is blank or not there.",
        remedy="Leave header_line out of the [format] of the mapping to have the header found in "
        "each file: the file then loads by itself.",
    )
