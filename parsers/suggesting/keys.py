"""Which column tells one transaction from another, alone or with others; measured on the rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from parsers.headings.names import Heading
from parsers.headings.words import Concept
from parsers.records.cells import Look
from parsers.suggesting.facts import Facts, filled_down, leads_blanks
from parsers.values.ids import DAMAGED

_NOT_AN_ID = (
    *(Concept.STORE, Concept.CUSTOMER, Concept.STAFF, Concept.ITEM, Concept.TILL),
    *(Concept.TENDER, Concept.PAYOUT, Concept.DATE, Concept.TIME, Concept.MOMENT),
    *(Concept.STATUS, Concept.QUANTITY, Concept.TAX, Concept.SESSION, Concept.CURRENCY),
    *(Concept.NOTE, Concept.OTHER, Concept.TOTAL, Concept.AMOUNT, Concept.GROSS, Concept.NET),
    *(Concept.DISCOUNT, Concept.SHIPPING, Concept.ZONE, Concept.DURATION, Concept.FEE),
    *(Concept.REFUND, Concept.VOID, Concept.LATER, Concept.SUBTOTAL, Concept.CLOSED),
)
_BY_CONCEPT = (
    (Concept.TRANSACTION, 10.0),
    (Concept.RECEIPT, 8.0),
    (Concept.SALE, 8.0),
    (Concept.ORDER, 7.0),
    (Concept.CHECK, 7.0),
    (Concept.INVOICE, 5.4),
    (Concept.PAYMENT, 6.6),
)
_ONE_WORD = re.compile(r"\S+")
_MARGIN = 1.5
_FILLED_DOWN = 3.0  # so much better is an id that stands on every row
_LOADED_BEFORE = 5.0  # more than any name says
_LONG = 9  # characters: no counter of one shop gets there
_ENOUGH = 0.9  # of the rows must have an id
_FEWEST_COUNTED = 5  # rows, before their numbers can be told from those of receipts
_FIRST_ROWS = 2  # with which the count of a file begins
_RARE = 0.02  # of the ids may come again: corrections
_SOLID = 0.9  # of the ids that come again must do so on rows that follow each other


class Pattern(StrEnum):
    """How ids come again."""

    UNIQUE = "unique"  # each on one row, or corrected now and then
    LINES = "lines"  # on rows that follow each other: parts of one transaction
    AGAIN = "again"  # somewhere else, for another transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Columns that together may be the id of a transaction.

    `ids` are how many different ones there are, `repeated` how many of them stand on several rows
    of a file, `rows` how many rows have one. `mixed`: sales and refunds share one. `elsewhere` are
    how many come again in another file, of the same day but of another time.
    """

    names: tuple[str, ...]
    score: float
    pattern: Pattern
    ids: int
    repeated: int
    rows: int
    fill_down: bool = False
    mixed: bool = False
    elsewhere: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What else of the rows matters for ids; series of equal length.

    `file` is the place of the file, `location` names the shop ("" if nothing does), `day` the date
    as it is written (null if there is none), `moment` the text of date and time, `till` the tills,
    `kind` whether it is a sale or a refund, `words` what a row says beside its numbers.
    """

    file: pl.Series
    location: pl.Series
    day: pl.Series
    moment: pl.Series
    till: pl.Series
    kind: pl.Series
    words: pl.Series


def rank_keys(
    facts: Sequence[Facts],
    around: Around,
    *,
    with_day: Facts | None,
    kinds: Sequence[str] = (),
    known: frozenset[str] = frozenset(),
) -> list[Key]:
    """Rank what tells one transaction from another, the best first.

    Of each candidate the fewest columns are taken that do it: alone, with the till, with the day
    (`with_day` is the column that has it), with both, with the kind of row (`kinds` are columns
    that tell refunds). One that none of them helps is ranked last.
    """
    kind = [one for one in facts if one.name in kinds]
    found = []
    for one, named in _candidates(facts, around):
        score = named + _LOADED_BEFORE * _is_known(one, known)
        key = _best_of(one, facts, around, with_day=with_day, kinds=kind, score=score)
        found.append(key)
        if key.mixed and len(key.names) == 1:
            found += [_judge((other, one), facts, around, score) for other in kind]
    return sorted(found, key=lambda key: (key.pattern is Pattern.AGAIN, -key.score))


def as_good(ranked: Sequence[Key]) -> list[Key]:
    """Those that are about as good as the best."""
    good = [key for key in ranked if key.pattern is not Pattern.AGAIN]
    return [key for key in good if key.score > good[0].score - _MARGIN]


def _candidates(facts: Sequence[Facts], around: Around) -> Iterator[tuple[Facts, float]]:
    for one in facts:
        score = _by_name(one.heading)
        if score == 0 and one.position == 0 and _looks_like_ids(one):
            # So do shops write the numbers of their orders.
            score = 8.5 if one.distinct[0].startswith("#") else 7.6
        if score == 0 and _end_in_numbers(one):
            score = 4.6
        if len(one.distinct) == 1 < one.filled and not _names_a_sale(one.heading):
            continue  # the same on every row: the number of the shop, or of the table
        if not _names_a_sale(one.heading) and _counts_rows(one, around.file):
            continue  # it begins again in the next file
        if score <= 0 or not _may_be_id(one):
            continue
        lengths = one.distinct.str.len_chars().median()
        score += 2.0 * (isinstance(lengths, float) and lengths >= _LONG)
        if leads_blanks(one, facts):
            yield one, score - _FILLED_DOWN
        elif one.share_filled >= _ENOUGH:
            yield one, score


def _by_name(about: Heading) -> float:
    """How much a name is that of a transaction's id; 0 if nothing in it is known."""
    if about.any_of(*_NOT_AN_ID) or (about.has(Concept.TYPE) and not about.has(Concept.ID)):
        return -1
    for concept, score in _BY_CONCEPT:
        if about.has(concept) and (concept is not Concept.PAYMENT or about.has(Concept.ID)):
            return score + 1.0 * about.has(Concept.ID) - 0.5 * about.unknown
    if about.has(Concept.ID):
        return 7 - about.unknown
    return 0 if not about.concepts else -1


