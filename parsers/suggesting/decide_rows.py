"""The lines of a proposal about refunds, and about rows that belong together."""

from collections.abc import Sequence

from parsers.headings.words import Concept
from parsers.money.currency import meanings
from parsers.suggesting.amounts_read import read
from parsers.suggesting.decide_key import best_key, is_of_each_row, names_by_the_clock
from parsers.suggesting.evidence import Evidence
from parsers.suggesting.facts import leads_blanks
from parsers.suggesting.keys import Key, Pattern
from parsers.suggesting.lines import LinesEvidence, LinesFound, judge_lines
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.totals import Total, as_good
from parsers.suggesting.writing import joined, of_rows, quoted, these, toml_list, toml_text

_MOST_CURRENCIES = 12
_BELOW_ZERO = r"^(?:-[0-9.,]*[1-9][0-9.,]*|[0-9.,]*[1-9][0-9.,]*-|\([0-9.,]*[1-9][0-9.,]*\))$"
_USUAL_COUNTS = 10  # of what comes back at once, in whole numbers


def decide_refunds(found: Evidence) -> list[Decision]:
    """Whether the totals of refunds are to be made negative."""
    decisions = []
    for name, words in found.rules.refund.items():
        refunds = found.column(name).texts.is_in(words)
        if not found.totals:
            continue
        amounts = read(found.column(found.totals[0].names[0]), found.decimal or ".").filter(refunds)
        plus, minus = int((amounts > 0).sum()), int((amounts < 0).sum())
        key, cells = of_rows("refund", name), toml_list(words)
        said = f"{these(words)}: {plus + minus:,} rows, {minus:,} of them below zero."
        if plus and minus:
            question = (
                "Are the totals of all these rows to be below zero? If those above zero are right "
                "as they are, take the line out."
            )
            decisions.append(
                Decision(
                    table="rows",
                    key=key,
                    evidence=(said,),
                    question=question,
                    options=(f"{key} = {cells}",),
                )
            )
        elif plus or not minus:
            said += " They are made negative." if plus else " Those that come are made negative."
            decisions.append(Decision(table="rows", key=key, value=cells, evidence=(said,)))
        else:
            decisions.append(Decision(table="rows", key=key, evidence=(said,)))
    return decisions


def decide_negative_quantities(found: Evidence) -> list[Decision]:
    """Whether rows of less than nothing, whose totals are above zero, are refunds."""
    if not found.totals:
        return []
    total = found.totals[0].names[0]
    amounts = read(found.column(total), found.decimal or ".")
    decisions = []
    for one in found.facts:
        if not one.heading.has(Concept.QUANTITY) or one.name in found.rules.refund:
            continue
        below = one.texts.str.contains(_BELOW_ZERO) & (amounts > 0).fill_null(value=False)
        if not below.any() or one.heading.any_of(Concept.ID, Concept.REFUND, Concept.DATE):
            continue
        seen = one.texts.filter(below).unique(maintain_order=True).to_list()
        whole = [f"-{count}" for count in range(1, _USUAL_COUNTS)]
        cells = list(dict.fromkeys([*seen, *(whole if "-1" in seen else [])]))
        key = of_rows("refund", one.name)
        said = f"{these(seen)} on {int(below.sum()):,} rows with a total above zero."
        question = (
            f"Are these refunds, so that their totals are to be below zero? {quoted(total)} does "
            "not say so. If the totals are right as they are, take the line out."
        )
        decisions.append(
            Decision(
                table="rows",
                key=key,
                evidence=(said,),
                question=question,
                options=(f"{key} = {toml_list(cells)}",),
            )
        )
    return decisions


def decide_currencies(found: Evidence) -> list[Decision]:
    """Whose rows count where a column names several currencies: their totals cannot be compared."""
    decisions = []
    for one in found.facts:
        if not one.heading.has(Concept.CURRENCY) or one.heading.has(Concept.CONVERTED):
            continue
        codes = [code for code in one.distinct.head(_MOST_CURRENCIES) if meanings(code)]
        if len(codes) < 2 or one.name in found.rules.keep:  # noqa: PLR2004 - one is no question
            continue
        key, other = of_rows("keep", one.name), of_rows("drop", one.name)
        options = [
            f"{key} = {toml_list([code])}\n"
            f"{other} = {toml_list([each for each in codes if each != code])}"
            for code in codes
        ]
        counts = ", ".join(f"{quoted(code)} {int((one.texts == code).sum()):,}" for code in codes)
        decisions.append(
            Decision(
                table="rows",
                key=key,
                evidence=(f"{counts} of {one.rows:,} rows.",),
                question=f"{quoted(one.name)} names several currencies, and a total does not say "
                "in which it is. Which rows count? Last choice: all.",
                options=(*options, f"{key} = {toml_list(codes)}"),
            )
        )
    return decisions


