"""The line of a proposal about the total."""

from collections.abc import Sequence

from parsers.headings.words import Concept
from parsers.suggesting.amounts_read import read
from parsers.suggesting.decide_key import best_key
from parsers.suggesting.evidence import Evidence
from parsers.suggesting.facts import Facts
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.totals import Total, as_good, refund_columns
from parsers.suggesting.writing import joined, quoted, toml_list, toml_text

_SHOWN_NAMES = 12
_CENTS_LEAST = 10  # amounts, before whole numbers may be thought to be cents
_CENTS_DIGITS = 3
_MOST = 0.9
_NO_PAYMENT = (Concept.ID, Concept.QUANTITY, Concept.TIP, Concept.FEE, Concept.CHANGE)


def decide_total(found: Evidence) -> Decision:
    """Which column is the total."""
    if not found.totals:
        return Decision(
            table="columns",
            key="total",
            question="Which column has the total that the customer paid?",
            options=(*_payments_added(found), *_each_amount(found)),
        )
    good = as_good(found.totals)
    refunds = [
        (one, rows)
        for one, rows in refund_columns(found.facts, found.decimal or ".")
        if one.name not in good[0].names
    ]
    question = _question(found, good, refunds)
    if question is not None:
        return question
    [best] = good
    source = _total(best.names)
    said = [_amounts_read(best, found), *best.reasons]
    if _names_cents(found.column(best.names[0])):
        source = f"{{ column = {toml_text(best.names[0])}, minor_units = 2 }}"
        said.append("The name says that it is in cents.")
    said += [f"{quoted(one.name)} has what was paid back: nothing so far." for one, _ in refunds]
    others = [joined(total.names) for total in found.totals[1:]]
    if others:
        said.append(f"Not taken: {', '.join(others)}.")
    return Decision(table="columns", key="total", value=source, evidence=tuple(filter(None, said)))


def _each_amount(found: Evidence) -> list[str]:
    taken = _taken(found)
    return [
        f"total = {toml_text(one.name)}"
        for one in found.facts
        if one.is_money
        and not one.heading.any_of(Concept.ID, Concept.QUANTITY)
        and one.name not in taken
    ][:_SHOWN_NAMES]


def _payments_added(found: Evidence) -> list[str]:
    """The means of payment added up, if they have a column each; none if no several have."""
    names = [
        one.name
        for one in found.facts
        if one.heading.has(Concept.TENDER) and not one.heading.any_of(*_NO_PAYMENT) and one.is_money
    ]
    return [f"total = {_total(names)}"] if len(names) > 1 else []


def _taken(found: Evidence) -> list[str]:
    """The columns that are the moment or the id, and so no total."""
    key = best_key(found)
    return [*(found.moments[0].names if found.moments else ()), *(key.names if key else ())]


def _question(
    found: Evidence, good: Sequence[Total], refunds: Sequence[tuple[Facts, int]]
) -> Decision | None:
    """What must be asked of the total, if anything."""
    options = [f"total = {_total(total.names)}" for total in good]
    paid_back = [(one, rows) for one, rows in refunds if rows]
    if len(good) > 1:
        said = " or ".join(joined(total.names) for total in good)
        question = f"Which is the total that the customer paid: {said}?"
    elif paid_back:
        taken = " and ".join(f"{quoted(one.name)} on {rows:,} rows" for one, rows in paid_back)
        question = f"Is what was paid back to be taken off the total? It stands in {taken}."
    elif len(good[0].names) > 1 and (tips := _tips(found)):
        added = [*good[0].names, *tips]
        question = f"Is {joined(tips)} a part of the total? No column has all of it added up."
        options.append(f"total = {_total(added)}")
    elif _may_be_cents(found, good[0]):
        name = toml_text(good[0].names[0])
        question = f"{quoted(good[0].names[0])} has whole numbers only. Is it in cents?"
        options = [f"total = {{ column = {name}, minor_units = {units} }}" for units in (2, 0)]
    else:
        return None
    if paid_back:
        for columns in (paid_back, refunds):
            less = [one.name for one, _ in columns]
            options += [f"total = {_total(total.names, less)}" for total in good]
    return Decision(
        table="columns",
        key="total",
        evidence=tuple(reason for total in good for reason in total.reasons),
        question=question,
        options=tuple(dict.fromkeys(options)),
    )


def _tips(found: Evidence) -> list[str]:
    """The columns of tips in which there is something."""
    return [
        one.name
        for one in found.facts
        if one.heading.has(Concept.TIP)
        and one.is_money
        and bool((read(one, found.decimal or ".") != 0).any())
    ]


def _amounts_read(total: Total, found: Evidence) -> str:
    column = found.column(total.names[0])
    amounts = read(column, found.decimal or ".").drop_nulls()
    if amounts.is_empty():
        return ""
    least, most = min(amounts), max(amounts)
    return f"{len(amounts):,} of {column.filled:,} values read; {least:,.2f} to {most:,.2f}."


def _may_be_cents(found: Evidence, total: Total) -> bool:
    """Whether all amounts are whole numbers of some size, so that they may be cents."""
    column = found.column(total.names[0])
    if len(column.distinct) < _CENTS_LEAST or column.has_places or _names_cents(column):
        return False
    long = column.distinct.str.replace_all("[^0-9]", "").str.len_chars() >= _CENTS_DIGITS
    return int(long.sum()) >= _MOST * len(column.distinct)


def _names_cents(column: Facts) -> bool:
    whole = column.texts.filter(column.texts != "").str.contains(r"^[+-]?[0-9]+$")
    return column.heading.has(Concept.CENTS) and int(whole.sum()) >= _MOST * len(whole)


def _total(names: Sequence[str], subtract: Sequence[str] = ()) -> str:
    if len(names) == 1 and not subtract:
        return toml_text(names[0])
    less = f", subtract = {toml_list(subtract)}" if subtract else ""
    return f"{{ add = {toml_list(names)}{less} }}"
