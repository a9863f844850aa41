"""Which dialect a text is written in, by evidence: the text, the mapped names, and what is pinned.

Mapped names go before all: a line that a delimiter divides into all of them is the header. Else the
dialect counts under which a sample looks most like a table. See `trials`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.dialects.candidates import (
    delimiters,
    dividing_names,
    lines_of,
    quotings,
    sep_line,
)
from parsers.dialects.comments import has_comments, without_comments
from parsers.dialects.laid_out import laid_out, unseen_blank
from parsers.dialects.plainly import plain_dialect
from parsers.dialects.sample import line_end_of, line_end_of_records, take_sample
from parsers.dialects.trials import Trial, attempt, has_all
from parsers.header.columns import clean, positions
from parsers.mappings.format import Format
from parsers.records.dialect import BLANKS, COMMENT, Dialect, shown
from parsers.records.scan import LINE_END
from parsers.reject import Unreadable, UnreadableCode, clip

# As good as the best, or nearly: with another delimiter, and with another escape.
_RIVAL = 0.95
_RIVAL_ESCAPE = 0.995
_POOR = 0.25  # so much less than the best that the mapped names must stand there by accident
_GOOD = 0.6  # what contradicts a pin must look like a table
_SHOWN_FIELDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The best dialect for a text, and what speaks against taking it unseen, if anything."""

    dialect: Dialect
    doubts: tuple[Unreadable, ...] = ()


def find_dialect(text: str, layout: Format, names: Sequence[str] = ()) -> Dialect:
    """Find how a text is written; `names` are the columns that the mapping names.

    Raises Unreadable (AMBIGUOUS_DIALECT, DELIMITER, CONTRADICTS_MAPPING).
    """
    plain = plain_dialect(text, layout, names)
    if plain is not None:
        return plain
    evidence = weigh(text, layout, names)
    if evidence.doubts:
        raise evidence.doubts[0]
    return evidence.dialect


def weigh(text: str, layout: Format, names: Sequence[str] = ()) -> Evidence:
    """Find the best dialect for a text and say what is doubtful about it; raises nothing."""
    if layout.header_line == 0:
        names = ()  # they are numbers of columns, and stand in no line
    line_end = line_end_of(text)
    written = Dialect(delimiter="", comment=layout.comment or None, line_end=line_end)
    sep = sep_line(text)
    pieces = take_sample(_without_first_line(text) if sep else text)
    if layout.comment:
        pieces = [without_comments(piece, layout.comment) for piece in pieces]
    given = sep if layout.delimiter is None else layout.delimiter
    trials = _trials(pieces, layout, given, written, names)
    best, doubt = _best(trials, given, names, pinned=layout.delimiter is not None)
    dialect = best.dialect
    if layout.comment is None and has_comments(text, best, names):
        dialect = replace(dialect, comment=COMMENT)
    if line_end != (layout.line_end or line_end) or line_end == "mixed":
        line_end = line_end_of_records(text, (record.raw for record in best.records)) or line_end
        dialect = replace(dialect, line_end=line_end)
    doubts = [doubt] if doubt else []
    header = next((at for at, each in enumerate(best.records) if has_all(each, names)), None)
    if header is not None and (unseen := unseen_blank(dialect, best.records, header)) is not None:
        doubts.append(unseen)
    if layout.line_end is not None and line_end != layout.line_end and _has_several_lines(text):
        doubts.append(_other_line_end(layout.line_end, line_end))
    return Evidence(dialect=dialect, doubts=tuple(doubts))


def _without_first_line(text: str) -> str:
    stripped = text.lstrip("\r\n")
    end = LINE_END.search(stripped)
    return stripped[end.end() :] if end else ""


