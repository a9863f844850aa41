"""A column of currencies beside the amounts, of which the mapping says nothing.

It is known by its name, or by its cells, where these are nothing but codes of currencies.

Totals in two currencies cannot stand beside each other, be they told by a sign in the amounts or by
a column of their own. Which rows count, nobody but the mapping can say.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import polars as pl

from parsers.header.finding import Header
from parsers.headings.names import heading
from parsers.headings.words import Concept
from parsers.mappings.mapping import Mapping
from parsers.money.currency import CODES, meanings
from parsers.records.cells import filled
from parsers.records.dialect import Dialect
from parsers.records.tokens import read_records
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.table.frame import place
from parsers.values.sources import Amount

# What else the name of such a column may say: whose currency it is. Not that of a fee or a tip.
_OF_TOTALS = frozenset(
    (
        *(Concept.CURRENCY, Concept.CONVERTED, Concept.ID, Concept.TOTAL, Concept.GRAND),
        *(Concept.AMOUNT, Concept.GROSS, Concept.NET, Concept.TRANSACTION, Concept.RECEIPT),
        *(Concept.CHECK, Concept.ORDER, Concept.INVOICE, Concept.SALE, Concept.PAYMENT),
        *(Concept.STORE, Concept.TILL),
    )
)
_SAMPLE = 2_000  # characters below the header
_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])")
_MOST = 0.8  # of the cells that are not blank name a currency: else it is no column of them


def currency_columns(
    columns: Sequence[str], mapped: Collection[int], mapping: Mapping
) -> list[int]:
    """The positions of columns whose names say that they have the currencies of the totals.

    `mapped` are the positions of those that the mapping names, which are none of these. If the
    totals are converted, the currencies before that do not matter.
    """
    converted = _are_converted(mapping)
    return [
        at
        for at, name in enumerate(columns)
        if at not in mapped
        and heading(name).has(Concept.CURRENCY)
        and heading(name).has(Concept.CONVERTED) == converted
        and not heading(name).unknown
        and heading(name).concepts <= _OF_TOTALS
    ]


def columns_of_codes(
    text: str, header: Header, dialect: Dialect, mapped: Collection[int], mapping: Mapping
) -> list[int]:
    """The positions of columns that have nothing but codes of currencies in the first rows, and
    names that say nothing that is known: `Cur`, `WKZ`, or none.

    `text` is that of the whole file; the other arguments are those of `currency_columns`.
    """
    sample = text[header.body : header.body + _SAMPLE]
    if CODES.isdisjoint(_CODE.findall(sample)) or _are_converted(mapping):
        return []
    width = len(header.columns)
    records = read_records(sample, dialect, first_line=header.next_line, width=width)
    rows = [one.fields for one in records]
    whole = len(rows) - (len(sample) == _SAMPLE)  # the last one may be cut
    rows = [fields for fields in rows[:whole] if len(fields) == width]
    return [
        at
        for at, name in enumerate(header.columns)
        if at not in mapped
        and not heading(name).concepts
        and (cells := {*filled(row[at] for row in rows)})
        and cells <= CODES
    ]


def refuse_several_codes(
    frame: pl.DataFrame, columns: Sequence[str], places: Iterable[int], mapping: Mapping
) -> None:
    """Refuse rows in different currencies by columns that `columns_of_codes` gave, if these have
    nothing but codes in all rows, and several.

    Raises Unreadable (MIXED_CURRENCIES).
    """
    for at in places:
        codes = {*filled(frame[place(at)].drop_nulls().unique())}
        if len(codes) > 1 and codes <= CODES:
            refuse_several_currencies(frame, columns, [at], mapping)


def refuse_several_currencies(
    frame: pl.DataFrame, columns: Sequence[str], places: Iterable[int], mapping: Mapping
) -> None:
    """Refuse rows of which such a column says that they are in different currencies.

    `frame` has `line` and the columns at these positions. The currency that the mapping says
    the totals are in is one of them. Raises Unreadable (MIXED_CURRENCIES).
    """
    pinned = next((one.currency for one in _amounts(mapping) if one.currency), None)
    for at in places:
        cells = frame.select("line", cell=pl.col(place(at)).str.strip_chars()).filter(
            pl.col("cell") != ""
        )
        first = _first_lines(cells)
        if first is None:
            continue
        seen = {} if pinned is None else {frozenset((pinned,)): (pinned, "")}
        for code, line in first:
            here = (code, f"'{clip(code)}' on line {line}")
            for other, there in seen.items():
                if not meanings(code) & other:
                    raise _several(clip(columns[at]), there, here)
            seen.setdefault(meanings(code), here)


def _are_converted(mapping: Mapping) -> bool:
    totals = (name for source in _amounts(mapping) for name in source.add)
    return any(heading(name).has(Concept.CONVERTED) for name in totals)


def _amounts(mapping: Mapping) -> Iterator[Amount]:
    return (source for source in mapping.columns.values() if isinstance(source, Amount))


def _first_lines(cells: pl.DataFrame) -> list[tuple[str, int]] | None:
    """Each currency that cells name, and the line of the first; None if most of them name none."""
    distinct = cells.group_by("cell", maintain_order=True).agg(pl.len(), pl.col("line").first())
    named = [(cell, count, line) for cell, count, line in distinct.iter_rows() if meanings(cell)]
    if sum(count for _, count, _ in named) < _MOST * cells.height:
        return None
    return [(cell, line) for cell, _, line in named]


def _several(column: str, there: tuple[str, str], here: tuple[str, str]) -> Unreadable:
    """Say so of two currencies, each a code and where it stands: nowhere if the mapping has it."""
    (code, where), (other, line) = there, here
    words = f"The column '{column}' names different currencies: {where}, {line}."
    if not where:
        words = f"The totals should be in {code}, but the column '{column}' has {line}."
    return Unreadable(
        UnreadableCode.MIXED_CURRENCIES,
        words,
        remedy="If only the rows in one currency count, say so in the mapping: [rows] keep = "
        f'{{ "{column}" = ["{code}"] }}. If totals in different currencies may stand beside each '
        f'other, name them all: ["{code}", "{other}"]. The file then loads by itself.',
    )
