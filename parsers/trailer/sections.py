"""Titles among the rows, and other tables below them: what follows may be of another kind.

`Refunds` stands alone on a line, and the rows below it are refunds; `Store: Hamburg`, and they are
of another shop. Or the names of other columns come, and what is below them are payments.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from parsers.header.check import two_tables
from parsers.header.finding import Header
from parsers.headings.kind_words import RowKind
from parsers.headings.names import heading
from parsers.headings.row_kinds import kind_of
from parsers.headings.words import Concept
from parsers.records.cells import TYPED, Look, filled, look
from parsers.records.dialect import Dialect
from parsers.records.skipped import SkippedKind
from parsers.reject import Unreadable, UnreadableCode, clip
from parsers.table.frame import place
from parsers.trailer.suspects import Suspect, at_places
from parsers.trailer.total_words import begins_with_total, count_in, is_end, is_page, is_total

_TITLE_CELLS = 2  # a label and its value
_MOST = 200  # lines of which each is looked at: more are no titles
_KINDS = frozenset((RowKind.REFUND, RowKind.REFUNDED, RowKind.VOID))
_LISTED = re.compile(r"^\(?[0-9]{1,3}[.)]\s+")  # 2. Refunds
_COUNTED = re.compile(r"\s*[(\[][0-9]+[)\]](?=\s*:?\s*$)")  # Refunds (2):
_NUMBERS = re.compile("[0-9]+")
_OF_DAYS = (Concept.DAY, Concept.DATE)
_WEEK = re.compile(r"\b(?:week|kw|woche|semaine|semana|settimana|vecka|uke|uge|viikko|tydzień)\b")
_IN_NO_DATE = r"^[^0-9]*$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The positions of the mapped columns: `all` that a row needs, and `typed` of these, which
    hold amounts and dates."""

    all: Sequence[int]
    typed: Sequence[int]


def refuse_sections(
    frame: pl.DataFrame,
    header: Header,
    dialect: Dialect,
    columns: Columns,
    *,
    told: Mapping[int, SkippedKind],
) -> None:
    """Refuse a file with a title among its rows, or with the names of another table.

    `frame` is one of records, `told` are the lines that are known to be none of the rows. Of these
    a comment may be a title, if its one word says of what kind rows are.
    Raises Unreadable (HEADER).
    """
    places = _doubtful(frame, columns, len(header.columns))
    if not places or len(places) > _MOST:
        return
    above_header = _texts_above(header, dialect)
    labels = {(label, value) for label, value in map(_parted, above_header) if label and value}
    numbered = {text for text in above_header if any(map(str.isdigit, text))}
    for at in places:
        comment = told.get(frame["line"][at]) is SkippedKind.COMMENT
        if at + 1 == frame.height or (frame["line"][at] in told and not comment):
            continue
        [one, below] = at_places(frame, [at, at + 1], dialect)
        if below.line in told or not _is_row(below.cells, header, columns):
            continue
        if not comment and header.line and _names_columns(one, frame, header, columns):
            raise two_tables(header.line, one.line)
        if not at or (comment and not _is_comment_of_kind(one.raw, dialect)):
            continue
        [above] = at_places(frame, [at - 1], dialect)
        ends = is_total(above.first) or _is_row(above.cells, header, columns)
        if ends and (comment or _is_title(one, below, frame, labels, numbered)):
            raise _title(one)


def _doubtful(frame: pl.DataFrame, columns: Columns, width: int) -> list[int]:
    """Give the places of the records that have another width, or no digit in an amount or date."""
    doubtful = frame["width"] != width
    for at in columns.typed:
        cells = frame[place(at)]
        low, high = cells.min(), cells.max()
        # Most begin with a digit, or with a sign that stands before one.
        if low is not None and (str(low) < "+" or str(high) > ":"):
            doubtful |= cells.str.contains(_IN_NO_DATE).fill_null(value=False)
    return doubtful.arg_true().to_list()


def _is_row(cells: Sequence[str], header: Header, columns: Columns) -> bool:
    return (
        len(cells) == len(header.columns)
        and all(cells[at].strip() for at in columns.all)
        and all(look(cells[at]) in TYPED for at in columns.typed)
    )


def _names_columns(one: Suspect, frame: pl.DataFrame, header: Header, columns: Columns) -> bool:
    """Whether a record has names where the rows have values: all different, and new as such.

    A row may say VOID in the place of each value; its shop and its number are those of a row.
    """
    if len(one.cells) != len(header.columns) or not columns.typed:
        return False
    names = [one.cells[at].strip().casefold() for at in dict.fromkeys(columns.all)]
    if not all(names) or len(set(names)) < len(names):
        return False
    if any(char.isdigit() for name in names for char in name):
        return False
    if any(look(cell) in TYPED for cell in one.cells):
        return False
    return not any(
        (frame[place(at)].head(one.at).str.strip_chars() == one.cells[at].strip()).any()
        for at in columns.all
    )


