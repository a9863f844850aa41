"""Amounts that the delimiter cuts: 12,50 without quotes, where commas divide the fields.

Such a row is one field too long, and a reject. But it fits by accident if it lacks another field, a
blank one at its end, or if the header has one column more than the rows: then 12 would be its
amount, and 50 the cell beside it. So each amount without places is held against the cell on its
right: the cents of an amount, or the rest of one that is grouped (`1,250.00`).
"""

import re
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from parsers.header.finding import Header
from parsers.mappings.mapping import Mapping
from parsers.records.cells import Look, look
from parsers.records.dialect import Dialect
from parsers.reject import RAW_MAX_CHARACTERS, Reject, RejectCode, Unreadable, UnreadableCode, clip
from parsers.table.frame import Table
from parsers.table.splitting import fields_of
from parsers.values.sources import Amount, Moment, source_columns
from parsers.values.values import Found

_WHOLE = r"^(?:[^0-9]*[^0-9.,])?(?:[0-9]+|[0-9]{1,3}(?:[.' \x{a0}\x{2009}\x{202f}][0-9]{3})+)$"
_COMMA_PLACES = r"[0-9],[0-9]{1,2}[^0-9]*$"
_PLACES = r"[0-9][.,][0-9]{1,2}[^0-9]*$"
_AFTER = "[^0-9.,]{0,5}"  # a currency, a minus, a parenthesis that closes
_CENTS = re.compile(rf"[0-9]{{1,2}}{_AFTER}")
_GROUP = re.compile(rf"[0-9]{{3}}(?:\.[0-9]{{1,2}})?{_AFTER}")
_BEFORE_A_GROUP = re.compile("(?:[^0-9]*[^0-9.,])?[1-9][0-9]{0,2}")
# What no other column right of an amount holds in all rows: two digits, or a group with cents.
_CERTAIN = re.compile(rf"(?:[0-9]{{2}}|[0-9]{{3}}\.[0-9]{{2}}){_AFTER}")
_SAMPLE = 500  # other rows to learn from
_LEAST_OTHERS = 3  # that show what may stand in a column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A row of which an amount and the cell on its right may be one."""

    line: int
    raw: str
    left: str
    right: str


def without_split_amounts(
    table: Table,
    header: Header,
    dialect: Dialect,
    mapping: Mapping,
    found: Lookup[str, Found],
    *,
    said: str | None = None,
) -> Table:
    """Reject the rows in which an amount may be cut, as the other rows show.

    `said` is the decimal sign that the mapping itself pins: what earlier files had says nothing
    here. Raises Unreadable (AMBIGUOUS_DECIMAL) if an amount may be cut in most rows.
    """
    if dialect.delimiter != ",":
        return table
    bad: dict[int, Reject] = {}
    for name, at in _amounts(mapping, header):
        column = found[name]
        whole = column.texts.str.contains(_WHOLE)
        if not whole.any():  # as in most files
            continue
        cuts = _cuts(table.frame, whole, column, at, dialect)
        if not cuts:
            continue
        others = _Others(table.frame, column, {cut.line for cut in cuts}, dialect, at)
        if said != "." and _most(cuts, others, header.columns[at + 1]):
            raise _two_readings(column.column, cuts[0])
        for cut in cuts:
            if others.speak_against(cut, dialect):
                bad.setdefault(cut.line, _reject(column.column, cut))
    return table.without(bad) if bad else table


def _amounts(mapping: Mapping, header: Header) -> list[tuple[str, int]]:
    """Give the columns of amounts that may be cut, with their places.

    Not one with a date on its right: that would be a column further to the left. Nor one of cents.
    """
    sources = mapping.columns.values()
    dates = [
        header.find(name)[0]
        for source in sources
        if isinstance(source, Moment)
        for name in source_columns(source)
    ]
    after = max([*dates, -1])
    return [
        (name, at)
        for source in sources
        if isinstance(source, Amount) and source.minor_units is None
        for name in source_columns(source)
        if after < (at := header.find(name)[0]) < len(header.columns) - 1
    ]


def _cuts(
    frame: pl.DataFrame, whole: pl.Series, column: Found, at: int, dialect: Dialect
) -> list[_Cut]:
    """Give the rows whose amount and the cell beside it, both without quotes, may be one."""
    pairs = (
        frame.select("line", "raw", text=column.texts)
        .filter(whole)
        .select(
            "line", "raw", "text", pair=pl.col("raw").str.extract_groups(_two_fields(at, dialect))
        )
        .unnest("pair")
    )
    return [
        _Cut(line=line, raw=raw, left=text, right=right.strip())
        for line, raw, text, left, right in pairs.iter_rows()
        if left is not None and left.strip() == text and _may_follow(text, right.strip())
    ]


