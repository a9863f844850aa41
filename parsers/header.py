"""The header of a table: which line it is, what divides it, and where the mapped columns are."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.framing import LINE_MAX_CHARACTERS, line_at
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.tokens import first_record

CANDIDATES = (",", ";", "\t", "|")
COLUMNS_MAX = 10_000

_SHOWN_DELIMITERS = {"\t": "tab"}
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`columns` are the names as shown, trimmed; `body` is where the text after it begins.

    `line` is the physical line on which the header starts, `next_line` that on which the body
    starts.
    """

    delimiter: str
    columns: tuple[str, ...]
    line: int
    body: int
    next_line: int

    def find(self, name: str) -> list[int]:
        """Say at which positions a column stands: exactly so named, else but for its case."""
        wanted = _clean(name)
        exact = [at for at, column in enumerate(self.columns) if column == wanted]
        folded = wanted.casefold()
        return exact or [at for at, name in enumerate(self.columns) if name.casefold() == folded]


def read_header(text: str, names: Sequence[str], pinned: str | None) -> Header:
    """Find the header, which is the first line that is not blank, and its delimiter.

    The delimiter is the pinned one, else the one under which most of the mapped names are found;
    of several such the one that makes most columns.
    Raises Unreadable (DELIMITER, HEADER, MISSING_COLUMN, TOO_WIDE, UNCLOSED_QUOTE).
    """
    start = text[: 2 * LINE_MAX_CHARACTERS]
    attempts = {delimiter: _attempt(start, delimiter) for delimiter in (*CANDIDATES, pinned or ",")}
    headers = [header for header in attempts.values() if header is not None]
    if pinned is None:
        header = max(headers, key=lambda each: _evidence(each, names), default=None)
    else:
        header = attempts[pinned]
        better = [other for other in headers if not _missing(other, names)]
        if better and (header is None or _missing(header, names)):
            raise _contradicted_pin(pinned, better[0].delimiter)
    if header is None:
        line = line_at(text, len(text) - len(text.lstrip()))
        raise Unreadable(
            UnreadableCode.UNCLOSED_QUOTE,
            f"A quotation mark in the header, on line {line}, is not closed.",
            remedy="Ask the sender for a corrected file.",
        )
    _refuse_unfit(header, names)
    return header


def _attempt(start: str, delimiter: str) -> Header | None:
    """Read the header with this delimiter; None if its quotes make no sense then."""
    try:
        found = first_record(start, delimiter)
    except Unreadable:
        return None
    if found is None:
        return None
    record, body = found
    return Header(
        delimiter=delimiter,
        columns=tuple(_clean(name) for name in record.fields),
        line=record.line,
        body=body,
        next_line=line_at(start, body),
    )


def _clean(name: str) -> str:
    """Trim a name of blanks and quotes; inner blanks become plain, what nobody sees goes."""
    plain = " ".join(name.strip(_INVISIBLE).strip().strip('"').split())
    return "".join(char for char in plain if char.isprintable())


def _missing(header: Header, names: Iterable[str]) -> list[str]:
    return [name for name in names if not header.find(name)]


def _evidence(header: Header, names: Sequence[str]) -> tuple[int, int]:
    return -len(_missing(header, names)), len(header.columns)


def _refuse_unfit(header: Header, names: Sequence[str]) -> None:
    if len(header.columns) > COLUMNS_MAX:
        raise Unreadable(
            UnreadableCode.TOO_WIDE,
            f"The header on line {header.line} has {len(header.columns):,} columns; "
            f"the most that is read is {COLUMNS_MAX:,}.",
            remedy="Look at the file: its line ends may have been lost on the way.",
        )
    if missing := _missing(header, names):
        if len(header.columns) == 1 and len(names) > 1:
            raise _undivided(header)
        raise _missing_columns(header, missing)
    for name in names:
        if len(header.find(name)) > 1:
            raise Unreadable(
                UnreadableCode.HEADER,
                f"The header on line {header.line} has {len(header.find(name))} columns "
                f"called '{name}', so it is not clear which one is meant.",
                remedy="Ask the sender to give the columns different names.",
            )


def _undivided(header: Header) -> Unreadable:
    return Unreadable(
        UnreadableCode.DELIMITER,
        f"Line {header.line} should be the header but is not divided into columns: "
        f"'{clip(header.columns[0])}'.",
        remedy="If the columns are divided by something other than , ; tab or |, name it in the "
        'mapping: [format] delimiter = "...". The header must be the first line that is not blank.',
    )


def _missing_columns(header: Header, missing: Sequence[str]) -> Unreadable:
    words = []
    for name in missing:
        near = _nearest(name, header.columns)
        words.append(f"'{name}'" + (f" (the nearest is '{clip(near)}')" if near else ""))
    found = clip(", ".join(f"'{column}'" for column in header.columns), 1000)
    plural = len(missing) > 1
    return Unreadable(
        UnreadableCode.MISSING_COLUMN,
        f"The column{'s' * plural} {', '.join(words)} {'are' if plural else 'is'} missing. "
        f"The columns found on line {header.line} are {found}.",
        remedy="If the shop's export has changed, name the new column in the mapping; then replay.",
    )


def _nearest(name: str, columns: Sequence[str]) -> str | None:
    by_folded = {column.casefold(): column for column in columns if column}
    near = difflib.get_close_matches(_clean(name).casefold(), by_folded, n=1, cutoff=0.0)
    return by_folded[near[0]] if near else None


def _contradicted_pin(pinned: str, found: str) -> Unreadable:
    pinned, found = (_SHOWN_DELIMITERS.get(each, each) for each in (pinned, found))
    return Unreadable(
        UnreadableCode.DELIMITER,
        f"The columns should be divided by {pinned} but are divided by {found}.",
        remedy="If the shop's export has changed, correct [format] delimiter in the mapping, or "
        "leave it out to have it found in each file; then replay.",
    )
