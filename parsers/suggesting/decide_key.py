"""The line of a proposal about the id of a transaction."""

from collections.abc import Sequence

import polars as pl

from parsers.headings.words import Concept
from parsers.suggesting.evidence import Evidence
from parsers.suggesting.keys import Key, Pattern, as_good
from parsers.suggesting.moments import days
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.writing import joined, quoted, toml_column, toml_list

_FIRST_OF_A_DAY = 2  # a number with which those of a day may begin
_SHORT = 9  # characters: a longer id is of no day's counter
_SHOWN_NAMES = 12


def decide_key(found: Evidence) -> Decision:
    """Which columns make the id of a transaction, and whether it is unique in these files."""
    if not found.keys:
        return Decision(
            table="columns",
            key="transaction_id",
            question="Which column has the number of the receipt? None was found. If the number "
            "begins again each day or on each till, combine it with the date or the till.",
            options=_combinations(found),
        )
    good = as_good(found.keys) if found.keys[0].pattern is not Pattern.AGAIN else []
    if not good:
        return _comes_again(found)
    if len(good) > 1:
        each = "; ".join(f"{joined(key.names)}: {_measured(key)}" for key in good)
        return Decision(
            table="columns",
            key="transaction_id",
            evidence=(f"{each}.",),
            question="Which is the id of a transaction? Each of these may be.",
            options=tuple(_line(_source(key.names, found)) for key in good),
        )
    [best] = good
    if (again := _begins_again(best, found)) is not None:
        return again
    said = [f"{_measured(best)}."]
    if len(best.names) > 1:
        said.append(f"{quoted(best.names[-1])} alone comes again for other transactions.")
    others = [
        joined(key.names)
        for key in found.keys
        if key is not best and key.pattern is not Pattern.AGAIN
    ]
    if others:
        said.append(f"Also there: {', '.join(others)}.")
    return Decision(
        table="columns",
        key="transaction_id",
        value=_source(best.names, found),
        evidence=tuple(said),
    )


def _comes_again(found: Evidence) -> Decision:
    """Ask what makes the likeliest id unique, which no columns together do."""
    first = found.keys[0]
    return Decision(
        table="columns",
        key="transaction_id",
        question=f"{joined(first.names)} comes again for other transactions: {first.ids:,} "
        f"different ones on {first.rows:,} rows. What makes it unique?",
        options=(
            *(_line(_source(key.names, found)) for key in found.keys),
            *_by_the_clock(found),
        ),
    )


def best_key(found: Evidence) -> Key | None:
    """The likeliest id, if there is any that tells transactions apart."""
    usable = [key for key in found.keys if key.pattern is not Pattern.AGAIN]
    return usable[0] if usable else None


def _combinations(found: Evidence) -> tuple[str, ...]:
    """What may make an id where no column is called like one."""
    likely = [
        one.name
        for one in found.facts
        if not one.is_blank and not one.has_lines and not one.is_money and len(one.distinct) > 1
    ][:_SHOWN_NAMES]
    return (*_by_the_clock(found), *(_line(_source((name,), found)) for name in likely))


def _by_the_clock(found: Evidence) -> tuple[str, ...]:
    """Date and time, with the hour or the till where no two rows have the same only with them.

    So it is with tables of hours, and with tills that number nothing.
    """
    names = names_by_the_clock(found)
    return (_line(_source(names, found)),) if names else ()


def names_by_the_clock(found: Evidence) -> tuple[str, ...]:
    """The columns that make the id of a sale where none has its number; none without a date."""
    if not found.moments:
        return ()
    names = found.moments[0].names
    further = tuple(
        one.name
        for concept in (Concept.HOUR, Concept.TILL)
        for one in found.facts
        if one.heading.has(concept) and one.name not in names and not one.is_blank
    )
    each = [(*names, *further[:count]) for count in range(len(further) + 1)]
    return next((chosen for chosen in each if is_of_each_row(chosen, found)), names)


def is_of_each_row(names: Sequence[str], found: Evidence) -> bool:
    """Whether no two rows of a shop have the same in all of these columns."""
    location = found.location()
    of_shop = [location.name] if location is not None else []
    texts = [found.column(name).texts.alias(name) for name in dict.fromkeys([*names, *of_shop])]
    return pl.DataFrame(texts).n_unique() == found.rows


def _begins_again(key: Key, found: Evidence) -> Decision | None:
    """Ask about a short number if the files cannot show whether it begins again.

    They are of one day only, or it comes in two files for two sales, and no column names the shop.
    """
    if len(key.names) > 1 or not found.moments:
        return None
    column = found.column(key.names[0])
    length = column.distinct.str.len_chars().median()
    moments = days(found.moments[0]).drop_nulls()
    of_one_day = moments.n_unique() == 1 and isinstance(length, float) and length < _SHORT
    if key.elsewhere and not found.places:
        said = f"{key.elsewhere:,} come in several files, for different sales."
        question = f"Does {quoted(key.names[0])} begin again each day? Else the files are of "
        question += "different shops."
    elif of_one_day:
        said = "All rows are of one day. With files of two days it would be known."
        question = f"Do the numbers in {quoted(key.names[0])} begin again the next day?"
    else:
        return None
    numbers = column.distinct.cast(pl.Int64, strict=False)
    least = numbers.min()
    alone, with_day = (
        _line(_source(names, found))
        for names in (key.names, (found.moments[0].names[0], *key.names))
    )
    begins = isinstance(least, int) and least <= _FIRST_OF_A_DAY
    return Decision(
        table="columns",
        key="transaction_id",
        evidence=(f"{_measured(key)}.", said),
        question=question,
        options=(with_day, alone) if begins else (alone, with_day),
    )


def _measured(key: Key) -> str:
    if key.pattern is Pattern.LINES:
        return (
            f"{key.ids:,} different ones on {key.rows:,} rows; on several rows, which follow each "
            f"other: {key.repeated:,}"
        )
    again = f"; come again as corrections: {key.repeated:,}" if key.repeated else ""
    return f"{key.ids:,} different ones on {key.rows:,} rows{again}"


def _source(names: Sequence[str], found: Evidence) -> str:
    if len(names) == 1:
        return toml_column(names[0], found.column(names[0]).guard)
    return f'{{ combine = {toml_list(names)}, separator = "-" }}'


def _line(source: str) -> str:
    return f"transaction_id = {source}"
