"""The line of a proposal about the date and time of a sale."""

from collections.abc import Sequence

import polars as pl

from parsers.moments.clocks import read_written
from parsers.moments.formats import ISO_8601
from parsers.suggesting.evidence import Evidence
from parsers.suggesting.moments import When, with_some_time
from parsers.suggesting.past_midnight import past_midnight
from parsers.suggesting.suggestion import Decision
from parsers.suggesting.writing import joined, quoted, toml_list, toml_text
from parsers.suggesting.zones import is_short_name, says_utc, zone_column

_MARGIN = 1.0
_PARTS = " ".join(("%Y", "%m", "%d", "%H", "%M", "%S"))
_SHOWN_NAMES = 12


def decide_moment(found: Evidence) -> Decision:
    """Where date and time of a sale are, and how they are written."""
    ranked = found.moments
    if not ranked:
        return Decision(
            table="columns",
            key="occurred_at",
            question="Which column has the date and time of a sale? None was found.",
            options=tuple(
                f"occurred_at = {toml_text(one.name)}" for one in found.facts if not one.is_blank
            )[:_SHOWN_NAMES],
        )
    good = [when for when in ranked if when.score > ranked[0].score - _MARGIN]
    if (asked := _asked(good, found)) is not None:
        return asked
    best = good[0]
    evidence = _seen(best)
    if others := [joined(when.names) for when in ranked[1:] if when.score > 0]:
        evidence.append(f"Also there: {', '.join(others)}.")
    return Decision(
        table="columns",
        key="occurred_at",
        value=_source(best, best.formats[0], found),
        evidence=tuple(evidence),
    )


def _asked(good: Sequence[When], found: Evidence) -> Decision | None:
    """Ask what the files leave open; `good` are the moments that are about as likely, best first.

    None if they leave nothing open.
    """
    best = good[0]
    evidence = _seen(best)
    likely = [(when, pattern) for when in good for pattern in when.formats]
    if len(good) > 1:
        said = ", or ".join(joined(when.names) for when in good)
        question = f"Which is the moment of the sale: {said}?"
    elif len(best.formats) > 1:
        question = f"Is {_shown_readings(best)}? Nothing in the files decides it: ask the shop."
        evidence = []
    elif (falls := past_midnight(best, _apart(found))) is not None:
        question = (
            f"{falls} So {quoted(best.names[0])} is the day of the till, and sales after midnight "
            "would come a day too early. Is that good enough? Else ask the shop for the date of "
            "the calendar."
        )
    elif best.with_time:
        return None
    else:
        alone = len(best.names) == 1
        timed = with_some_time(best, found.facts, found.known.latest) if alone else []
        question = "There is a date but no time of day. Is midnight good enough?"
        if timed:
            question = "No column is called the time of day. Which is it? Last choice: midnight."
        likely = [*((when, when.formats[0]) for when in timed), *likely]
    return Decision(
        table="columns",
        key="occurred_at",
        evidence=tuple(evidence),
        question=question,
        options=tuple(f"occurred_at = {_source(*each, found)}" for each in likely),
    )


def _seen(best: When) -> list[str]:
    return [_span(best), *([best.because] if best.because else [])]


def _apart(found: Evidence) -> pl.Series:
    """The file and the shop of each row."""
    location = found.location()
    file = found.file.cast(pl.String)
    return file if location is None else file + "\x1f" + location.texts


def _source(when: When, pattern: str, found: Evidence) -> str:
    """Write the source of a moment."""
    match when.names:
        case (one,):
            parts = [f"column = {toml_text(one)}"]
        case (day, time):
            parts = [f"date = {toml_text(day)}", f"time = {toml_text(time)}"]
        case several:
            parts = [f"columns = {toml_list(several)}"]
    if not (_PARTS.startswith(pattern) or _is_iso(when, pattern)):
        parts.append(f"format = {toml_text(pattern)}")
    if zone := _written_in(when, found):
        parts.append(f"timezone = {zone}")
    return f"{{ {', '.join(parts)} }}"


def _is_iso(when: When, pattern: str) -> bool:
    """Whether the times are of ISO 8601 in more than one form, which no single format reads."""
    texts = when.texts.filter(when.texts != "")
    read = read_written(texts, pattern)
    return bool(read.is_null().any()) and bool(texts.str.contains(ISO_8601).all())


def _written_in(when: When, found: Evidence) -> str | None:
    """The zone in which the times are written, if the files say so."""
    if when.formats[0].endswith(("%z", "%Z", "epoch", "epoch_ms")):
        return None
    if any(says_utc(name) for name in when.names):
        return toml_text("UTC")
    column = zone_column(found.facts)
    if column is None:
        return None
    if any(zone is None and not is_short_name(name) for name, zone in column.zones.items()):
        return None
    return f"{{ column = {toml_text(column.name)} }}"


def _span(when: When) -> str:
    """Say how many values read, and from when to when."""
    texts = when.texts.filter(when.texts != "")
    read = read_written(texts, when.formats[0])
    good = read.drop_nulls()
    span = f"{len(good):,} of {len(texts):,} values read"
    if good.is_empty():
        return f"{span}."
    first, last = (good.min(), good.max())
    return f"{span} as {when.formats[0]}; {str(first)[:16]} to {str(last)[:16]}."


def _shown_readings(when: When) -> str:
    example = when.example or ""
    readings: Sequence[str] = [
        read_written(pl.Series([example]), each).dt.strftime("%d %B %Y")[0] or each
        for each in when.formats
    ]
    return f"{quoted(example)} {' or '.join(readings)}"