def _has_several_lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def _trials(
    pieces: Sequence[str],
    layout: Format,
    given: str | None,
    written: Dialect,
    names: Sequence[str],
) -> list[Trial]:
    """Try every dialect that comes into question, the likelier of two equal ones first."""
    lines = lines_of(pieces)
    found = []
    likely = [] if given is None else [given]
    likely += [*delimiters(lines), *dividing_names(lines, names), ""]
    for delimiter in dict.fromkeys(likely):
        pairs = list(quotings(pieces, delimiter))
        if layout.quote is not None:
            pairs = list(dict.fromkeys((layout.quote or None, escape) for _, escape in pairs))
        if layout.escape is not None:
            pairs = list(dict.fromkeys((quote, layout.escape or None) for quote, _ in pairs))
        for quote, escape in pairs:
            dialect = replace(written, delimiter=delimiter, quote=quote, escape=escape)
            found.append(attempt(pieces, dialect, names))
        if delimiter == BLANKS and (stands := laid_out(written, lines, names)) is not None:
            found = _unless_laid_out(found, attempt(pieces, stands, names))
    return found


def _unless_laid_out(trials: list[Trial], stands: Trial) -> list[Trial]:
    """Put columns that stand under each other in the place of those that two blanks divide.

    Not if fewer of the mapped names are found in them, or if there are quotes.
    """
    plain = _of(BLANKS, trials)
    if any('"' in record.raw for record in stands.records) or any(
        trial.named > stands.named for trial in plain
    ):
        return [*trials, stands]
    return [*(trial for trial in trials if trial not in plain), stands]


def _best(
    trials: Sequence[Trial], given: str | None, names: Sequence[str], *, pinned: bool
) -> tuple[Trial, Unreadable | None]:
    """Choose one of the trials; with what makes it doubtful, if anything."""
    if given is not None:
        # Of columns of blanks there are two trials: that in which the names stand goes before.
        best = max(_of(given, trials), key=lambda trial: (trial.named == len(names), trial.rating))
        other = _contradiction(best, trials, names)
        if other is None:
            return best, None
        if pinned:
            return best, _contradicted_pin(best, other)
        # A `sep=` line that divides nothing was left there by another program.
        return best if names else other, _ambiguous(best, other, names)
    most = max(trial.named for trial in trials)
    likely = [trial for trial in trials if trial.named == most] if 2 * most > len(names) else trials
    best = _longest(max(likely, key=_rating), likely)
    rival = next((trial for trial in likely if _is_rival(trial, best, names)), None)
    if rival is None and best.rating < _POOR * (other := max(trials, key=_rating)).rating:
        rival = other  # the header is written otherwise than the rows
    return best, _ambiguous(best, rival, names) if rival else None


def _longest(best: Trial, trials: Sequence[Trial]) -> Trial:
    """Take `||` for `|`, and `, ` for `,`, if it divides as many rows as well."""
    part = best.dialect.delimiter
    longer = [
        trial
        for trial in trials
        if part
        and len(trial.dialect.delimiter) > len(part)
        and part in trial.dialect.delimiter
        and trial.full >= best.full
        and trial.rating >= _RIVAL * best.rating
    ]
    return max(longer, key=_rating, default=best)


def _of(delimiter: str, trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.dialect.delimiter == delimiter]


def _rating(trial: Trial) -> float:
    return trial.rating


def _contradiction(best: Trial, trials: Sequence[Trial], names: Sequence[str]) -> Trial | None:
    """Find a dialect that the file speaks for, against the delimiter that was given."""
    if not best.dialect.delimiter and not names:
        return None
    if names:
        if best.named == len(names):
            return None
        others = [trial for trial in trials if trial.named == len(names)]
    elif best.width > 1:
        return None
    else:
        others = [trial for trial in trials if trial.width > 1 and trial.rating >= _GOOD]
    return max(others, key=_rating, default=None)


def _is_rival(trial: Trial, best: Trial, names: Sequence[str]) -> bool:
    """Whether a dialect is as good as the best and reads a mapped cell, or any, otherwise.

    Of `||` and `|`, or of `, ` and `,`, the better one is taken: the one is part of the other.
    """
    one, other = trial.dialect, best.dialect
    if trial is best or trial.width == 1 or best.rating == 0:
        return False
    if one.delimiter == other.delimiter:
        alike = one.quote == other.quote and trial.bad == best.bad
        near = alike and trial.rating >= _RIVAL_ESCAPE * best.rating
    else:
        part = one.delimiter in other.delimiter or other.delimiter in one.delimiter
        near = not part and trial.rating >= _RIVAL * best.rating
    return near and _told(trial, names) != _told(best, names)


