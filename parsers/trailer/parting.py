"""What stands among and after the rows of a table and is none of them, and what it states.

Left out are comments, repeated headers, subtotals between the rows and the footer after the last.
A row that may be a sale is never left out, and a row that may be a total is never loaded: if it may
be either, the file is held until the mapping says which.
"""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass

import polars as pl

from parsers.header.check import two_tables
from parsers.header.columns import clean
from parsers.header.finding import Header
from parsers.records.cells import TYPED, filled, look
from parsers.records.dialect import Dialect
from parsers.records.skipped import Skipped, SkippedKind, skip
from parsers.records.tokens import is_comment
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.table.splitting import ReadRows
from parsers.trailer.captions import refuse_other_captions
from parsers.trailer.footer import find_footer, learn_rows, pinned_footer
from parsers.trailer.sections import Columns, refuse_sections
from parsers.trailer.statements import Statement, stated
from parsers.trailer.suspects import Suspect, are_sums, has_total, suspects
from parsers.trailer.total_words import is_total

_MANY = 0.5  # of the rows begin with a word for a total: then it is a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Which columns of a table are mapped, by their positions, and how to read rows.

    `ids` and `money` are those of ids and of amounts, `all` every one that a row needs. `others`:
    the mapping says how records of other kinds among the rows are told from them.
    """

    all: Sequence[int]
    ids: Sequence[int]
    money: Sequence[int]
    read: ReadRows
    others: bool = False

    @property
    def typed(self) -> list[int]:
        """The positions of amounts and dates, which are no ids."""
        return [at for at in self.all if at not in self.ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The records that are rows, good or bad, the lines left out in order, and what they state."""

    frame: pl.DataFrame
    skipped: tuple[Skipped, ...] = ()
    statements: tuple[Statement, ...] = ()


def part(
    frame: pl.DataFrame,
    header: Header,
    dialect: Dialect,
    *,
    mapped: Mapped | None = None,
    footer: str | int | None = None,
) -> Parted:
    """Part the rows of a table from what is none of them.

    `frame` is one of records (table/frame.py). Without `mapped` no total among the rows is left
    out, and no file is held. `footer` is that of the mapping's [format]: a text, a number of lines,
    "" or 0 for none, or None: found by evidence. What a number of lines states is not read.
    Raises Unreadable (HEADER, AMBIGUOUS_FOOTER, CONTRADICTS_MAPPING, CUT_SHORT).
    """
    if frame.is_empty():
        return Parted(frame=frame)
    ids = mapped.ids if mapped else ()
    places = mapped.all if mapped else range(len(header.columns))
    names = [header.columns[at] for at in places]
    typed = mapped.typed if mapped else ()
    doubtful = suspects(frame, header, dialect, ids=ids, names=names, typed=typed)
    kinds = _told(doubtful, header, dialect, mapped)
    body = _without(frame, kinds)
    if mapped:
        again = [one for one in doubtful if kinds.get(one.line) is SkippedKind.REPEATED_HEADER]
        refuse_other_captions(body, again, header, dialect)
        if not mapped.others:
            columns = Columns(all=mapped.all, typed=mapped.typed)
            refuse_sections(frame, header, dialect, columns, told=kinds)
    totals = [one for one in doubtful if one.line not in kinds and _is_total(one, mapped)]
    if mapped:
        totals = _refuse_twofold(totals, body.height, header, mapped, footer)
    ending = _footer(body, totals, header, dialect, mapped=mapped, footer=footer)
    kinds |= {one.line: SkippedKind.FOOTER for one in ending}
    if mapped:
        subtotals = (one.line for one in totals if _is_subtotal(one))
        kinds |= {line: SkippedKind.SUBTOTAL for line in subtotals if line not in kinds}
    return Parted(
        frame=_without(frame, kinds),
        skipped=_left_out(frame, kinds),
        statements=() if isinstance(footer, int) else _stated(ending, header, mapped),
    )


def _stated(
    ending: Sequence[Suspect], header: Header, mapped: Mapped | None
) -> tuple[Statement, ...]:
    money = mapped.money if mapped else ()
    return tuple(
        one for record in ending for one in stated(record.line, record.cells, header, money)
    )


def _left_out(frame: pl.DataFrame, kinds: Lookup[int, SkippedKind]) -> tuple[Skipped, ...]:
    """Show the lines that are no rows, in the order of the table."""
    if not kinds:  # as in most files
        return ()
    lines = frame.filter(pl.col("line").is_in(list(kinds))).select("line", "raw")
    return tuple(skip(line, kinds[line], raw) for line, raw in lines.iter_rows())


def _told(
    doubtful: Sequence[Suspect], header: Header, dialect: Dialect, mapped: Mapped | None
) -> dict[int, SkippedKind]:
    """Say of the lines that are told by their text alone, comments and headers, what they are."""
    above = {each.text for each in header.skipped}
    kinds = {}
    for one in doubtful:
        if is_comment(one.raw, dialect.comment):
            kinds[one.line] = SkippedKind.COMMENT
        elif one.raw in above or _is_header_again(one, header, mapped):
            kinds[one.line] = SkippedKind.REPEATED_HEADER
    return kinds


