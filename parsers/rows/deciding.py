"""What a file's columns decide together before any value of them is read.

The decimal sign of the amounts and the format of the dates are one for the whole file: each value
alone could often be read in two ways.
"""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from parsers.canonical import RecordType
from parsers.mappings.mapping import Mapping
from parsers.mappings.pins import Pins, pinned_date_format
from parsers.moments.columns import width_of_times, with_zeros
from parsers.moments.deciding import decide_format
from parsers.money.amounts import find_sign
from parsers.values.sources import Amount, Moment, source_columns
from parsers.values.values import Found

_ENDS = r"[0-9]{1,2}[^0-9]*$"  # so many places are no group of thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """How the amounts and moments of a file are read.

    `decimal` is "." or ","; `formats` has that of each field that is a moment, `languages` that of
    its names of months, where it matters. `widths` are those of columns with times that lack zeros
    before them, by the mapping's names. `settled` are those of the pins' keys that this file
    proves.
    """

    decimal: str = "."
    formats: Lookup[str, str] = field(default_factory=dict)
    languages: Lookup[str, str | None] = field(default_factory=dict)
    widths: Lookup[str, int] = field(default_factory=dict)
    settled: Pins = field(default_factory=dict)


def decide(
    found: Lookup[str, Found],
    lines: pl.Series,
    mapping: Mapping,
    record_type: RecordType,
    *,
    pins: Pins,
    latest: datetime | None,
    said: str | None = None,
) -> Decisions:
    """Weigh the mapped columns; `lines` is where each row starts, `latest` as in `decide_format`.

    `said` is the decimal sign of the mapping itself, and not of a pin.

    Raises:
        Unreadable: AMBIGUOUS_DECIMAL, AMBIGUOUS_DATE, UNKNOWN_DATE, MIXED_CURRENCIES,
            CONTRADICTS_MAPPING.
    """
    decimal = "."
    formats: dict[str, str] = {}
    languages: dict[str, str | None] = {}
    widths: dict[str, int] = {}
    settled: dict[str, str] = {}
    for each in record_type.fields:
        source = mapping.columns[each.name]
        columns = [found[name] for name in source_columns(source)]
        if isinstance(source, Amount):
            decimal = find_sign(
                source, columns, lines, mapping.format.decimal, said=said is not None
            )
            proof = f"[{decimal}]{_ENDS}"
            if any(column.texts.str.contains(proof).any() for column in columns):
                settled["decimal"] = decimal
        elif isinstance(source, Moment):
            _, *times = source.columns
            found_widths = {name: width_of_times(found[name].texts) for name in times}
            widths |= {name: width for name, width in found_widths.items() if width is not None}
            decided = decide_format(
                [with_zeros(found[name], widths.get(name)) for name in source.columns],
                lines,
                pinned_date_format(source, pins),
                said=source.format is not None,
                language=source.language,
                latest=latest,
            )
            formats[each.name] = decided.format
            languages[each.name] = decided.language
            if len(lines) and decided.certain:
                settled["date_format"] = decided.format
    return Decisions(
        decimal=decimal, formats=formats, languages=languages, widths=widths, settled=settled
    )