def _told(trial: Trial, names: Sequence[str]) -> list[list[str] | None]:
    """Give what each record says: the mapped cells of rows, or with no names, all but for blanks.

    Blank cells do not count then, as `||` makes some of two |. What is no row says nothing.
    """
    records = trial.records
    header = next((at for at, record in enumerate(records) if has_all(record, names)), None)
    columns = [] if header is None else [clean(field) for field in records[header].fields]
    places = [positions(columns, name) for name in names]
    if header is None or not all(len(found) == 1 for found in places):
        return [[cell for field in each.fields if (cell := field.strip())] for each in records]
    return [
        [record.fields[at].strip() for [at] in places]
        if place > header and len(record.fields) == len(columns) and not record.is_bad
        else None
        for place, record in enumerate(records)
    ]


def _ambiguous(best: Trial, rival: Trial, names: Sequence[str]) -> Unreadable:
    """Name both dialects with the first row that they read differently."""
    at = next(
        (
            at
            for at, (one, other) in enumerate(
                zip(_told(best, names), _told(rival, names), strict=False)
            )
            if one != other
        ),
        0,
    )
    readings = " or ".join(
        f"{_described(trial.dialect)}, which makes {_fields(trial.records[at].fields)}"
        for trial in (best, rival)
    )
    return Unreadable(
        UnreadableCode.AMBIGUOUS_DIALECT,
        f"The row '{clip(best.records[at].raw)}' can be divided in two ways: by {readings}.",
        remedy="Look at the file, and say in the mapping which it is: [format] "
        f"{_pins(best.dialect, rival.dialect)}, as the case may be. The file then loads by itself.",
    )


def _pins(best: Dialect, rival: Dialect) -> str:
    """Give what to write into [format] for one dialect or the other: what they differ in."""
    for key in ("delimiter", "escape", "quote"):
        one, other = (getattr(each, key) or "" for each in (best, rival))
        if one != other:
            return f"{key} = {_toml(one)} or {key} = {_toml(other)}"
    return f"delimiter = {_toml(best.delimiter)}"


def _toml(text: str) -> str:
    """Write a text as TOML does, on one line."""
    return f"'{text}'" if "\\" in text or '"' in text else json.dumps(text)


def _described(dialect: Dialect) -> str:
    quote = f"quoted by {dialect.quote}" if dialect.quote else "without quotes"
    escape = " with backslashes" if dialect.escape else ""
    return f"{shown(dialect.delimiter)} {quote}{escape}"


def _fields(fields: Sequence[str]) -> str:
    first = ", ".join(f"'{clip(field, 20)}'" for field in fields[:_SHOWN_FIELDS])
    more = " ..." if len(fields) > _SHOWN_FIELDS else ""
    return f"{len(fields)} fields ({first}{more})"


def _contradicted_pin(pinned: Trial, found: Trial) -> Unreadable:
    return Unreadable(
        UnreadableCode.DELIMITER,
        f"The columns should be divided by {shown(pinned.dialect.delimiter)} but are divided by "
        f"{shown(found.dialect.delimiter)}.",
        remedy="If the shop's export has changed, correct [format] delimiter in the mapping, or "
        "leave it out to have it found in each file: the file then loads by itself.",
    )


def _other_line_end(pinned: str, found: str) -> Unreadable:
    names = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "mixed": "several kinds of line ends"}
    return Unreadable(
        UnreadableCode.CONTRADICTS_MAPPING,
        f"The lines should end with {names[pinned]} but end with {names[found]}.",
        remedy="If the shop's export has changed, correct [format] line_end in the mapping, or "
        "leave it out: each of the three ends a line. The file then loads by itself.",
    )
