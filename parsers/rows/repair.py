"""Rows that are one delimiter too long or too short, repaired where only one reading is left.

All ways in which one delimiter too many or too few can have come about are tried:

- too long: two neighbouring fields are one value, with the delimiter in it or without;
- too short: each field is cut in two at each place, its ends too, where a blank field was lost.

- against those of a row that is too long: one field, a number or a date, is that of a column which
  came in and is not in the header.

A reading survives if every mapped value can be read and every cell may stand in its column
(profile.py). The row is repaired if all that survive say the same of every mapped column, and
remains a reject otherwise. It also does if a reading that survives but for a blank in a mapped
column says that the lost field was that one; or if the only readings left put together an id, or
another mapped value, of two pieces: what an id may be, nothing tells. And it does if the pieces
make an amount that only the other decimal sign reads: the delimiter is then a part of an amount
that was not quoted, and no piece of it is the whole.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from parsers.header.finding import Header
from parsers.money.written import may_be_amount
from parsers.records.cells import TYPED, look
from parsers.records.dialect import BLANKS, Dialect
from parsers.rows.profile import Profile
from parsers.table.splitting import fields_of
from parsers.trailer.parting import Mapped

ROWS_MAX = 1000
_CELLS_MAX = 2_000_000  # of all readings that are tried in a file
_CELLS_OF_A_ROW = 500_000  # of all readings that a row may have
_TOO_LONG = "it has a delimiter too many; wherever that is, the mapped columns say the same"
_TOO_SHORT = "it lacks a delimiter; wherever that is missing, the mapped columns say the same"
_SAMPLE = 2000  # good rows to learn from


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What was done to a row: the physical line on which it starts, and words."""

    line: int
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """The frame with the repaired rows in their places, and what was done to each."""

    frame: pl.DataFrame
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a row.

    `done` says in words what it does, and the same of all readings with one `mark`; `vaguely`
    what all readings of the row have in common.
    `sound` is false if it may only speak against the others. `lost` is the position of a mapped
    column whose field was lost, if that is what it says. `amount` is that of a column of amounts
    in which it puts what is one under some decimal sign, though perhaps not that of the file.
    With `mark` None a field came in; if that is `grouped`, it may be a group of an amount.
    """

    cells: list[str]
    done: str
    mark: Hashable
    vaguely: str
    sound: bool = True
    lost: int | None = None
    amount: int | None = None
    grouped: bool = False


def repair(frame: pl.DataFrame, header: Header, dialect: Dialect, mapped: Mapped) -> Repaired:
    """Repair what can be repaired with certainty among the rows.

    They are a frame of records (table/frame.py). At most 1,000 are tried, and fewer if they are
    very wide.
    """
    width = len(header.columns)
    wrong = ((frame["width"] - width).abs() == 1) & ~frame["stray"] & ~frame["unclosed"]
    if dialect.quote:  # one without its fellow may be what is wrong, and not a delimiter
        wrong &= frame["raw"].str.count_matches(dialect.quote, literal=True) % 2 == 0
    if not wrong.any() or dialect.delimiter in ("", BLANKS):
        return Repaired(frame=frame)
    good = _good_rows(frame, width, dialect, mapped)
    if not good:
        return Repaired(frame=frame)
    ways = _Ways(header, dialect, Profile(good, width), mapped)
    tried: list[tuple[int, _Reading]] = []
    budget = _CELLS_MAX
    for line, raw in frame.filter(wrong).head(ROWS_MAX).select("line", "raw").iter_rows():
        if (len(raw) + width) * width > _CELLS_OF_A_ROW:
            continue
        readings = list(ways.read(fields_of(raw, dialect)))
        budget -= (len(readings) + 1) * width
        if budget < 0:
            break
        tried += [(line, one) for one in readings]
    mended = _only_readings(tried, good[0], mapped)
    return Repaired(
        frame=_put_in(frame, mended, width) if mended else frame,
        repairs=tuple(Repair(line=line, done=one.done) for line, one in mended.items()),
    )


def _good_rows(
    frame: pl.DataFrame, width: int, dialect: Dialect, mapped: Mapped
) -> list[list[str]]:
    """Give rows of the right width that can be read, from all over the table."""
    fits = frame.filter((pl.col("width") == width) & ~pl.col("stray") & ~pl.col("unclosed"))["raw"]
    rows = [fields_of(raw, dialect) for raw in fits.gather_every(len(fits) // _SAMPLE + 1)]
    rows = [row for row in rows if len(row) == width]
    values = mapped.read(rows)
    return [row for row, value in zip(rows, values, strict=True) if value is not None]


_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|[A-Za-z]{2,12})$")


class _Ways:
    """The ways to read a row of a table that is one field too long or too short."""

    def __init__(self, header: Header, dialect: Dialect, profile: Profile, mapped: Mapped) -> None:
        self._names = header.names
        self._delimiter = dialect.delimiter
        self._profile = profile
        self._mapped = frozenset(mapped.all)
        self._money = frozenset(mapped.money)
        self._ids = frozenset(mapped.ids)

    def read(self, fields: list[str]) -> Iterator[_Reading]:
        """Give each reading whose cells may stand in their columns."""
        if len(fields) == len(self._names) + 1:
            return self._shortened(fields)
        if len(fields) == len(self._names) - 1:
            return self._lengthened(fields)
        return iter(())

    def _shortened(self, fields: list[str]) -> Iterator[_Reading]:
        before, after = self._fitting(fields, shift=-1)
        for at, name in enumerate(self._names):
            if not (before[at] and after[at + 2]):
                continue
            left, right = fields[at : at + 2]
            for cell, sound, done in self._joined(at, name, left, right):
                amount = self._amount(at, cell)
                if amount is not None or self._profile.allows(at, cell):
                    cells = [*fields[:at], cell, *fields[at + 2 :]]
                    # A blank left out is the same on either side of a delimiter; with the
                    # delimiter or without, one value is that of one column.
                    mark = at if left.strip() and right.strip() else tuple(cells)
                    whole = sound and not self._cuts_sign(fields, at)
                    yield _Reading(cells, done, mark, _TOO_LONG, whole, amount=amount)
        for at, field in enumerate(fields):
            if look(field) in TYPED and before[at] and after[at + 1]:
                yield from self._came_in(fields, at)

    def _cuts_sign(self, fields: list[str], at: int) -> bool:
        """Whether the field at a position or the next one is blank, and its delimiter ends a sign
        of HTML: Caf&eacute;;"""
        before = [fields[one] for one in (at - 1, at) if one >= 0 and not fields[one + 1].strip()]
        return self._delimiter == ";" and any(map(_ENTITY.search, before))

    def _came_in(self, fields: list[str], at: int) -> Iterator[_Reading]:
        """Leave out a field, if all behind it then look as others of their columns do."""
        cells = [*fields[:at], *fields[at + 1 :]]
        moved = range(at, len(cells))
        if all(self._profile.resembles(place, cells[place]) for place in moved):
            grouped = any(
                self._amount(one, self._delimiter.join(fields[one : one + 2])) is not None
                for one in (at - 1, at)
                if 0 <= one < len(cells)
            )
            yield _Reading(cells, "", None, _TOO_LONG, sound=False, grouped=grouped)

    def _amount(self, at: int, cell: str) -> int | None:
        """Give the column if it is one of amounts and the cell is one, by whatever sign."""
        return at if at in self._money and may_be_amount(cell) else None

    def _joined(self, at: int, name: str, left: str, right: str) -> Iterator[tuple[str, bool, str]]:
        """Make one cell of two: without the delimiter, and with it if both say something."""
        if not left.strip() or not right.strip():
            yield left + right, True, f"a blank field at column '{name}' was left out"
            return
        # An amount may be grouped by the delimiter; what else is mapped is not made of pieces.
        whole = left + self._delimiter + right
        free = at not in self._mapped
        yield whole, free or at in self._money, f"'{whole}' is one value, of column '{name}'"
        yield left + right, free, f"'{left}' and '{right}' are one value, of column '{name}'"

    def _lengthened(self, fields: list[str]) -> Iterator[_Reading]:
        before, after = self._fitting(fields, shift=1)
        for at, field in enumerate(fields):
            if not (before[at] and after[at + 1]):
                continue
            for cut in range(len(field) + 1):
                one = self._cut(fields, at, cut)
                if one is not None:
                    yield one

    def _cut(self, fields: list[str], at: int, cut: int) -> _Reading | None:
        """Cut the field at a position in two, which are then there and at the next; None if one of
        them may not stand in its column."""
        parts = fields[at][:cut], fields[at][cut:]
        cells = [*fields[:at], *parts, *fields[at + 1 :]]
        blank = [at + n for n, part in enumerate(parts) if not part.strip()]
        lost = next((place for place in blank if place in self._mapped), None)
        amounts = [self._amount(at + n, part) for n, part in enumerate(parts)]
        if not all(
            at + n in (lost, amounts[n]) or self._profile.allows(at + n, part)
            for n, part in enumerate(parts)
        ):
            return None
        amount = next((place for place in amounts if place is not None), None)
        if blank:
            done = f"the field of column '{self._names[blank[0]]}' is missing and taken for blank"
            return _Reading(cells, done, done, _TOO_SHORT, lost is None, lost=lost, amount=amount)
        done = f"'{parts[0]}' and '{parts[1]}' are two values, not divided"
        sound = not {at, at + 1} & self._ids
        return _Reading(cells, done, done, _TOO_SHORT, sound, amount=amount)

    def _fitting(self, fields: list[str], shift: int) -> tuple[list[bool], list[bool]]:
        """Say for each place whether all fields before it may stand where they are, and whether
        all from it on may stand `shift` columns further."""
        width = len(self._names)
        allows = self._profile.allows
        before = [True]
        for at, field in enumerate(fields):
            before.append(before[-1] and at < width and allows(at, field))
        after = [True]
        for at in range(len(fields) - 1, -1, -1):
            after.append(after[-1] and 0 <= at + shift < width and allows(at + shift, fields[at]))
        return before, after[::-1]


def _only_readings(
    tried: Sequence[tuple[int, _Reading]], good: Sequence[str], mapped: Mapped
) -> dict[int, _Reading]:
    """Give, by line, a reading of each row whose readings all say the same.

    A mapped field that a reading calls lost is read as that of a good row, to see whether the
    others make sense: if so, the reading speaks against all that know the field. So does one with
    an amount that the file's decimal sign does not read. What may be a group of an amount came in
    only if a field of another row did. Where several readings are left that differ in other
    columns, what was done is not said more closely than is certain.
    """
    tried = [*tried, *_unread(tried, mapped)]
    values = mapped.read([_with_lost(one, good) for _, one in tried])
    said: dict[int, set[Hashable]] = {}
    marks: dict[int, set[Hashable]] = {}
    sound: dict[int, _Reading] = {}
    survive = [
        (*each, value) for each, value in zip(tried, values, strict=True) if value is not None
    ]
    came_in = any(one.mark is None and not one.grouped for _, one, _ in survive)
    for line, one, value in survive:
        if one.grouped and not came_in:
            continue
        said.setdefault(line, set()).add((one.lost, value if one.lost is None else None))
        if one.mark is not None:
            marks.setdefault(line, set()).add(one.mark)
        if one.sound:
            sound.setdefault(line, one)
    return {
        line: one if len(marks[line]) == 1 else replace(one, done=one.vaguely)
        for line, one in sound.items()
        if len(said[line]) == 1
    }


def _unread(tried: Sequence[tuple[int, _Reading]], mapped: Mapped) -> list[tuple[int, _Reading]]:
    """Give those with an amount that cannot be read as the file is, as if it were lost."""
    doubtful = [(line, one) for line, one in tried if one.amount is not None and one.lost is None]
    values = mapped.read([one.cells for _, one in doubtful])
    return [
        (line, replace(one, sound=False, lost=one.amount))
        for (line, one), value in zip(doubtful, values, strict=True)
        if value is None
    ]


def _with_lost(one: _Reading, good: Sequence[str]) -> list[str]:
    if one.lost is None:
        return one.cells
    return [*one.cells[: one.lost], good[one.lost], *one.cells[one.lost + 1 :]]


def _put_in(frame: pl.DataFrame, mended: dict[int, _Reading], width: int) -> pl.DataFrame:
    """Give the frame with the fields of the repaired rows, which then have the right width."""
    fields = [name for name in frame.columns if name.startswith("field_")]
    columns: dict[str, list[int] | list[str]] = {
        "line": list(mended),
        "width": [width] * len(mended),
    }
    for name in fields:
        at = int(name.removeprefix("field_"))
        columns[name] = [one.cells[at] for one in mended.values()]
    schema = {name: frame.schema[name] for name in columns}
    return frame.update(pl.DataFrame(columns, schema=schema), on="line")
