"""A file that says itself, in its last lines, that it is not whole.

The program that wrote it broke off with a message, or there are more pages or rows than it holds.
"""

import re
from collections.abc import Iterator

import polars as pl

from parsers.header.finding import Header
from parsers.records.cells import filled
from parsers.records.dialect import Dialect
from parsers.records.skipped import SkippedKind
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.table.splitting import fields_of
from parsers.trailer.failure_words import pages_in, says_that_it_failed, says_that_more_follows
from parsers.trailer.parting import Parted

_MOST = 60  # lines at the end that are looked at: a message of several lines is no longer
_SHOWN = re.compile(r"[^'\x00-\x1f]{1,40}")  # as a TOML text between single quotes
_FEW = 1  # cell of a line that is as wide as the rows: a status such as "Failed" may begin a row


def refuse_incomplete(parted: Parted, header: Header, dialect: Dialect) -> None:
    """Refuse a file of which the last lines, those behind the last whole row, say so.

    `parted` are its rows, and what is none of them (parting.py).
    Raises Unreadable (CUT_SHORT).
    """
    paged = False
    for line, raw, text in _ending(parted, header, dialect):
        pages = None if paged else pages_in(text)
        paged = paged or pages is not None  # the last one decides
        lacking = pages is not None and pages[0] < pages[1]
        if says_that_it_failed(text):
            raise _incomplete(line, raw, "that the export failed")
        if lacking or says_that_more_follows(text, parted.frame.height):
            raise _incomplete(line, raw, "that there is more than this file holds")


def _ending(parted: Parted, header: Header, dialect: Dialect) -> list[tuple[int, str, str]]:
    """Give the lines that may say so, each with its text, raw and in words; the last one first."""
    frame, prefix = parted.frame, dialect.comment or ""
    told = list(_bad_rows_at_the_end(frame, header, dialect))
    last = int(frame["line"][-len(told) - 1]) if frame.height > len(told) else 0
    # What the mapping itself has left out by its words is known there.
    kinds = [SkippedKind.FOOTER, *([] if any(map(str.isalpha, prefix)) else [SkippedKind.COMMENT])]
    for one in parted.skipped[-_MOST:]:
        if one.line > last and one.kind in kinds:
            bare = one.text.lstrip().removeprefix(prefix)
            told.append((one.line, one.text, fields_of(bare, dialect)))
    return [
        (line, raw, " ".join(filled(cells)))
        for line, raw, cells in sorted(told, key=lambda one: one[0], reverse=True)
    ]


def _bad_rows_at_the_end(
    frame: pl.DataFrame, header: Header, dialect: Dialect
) -> Iterator[tuple[int, str, list[str]]]:
    """Give the records behind the last one that is as wide as the header, the last first."""
    for at in range(frame.height - 1, max(frame.height - _MOST, 0) - 1, -1):
        line, raw = int(frame["line"][at]), str(frame["raw"][at])
        cells = fields_of(raw, dialect)
        if len(cells) == len(header.columns) and len(filled(cells)) > _FEW:
            break
        yield line, raw, cells


def _incomplete(line: int, raw: str, what: str) -> Unreadable:
    begins = _SHOWN.match(raw.strip())
    comment = begins[0].strip() if begins else "..."
    return Unreadable(
        UnreadableCode.CUT_SHORT,
        f"Line {line}, behind the last row, says {what}: '{clip(raw)}'.",
        remedy="Ask the sender to export it again. If the file is whole, have the mapping leave "
        f"that line out: [format] comment = '{comment}'. The file then loads by itself.",
    )