def decide_lines(found: Evidence) -> list[Decision]:
    """Which rows belong together, and which cells they have from the row above."""
    key = best_key(found)
    if key is None:
        return _without_key(found)
    judged = _by_total(found, key)
    evidence = judged[0][1] if judged else None
    decisions = []
    summed = evidence is not None and evidence.found is not LinesFound.FIRST
    if names := _blank_below(found, key, summed=summed):
        said = "Filled on the first row of a sale only; the rows below it are given the same."
        decisions.append(
            Decision(table="rows", key="fill_down", value=toml_list(names), evidence=(said,))
        )
    if evidence is None:
        return [*decisions, *_unclear_repeats(found, key)]
    if len({one.found for _, one in judged}) > 1:
        return [*decisions, _with_the_total(judged)]
    if evidence.found is LinesFound.EITHER:
        decisions.append(
            Decision(
                table="rows",
                key="lines",
                evidence=(evidence.words,),
                question="Is the amount on each row that of the whole sale (first), or of one "
                "item (sum)?",
                options=('lines = "first"', 'lines = "sum"'),
            )
        )
        return decisions
    decisions.append(
        Decision(
            table="rows",
            key="lines",
            value=toml_text(evidence.found.value),
            evidence=(f"{key.rows:,} rows are {key.ids:,} transactions.", evidence.words),
        )
    )
    return decisions


def _without_key(found: Evidence) -> list[Decision]:
    """Ask what several rows of one moment are, where the moment is all that may be an id."""
    names = names_by_the_clock(found)
    if found.keys or not names or is_of_each_row(names, found):
        return []
    question = (
        f"Several rows have the same {joined(names)}. With that as the id: are they parts to be "
        "added up (sum), or does the last one correct those before it (last)?"
    )
    options = ('lines = "sum"', 'lines = "last"')
    return [Decision(table="rows", key="lines", question=question, options=options)]


def _unclear_repeats(found: Evidence, key: Key) -> list[Decision]:
    """Ask what several rows of one id are, where no time of day tells a correction from a part."""
    if not key.repeated or (found.moments and found.moments[0].with_time):
        return []
    return [
        Decision(
            table="rows",
            key="lines",
            evidence=(f"On several rows: {key.repeated:,} of {key.ids:,} transactions.",),
            question="Are these rows parts to be added up (sum), or does the last one correct "
            "those before it (last)?",
            options=('lines = "sum"', 'lines = "last"'),
        )
    ]


def _with_the_total(judged: Sequence[tuple[Total, LinesEvidence]]) -> Decision:
    """Ask for the rule that goes with the total, where it is open which of several that is."""
    rules = [
        (joined(total.names), "sum" if one.found is LinesFound.SUM else "first")
        for total, one in judged
    ]
    said = ", ".join(f"with {names} as the total take {rule}" for names, rule in rules)
    return Decision(
        table="rows",
        key="lines",
        evidence=tuple(f"{joined(total.names)}: {one.words}" for total, one in judged),
        question=f"It goes with the total: {said}.",
        options=tuple(dict.fromkeys(f"lines = {toml_text(rule)}" for _, rule in rules)),
    )


def _by_total(found: Evidence, key: Key) -> list[tuple[Total, LinesEvidence]]:
    """What the rows of a sale come to, by each of the totals that are as good as the best."""
    if key.pattern is not Pattern.LINES or not found.totals:
        return []
    return [(total, _lines_of(found, key, total)) for total in as_good(found.totals)]


def _lines_of(found: Evidence, key: Key, total: Total) -> LinesEvidence:
    amounts = [read(found.column(name), found.decimal or ".") for name in total.names]
    whole = amounts[0] if len(amounts) == 1 else amounts[0] + amounts[1].fill_null(0)
    headings = [found.column(name).heading for name in total.names]
    of_parts = not any(each.has(Concept.TOTAL) for each in headings)
    return judge_lines(found.key_of(key), found.file, whole, of_parts=of_parts)


def _blank_below(found: Evidence, key: Key, *, summed: bool) -> list[str]:
    """The mapped columns that are filled on the first row of a sale only."""
    names = list(key.names) if key.fill_down else []
    location = found.location()
    if location is not None and leads_blanks(location, found.facts):
        names.append(location.name)
    if summed and found.moments:
        names += [
            name for name in found.moments[0].names if leads_blanks(found.column(name), found.facts)
        ]
    return list(dict.fromkeys([*names, *found.rules.fill_down]))
