"""Which column is the total: what the customer paid, with tax and before fees."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from parsers.headings.names import Heading
from parsers.headings.words import Concept
from parsers.suggesting.amounts_read import adds_up, read, sum_found
from parsers.suggesting.facts import Facts
from parsers.suggesting.writing import joined, quoted

_NEVER = (
    *(Concept.SUBTOTAL, Concept.TIP, Concept.FEE, Concept.DISCOUNT, Concept.REFUND),
    *(Concept.SHIPPING, Concept.COST, Concept.QUANTITY, Concept.RATE, Concept.CHANGE),
    *(Concept.TENDER, Concept.PAYOUT, Concept.ID, Concept.STAFF, Concept.DURATION),
    *(Concept.DATE, Concept.MOMENT, Concept.ITEM, Concept.VOID, Concept.STATUS),
)
_MARGIN = 1.0
_SURE_BY_NAME = 8.0
_SURE = 4.5  # below it a sum of net and tax is better
_UNKNOWN_WORD = 0.5
_MAY_BE_NET = (
    *(Concept.NET, Concept.SUBTOTAL, Concept.SALE, Concept.AMOUNT, Concept.GROSS),
    *(Concept.EXCLUDING, Concept.PRICE),
)
# What the score of a column gains or loses by what adds up to it.
_WITH_TAX = 2.0
_AFTER_FEES = 6.0
_WITHOUT_TAX = 2.5
_BEFORE_DISCOUNT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A column, or several that are added, that may be the total; with what speaks for it.

    `same_as` are further columns with the same amounts on all rows.
    """

    names: tuple[str, ...]
    score: float
    reasons: tuple[str, ...] = field(default=())
    same_as: tuple[str, ...] = field(default=())


def rank_totals(facts: Sequence[Facts], decimal: str) -> list[Total]:
    """Rank what may be the total, the best first; those within a point of it are as good.

    `facts` are of the rows that count, `decimal` the sign under which they are compared.
    """
    money = [one for one in facts if one.is_money and one.filled]
    amounts = {one.name: read(one, decimal) for one in money}
    ranked = []
    for one in money:
        score = _by_name(one.heading)
        if score is None or _is_nothing(amounts[one.name]):
            continue
        bonus, reasons = _by_sums(one, money, amounts)
        same = [
            other.name
            for other in money
            if other is not one and amounts[other.name].equals(amounts[one.name], null_equal=True)
        ]
        ranked.append(
            Total(names=(one.name,), score=score + bonus, reasons=reasons, same_as=tuple(same))
        )
    ranked.sort(key=lambda total: -total.score)
    added = _net_and_tax(money, amounts)
    if added is not None and (not ranked or ranked[0].score < _SURE):
        return [added]
    return ranked


def as_good(ranked: Sequence[Total]) -> list[Total]:
    """Those that are about as good as the best; of equal amounts, those with a lesser name too."""
    best = ranked[0]
    return [
        total
        for total in ranked
        if total.score > best.score - _MARGIN
        or (
            best.score < _SURE_BY_NAME
            and total.score > best.score - 2 * _MARGIN
            and not set(best.same_as).isdisjoint(total.names)
        )
    ]


def refund_columns(facts: Sequence[Facts], decimal: str) -> list[tuple[Facts, int]]:
    """Columns with what was paid back of a sale, each with the number of rows that have any."""
    found = []
    for one in facts:
        about = one.heading
        if not about.has(Concept.REFUND) or not one.is_money:
            continue
        if about.any_of(Concept.ID, Concept.QUANTITY, Concept.CONVERTED, Concept.TAX):
            continue
        found.append((one, int((read(one, decimal) != 0).sum())))
    return found


def _by_name(about: Heading) -> float | None:
    """How much a name is that of the total; None if it is that of something else."""
    has = about.has
    if about.any_of(*_NEVER) or _is_tax(about):
        return None
    total, amount = has(Concept.TOTAL), has(Concept.AMOUNT)
    with_tax = has(Concept.GROSS) or has(Concept.INCLUDING)
    without = has(Concept.NET) or has(Concept.EXCLUDING)
    score = 0.0
    if total:
        score = 10 if has(Concept.GRAND) else 9
        score -= 5 * without
    elif amount or has(Concept.PAYMENT) or has(Concept.PAID):
        score = (6 if amount else 5) + 2 * with_tax - 3 * without
    elif with_tax:
        score = 4 if about.any_of(Concept.SALE, Concept.ORDER) else 6
        score -= 1 * has(Concept.PRICE)
    elif without or has(Concept.GRAND) or about.any_of(Concept.SALE, Concept.PRICE):
        score = 3
    if has(Concept.PAYMENT) and total:
        score -= 2
    score -= 0.3 * has(Concept.BASE) + 2 * has(Concept.CONVERTED)
    score -= 2 * about.any_of(Concept.CUSTOMER, Concept.OTHER, Concept.NOTE)
    return score - _UNKNOWN_WORD * about.unknown if score > 0 else None


