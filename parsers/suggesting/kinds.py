"""Which rows count: columns that say of what kind a row is, or what became of the sale."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from parsers.headings.kind_words import NO_WORDS, YES_WORDS, RowKind
from parsers.headings.names import plain
from parsers.headings.row_kinds import kind_of
from parsers.headings.words import Concept
from parsers.mappings.settings_table import folded
from parsers.records.cells import Look
from parsers.suggesting.facts import Facts, filled_down, leads_blanks, only
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.writing import of_rows, quoted, these, toml_list

_MOST_KINDS = 12
_LONGEST_CODE = 3  # characters
_NOT_OF_ROWS = (
    *(Concept.ITEM, Concept.SHIPPING, Concept.CUSTOMER, Concept.STAFF, Concept.CURRENCY),
    *(Concept.NOTE, Concept.OTHER, Concept.TAX, Concept.TILL, Concept.STORE, Concept.DISCOUNT),
)
_SAYS_KIND = (Concept.TYPE, Concept.STATUS, Concept.EVENT, Concept.VOID)
_SELLS = frozenset((RowKind.SALE, RowKind.REFUND, RowKind.PAYOUT, RowKind.LINE, RowKind.VOID))
_OPEN = frozenset((None, RowKind.PENDING, RowKind.REFUNDED))
_USUAL_VOIDS = ("Void", "Voided", "Cancelled", "Canceled", "Failed")
_GERMAN = frozenset(("abgeschlossen", "bezahlt", "erfolgreich", "geschlossen", "gebucht"))
_GERMAN_VOIDS = ("Storno", "Storniert", "Abgebrochen", "Fehlgeschlagen")


@dataclass(slots=True, kw_only=True)
class RowRulesFound:
    """The rules about rows that the columns of kinds give; cells by column, as they are written.

    Whether `refund` is needed hangs on the signs of the totals, which are not known here.
    `fill_down` are those of the columns that are filled on the first row of a sale only.
    `pending` are cells of sales that are not done, of which the mapping's author is asked.
    `decisions` are the lines of the mapping and the questions.
    """

    keep: dict[str, list[str]] = field(default_factory=dict)
    drop: dict[str, list[str]] = field(default_factory=dict)
    refund: dict[str, list[str]] = field(default_factory=dict)
    fill_down: list[str] = field(default_factory=list)
    pending: dict[str, list[str]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    def counting(self, facts: Sequence[Facts], rows: int) -> pl.Series:
        """Whether each row counts."""
        counts = pl.repeat(value=True, n=rows, dtype=pl.Boolean, eager=True)
        for one in facts:
            texts = filled_down(one) if one.name in self.fill_down else one.texts
            drop, keep = self.drop.get(one.name, []), self.keep.get(one.name)
            counts &= (texts == "") if "*" in drop else ~texts.is_in(drop)
            if keep is not None:
                counts &= (texts != "") if "*" in keep else texts.is_in(keep)
        return self._without_pending(facts, counts)

    def _without_pending(self, facts: Sequence[Facts], counts: pl.Series) -> pl.Series:
        """Leave out what is not done yet, unless most rows are so: it often comes again as done."""
        for one in facts:
            if one.name in self.pending:
                texts = filled_down(one) if one.name in self.fill_down else one.texts
                done = counts & ~texts.is_in(self.pending[one.name])
                counts = done if 2 * int(done.sum()) >= int(counts.sum()) else counts
        return counts


def find_kinds(facts: Sequence[Facts]) -> RowRulesFound:
    """Find the rules about rows by what the columns of kinds say."""
    rules = RowRulesFound()
    for one in facts:
        if _is_flag(one, Concept.VOID):
            _flag(one, rules)
        elif _is_flag(one, Concept.REFUND):
            _refund_flag(one, rules)
        elif _is_voiding(one):
            _voiding(one, rules)
        elif _tells_kinds(one) and not _is_status(one):
            _kinds(one, facts, rules)
    # What became of a sale stands on the rows of sales: the others need not have it.
    sales = only(facts, rules.counting(facts, facts[0].rows)) if facts else ()
    for one in sales:
        if one.name not in rules.drop and _tells_kinds(one) and _is_status(one):
            _kinds(one, sales, rules)
    return rules


def leave_out_others(one: Facts, rules: RowRulesFound) -> None:
    """Add the rule that only those rows count in which a column is filled."""
    rules.keep[one.name] = ["*"]
    blank = one.rows - one.filled
    said = f"Rows of another kind stand between the sales, where it is blank: {blank:,}."
    rules.decisions.append(_rule("keep", one, ["*"], said))


def _tells_kinds(one: Facts) -> bool:
    """Whether the cells of a column are words for kinds of rows, or for what became of a sale."""
    if one.is_blank or len(one.distinct) > _MOST_KINDS:
        return False
    coded = one.heading.has(Concept.TYPE) and _is_coded(one)
    if not (one.mostly(Look.TEXT) or coded):
        return False
    if one.heading.any_of(*_NOT_OF_ROWS) and not one.heading.has(Concept.EVENT):
        return False
    kinds = {kind_of(text) for text in one.distinct}
    if one.heading.any_of(*_SAYS_KIND) and not one.heading.any_of(Concept.TENDER):
        return kinds != {None} or (len(one.distinct) > 1 and (_is_status(one) or coded))
    if not one.heading.concepts and RowKind.VOID in kinds:
        return True  # whatever the column is called
    return kinds <= _SELLS and RowKind.SALE in kinds


def _is_coded(one: Facts) -> bool:
    """Whether kinds are written as codes that only the till's maker knows: S, R and V."""
    return bool((one.distinct.str.len_chars() <= _LONGEST_CODE).all())


