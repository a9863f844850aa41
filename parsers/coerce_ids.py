"""Columns of ids: trimmed text, taken from one column, made of several, or the same everywhere."""

from collections.abc import Sequence

import polars as pl

from parsers.canonical import ID_MAX_CHARACTERS
from parsers.ids import CONTROL, DAMAGED
from parsers.reject import RejectCode
from parsers.sources import Column, Combine, Constant
from parsers.values import Found, Values, constant


def read_ids(
    name: str, source: Column | Combine | Constant, found: Sequence[Found], length: int
) -> Values:
    """Read the ids called `name`; `found` are the columns of the source, in its order."""
    if isinstance(source, Constant):
        value = constant(source.value, length)
        nothing = constant(None, length)
        return Values(columns={name: value}, code=nothing, text=value, source=nothing)
    separator = source.separator if isinstance(source, Combine) else ""
    parts = pl.DataFrame([one.texts.alias(f"part_{at}") for at, one in enumerate(found)])
    whole = parts.select(pl.concat_str(pl.all(), separator=separator)).to_series()
    code = pl.coalesce(
        *(_part_flaw(part) for part in parts.columns),
        pl.when(whole.str.len_chars() > ID_MAX_CHARACTERS).then(pl.lit(RejectCode.LONG_ID.value)),
    )
    # Which part is to blame; of a whole that is too long, the first.
    blamed = pl.coalesce(
        *(
            pl.when(_part_flaw(part).is_not_null()).then(
                pl.struct(text=pl.col(part), source=pl.lit(one.column))
            )
            for part, one in zip(parts.columns, found, strict=True)
        ),
        pl.struct(text=whole, source=pl.lit(found[0].column)),
    )
    judged = parts.select(code=code, blamed=blamed).unnest("blamed")
    return Values(
        columns={name: whole}, code=judged["code"], text=judged["text"], source=judged["source"]
    )


def _part_flaw(part: str) -> pl.Expr:
    text = pl.col(part)
    return (
        pl.when(text == "")
        .then(pl.lit(RejectCode.EMPTY_ID.value))
        .when(text.str.contains(CONTROL))
        .then(pl.lit(RejectCode.ID_CONTROL_CHARACTER.value))
        .when(text.str.contains(DAMAGED))
        .then(pl.lit(RejectCode.DAMAGED_ID.value))
    )