def _two_fields(at: int, dialect: Dialect) -> str:
    """The expression for the field at a place and the next one, if neither is quoted."""
    bare, quoted = "[^,]*", ""
    if dialect.quote:
        mark = re.escape(dialect.quote)
        inner = rf"[^{mark}\\]|\\.|{mark}{mark}" if dialect.escape else rf"[^{mark}]|{mark}{mark}"
        bare, quoted = f"[^,{mark}]*", rf"[ \t]*{mark}(?:{inner})*{mark}[ \t]*|"
    return rf"(?s)^(?:(?:{quoted}[^,]*),){{{at}}}(?P<left>{bare}),(?P<right>{bare})(?:,|$)"


def _may_follow(left: str, right: str) -> bool:
    if _CENTS.fullmatch(right):
        return look(right) is Look.NUMBER
    group = _GROUP.fullmatch(right) and _BEFORE_A_GROUP.fullmatch(left)
    return bool(group) and look(right) is Look.NUMBER


def _most(cuts: Sequence[_Cut], others: "_Others", name: str) -> bool:
    """Whether the amounts of the file are cut, for all that can be seen.

    Under a name of its own a column may hold numbers: they are no cents if they have one digit
    somewhere, are all the same, or all begin with 0, as the numbers of tills do.
    """
    if len(cuts) <= others.filled or others.have_numbers_beside:
        return False
    if not name.strip():
        return True
    rights = {cut.right for cut in cuts}
    if not all(map(_CERTAIN.fullmatch, rights)):
        return False
    cents = any(right.startswith("00") for right in rights)
    varied = len(rights) > 1 and not all(right.startswith("0") for right in rights)
    return cents or varied or len(cuts) == 1


class _Others:
    """What the rows say whose amount is whole in any case."""

    def __init__(
        self, frame: pl.DataFrame, column: Found, lines: set[int], dialect: Dialect, at: int
    ) -> None:
        filled = column.texts.str.contains("[0-9]") & ~frame["line"].is_in(list(lines))
        texts = column.texts.filter(filled)
        places = texts.str.contains(_PLACES)
        raws = frame["raw"].filter(filled)
        rows = [fields_of(raw, dialect) for raw in raws.gather_every(len(raws) // _SAMPLE + 1)]
        self.filled = len(texts)
        self._without_places = not places.all()
        self._with_places = places.any()
        self._with_commas = texts.str.contains(_COMMA_PLACES).any()
        self._enough = len(rows) >= _LEAST_OTHERS
        self._looks = [{look(cell) for cell in cells} for cells in zip(*rows, strict=False)]
        self._right = at + 1
        self._beside = self._looks[at + 1] if at + 1 < len(self._looks) else set()

    @property
    def have_numbers_beside(self) -> bool:
        """Whether a number stands beside an amount: as one that is no piece of it may."""
        return Look.NUMBER in self._beside

    def speak_against(self, cut: _Cut, dialect: Dialect) -> bool:
        """Whether the others have what this amount lacks, or nothing like what stands beside it."""
        if not self._with_places:
            return False
        if self._without_places:
            return Look.TEXT in self._beside and not self.have_numbers_beside
        if not self.have_numbers_beside:
            return True
        # One digit there is a number of its own: the others have two places.
        return bool(_CERTAIN.fullmatch(cut.right)) and self._may_lack_a_field(cut, dialect)

    def _may_lack_a_field(self, cut: _Cut, dialect: Dialect) -> bool:
        """Whether what is right of the two pieces may stand a column further on."""
        cells = [*fields_of(cut.raw, dialect)[self._right + 1 :], ""]
        allowed = self._looks[self._right :]
        if not self._enough:
            return self._with_commas
        return all(look(cell) in looks for cell, looks in zip(cells, allowed, strict=False))


def _two_readings(column: str, cut: _Cut) -> Unreadable:
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DECIMAL,
        f"The amounts in column '{clip(column)}' have two readings: on line {cut.line} "
        f"'{clip(cut.left)}' and '{clip(cut.right)}' beside it may be one amount that the comma "
        "cuts, and so in most rows.",
        remedy="Ask the sender for amounts in quotes, or for another delimiter. If no amount has a "
        'decimal comma, say so in the mapping: [format] decimal = ".". The file then loads by '
        "itself.",
    )


def _reject(column: str, cut: _Cut) -> Reject:
    return Reject(
        line=cut.line,
        column=column,
        code=RejectCode.TOO_MANY_FIELDS,
        message=f"The column '{clip(column)}' is '{clip(cut.left)}', but with '{clip(cut.right)}' "
        "beside it that may be one amount, which the comma cuts",
        raw=cut.raw[:RAW_MAX_CHARACTERS],
    )
