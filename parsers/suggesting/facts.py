"""What the cells of a column say, whatever the column is called."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from parsers.headings.names import Heading, heading
from parsers.money.written import NotMoneyError, read_money
from parsers.records.cells import Look, look, shape
from parsers.suggesting.opening import Opened, cell

_LOOKED_AT = 500  # different values
_MOST = 0.9
_GUARDS = ('="{}"', "'{}")
_LEADING = 2  # further columns that are blank just where this one is


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A column of all files: its name as a mapping has it, its texts, trimmed, and their nature.

    `distinct` are its different values that are not blank, in the order in which they come first,
    and `times` how often each is there. `looks` counts the different values, `weights` the cells.
    """

    name: str
    position: int
    heading: Heading
    texts: pl.Series
    distinct: pl.Series
    filled: int
    times: pl.Series
    looks: Counter[Look]
    weights: Counter[Look]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.texts)

    @property
    def share_filled(self) -> float:
        """The share of the rows that are not blank here."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return self.filled == 0

    def mostly(self, *kinds: Look) -> bool:
        """Whether nearly all cells, or nearly all different values, look like one of these."""
        return any(
            counts.total() > 0 and sum(counts[kind] for kind in kinds) >= _MOST * counts.total()
            for counts in (self.looks, self.weights)
        )

    @property
    def is_money(self) -> bool:
        """Whether the values read as amounts."""
        if not self.mostly(Look.NUMBER):
            return False
        some = self.distinct.head(_LOOKED_AT).to_list()
        fits = [_is_amount(text) for text in some]
        cells = self.times.head(_LOOKED_AT).to_list()
        read = sum(count for count, fit in zip(cells, fits, strict=True) if fit)
        return sum(fits) >= _MOST * len(fits) or read >= _MOST * sum(cells)

    @property
    def has_places(self) -> bool:
        """Whether some value has a decimal sign or a currency."""
        return bool(self.distinct.str.contains(r"[0-9][.,][0-9]|[^0-9+\-\s]").any())

    @property
    def has_cents(self) -> bool:
        """Whether nearly all values have two places, as amounts have."""
        fits = self.distinct.str.contains(r"[0-9][.,][0-9]{2}\D*$")
        return not fits.is_empty() and int(fits.sum()) >= _MOST * len(fits)

    @property
    def guard(self) -> str | None:
        """The mask of a spreadsheet's guard of leading zeros, if every value has it: ="0012"."""
        for mask in _GUARDS:
            begin, _, end = (re.escape(part) for part in mask.partition("{}"))
            fits = self.distinct.str.contains(f"^{begin}[^'\"]+{end}$")
            if not fits.is_empty() and bool(fits.all()):
                return mask
        return None

    @property
    def has_lines(self) -> bool:
        """Whether some value goes over several lines, and so cannot be an id."""
        return bool(self.distinct.str.contains(r"[\r\n\t]").any())

    @property
    def shapes(self) -> Counter[str]:
        """How many of the different values have which shape."""
        return Counter(shape(text) for text in self.distinct.head(_LOOKED_AT))


def facts_of(opened: Opened) -> tuple[Facts, ...]:
    """Look at each column of some files."""
    return tuple(
        _facts(name, position, opened.frame[cell(position)])
        for position, name in enumerate(opened.columns)
    )


def only(facts: Iterable[Facts], rows: pl.Series) -> tuple[Facts, ...]:
    """The same columns in some of the rows only."""
    return tuple(_facts(one.name, one.position, one.texts.filter(rows)) for one in facts)


def filled_down(one: Facts) -> pl.Series:
    """The texts of a column, each blank cell with what stands above it."""
    return one.texts.set(one.texts == "", None).fill_null(strategy="forward").fill_null("")


def leads_blanks(one: Facts, others: Sequence[Facts]) -> bool:
    """Whether a column is filled on the first row of a sale only, as others beside it are."""
    if one.filled in (0, one.rows) or one.texts[0] == "":
        return False
    blank = one.texts == ""
    alike = sum(bool(((other.texts == "") == blank).all()) for other in others)
    return alike > _LEADING


def _facts(name: str, position: int, texts: pl.Series) -> Facts:
    filled = texts.filter(texts != "")
    counted = filled.to_frame("text").group_by("text", maintain_order=True).len("times")
    looks, weights = Counter[Look](), Counter[Look]()
    for text, times in counted.head(_LOOKED_AT).iter_rows():
        looks[look(text)] += 1
        weights[look(text)] += times
    return Facts(
        name=name,
        position=position,
        heading=heading(name),
        texts=texts,
        distinct=counted["text"],
        filled=len(filled),
        times=counted["times"],
        looks=looks,
        weights=weights,
    )


def _is_amount(text: str) -> bool:
    for decimal in ".,":
        try:
            read_money(text, decimal)
        except NotMoneyError:
            continue
        return True
    return False
