"""All that is looked at for a proposal, looked at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from parsers.headings.words import Concept
from parsers.suggesting.amounts_read import weigh_sign
from parsers.suggesting.facts import Facts, facts_of, filled_down, only
from parsers.suggesting.given import GivenFile, Known
from parsers.suggesting.keys import Around, Key, rank_keys
from parsers.suggesting.kinds import RowRulesFound, find_kinds, leave_out_others
from parsers.suggesting.moments import When, days, rank_moments
from parsers.suggesting.opening import Opened, open_files
from parsers.suggesting.places import Place, rank_places
from parsers.suggesting.totals import Total, rank_totals
from parsers.values.ids import DAMAGED

_FEWEST_OTHERS = 0.2  # of the rows
_FEWEST_ALIKE = 3  # columns that are blank on the same rows
_MOST = 0.9
_LETTERS_ONLY = r"[^\p{L}]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The files, and what may be what, ranked.

    `facts` are the columns in the rows that count by `rules`, `file` and `line` where each of
    these rows is. `decimal` is None if nothing proves the sign, "" if both signs are possible.
    """

    opened: Opened
    known: Known
    rules: RowRulesFound
    facts: tuple[Facts, ...]
    file: pl.Series
    line: pl.Series
    decimal: str | None
    places: list[Place]
    moments: list[When]
    totals: list[Total]
    keys: list[Key]

    @property
    def names(self) -> list[str]:
        """The names of the files."""
        return [file.name for file in self.opened.files]

    @property
    def rows(self) -> int:
        """How many rows count."""
        return len(self.file)

    def location(self) -> Facts | None:
        """The likeliest column for the shop."""
        return self.column(self.places[0].name) if self.places else None

    def column(self, name: str) -> Facts:
        """The column of this name, in the rows that count."""
        return next(one for one in self.facts if one.name == name)

    def key_of(self, key: Key) -> pl.Series:
        """The id of each row by a key, with the shop; null where there is none."""
        columns = [self.column(name) for name in key.names]
        location = self.location()
        texts = [filled_down(one) if key.fill_down else one.texts for one in columns]
        parts = pl.DataFrame([text.alias(str(at)) for at, text in enumerate(texts)])
        whole = parts.select(
            pl.when(pl.any_horizontal((pl.all() == "") | pl.all().str.contains(DAMAGED)))
            .then(None)
            .otherwise(pl.concat_str(pl.all(), separator="\x1f"))
        ).to_series()
        return whole if location is None else filled_down(location) + "\x1f" + whole


def look_at(files: Sequence[GivenFile], known: Known) -> Evidence:
    """Open files and look at them. Raises Unreadable."""
    opened = open_files(files)
    whole = facts_of(opened)
    rules = find_kinds(whole)
    found = _weigh(opened, known, rules, whole)
    other = _of_sales_only(found)
    if other is None:
        return found
    leave_out_others(other, rules)
    return _weigh(opened, known, rules, whole)


def _weigh(opened: Opened, known: Known, rules: RowRulesFound, whole: Sequence[Facts]) -> Evidence:
    counting = rules.counting(whole, opened.frame.height)
    facts = only(whole, counting)
    frame = opened.frame.filter(counting)
    file = frame["file"]
    places = rank_places(facts, known.locations, frame.height)
    moments = rank_moments(facts, file, [one.name for one in opened.files], known.latest)
    others = [one for one in facts if not moments or one.name not in moments[0].names]
    decimal = _decimal(others)
    around = _around(facts, file, places, moments, rules.refund)
    return Evidence(
        opened=opened,
        known=known,
        rules=rules,
        facts=facts,
        file=file,
        line=frame["line"],
        decimal=decimal,
        places=places,
        moments=moments,
        totals=rank_totals(others, decimal or "."),
        keys=rank_keys(
            others,
            around,
            with_day=_day_column(facts, moments),
            kinds=tuple(rules.refund),
            known=known.ids,
        ),
    )


def _of_sales_only(found: Evidence) -> Facts | None:
    """A column that is filled on the rows of sales, if rows of another kind stand between them.

    Those have no date, nor what stands beside it, and in the place of the id something that is not
    that of the row above: so they are no further lines of its sale.
    """
    if not (found.moments and found.keys):
        return None
    other = found.column(found.moments[0].names[0]).texts == ""
    count = int(other.sum())
    alike = [
        one
        for one in found.facts
        if (both := int(((one.texts == "") & other).sum())) >= _MOST * count
        and both >= _MOST * (one.rows - one.filled)
    ]
    if count < _FEWEST_OTHERS * found.rows or len(alike) < _FEWEST_ALIKE:
        return None
    for key in found.keys:
        ids = found.column(key.names[-1]).texts
        above = ids.set(other | (ids == ""), None).fill_null(strategy="forward")
        strange = other & (ids != "") & (ids != above).fill_null(value=True)
        if int(strange.sum()) >= _MOST * count:
            return max(alike, key=lambda one: (one.filled, -one.position))
    return None


def _decimal(facts: Sequence[Facts]) -> str | None:
    money = [one for one in facts if one.is_money and not one.heading.has(Concept.ID)]
    evidence = weigh_sign(money)
    if evidence.points or evidence.commas:
        return evidence.decide() or ""
    return "" if evidence.twofold else None


def _day_column(facts: Sequence[Facts], moments: Sequence[When]) -> Facts | None:
    """The column with the date: of a date and a time in one column, that one."""
    if not moments or len(moments[0].names) > 2:  # noqa: PLR2004 - a date and a time
        return None
    return next(one for one in facts if one.name == moments[0].names[0])


def _around(
    facts: Sequence[Facts],
    file: pl.Series,
    places: Sequence[Place],
    moments: Sequence[When],
    kinds: Collection[str],
) -> Around:
    nothing = pl.repeat("", len(file), dtype=pl.String, eager=True)
    location = next((one for one in facts if places and one.name == places[0].name), None)
    tills = [one.texts for one in facts if one.heading.has(Concept.TILL)]
    kind = [one.texts for one in facts if one.name in kinds]
    words = [one.texts.str.replace_all(_LETTERS_ONLY, " ") for one in facts]
    return Around(
        file=file,
        location=nothing if location is None else filled_down(location),
        day=days(moments[0]) if moments else pl.Series([None] * len(file), dtype=pl.Date),
        moment=moments[0].texts if moments else nothing,
        till=_together(tills, nothing),
        kind=_together(kind, nothing),
        words=_together(words, nothing),
    )


def _together(texts: Sequence[pl.Series], nothing: pl.Series) -> pl.Series:
    if not texts:
        return nothing
    frame = pl.DataFrame([text.alias(str(at)) for at, text in enumerate(texts)])
    return frame.select(
        pl.concat_str(pl.all(), separator="\x1f").str.strip_chars("\x1f")
    ).to_series()