def _is_flag(one: Facts, about: Concept) -> bool:
    """Whether a column says of each row whether it is void, or a refund: yes or no."""
    if not one.heading.any_of(about) or len(one.distinct) > _MOST_KINDS:
        return False
    words = {plain(text) for text in one.distinct}
    if about is Concept.REFUND and len(words) == 1 and words <= {"0", "1"}:
        return False  # an amount, or a count
    return (
        bool(words)
        and words <= {*_yes(), *_no()}
        and not one.heading.any_of(
            *(Concept.AMOUNT, Concept.TOTAL, Concept.QUANTITY, Concept.TAX, Concept.ID)
        )
    )


def _is_voiding(one: Facts) -> bool:
    """Whether a column has the date on which a sale was cancelled, if it was."""
    return (
        one.heading.any_of(Concept.VOID)
        and one.share_filled < 1
        and (
            one.mostly(Look.DATE, Look.TIME)
            if one.filled
            else one.heading.any_of(Concept.DATE, Concept.TIME, Concept.LATER)
        )
    )


def _flag(one: Facts, rules: RowRulesFound) -> None:
    yes = _words_for_yes(one)
    rules.drop[one.name] = yes
    count = int(one.texts.is_in(yes).sum())
    rules.decisions.append(
        _rule("drop", one, yes, f"It says whether a row is void: {count:,} of {one.rows:,} are.")
    )


def _refund_flag(one: Facts, rules: RowRulesFound) -> None:
    rules.refund[one.name] = _words_for_yes(one)


def _words_for_yes(one: Facts) -> list[str]:
    """What a column of yes and no writes for yes, or would write."""
    yes = [text for text in one.distinct if plain(text) in _yes()]
    return yes or [_no()[plain(text)] for text in one.distinct]


def _voiding(one: Facts, rules: RowRulesFound) -> None:
    rules.drop[one.name] = ["*"]
    said = f"It is filled where a sale was cancelled: {one.filled:,} of {one.rows:,} rows."
    rules.decisions.append(_rule("drop", one, ["*"], said))


def _is_status(one: Facts) -> bool:
    return one.heading.any_of(Concept.STATUS) and not one.heading.any_of(Concept.TYPE)