def _may_be_id(one: Facts) -> bool:
    if one.has_lines or (one.mostly(Look.DATE, Look.TIME) and not _is_called_id(one)):
        return False
    if one.is_money and one.has_cents and not one.heading.has(Concept.ID):
        return False  # an amount, however different from all others
    return bool(one.distinct.str.contains(r"[0-9]").any()) or len(one.distinct) > 1


def _is_called_id(one: Facts) -> bool:
    """Whether values such as 17/11/2026, a new one on each row, are called the number of a sale."""
    named = one.heading.has(Concept.ID) and _names_a_sale(one.heading)
    return named and len(one.distinct) == one.filled


def _counts_rows(one: Facts, file: pl.Series) -> bool:
    """Whether a column has 1, 2, 3 and so on: the numbers of the rows of each file."""
    if one.filled < _FEWEST_COUNTED or not one.distinct.str.contains(r"^[0-9]{1,9}$").all():
        return False
    rows = pl.DataFrame({"file": file, "number": one.texts.cast(pl.Int64, strict=False)})
    begins = rows.group_by("file").agg(pl.col("number").first())["number"]
    steps = rows.select(pl.col("number").diff().over("file")).to_series().drop_nulls()
    # Rows that do not count are not here, so that some numbers are passed over.
    return bool((begins <= _FIRST_ROWS).all()) and bool((steps >= 1).all()) and _dense(one)


def _dense(one: Facts) -> bool:
    last = one.distinct.cast(pl.Int64).max()
    return isinstance(last, int) and last <= 2 * one.filled


def _names_a_sale(about: Heading) -> bool:
    return any(about.has(each) for each, _ in _BY_CONCEPT)


def _looks_like_ids(one: Facts) -> bool:
    """Whether the values of a column with a name that says nothing are codes, a new one a sale."""
    some = one.distinct.head(200).to_list()
    codes = all(_ONE_WORD.fullmatch(text) and any(map(str.isdigit, text)) for text in some)
    return bool(some) and codes and len(one.shapes) == 1 and not one.mostly(Look.DATE)


def _end_in_numbers(one: Facts) -> bool:
    """Whether the values end in long numbers that differ: `Order #3797461711`."""
    fits = one.distinct.str.contains(r"\d{4,}$")
    return int(fits.sum()) >= _ENOUGH * max(len(fits), 1) and 2 * len(fits) > one.filled