def _is_header_again(one: Suspect, header: Header, mapped: Mapped | None) -> bool:
    """Whether a record is the header once more, at least for the mapped columns.

    Raises Unreadable (HEADER) if it is a header under which these are other columns.
    """
    if not header.line:
        return False
    names, columns = _folded(one.cells), _folded(header.columns)
    if _unpadded(names) == _unpadded(columns):
        return True
    # A row may hold a single name, and no header has a number or a date in it.
    if mapped is None or len(mapped.all) == 1 or any(look(cell) in TYPED for cell in one.cells):
        return False
    wanted = {at: columns[at] for at in mapped.all}
    if not set(wanted.values()) <= set(names):
        if len(names) == len(columns) and any(names[at] == wanted[at] for at in mapped.typed):
            raise two_tables(header.line, one.line)  # a name where a value should be
        return False
    if len(one.cells) != len(header.columns) or any(
        names[at : at + 1] != [name] for at, name in wanted.items()
    ):
        raise two_tables(header.line, one.line)
    return True


def _folded(names: Sequence[str]) -> list[str]:
    """Names as they are compared: without regard to case and to blanks around them."""
    return [clean(name).casefold() for name in names]


def _unpadded(names: Sequence[str]) -> list[str]:
    kept = list(names)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _is_total(one: Suspect, mapped: Mapped | None) -> bool:
    return has_total(one, mapped.ids if mapped else ())


def _refuse_twofold(
    totals: Sequence[Suspect],
    rows: int,
    header: Header,
    mapped: Mapped,
    footer: str | int | None,
) -> list[Suspect]:
    """Give those with a word for a total that cannot be rows, or that the mapping calls a footer.

    Raises Unreadable (AMBIGUOUS_FOOTER) if one may be a row as well. If most rows begin so, it is
    the name of a shop.
    """
    whole = [one for one in totals if len(one.cells) == len(header.columns)]
    values = mapped.read([one.cells for one in whole])
    twofold = {one.line: one for one, value in zip(whole, values, strict=True) if value is not None}
    if footer in ("", 0) or len(twofold) > _MANY * rows:
        return [one for one in totals if one.line not in twofold]
    if isinstance(footer, str):
        begins = footer.strip()
        twofold = {
            line: one
            for line, one in twofold.items()
            if not one.raw.lstrip(" \"'").startswith(begins)
        }
    if twofold:
        raise _twofold(list(twofold.values())[-1])
    return list(totals)


def _twofold(one: Suspect) -> Unreadable:
    word = next(cell for cell in (one.first, *one.cells) if is_total(cell)).strip()
    begins = one.raw[: one.raw.find(word) + len(word)]
    return Unreadable(
        UnreadableCode.AMBIGUOUS_FOOTER,
        f"Line {one.line} may be a row or a total of the rows, since '{clip(word)}' stands in it: "
        f"'{clip(one.raw)}'.",
        remedy="Say in the mapping whether the table ends with totals: [format] footer = "
        f"'{clip(begins)}' if it does, footer = '' if all lines are rows. The file then loads "
        "by itself.",
    )


def _footer(
    body: pl.DataFrame,
    totals: Sequence[Suspect],
    header: Header,
    dialect: Dialect,
    *,
    mapped: Mapped | None,
    footer: str | int | None,
) -> list[Suspect]:
    if body.is_empty() or footer in ("", 0):
        return []
    width = len(header.columns)
    lines = {
        one.line
        for one in totals
        if is_total(one.first) and (len(one.cells) == width or _is_subtotal(one)) and mapped
    }
    if footer is None and mapped and _ends_in_a_row(body, lines, header, mapped):
        return []
    all_, ids = (mapped.all, mapped.ids) if mapped else (None, ())
    rows = learn_rows(body, width, dialect, all_, ids)
    if footer is None:
        return find_footer(body, rows, dialect, totals=lines)
    return pinned_footer(body, rows, dialect, footer)


def _ends_in_a_row(
    body: pl.DataFrame, totals: Collection[int], header: Header, mapped: Mapped
) -> bool:
    """Whether the last record is a whole row, as in most files, so that there is no footer."""
    last = body.row(-1, named=True)
    return (
        last["line"] not in totals
        and any(map(str.isalnum, last["raw"]))
        and last["width"] == len(header.columns)
        and all((last[f"field_{at}"] or "").strip() for at in mapped.all)
    )


def _is_subtotal(one: Suspect) -> bool:
    """Whether nothing but sums stands beside the word."""
    return is_total(one.first) and are_sums(filled(one.cells)[1:])


def _without(frame: pl.DataFrame, lines: Collection[int]) -> pl.DataFrame:
    return frame.filter(~pl.col("line").is_in(list(lines))) if lines else frame