def _kinds(one: Facts, facts: Sequence[Facts], rules: RowRulesFound) -> None:
    """Sort the words of a column into those of rows that count and of rows that do not."""
    kinds = {text: kind_of(text) for text in one.distinct}
    counts = ", ".join(f"{quoted(text)} {int((one.texts == text).sum()):,}" for text in kinds)
    said = f"{counts} of {one.rows:,} rows."
    is_status = _is_status(one)
    unclear = _OPEN | ({RowKind.REFUND} if is_status else set())
    open_ones = [text for text, kind in kinds.items() if kind in unclear]
    parts = {RowKind.LINE, RowKind.PAYMENT} if RowKind.SALE in kinds.values() else set()
    outside = parts | {RowKind.VOID, RowKind.PAYOUT}
    left_out = [text for text, kind in kinds.items() if kind in outside]
    good = [text for text in kinds if text not in {*left_out, *open_ones}]
    leading = leads_blanks(one, facts)
    blank = [""] if one.filled < one.rows and not leading else []
    if leading:
        rules.fill_down.append(one.name)
    if open_ones:
        later = [text for text in open_ones if kinds[text] is RowKind.REFUNDED]
        rules.pending[one.name] = [text for text in open_ones if kinds[text] is RowKind.PENDING]
        left_out = left_out or _usual_voids(good)
        rules.decisions.append(
            _question(
                one,
                good=[*good, *blank],
                left_out=left_out,
                open_ones=open_ones,
                later=later,
                said=said,
            )
        )
        return
    if left_out or is_status:
        rules.keep[one.name] = [*good, *blank]
        rules.drop[one.name] = left_out or _usual_voids(good)
        rules.decisions += _keep_and_drop(one, rules, said, seen=bool(left_out))
    if refunds := [text for text, kind in kinds.items() if kind is RowKind.REFUND]:
        rules.refund[one.name] = refunds


def _keep_and_drop(
    one: Facts, rules: RowRulesFound, said: str, *, seen: bool
) -> tuple[Decision, Decision]:
    later = "These do not count."
    if not seen:
        later = "Words that tills use for what is cancelled; none of them is in these files."
    return (
        _rule("keep", one, rules.keep[one.name], said),
        _rule("drop", one, rules.drop[one.name], later, "A word in neither list is a reject."),
    )


def _question(
    one: Facts,
    *,
    good: list[str],
    left_out: list[str],
    open_ones: list[str],
    later: list[str],
    said: str,
) -> Decision:
    """Ask which of the rows count whose word does not tell it; `later` are paid back later."""

    def option(keep: list[str]) -> str:
        drop = [*left_out, *(text for text in open_ones if text not in keep)]
        return (
            f"{of_rows('keep', one.name)} = {toml_list(keep)}\n"
            f"{of_rows('drop', one.name)} = {toml_list(drop)}"
        )

    question = (
        f"Do rows count in which {quoted(one.name)} is {these(open_ones)}? First choice: yes."
    )
    options = [option([*good, *open_ones])]
    if later and later != open_ones:
        question += f" Second: only {these(later)}."
        options.append(option([*good, *later]))
    if _is_coded(one):
        question += " Only the till's maker knows what such codes mean: if one is that of refunds, "
        question += f"write {of_rows('refund', one.name)} for it as well."
    if good:
        question += " Last: no."
        options.append(option(good))
    return Decision(
        table="rows",
        key=of_rows("keep", one.name),
        evidence=(said,),
        question=question,
        options=tuple(options),
    )


def _rule(rule: str, one: Facts, cells: Sequence[str], *evidence: str) -> Decision:
    return Decision(
        table="rows", key=of_rows(rule, one.name), value=toml_list(cells), evidence=evidence
    )


def _usual_voids(good: Sequence[str]) -> list[str]:
    """Words for what is cancelled, as this till may write them."""
    words = {plain(text) for text in good}
    usual = _GERMAN_VOIDS if words & _GERMAN else _USUAL_VOIDS
    return [word for word in usual if folded(word) not in words]


@cache
def _yes() -> frozenset[str]:
    return frozenset(map(plain, YES_WORDS))


@cache
def _no() -> dict[str, str]:
    return {plain(no): yes for no, yes in NO_WORDS.items()}