def _is_known(one: Facts, known: frozenset[str]) -> bool:
    return not known.isdisjoint(one.distinct.to_list())


def _best_of(
    one: Facts,
    facts: Sequence[Facts],
    around: Around,
    *,
    with_day: Facts | None,
    kinds: Sequence[Facts],
    score: float,
) -> Key:
    tills = [
        other
        for other in facts
        if other.heading.has(Concept.TILL)
        and other.share_filled >= _ENOUGH
        and not other.heading.any_of(Concept.AMOUNT, Concept.TOTAL)
        and 1 < len(other.distinct) < max(one.rows // 2, 3)
    ]
    choices: list[tuple[Facts, ...]] = [(one,)]
    day = [with_day] if with_day is not None and with_day.name != one.name else []
    choices += [(till, one) for till in tills]
    choices += [(each, one) for each in day]
    choices += [(each, till, one) for each in day for till in tills]
    choices += [(kind, one) for kind in kinds]
    first = _judge(choices[0], facts, around, score)
    if first.pattern is not Pattern.AGAIN:
        return first
    for chosen in choices[1:]:
        key = _judge(chosen, facts, around, score)
        if key.pattern is not Pattern.AGAIN:
            return key
    return first


def _judge(chosen: tuple[Facts, ...], facts: Sequence[Facts], around: Around, score: float) -> Key:
    leading = leads_blanks(chosen[-1], facts)
    parts = {
        f"part_{at}": filled_down(one) if leading else one.texts for at, one in enumerate(chosen)
    }
    rows = pl.DataFrame(
        {
            "file": around.file,
            "location": around.location,
            "day": around.day,
            "moment": around.moment,
            "till": around.till,
            "kind": around.kind,
            "words": around.words,
        }
        | parts
    ).with_row_index("at")
    rows = rows.filter(~pl.any_horizontal(pl.col(part) == "" for part in parts))
    for part in parts:
        rows = rows.filter(~pl.col(part).str.contains(DAMAGED))
    in_file = _groups(rows, ["file", "location", *parts])
    over_all = _groups(rows, ["location", *parts])
    return Key(
        names=tuple(one.name for one in chosen),
        score=score,
        pattern=_pattern(in_file, over_all),
        ids=over_all.height,
        repeated=int((in_file["rows"] > 1).sum()),
        rows=rows.height,
        fill_down=leading,
        mixed=bool((over_all["kinds"] > 1).any()),
        elsewhere=over_all.filter((pl.col("files") > 1) & (pl.col("moments") > 1)).height,
    )


def _groups(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    return rows.group_by(key, maintain_order=True).agg(
        rows=pl.len(),
        files=pl.col("file").n_unique(),
        days=pl.col("day").drop_nulls().n_unique(),
        span=(pl.col("day").max() - pl.col("day").min()).dt.total_days().fill_null(0),
        moments=pl.col("moment").filter(pl.col("moment") != "").n_unique(),
        tills=pl.col("till").filter(pl.col("till") != "").n_unique(),
        kinds=pl.col("kind").n_unique(),
        words=pl.col("words").n_unique(),
        reach=pl.col("at").max() - pl.col("at").min() + 1,
    )


def _pattern(in_file: pl.DataFrame, over_all: pl.DataFrame) -> Pattern:
    ids = over_all.height
    if not ids:
        return Pattern.AGAIN
    # A tab may be open over midnight: rows that follow each other may be of two days.
    apart = (pl.col("reach") > pl.col("rows")) | (pl.col("span") > 1)
    restarts = over_all.filter((pl.col("days") > 1) & apart).height
    if restarts > _allowed(ids):
        return Pattern.AGAIN
    again = in_file.filter(pl.col("rows") > 1)
    solid = again.filter(pl.col("reach") == pl.col("rows"))
    corrections = again.filter(pl.col("moments") <= 1)
    if corrections.height == again.height <= _allowed(ids) and not (solid["words"] > 1).any():
        return Pattern.UNIQUE
    of_two_tills = (solid["tills"] > 1) & (solid["moments"] > 1)
    parts = solid.height - int(of_two_tills.sum())
    return Pattern.LINES if parts >= _SOLID * again.height else Pattern.AGAIN


def _allowed(ids: int) -> float:
    """How many ids may come again and be corrections."""
    return max(1.0, _RARE * ids)
