"""Which rows of a file count, by the [rows] of its mapping: kept, left out, refunds, filled down.

First blank cells are filled from the row above, then each row is judged. What is left out is
counted with its reason. Where a rule names some of the words for what is void or paid back, a row
with another of these is a reject: the mapping does not say whether it counts. A row that cannot be
placed under the header is never left out, since a shifted cell could hide a sale; with one
exception, the rows of a report that stand between those that count and leave the column blank for
which `keep` asks for anything at all.
"""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass

import polars as pl

from parsers.headings.kind_words import RowKind
from parsers.headings.row_kinds import kind_of
from parsers.mappings.rows import ANYTHING, RowRules
from parsers.mappings.settings_table import folded
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode, clip
from parsers.shapes.filling import fill_down, says_a_sum
from parsers.table.frame import place
from parsers.values.ids import INVISIBLE

Split = Callable[[str], Sequence[str]]
"""Divides the text of one record into its fields, by the dialect of its file."""

_DAMAGED = f"[\\x00-\\x08\\x0e-\\x1f\\x7f\ufffd]|{INVISIBLE}"
_MOST_KINDS = 20  # words in a column that says what rows are; others hold names, or remarks
_BACK = frozenset((RowKind.REFUND, RowKind.REFUNDED, RowKind.VOID))
_LEFT, _UNKNOWN = "left", "unknown"
_NONE_LEFT = pl.DataFrame(schema={"line": pl.Int64, "column": pl.String, "cell": pl.String})
_SAYS_NOTHING = pl.lit(None, dtype=pl.Struct({"column": pl.String, "cell": pl.String}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """All records of a file, parted: frame.height + left_out.height + len(rejects) is their number.

    `frame` is a frame of records (table/frame.py), those that fit no header among them, with the
    column `refund` more; `unplaced` has those of `rejects`. `left_out` has `line`, `column` (the
    header's own name) and `cell` (what stands in it) of each record that does not count.
    """

    frame: pl.DataFrame
    left_out: pl.DataFrame
    unplaced: pl.DataFrame
    rejects: list[Reject]

    def reasons(self) -> list[tuple[str, int]]:
        """Why how many records were left out, the most frequent reason first."""
        if self.left_out.is_empty():
            return []
        counts = self.left_out.group_by("column", "cell", maintain_order=True).len()
        return [
            (f"{column} is {_shown(cell)}", count)
            for column, cell, count in counts.sort(
                "len", descending=True, maintain_order=True
            ).iter_rows()
        ]


def choose(
    frame: pl.DataFrame,
    rules: RowRules,
    *,
    columns: Sequence[str],
    positions: Lookup[str, int],
    split: Split,
    telling: Sequence[int] = (),
    amounts: Sequence[int] = (),
) -> Chosen:
    """Apply the rules to a frame of records, which has a cell for each column of the rules.

    `columns` are the header's names, `positions` says which of them the mapping's names mean.
    `telling` are the positions of the columns of ids and moments, `amounts` those of amounts.
    """
    fits = (frame["width"] == len(columns)) & ~frame["stray"]
    from_above = [positions[name] for name in rules.fill_down]
    if from_above:
        own = [at for at in telling if at not in from_above]
        sums = says_a_sum(frame, from_above, own, amounts)
        frame = fill_down(frame, from_above, fits & ~sums)
    by_column = _rules_by_column(rules, columns, positions)
    if not by_column:  # as in most files: all rows count
        frame = frame.with_columns(refund=pl.lit(value=False))
        return Chosen(frame=frame, left_out=_NONE_LEFT, unplaced=frame.clear(), rejects=[])
    refund = _refunds(frame, rules.refund, positions) & fits
    judged = [_judge(frame, fits, rule, len(columns), split) for rule in by_column]
    verdicts = frame.select("line", "raw").with_columns(
        left=pl.coalesce(_SAYS_NOTHING, *(each["left"] for each in judged)),
        unknown=pl.coalesce(_SAYS_NOTHING, *(each["unknown"] for each in judged)),
    )
    left = verdicts["left"].is_not_null()
    unknown = verdicts["unknown"].is_not_null() & ~left
    frame = frame.with_columns(refund=refund)
    return Chosen(
        frame=frame.filter(~(left | unknown)),
        unplaced=frame.filter(unknown),
        left_out=verdicts.filter(left).select("line", "left").unnest("left"),
        rejects=[
            _reject(line, raw, **said)
            for line, raw, said in verdicts.filter(unknown)
            .select("line", "raw", "unknown")
            .iter_rows()
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What the mapping keeps, drops and takes for refunds by one column of the file."""

    position: int
    name: str
    keep: tuple[str, ...]
    drop: tuple[str, ...]
    refund: tuple[str, ...]

    def wary_of(self) -> frozenset[RowKind]:
        """The kinds of which a row is no sale, even if no rule names its word."""
        named = {*self.drop, *self.refund}
        if self.keep or ANYTHING in named:
            return frozenset()
        if any(kind_of(word) in _BACK for word in self.refund):
            return _BACK
        voids = any(kind_of(word) is RowKind.VOID for word in self.drop)
        return frozenset({RowKind.VOID} if voids else ())


def _rules_by_column(
    rules: RowRules, columns: Sequence[str], positions: Lookup[str, int]
) -> list[_Rule]:
    """Put the rules together that are about one column, which may go by several names.

    A column that only tells refunds is there, too, and leaves nothing out.
    """

    def said(rule: Lookup[str, tuple[str, ...]], position: int) -> tuple[str, ...]:
        return tuple(
            cell for name, cells in rule.items() if positions[name] == position for cell in cells
        )

    return [
        _Rule(
            position=position,
            name=columns[position],
            keep=said(rules.keep, position),
            drop=said(rules.drop, position),
            refund=said(rules.refund, position),
        )
        for position in dict.fromkeys(
            positions[name] for name in (*rules.drop, *rules.keep, *rules.refund)
        )
    ]


def _judge(
    frame: pl.DataFrame, fits: pl.Series, rule: _Rule, width: int, split: Split
) -> pl.DataFrame:
    """What a column says of each row: its name and the cell, in `left` or `unknown` or neither."""
    cells = frame[place(rule.position)].str.strip_chars()
    verdict = _verdicts(cells, rule.keep, rule.drop)
    verdict = verdict.set(_alike(cells, rule), _UNKNOWN)
    # What is damaged may have been a word that the mapping names.
    verdict = verdict.set(cells.str.contains(_DAMAGED).fill_null(value=False), _UNKNOWN)
    verdict = verdict.set(~fits, None)
    if ANYTHING in rule.keep and "" not in rule.keep and not fits.all():
        blank = _surely_blank(frame, rule.position, width, split)
        verdict, cells = verdict.set(blank, _LEFT), cells.set(blank, "")
    said = pl.struct(column=pl.lit(rule.name), cell=cells)
    return pl.select(
        left=pl.when(verdict == _LEFT).then(said), unknown=pl.when(verdict == _UNKNOWN).then(said)
    )


def _verdicts(cells: pl.Series, keep: Sequence[str], drop: Sequence[str]) -> pl.Series:
    """Judge trimmed cells of one column: _LEFT, _UNKNOWN, or null for a row that counts."""
    unnamed = _unnamed(keep, drop)
    named = dict.fromkeys(keep, "") | dict.fromkeys(drop, _LEFT)
    blank = named.pop("", _LEFT if ANYTHING in keep else unnamed)
    other = named.pop(ANYTHING, unnamed)
    known = {"": blank}
    if named:
        known |= {
            cell: named[key]
            for cell in cells.unique().drop_nulls()
            if (key := folded(cell)) in named
        }
    verdict = cells.replace_strict(known, default=other, return_dtype=pl.String)
    return verdict.replace("", None)


def _alike(cells: pl.Series, rule: _Rule) -> pl.Series:
    """Whether each cell is a word that no rule names, for what the named ones are."""
    wary = rule.wary_of()
    words = cells.unique().drop_nulls() if wary else ()
    if not 0 < len(words) <= _MOST_KINDS:
        return pl.repeat(value=False, n=len(cells), dtype=pl.Boolean, eager=True)
    named = {*rule.drop, *rule.refund}
    others = [word for word in words if folded(word) not in named and kind_of(word) in wary]
    return cells.is_in(others).fill_null(value=False)


def _unnamed(keep: Sequence[str], drop: Sequence[str]) -> str:
    """The verdict on a cell that no rule names."""
    if keep and drop:
        return _UNKNOWN
    return _LEFT if keep else ""


def _refunds(
    frame: pl.DataFrame, refund: Lookup[str, tuple[str, ...]], positions: Lookup[str, int]
) -> pl.Series:
    """Whether each row is a refund: at least one column says so."""
    refunds = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    for name, cells in refund.items():
        found = frame[place(positions[name])].str.strip_chars()
        refunds |= (_verdicts(found, (), cells) == _LEFT).fill_null(value=False)
    return refunds


def _surely_blank(frame: pl.DataFrame, position: int, width: int, split: Split) -> pl.Series:
    """Whether the cell of a row that is too long or too short is there and blank.

    That many cells may have come in or gone out before it: it is blank wherever it was before.
    """
    unfit = (frame["width"] != width) & ~frame["stray"]
    blank = []
    for raw in frame["raw"].filter(unfit):
        fields = split(raw)
        shift = len(fields) - width
        around = fields[max(position + min(shift, 0), 0) : position + max(shift, 0) + 1]
        blank.append(position < len(fields) and not "".join(around).strip())
    places = unfit.arg_true()
    return pl.zeros(frame.height, dtype=pl.Boolean, eager=True).scatter(places, blank)


def _reject(line: int, raw: str, *, column: str, cell: str) -> Reject:
    return Reject(
        line=line,
        column=column,
        code=RejectCode.UNKNOWN_STATUS,
        message=f"The column '{clip(column)}' is {_shown(cell)}, and the mapping does not say "
        "whether such a row counts",
        raw=raw[:RAW_MAX_CHARACTERS],
    )


def _shown(cell: str) -> str:
    return f"'{clip(cell)}'" if cell else "blank"
