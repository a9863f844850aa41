"""Columns of ids: trimmed text, taken from one column, made of several, or the same everywhere."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from parsers.canonical import ID_MAX_CHARACTERS, Field
from parsers.reject import RejectCode, Unreadable, UnreadableCode, clip
from parsers.values.ids import CONTROL, DAMAGED
from parsers.values.sources import Column, Combine, Constant
from parsers.values.values import Found, Values, constant


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
    code = parts.select(
        pl.coalesce(
            *(_part_flaw(part) for part in parts.columns),
            pl.when(pl.lit(whole).str.len_chars() > ID_MAX_CHARACTERS).then(
                pl.lit(RejectCode.LONG_ID.value)
            ),
        )
    ).to_series()
    if code.null_count() == len(code):  # as in most files: nothing is to blame
        column = constant(found[0].column, len(code))
        return Values(columns={name: whole}, code=code, text=whole, source=column)
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
    judged = parts.select(blamed=blamed).unnest("blamed")
    return Values(columns={name: whole}, code=code, text=judged["text"], source=judged["source"])


def refuse_ambiguous(
    field: Field, parts: Sequence[Found], lines: pl.Series, replaced: pl.DataFrame
) -> None:
    """Refuse an id that was combined of different parts, such as 1 and 23, and 12 and 3.

    `lines` are those of the parts, rising. `replaced` has the `line` of each row that another of
    the same key would replace, and the line of that one, `last`.
    Raises Unreadable (AMBIGUOUS_ID).
    """
    at, instead = (lines.search_sorted(replaced[name]) for name in ("line", "last"))
    differ = pl.DataFrame(
        [
            (one.texts.gather(at) != one.texts.gather(instead)).alias(f"part_{number}")
            for number, one in enumerate(parts)
        ]
    )
    merged = replaced.filter(differ.select(pl.any_horizontal(pl.all())).to_series())
    if merged.is_empty():
        return

    def shown(line: int) -> str:
        texts = (str(one.texts[lines.index_of(line)]) for one in parts)
        return ", ".join(f"'{clip(text)}'" for text in texts) + f" on line {line}"

    line, last = merged.select("line", "last").row(0)
    columns = ", ".join(f"'{one.column}'" for one in parts)
    raise Unreadable(
        UnreadableCode.AMBIGUOUS_ID,
        f"{field.words[0].upper()}{field.words[1:]}, put together from the columns {columns}, is "
        f"the same for different ones: {shown(line)}; {shown(last)}.",
        remedy=f"Give {field.name} a separator in the mapping that stands in none of its columns, "
        'such as separator = "/": the file then loads by itself.',
    )


@cache
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
