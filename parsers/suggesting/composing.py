"""From files to a proposed mapping."""

from collections.abc import Iterator, Sequence

from parsers import delimited
from parsers.mappings.mapping import MappingError, parse_mapping
from parsers.mappings.sent import Sent
from parsers.reject import Unreadable, clip
from parsers.suggesting.decide_format import decide_format
from parsers.suggesting.decide_key import best_key, decide_key
from parsers.suggesting.decide_location import decide_location
from parsers.suggesting.decide_moment import decide_moment
from parsers.suggesting.decide_rows import (
    decide_currencies,
    decide_lines,
    decide_negative_quantities,
    decide_refunds,
)
from parsers.suggesting.decide_total import decide_total
from parsers.suggesting.decide_zone import decide_names_of_zones, decide_zone
from parsers.suggesting.evidence import Evidence, look_at
from parsers.suggesting.given import GivenFile, Known
from parsers.suggesting.opening import MOST_BYTES
from parsers.suggesting.places import files_pattern
from parsers.suggesting.suggestion import Decision, Suggestion
from parsers.suggesting.writing import toml_list, write_mapping

_ANY_ZONE = 'timezone = "UTC"\n'


def suggest(files: Sequence[GivenFile], known: Known | None = None) -> Suggestion:
    """Propose a mapping for files of one kind; the same files give the same proposal.

    What the files do not prove is a question in it, and no key: such a mapping is refused when it
    is set, or the file is held. Raises Unreadable if there is no table in the files.
    """
    found = look_at(files, known or Known())
    decisions = list(_decisions(found))
    tried, trouble = _try(found, decisions)
    if trouble is not None:
        decisions.append(trouble)
    questions = [one for one in decisions if one.question is not None]
    unfit = found.opened.unfit
    heading = [
        f"Proposed for {_named(found)}: {found.opened.frame.height + unfit:,} rows."
        + (f" Not as wide as the header, and not looked at: {unfit:,}." if unfit else "")
        + (f" Only the first {MOST_BYTES >> 20} MB were looked at." if found.opened.cut else ""),
        f"{len(questions)} questions are open: they are marked QUESTION, with the lines to choose "
        "from. Until they are answered the mapping is refused."
        if len(questions) > 1
        else "1 question is open: it is marked QUESTION, with the lines to choose from."
        if questions
        else "No question is open.",
        *tried,
    ]
    return Suggestion(
        mapping=write_mapping(heading, decisions),
        roles=_roles(found, decisions),
        evidence=[f"{one.key}: {said}" for one in decisions for said in one.evidence],
        questions=[one.question or "" for one in questions],
    )


def _decisions(found: Evidence) -> Iterator[Decision]:
    yield _files(found)
    yield from decide_zone(found)
    yield from decide_names_of_zones(found)
    columns = [
        decide_location(found),
        decide_key(found),
        decide_total(found),
        decide_moment(found),
    ]
    yield from decide_format(found, _in_use(found))
    yield from columns
    yield from found.rules.decisions
    yield from decide_refunds(found)
    yield from decide_negative_quantities(found)
    yield from decide_currencies(found)
    yield from decide_lines(found)


def _files(found: Evidence) -> Decision:
    pattern = toml_list([files_pattern(found.names)])
    said = f"If this feed is one of several, name its files: files = {pattern}"
    return Decision(table="", key="files", evidence=(said,))


def _in_use(found: Evidence) -> list[str]:
    """The columns whose texts go into a row as they are written."""
    key = best_key(found)
    names = [*(key.names if key else ()), *(found.totals[0].names if found.totals else ())]
    if (location := found.location()) is not None:
        names.append(location.name)
    if found.moments:
        names += found.moments[0].names
    names += [*found.rules.keep, *found.rules.drop, *found.rules.refund]
    return list(dict.fromkeys(names))


def _roles(found: Evidence, decisions: Sequence[Decision]) -> dict[str, list[str]]:
    decided = {one.key for one in decisions if one.value is not None}
    location, key = found.location(), best_key(found)
    likely = {
        "location_id": [location.name] if location else [],
        "transaction_id": list(key.names) if key else [],
        "total": list(found.totals[0].names) if found.totals else [],
        "occurred_at": list(found.moments[0].names) if found.moments else [],
    }
    return {field: names for field, names in likely.items() if field in decided and names}


def _try(found: Evidence, decisions: Sequence[Decision]) -> tuple[list[str], Decision | None]:
    """Read the files with what is proposed, if nothing but the time zone is open."""
    open_ones = {one.key for one in decisions if one.question is not None}
    if open_ones - {"timezone"}:
        return [], None
    text = write_mapping([], decisions)
    try:
        mapping = parse_mapping((_ANY_ZONE if open_ones else "") + text)
        readings = [
            delimited.read(file.data, mapping, sent=Sent(name=file.name), latest=found.known.latest)
            for file in found.opened.files
        ]
    except MappingError as error:
        return [], _trouble("; ".join(error.problems))
    except Unreadable as held:
        return [], _trouble(f"{held.message} {held.remedy}")
    records = sum(one.records for one in readings)
    rows = sum(one.rows.height for one in readings)
    rejected = sum(one.rejected for one in readings)
    rejects = [reject for one in readings for reject in one.rejects]
    said = [f"Tried on these files: {records:,} records, {rows:,} rows, {rejected:,} rejects."]
    if rejects:
        said.append(f"The first reject: line {rejects[0].line}: {rejects[0].message}.")
    return said, None


def _trouble(words: str) -> Decision:
    return Decision(
        table="", key="", question=f"Tried on these files, this mapping does not do: {words}"
    )


def _named(found: Evidence) -> str:
    names = [clip(name) for name in found.names]
    return names[0] if len(names) == 1 else f"{len(names):,} files such as {names[0]}"
