"""Rows that are rejects and whose key could not be read whole: of which transactions they may be.

Of one whose own id was read, but not its shop's, it is a transaction with that id. Of one whose id
does not fit the mapping's mask, it is one whose id stands in the cell: 1001 in `1001`, where the
mask is `#{}`. Of one that is too long or too short, it may be one whose id is any of its cells. But
of that, and of all others, nothing tells for sure (see `lost_neighbours`).
"""

import re
from itertools import combinations

import polars as pl

from parsers.canonical import RecordType

# Pieces of an id: digits, letters, or neither. Those that stand side by side may be an id together.
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+|.", re.DOTALL)
_MOST_PIECES = 24  # of a cell; a longer one is a text that holds no id


def of_known_id(keyed: pl.DataFrame, unread: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """The keys with the ids of some rows, each with the `line` of such a row.

    `keyed` are the rows whose key was read, `unread` some of the others.
    """
    *_, last = record_type.key
    named = unread.filter(pl.col(last).is_not_null()).select("line", last)
    return _keys(keyed, record_type).join(named, on=last, maintain_order="left")


def of_id_in_cell(
    keyed: pl.DataFrame, cells: pl.DataFrame, record_type: RecordType
) -> pl.DataFrame:
    """The keys whose id stands in a cell (`text`) that fits no mask, each with that cell's `line`.

    If the rest of the key was read, it is the same.
    """
    *others, last = record_type.key
    parts = [
        {"line": line, "part": part, **rest}
        for line, text, rest in _rows(cells, others)
        for part in _parts(text)
    ]
    schema = {"line": pl.Int64, "part": pl.String, **{f"{name}_said": pl.String for name in others}}
    found = _keys(keyed, record_type).with_columns(part=pl.col(last).str.to_lowercase())
    found = found.join(pl.DataFrame(parts, schema=schema), on="part", maintain_order="left")
    same = [
        pl.col(f"{name}_said").is_null() | (pl.col(f"{name}_said") == pl.col(name))
        for name in others
    ]
    return found.filter(*same).select(*record_type.key, "line")


def _keys(keyed: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    return keyed.select(record_type.key).unique(maintain_order=True)


def _rows(cells: pl.DataFrame, others: list[str]) -> list[tuple[int, str, dict[str, str | None]]]:
    return [
        (row["line"], row["text"], {f"{name}_said": row[name] for name in others})
        for row in cells.iter_rows(named=True)
    ]


def _parts(text: str) -> set[str]:
    """Everything in a cell that may be an id by itself, in small letters."""
    pieces = _PIECE.findall(text.lower())[:_MOST_PIECES]
    return {"".join(pieces[start:end]) for start, end in combinations(range(len(pieces) + 1), 2)}
