"""What a reader makes of a file, held against what is known of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.containers import contents
from parsers.delimited import read
from parsers.mappings.mapping import parse_mapping
from parsers.mappings.sent import Sent
from parsers.reading import Reading
from parsers.reject import Unreadable
from tests.rendering.rendering import Rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a reader did wrong: `kind` in a word or two, `words` with what was expected and got."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file. `unaided` says that all of it was loaded; `reason` and `words` why
    not."""

    unaided: bool
    reason: str
    words: str
    failure: Failure | None = None


def judge(file: Rendered) -> Outcome:
    """Read a file and say what became of it."""
    try:
        reading = _read(file)
    except Unreadable as held:
        return Outcome(unaided=False, reason=f"held: {held.code.value}", words=str(held))
    except Exception as error:  # noqa: BLE001 - a crash is a failure to show like any other
        crash = Failure(kind="crash", words=repr(error))
        return Outcome(unaided=False, reason="crash", words=repr(error), failure=crash)
    failure = next(_failures(file, reading), None)
    codes = sorted({reject.code.value for reject in reading.rejects})
    rows = {(row[0], row[1]) for row in reading.rows.select("location_id", "transaction_id").rows()}
    return Outcome(
        unaided=not codes and rows == set(file.truth),
        reason="rejects: " + ", ".join(codes) if codes else "rows missing or too many",
        words="; ".join(f"line {reject.line}: {reject.message}" for reject in reading.rejects),
        failure=failure,
    )


def _read(file: Rendered) -> Reading:
    mapping, sent = parse_mapping(file.mapping), Sent(**file.sent)
    return read(_opened(file.data), mapping, sent=sent, pins=file.pins, latest=file.latest)


def _opened(data: bytes) -> bytes:
    """What lies in a container, as the server opens it before it is read."""
    inside = contents(data, "sales.csv")
    if inside is None:
        return data
    [member] = inside.members
    return member.data


def _failures(file: Rendered, reading: Reading) -> Iterator[Failure]:
    """Everything that is wrong with a reading, the worst first."""
    names = ("location_id", "transaction_id", "occurred_at", "local_time", "total")
    rows = reading.rows.select(*names, "line").rows()
    for location, number, *values, line in rows:
        known = file.truth.get((location, number))
        if known is None:
            yield Failure(
                kind="wrong key",
                words=f"line {line}: no sale is called {location!r} {number!r}; got {values}",
            )
        elif tuple(values) != known:
            yield Failure(
                kind="wrong value",
                words=f"line {line}, {(location, number)}: expected {known}, got {tuple(values)}",
            )
    if file.must_hold is not None:
        yield Failure(kind="not held", words=f"{file.must_hold}, and {len(rows)} rows were loaded")
    if reading.rejects and not file.bears_rejects:
        yield Failure(kind="not held", words="the mapping bears no rejects, and some rows are")
    loaded = {row[:2]: row[-1] for row in rows}
    for key, line in loaded.items():
        if not file.damaged and line not in file.lines[key]:
            yield Failure(
                kind="wrong line", words=f"{key}: on lines {sorted(file.lines[key])}, got {line}"
            )
    yield from _vanished(file, reading, set(loaded))


def _vanished(file: Rendered, reading: Reading, loaded: set[tuple[str, str]]) -> Iterator[Failure]:
    """Sales that are in the file, and neither among the rows nor among the rejects."""
    lines = {reject.line for reject in reading.rejects}
    raws = "\n".join(reject.raw for reject in reading.rejects)
    for key in file.truth.keys() - loaded - file.gone:
        told = bool(lines & file.lines[key]) or _bare(key[1]) in raws
        if not told and not (file.damaged and reading.rejects and key in file.touched):
            yield Failure(kind="vanished", words=f"{key} was neither loaded nor rejected")


def _bare(number: str) -> str:
    """What of an id stands in one cell, also if it is made of two."""
    return number.rpartition("-")[2]