def _is_comment_of_kind(raw: str, dialect: Dialect) -> bool:
    """Whether a comment has but one word, of a kind of rows: `# Refunds`. A mapping that names it
    by its words knows it."""
    prefix = dialect.comment or ""
    if any(map(str.isalpha, prefix)):
        return False
    return _is_kind(_uncounted(raw.strip().removeprefix(prefix).strip(" \t:*-=\"'")))


def _is_kind(text: str) -> bool:
    return len(text.split()) == 1 and kind_of(text) in _KINDS


def _is_title(
    one: Suspect,
    below: Suspect,
    frame: pl.DataFrame,
    labels: Collection[tuple[str, str]],
    numbered: Collection[str],
) -> bool:
    """Whether a record between rows is a title, and neither a piece of a row nor a page's end.

    `labels` and `numbered` are what stands above the header: labels with their values, and texts
    with a number.
    """
    words = filled(one.cells)
    together = " ".join(words)
    if not 0 < len(words) <= _TITLE_CELLS or not one.cells[0].strip() or is_page(together):
        return False
    if {*words} & {*filled(below.cells)}:  # the rows say so themselves
        return False
    label, value = _parted(together)
    others = {known for name, known in labels if label and name == label}
    if others:
        return value not in others and look(value) not in (Look.DATE, Look.TIME)
    if _has_another_number(together, numbered):
        return True
    return len(words) == 1 and _is_word_alone(together, one.at, below, frame)


def _is_word_alone(title: str, at: int, below: Suspect, frame: pl.DataFrame) -> bool:
    """Whether a text of one cell may be a title by what it says."""
    bare = _uncounted(title)
    first = next(filter(str.isalpha, bare), "")
    if not first or any(map(str.isdigit, bare)):
        return False
    # A piece of a note goes on in small letters.
    if first.islower() and not _is_kind(bare.rstrip(":")):
        return False
    if begins_with_total(title) or is_end(title) or count_in(title) is not None:
        return False
    return not _is_piece(title, at, below, frame)


def _is_piece(title: str, at: int, below: Suspect, frame: pl.DataFrame) -> bool:
    """Whether a line may be the beginning of the row below it, or of another like it."""
    first = below.cells[0]
    if not first[:1].isalnum():
        return True
    if place(0) not in frame.columns:
        return False
    known = {title, f"{title}{first}", f"{title} {first}"}
    others = frame[place(0)].str.strip_chars().is_in([*known])
    return bool(others.head(at).any() or others.slice(at + 1).any())


def _uncounted(title: str) -> str:
    """A title without the number that it has in a list, and the count of what is below it."""
    return _COUNTED.sub("", _LISTED.sub("", title))


def _has_another_number(title: str, numbered: Collection[str]) -> bool:
    """Whether a title is one of the texts but for its numbers: the next shop, but no day."""
    folded = " ".join(title.casefold().split())
    if folded in numbered or heading(title).any_of(*_OF_DAYS) or _WEEK.search(folded):
        return False
    if any(look(each) in (Look.DATE, Look.TIME) for each in (folded, *folded.split())):
        return False
    return _NUMBERS.sub("9", folded) in {_NUMBERS.sub("9", text) for text in numbered}


def _texts_above(header: Header, dialect: Dialect) -> list[str]:
    """Give what stands above the header, as it is compared."""
    above = (one.text for one in header.skipped if one.kind is SkippedKind.PREAMBLE)
    texts = (text.replace(dialect.delimiter, " ") if dialect.delimiter else text for text in above)
    return [" ".join(text.casefold().split()) for text in texts]


def _parted(text: str) -> tuple[str, str]:
    """Part a label from its value, both as they are compared; the label is blank if none is."""
    label, colon, value = text.casefold().partition(":")
    return (" ".join(label.split()), " ".join(value.split())) if colon else ("", "")


def _title(one: Suspect) -> Unreadable:
    words = clip(" ".join(filled(one.cells)))
    return Unreadable(
        UnreadableCode.HEADER,
        f"Line {one.line} stands among the rows like a title: '{words}'. The rows below it may be "
        "of another kind, or of another shop.",
        remedy="Ask the sender for a file for each. If the line says nothing of the rows, leave "
        f'it out: [format] comment = "{clip(one.first)}". If there are many such lines, say which '
        'column only rows fill: [rows] keep = { Total = ["*"] }. The file then loads by itself.',
    )
