"""Single rows given as their cells, read as the whole file is: for the few that are in doubt."""

from collections.abc import Hashable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass

import polars as pl

from parsers.mappings.mapping import Mapping
from parsers.money.written import may_be_amount
from parsers.rows.fields import FieldReader
from parsers.values.sources import Amount, Constant, Moment, source_columns
from parsers.values.values import Found


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows that have a cell for each column of the header.

    `places` are the positions of the mapped columns, `columns` the header's names.
    """

    reader: FieldReader
    places: Lookup[str, int]
    columns: Sequence[str]

    def __call__(self, rows: Sequence[Sequence[str]]) -> list[Hashable | None]:
        """Give each row's values, and what the mapping's rules look at; None if one is bad."""
        if not rows:
            return []
        cells = {name: [row[at] for row in rows] for name, at in self.places.items()}
        texts = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).select(
            pl.all().str.strip_chars()
        )
        found = {
            name: Found(column=self.columns[at], texts=texts[name])
            for name, at in self.places.items()
        }
        values = self.reader.read(found, len(rows))
        said = {name: one for each in values.values() for name, one in each.columns.items()}
        ruled = {f"rule {name}": found[name].texts for name in self.reader.mapping.rows.names()}
        codes = pl.DataFrame({name: each.code for name, each in values.items()})
        good = codes.select(pl.all_horizontal(pl.all().is_null())).to_series()
        table = pl.DataFrame(said | ruled)
        return [row if fine else None for row, fine in zip(table.iter_rows(), good, strict=True)]


@dataclass(frozen=True, slots=True)
class LenientRowReader:
    """Reads rows while the file has not decided how: whatever some sign or format may read."""

    mapping: Mapping
    places: Lookup[str, int]

    def __call__(self, rows: Sequence[Sequence[str]]) -> list[Hashable | None]:
        """Give the cells of each row that may be one; None for one that cannot be."""
        return [tuple(row) if self._may_be(row) else None for row in rows]

    def _may_be(self, row: Sequence[str]) -> bool:
        return all(
            self._reads(source, [row[self.places[name]].strip() for name in source_columns(source)])
            for source in self.mapping.columns.values()
        )

    @staticmethod
    def _reads(source: object, cells: list[str]) -> bool:
        match source:
            case Constant():
                return True
            case Amount():
                return may_be_amount(cells[0])
            case Moment():
                return any(char.isdigit() for cell in cells for char in cell)
            case _:
                return all(cells)
