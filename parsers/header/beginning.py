"""The first records of a text, each with where it stands: what the search for the header looks at.

A quote that is not closed does not swallow what follows, not even where two readings make sense:
its line becomes a record of its own, marked as `broken`, and reading goes on with the next line.
"""

from typing import NamedTuple

from parsers.records.dialect import Dialect
from parsers.records.scan import LINE_END
from parsers.records.tokens import divider, is_blank, read_records
from parsers.reject import Unreadable
from parsers.text.framing import LINE_MAX_CHARACTERS

RECORDS = 200

# Enough for the first records of nearly every table; else as far as the longest line may need.
_REACHES = (1 << 17, 2 * LINE_MAX_CHARACTERS)


class Opening(NamedTuple):  # a dataclass takes three times as long to make
    """One of the first records: where in the text it starts, and where the line after it does.

    `line` and `next_line` are physical lines from 1, `start` and `end` are offsets. `broken`: a
    quote in it is not closed, and it was split without regard to quotes.
    """

    fields: tuple[str, ...]
    raw: str
    line: int
    next_line: int
    start: int
    end: int
    broken: bool = False


def first_records(
    text: str, dialect: Dialect, *, start: int = 0, first_line: int = 1, limit: int = RECORDS
) -> list[Opening]:
    """Give the first records at or after an offset, which is that of a physical line's start."""
    openings: list[Opening] = []
    for reach in _REACHES:
        window = text[: start + reach]
        openings = _read(window, dialect, start, first_line, limit)
        if len(window) == len(text):
            break
        # A record that ends where the window does may have been cut there.
        if openings and openings[-1].end == len(window):
            openings.pop()
        if len(openings) == limit:
            break
    return openings


def _read(window: str, dialect: Dialect, at: int, line: int, limit: int) -> list[Opening]:
    openings: list[Opening] = []
    while at < len(window) and len(openings) < limit:
        wanted = limit - len(openings)
        part = _until_broken(window, dialect, at, line, wanted)
        openings += part
        if part:
            at, line = part[-1].end, part[-1].next_line
        if len(part) == wanted:
            break
        broken = _broken(window, dialect, at, line)
        if broken is None:
            break
        openings.append(broken)
        at, line = broken.end, broken.next_line
    return openings


def _until_broken(text: str, dialect: Dialect, at: int, line: int, limit: int) -> list[Opening]:
    """Read records up to the first that has an unclosed quote."""
    openings: list[Opening] = []
    records = read_records(text[at:], dialect, first_line=line)
    try:
        for record in records:
            at = _skip_lines(text, at, record.line - line)
            next_line = record.line + 1 + count_line_ends(record.raw)
            end = _skip_lines(text, at + len(record.raw), 1)
            openings.append(
                Opening(
                    fields=tuple(record.fields),
                    raw=record.raw,
                    line=record.line,
                    next_line=next_line,
                    start=at,
                    end=end,
                    broken=record.unclosed,
                )
            )
            at, line = end, next_line
            if len(openings) == limit:
                break
    except Unreadable:
        pass
    return openings


def _broken(text: str, dialect: Dialect, at: int, line: int) -> Opening | None:
    """Take the next physical line that is not blank for a record; None if there is none."""
    while at < len(text):
        end = _skip_lines(text, at, 1)
        raw = text[at:end].rstrip("\r\n")
        if not is_blank(raw, dialect.delimiter):
            return Opening(
                fields=split_plainly(raw, dialect),
                raw=raw,
                line=line,
                next_line=line + 1,
                start=at,
                end=end,
                broken=True,
            )
        at, line = end, line + 1
    return None


def split_plainly(raw: str, dialect: Dialect) -> tuple[str, ...]:
    """Split a line at each delimiter, whatever is quoted."""
    return tuple(divider(dialect)(raw))


def count_line_ends(text: str) -> int:
    """Count the line ends in a text: LF, CRLF or CR each."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def line_start(text: str, line: int) -> int | None:
    """Give the offset at which a physical line, from 1, starts; None if there are not so many."""
    at = _skip_lines(text, 0, line - 1)
    return at if line == 1 or (at < len(text) and text[at - 1] in "\r\n") else None


def _skip_lines(text: str, at: int, count: int) -> int:
    for _ in range(count):
        found = LINE_END.search(text, at)
        if found is None:
            return len(text)
        at = found.end()
    return at
