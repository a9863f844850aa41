"""Columns of ids: trimmed text, taken from one column, made of several, or the same everywhere."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from parsers.canonical import ID_MAX_CHARACTERS, Field
from parsers.reject import RejectCode, Unreadable, UnreadableCode, clip
from parsers.values.ids import BLANKS, CONTROL, DAMAGED, FORMULA, LOST, NULL
from parsers.values.sources import Column, Combine, Constant
from parsers.values.values import Found, Values, constant

# A spreadsheet keeps 15 digits of a number and writes zeros for the others.
_EXACT_DIGITS = 15
_LONG = rf"^[0-9]{{{_EXACT_DIGITS + 1},}}$"
_ROUNDED = rf"^[1-9][0-9]{{{_EXACT_DIGITS - 1}}}0+$"
_LOST_DIGITS = 4  # zeros in the places of lost digits, in all: fewer may be so by chance
# 12-3 that a spreadsheet took for a date, and shows as one, among ids such as 17-45.
_MONTH = (
    "(?i:jan|ene|gen|janv|feb|f[eé]vr?|mar|m[aä]r|mrz|mars|mrt|apr|abr|avr|may|mai|mei|mag|jun|juin"
    "|giu|jul|juil|lug|aug|ago|ao[uû]t|sept?|set|oct|okt|ott|out|nov|dec|d[eé]c|dez|dic)"
)
_MADE_DATE = (
    rf"^(?:[0-9]{{1,2}}[-. ]{{1,2}}{_MONTH}\.?|{_MONTH}[-. ]{{1,2}}[0-9]{{2}}"
    r"|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00:00)?)$"
)
_TWO_NUMBERS = "^[0-9]{1,4}[-/.][0-9]{1,4}$"
# One look for everything that few files have: each costs as much as a whole column of amounts.
_FLAWED = f"^$|{CONTROL}|{NULL}|{DAMAGED}"
_SUSPECT = rf'{BLANKS}|^="|\?|{_FLAWED}|{_ROUNDED}|{_MADE_DATE}'


def read_ids(
    name: str, source: Column | Combine | Constant, found: Sequence[Found], length: int
) -> Values:
    """Read the ids called `name`; `found` are the columns of the source, in its order."""
    if isinstance(source, Constant):
        value = constant(source.value, length)
        nothing = constant(None, length)
        return Values(columns={name: value}, code=nothing, text=value, source=nothing)
    separator = source.separator if isinstance(source, Combine) else ""
    suspect = [bool(one.texts.str.contains(_SUSPECT).any()) for one in found]
    texts = [
        _plain(one.texts) if doubt else one.texts for one, doubt in zip(found, suspect, strict=True)
    ]
    parts = pl.DataFrame([each.alias(f"part_{at}") for at, each in enumerate(texts)])
    whole = parts.select(pl.concat_str(pl.all(), separator=separator)).to_series()
    flaws = [_flaws(each) if doubt else None for each, doubt in zip(texts, suspect, strict=True)]
    long = whole.str.len_chars() > ID_MAX_CHARACTERS
    column = constant(found[0].column, len(whole))
    if all(flaw is None for flaw in flaws) and not long.any():  # as in most files
        return Values(
            columns={name: whole}, code=constant(None, len(whole)), text=whole, source=column
        )
    # Which part is to blame; of a whole that is too long, the first.
    code, text = long.replace_strict({True: RejectCode.LONG_ID.value}, default=None), whole
    for one, flaw in reversed(list(zip(found, flaws, strict=True))):
        if flaw is not None:
            bad = flaw.is_not_null()
            code, text = flaw.zip_with(bad, code), one.texts.zip_with(bad, text)
            column = constant(one.column, len(whole)).zip_with(bad, column)
    return Values(columns={name: whole}, code=code, text=text, source=column)


def _plain(texts: pl.Series) -> pl.Series:
    """Take each id out of a formula that only keeps it a text, and make its blanks ordinary."""
    if texts.str.starts_with('="').any():
        texts = texts.str.extract(FORMULA).fill_null(texts).str.strip_chars()
    if texts.str.contains(BLANKS).any():
        texts = texts.str.replace_all(BLANKS, " ")
    return texts


def _flaws(texts: pl.Series) -> pl.Series | None:
    """Say what keeps each text from being an id: a RejectCode, or null; None if nothing does."""
    lost = _rounded(texts) | _made_dates(texts)
    if not lost.any() and not texts.str.contains(rf"\?|{_FLAWED}").any():
        return None
    code = pl.DataFrame({"part": texts}).select(code=_part_flaw("part"))["code"]
    return code.set(lost, RejectCode.DAMAGED_ID.value)


def _rounded(texts: pl.Series) -> pl.Series:
    """Say which ids are numbers that a spreadsheet rounded to 15 digits.

    All of one length end in zeros then from the 16th digit on, which numbers do not by chance if
    there are enough of them. Those that all have a zero in the 15th place as well are made so.
    """
    seem, lengths = texts.str.contains(_ROUNDED), texts.str.len_bytes()
    rounded = pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
    if not seem.any():
        return rounded
    whole = texts.str.contains(_LONG) & ~seem
    for length in {*lengths.filter(seem).unique()} - {*lengths.filter(whole).unique()}:
        alike = seem & (lengths == length)
        ids = texts.filter(alike).unique()
        by_design = (ids.str.slice(_EXACT_DIGITS - 1, 1) == "0").all()
        if (length - _EXACT_DIGITS) * len(ids) >= _LOST_DIGITS and not by_design:
            rounded |= alike
    return rounded


def _made_dates(texts: pl.Series) -> pl.Series:
    """Say which ids are dates that a spreadsheet made of two numbers, as all the others are, which
    are more."""
    dates = texts.str.contains(_MADE_DATE)
    numbers = texts.str.contains(_TWO_NUMBERS)
    others = (texts != "") & ~dates
    made = dates.any() and (numbers == others).all() and others.sum() > dates.sum()
    return dates if made else dates & ~dates


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
        .when(text.str.contains(CONTROL) | text.str.contains(LOST))
        .then(pl.lit(RejectCode.ID_CONTROL_CHARACTER.value))
        .when(text.str.contains(NULL))
        .then(pl.lit(RejectCode.NULL_ID.value))
        .when(text.str.contains(DAMAGED))
        .then(pl.lit(RejectCode.DAMAGED_ID.value))
    )