def _is_tax(about: Heading) -> bool:
    return about.has(Concept.TAX) and not about.any_of(
        Concept.INCLUDING, Concept.EXCLUDING, Concept.GROSS, Concept.NET
    )


def _is_nothing(amounts: pl.Series) -> bool:
    return not bool((amounts != 0).any())


def _by_sums(
    one: Facts, money: Sequence[Facts], amounts: dict[str, pl.Series]
) -> tuple[float, tuple[str, ...]]:
    """What adds up to a column, or to what it adds: tax on top of net, fees taken off."""
    if (gross := _before_fees(one, money, amounts)) is not None:
        return -_AFTER_FEES, (f"{quoted(one.name)} is {quoted(gross.name)} after the fees.",)
    if _is_before_discount(one, money, amounts):
        return -_BEFORE_DISCOUNT, ()
    taxes = [other for other in money if _is_tax(other.heading) and other is not one]
    if one.heading.has(Concept.GROSS) and _is_before_tax(one, money, taxes, amounts):
        return -_WITHOUT_TAX, ()
    tips = _about(money, Concept.TIP, besides=one) + _about(money, Concept.SHIPPING, besides=one)
    further = [(other.name, amounts[other.name]) for other in (*taxes, *tips)]
    tax_names = {tax.name for tax in taxes}
    for net in money:
        if net is one or not net.heading.any_of(*_MAY_BE_NET):
            continue
        found = sum_found(amounts[one.name], amounts[net.name], further)
        if found and not tax_names.isdisjoint(found):
            said = f"It is {joined([net.name, *found])} added up, so tax is in it."
            return _WITH_TAX, (said,)
    return 0, ()


def _before_fees(one: Facts, money: Sequence[Facts], amounts: dict[str, pl.Series]) -> Facts | None:
    """The column of which this one is what is left after fees, if there is one."""
    whole = amounts[one.name]
    fees = _about(money, Concept.FEE, besides=one)
    for gross in money:
        if gross is one or gross.heading.any_of(*_NEVER):
            continue
        if not _is_less(whole, amounts[gross.name]):
            continue
        start = amounts[gross.name]
        if any(
            adds_up(whole, [start, part])
            for fee in fees
            for part in (amounts[fee.name], -amounts[fee.name])
        ):
            return gross
    return None


def _is_before_discount(one: Facts, money: Sequence[Facts], amounts: dict[str, pl.Series]) -> bool:
    """Whether another column is what is left of this one after a discount."""
    discounts = [
        part
        for other in _about(money, Concept.DISCOUNT, besides=one)
        for part in (amounts[other.name], -amounts[other.name])
        if not _is_nothing(part)
    ]
    return any(
        adds_up(amounts[left.name], [amounts[one.name], discount], fewest=1)
        for left in money
        if left is not one and _is_less(amounts[left.name], amounts[one.name])
        for discount in discounts
    )


def _is_before_tax(
    gross: Facts, money: Sequence[Facts], taxes: Sequence[Facts], amounts: dict[str, pl.Series]
) -> bool:
    """Whether what is called gross is so before discounts, and not with the tax."""
    nets = [
        one for one in money if one.heading.has(Concept.NET) and not one.heading.any_of(*_NEVER)
    ]
    some = [tax for tax in taxes if not _is_nothing(amounts[tax.name])]
    return bool(nets and some) and not any(
        adds_up(amounts[gross.name], [amounts[net.name], amounts[tax.name]])
        for net in nets
        for tax in some
    )


def _is_less(some: pl.Series, other: pl.Series) -> bool:
    """Whether sales are less in one column than in another, on the whole."""
    sales = (some > 0) & (other > 0)
    return bool(some.filter(sales).sum() < other.filter(sales).sum())


def _about(money: Sequence[Facts], concept: Concept, *, besides: Facts) -> list[Facts]:
    return [one for one in money if one.heading.has(concept) and one.name != besides.name]


def _net_and_tax(money: Sequence[Facts], amounts: dict[str, pl.Series]) -> Total | None:
    """Net and tax to be added, where no column has both."""
    nets = [
        one
        for one in money
        if one.heading.any_of(Concept.NET, Concept.EXCLUDING)
        and not one.heading.any_of(*_NEVER, Concept.TAX)
    ]
    taxes = [one for one in money if _is_tax(one.heading) and not one.heading.has(Concept.RATE)]
    if len(nets) != 1 or len(taxes) != 1 or _is_nothing(amounts[nets[0].name]):
        return None
    return Total(
        names=(nets[0].name, taxes[0].name),
        score=_SURE,
        reasons=("No column has the total with tax, so net and tax are added.",),
    )
