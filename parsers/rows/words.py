"""What is told to a shopkeeper of a value that could not be read."""

import re

from parsers.canonical import (
    FIRST_YEAR,
    ID_MAX_CHARACTERS,
    LAST_YEAR,
    MONEY_MAX_PLACES,
    MONEY_MAX_WHOLE_DIGITS,
    Field,
)
from parsers.moments import formats
from parsers.moments.blame import day_that_never_was
from parsers.reject import RejectCode, clip
from parsers.values.ids import LOST

_LOST = (
    "{Words} '{value}' holds question marks where letters were lost, as an encoding did not have "
    "them"
)
_NO_SUCH_DAY = "{Words} '{value}' does not exist: there is no {day}"
_SENTENCES = {
    RejectCode.EMPTY_ID: "{Words} is missing: the column '{column}' is empty",
    RejectCode.NULL_ID: "{Words} is missing: '{value}' in the column '{column}' says so",
    RejectCode.LONG_ID: f"{{Words}} '{{value}}' is longer than {ID_MAX_CHARACTERS} characters",
    RejectCode.ID_CONTROL_CHARACTER: "{Words} '{value}' holds a line end or another character "
    "that cannot be printed or that nobody sees",
    RejectCode.DAMAGED_ID: "{Words} '{value}' was changed by a spreadsheet, which took it for a "
    "number or a date: what it was is lost",
    RejectCode.ID_NOT_IN_MASK: "{Words} '{value}' does not fit the mask '{pattern}'",
    RejectCode.EMPTY_MONEY: "{Words} is missing: the column '{column}' is empty",
    RejectCode.NOT_MONEY: "{Words} '{value}' is not an amount of money",
    RejectCode.MONEY_TOO_LONG: f"{{Words}} '{{value}}' has more than {MONEY_MAX_WHOLE_DIGITS} "
    f"digits before the point or {MONEY_MAX_PLACES} after it",
    RejectCode.OTHER_CURRENCY: "{Words} '{value}' is not in {pattern}",
    RejectCode.NOT_MINOR_UNITS: "{Words} '{value}' has a decimal sign or a grouping sign, where a "
    "whole number of cents is expected",
    RejectCode.EMPTY_TIME: "{Words} is missing: the column '{column}' is empty",
    RejectCode.NOT_A_TIME: "{Words} '{value}' is not a date and time such as '{example}'",
    RejectCode.YEAR_OUT_OF_RANGE: f"{{Words}} '{{value}}' is not in the years {FIRST_YEAR} to "
    f"{LAST_YEAR}",
    RejectCode.UNKNOWN_ZONE: "{Words} '{value}' names a time zone that may be several or none",
    RejectCode.NO_SUCH_LOCAL_TIME: "{Words} '{value}' does not exist: clocks were put forward "
    "over it",
}


def explain(
    code: RejectCode,
    field: Field,
    *,
    column: str,
    value: str,
    pattern: str | None = None,
    language: str | None = None,
) -> str:
    """Say in one sentence what is wrong with the value of a field, naming it.

    `pattern` is what the mapping says of the value: the format of a moment (without one it is
    ISO 8601), the mask of an id, or the currency of an amount. `language` is that of months.
    """
    sentence = _SENTENCES[code]
    example, day = "", None
    if code is RejectCode.ID_CONTROL_CHARACTER and re.search(LOST, value):
        sentence = _LOST
    if code is RejectCode.NOT_A_TIME:
        pattern = pattern or formats.ISO
        example, day = formats.example(pattern), day_that_never_was(value, pattern, language)
        if day is not None:
            sentence = _NO_SUCH_DAY
        elif widths := formats.widths(pattern):
            sentence += f": {widths}"
    return sentence.format(
        Words=field.words[0].upper() + field.words[1:],
        column=clip(column),
        value=clip(value),
        example=example,
        day=day,
        pattern=clip(pattern or ""),
    )
