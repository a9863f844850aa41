"""Texts that are written as tables hardly ever are, put as they must be meant: to be looked at.

Each gives the text with ordinary line ends or quotation marks, and what was done in words. Nothing
of this is for loading, where such files are held or their rows rejected.
"""

import re
from functools import partial

from parsers.mappings.format import Format
from parsers.records.scan import LINE_END

Shown = tuple[str, str]

# What ended lines elsewhere: of old printers, of ASCII itself, of mainframes and of Unicode.
_ENDS = {
    "\v": "vertical tabs",
    "\f": "form feeds",
    "\x1c": "the file separator of ASCII (1C)",
    "\x1e": "the record separator of ASCII (1E)",
    "\x85": "U+0085",
    "\u2028": "U+2028",
    "\u2029": "U+2029",
}
_SIGNS_AT_THE_END = (";", "|")
_LEAST = 2  # lines: a header and a row
_REGULAR = 0.8  # of the lines have as many delimiters
_QUOTED = re.compile('"[^"]*"')
_EITHER_QUOTED = (_QUOTED, re.compile("'[^']*'"))
_DELIMITERS = ",;\t|^~:#"
_QUOTES = (
    *(("\u201c", "\u201d"), ("\u201c", "\u201c"), ("\u201e", "\u201c"), ("\u201e", "\u201d")),
    *(("\u201d", "\u201d"), ("`", "`"), ("\xb4", "\xb4"), ("`", "\xb4"), ("``", "''")),
    *(("''", "''"), ("\xab", "\xbb"), ("\xbb", "\xab")),
)
_LEAST_QUOTED = 3  # fields
_CLOSED = 0.9  # of the fields that begin with a mark must end with one
_LONG = 1000  # characters that a quoted field has at most


def with_line_ends(text: str, layout: Format) -> Shown | None:
    """Break a text of one line where another sign ends its records; None if none does."""
    line = text.rstrip("\r\n")
    if layout.line_end is not None or LINE_END.search(_QUOTED.sub("", line)):
        return None
    for sign, name in _ENDS.items():
        records = [each for each in line.split(sign) if each.strip()]
        if sign != layout.delimiter and len(records) >= _LEAST and _is_regular(records):
            said = f"The text is one line: it is divided into records at {name}."
            return line.replace(sign, "\n") + "\n", said
    return None


def _is_regular(records: list[str]) -> bool:
    """Whether a delimiter stands in most records, and in each of these as often as in the first."""
    return any(
        (count := plain[0].count(delimiter)) > 0
        and sum(record.count(delimiter) == count for record in plain) >= _REGULAR * len(plain)
        for plain in ([quoted.sub("", record) for record in records] for quoted in _EITHER_QUOTED)
        for delimiter in _DELIMITERS
    )


def without_signs_at_the_end(text: str, layout: Format) -> Shown | None:
    """Take away a sign that ends every line and stands nowhere else; None if there is none."""
    lines = [line for line in LINE_END.split(text) if line.strip()]
    for sign in _SIGNS_AT_THE_END:
        if (
            sign != layout.delimiter
            and len(lines) >= _LEAST
            and text.count(sign) == len(lines)
            and all(line.endswith(sign) for line in lines)
            and _is_regular(lines)
        ):
            return text.replace(sign, ""), f"Every line ends with {sign}, which is left out."
    return None


def with_plain_quotes(text: str, layout: Format) -> Shown | None:
    """Write `"` for other marks that quote fields; None if no others do, or that may be told."""
    if '"' in text or layout.quote is not None:
        return None
    for opening, closing in _QUOTES:
        if opening not in text or closing not in text:
            continue
        begin, whole = _patterns(opening, closing)
        fields = whole.findall(text)
        if len(fields) >= max(_LEAST_QUOTED, _CLOSED * len(begin.findall(text))):
            said = f"Fields are quoted by {opening} and {closing}."
            return whole.sub(partial(_plainly, closing), text), said
    return None


def _patterns(opening: str, closing: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How a field begins with such a mark, and how one stands wholly between two."""
    before = rf"(?:(?<=[\r\n{re.escape(_DELIMITERS)}])|\A)[ \t]*"
    mark = re.escape(closing)
    inner = rf"((?:(?!{mark}).|{mark}{mark}){{0,{_LONG}}}?)"
    after = rf"(?=[ \t]*(?:[{re.escape(_DELIMITERS)}]|\r|\n|\Z))"
    # Of '' the half is a mark as well: 'a','' has another kind of quotes.
    begin = opening[0] if len(opening) > 1 else re.escape(opening)
    return (
        re.compile(before + begin),
        re.compile(before + re.escape(opening) + inner + mark + after, re.DOTALL),
    )


def _plainly(closing: str, field: re.Match[str]) -> str:
    return '"' + field[1].replace(closing * 2, '""') + '"'
