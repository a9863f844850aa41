"""Whether a file was cut in its last row, or merely lacks the line end after it."""

import re

import polars as pl

from parsers.header.finding import Header
from parsers.records.cells import Look, filled, look
from parsers.records.dialect import BLANKS, Dialect
from parsers.records.skipped import Skipped, SkippedKind
from parsers.records.tokens import is_blank
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.table.splitting import fields_of
from parsers.trailer.parting import Parted
from parsers.trailer.suspects import are_sums
from parsers.trailer.total_words import begins_with_total, count_in, is_end, is_remark, is_total

_PLACES = r"[.,]([0-9]+)[^0-9]*$"
_LEAST_OTHERS = 2  # rows that show how long the last value usually is
# Values that show how many places an amount has: some tills write 12.5 for 12.50, and among so many
# of their amounts there is one that ends in 0, as most prices do. Or how long an id or a name is.
# Two with cents will do in the first files of a feed, of which nobody knows how they end.
_LEAST_VALUES = 8
_CENTS = 2
_RULE = re.compile(r"([-=_*~])\1{2,}")
_DOS_END = "\x1a"
_REACH = 1000  # characters before the last line, among which a blank one is looked for
_SHOWN = 50  # amounts looked at
_AFTER_A_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)[^\r\n]*\Z")


def has_final_line_end(text: str) -> bool:
    """Whether the text ends with a line end."""
    return text.endswith(("\n", "\r"))


def cut_short(
    text: str,
    parted: Parted,
    header: Header,
    dialect: Dialect,
    *,
    pinned: bool | None = None,
    footer: str | int | None = None,
) -> Unreadable | None:
    """Say that the text is cut in its last row; None if nothing shows it.

    `parted` are its rows, and what is none of them (parting.py). `pinned` is whether earlier files
    of this feed end with a line end, None if that is not known; `footer` is that of the mapping's
    [format]. Without a line end after the last row the file is cut if earlier ones have it, if the
    row has fewer fields than the header or an open quote, or if the value in its last column, a
    mapped one, is shorter than all the others, or has fewer places, where these are all of one
    length. A footer that nobody pinned is whole only if it says what footers say: else it is what
    is left of a row.
    """
    if has_final_line_end(text):
        return None
    why = _in_last_row(text, parted.frame, header, pinned=pinned)
    if why is None and footer is None:
        why = _in_footer(text, parted.skipped, header, dialect)
    if why is None:
        return None
    return Unreadable(
        UnreadableCode.CUT_SHORT,
        f"The file seems to be cut in its last row, {why}.",
        remedy="Ask the sender to send the file again. If it is whole, have it sent with a line "
        "end after the last row.",
    )


def _in_last_row(
    text: str, frame: pl.DataFrame, header: Header, *, pinned: bool | None
) -> str | None:
    """Say on which line the text ends in a row that is not whole, and why."""
    if frame.is_empty():
        return None
    line, raw, width, unclosed = frame.select("line", "raw", "width", "unclosed").row(-1)
    if not text.endswith(raw):
        return None
    why = None
    if width < len(header.columns):
        why = _few(width, header)
    elif unclosed:
        why = "a quotation mark in it is not closed"
    elif width == len(header.columns) and (shorter := _shorter(frame, header, pinned=pinned)):
        why = f"'{clip(shorter)}' is shorter than what all other rows have in that column"
    elif pinned:
        why = "there is no line end after it, but there is one in the files before this one"
    return f"on line {line}: {why}" if why else None


def _few(width: int, header: Header) -> str:
    return f"it has {width} fields, but the header has {len(header.columns)} columns"


def _in_footer(
    text: str, skipped: tuple[Skipped, ...], header: Header, dialect: Dialect
) -> str | None:
    """Say on which line the text ends in what was taken for a footer, or for blank, and is none."""
    last = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    mark = dialect.delimiter
    if mark and mark != BLANKS and mark in last and is_blank(last, mark):
        width = last.count(mark) + 1
        return f"at its end: {_few(width, header)}" if width < len(header.columns) else None
    if not skipped or skipped[-1].kind is not SkippedKind.FOOTER:
        return None
    ending = skipped[-1]
    cells = fields_of(ending.text, dialect)
    if not text.endswith(ending.text) or len(cells) >= len(header.columns):
        return None
    apart = _AFTER_A_BLANK_LINE.search(text, max(0, len(text) - len(last) - _REACH)) is not None
    if _is_whole(cells, apart=apart):
        return None
    return f"on line {ending.line}: {_few(len(cells), header)}"


def _is_whole(cells: list[str], *, apart: bool) -> bool:
    """Whether the last line of a footer says what footers say, and so is no beginning of a row.

    `apart`: it stands below a blank line, where a remark is one.
    """
    words = filled(cells)
    together = " ".join(words)
    if not words:  # nothing but quotes
        return False
    if together == _DOS_END or _RULE.fullmatch(together):
        return True
    if is_total(words[0]) or count_in(together) is not None:
        return True
    if begins_with_total(words[0]) and len(words) > 1 and are_sums(words[1:]):
        return True
    if is_end(together) and any(map(str.isalpha, together)):
        return True
    return apart and is_remark(together)


def _shorter(frame: pl.DataFrame, header: Header, *, pinned: bool | None) -> str | None:
    """Give the last value of the last column if all others in it are longer, in the same way."""
    name = f"field_{len(header.columns) - 1}"
    if name not in frame.columns:
        return None
    whole = frame.filter(pl.col("width") == len(header.columns))[name].str.strip_chars()
    last, others = whole[-1], whole[:-1].filter(whole[:-1] != "")
    if not last or len(others) < _LEAST_OTHERS:
        return None
    looks = {look(each) for each in others.head(_SHOWN)}
    places = others.str.extract(_PLACES).str.len_chars()
    if looks == {Look.NUMBER} and places.null_count() == 0:
        least = _LEAST_OTHERS if pinned is None else _LEAST_VALUES
        return last if _has_less_places(last, places, least) else None
    # Names are of one length by chance, and counts are: dates are not.
    if not looks <= {Look.DATE, Look.TIME} and others.n_unique() < _LEAST_VALUES:
        return None
    lengths = others.str.len_chars()
    return last if lengths.n_unique() == 1 and len(last) < lengths[0] else None


def _has_less_places(last: str, places: pl.Series, least: int) -> bool:
    """Whether the last amount has less places than all others, which are alike in that.

    They are `least` of them, and with fewer than eight have two each.
    """
    if places.n_unique() > 1:
        return False
    found = re.search(_PLACES, last)
    few = len(places) < least or (len(places) < _LEAST_VALUES and places[0] != _CENTS)
    if few and last[-1] not in ".,":
        return False
    return found is None or len(found[1]) < places[0]
