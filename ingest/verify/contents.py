"""Envelopes and bytes, held against each other and against the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.home import Home
from ingest.verify.looking import Seen, damaged_pack
from ingest.verify.problems import Problem, ProblemCode, rebuilding, remaking_database, restoring
from storage import audit
from storage.audit import FROM_OUTSIDE, Told
from storage.delivery import Envelope, order_of
from storage.errors import DamagedArchive
from storage.packs import Kept, Pack, is_intact, unpacked


def check(
    home: Home, seen: Seen, count: Callable[[int], None], *, only: set[str] | None = None
) -> Iterator[Problem]:
    """Read every delivery of a tenant, each pack once; `count` is told the bytes of each.

    With `only` just these deliveries are read.
    """
    layout, tenant = home.layout, seen.tenant
    for path, pack in audit.packs(home.archive, tenant):
        if pack is not None and path not in seen.foreign:  # else that is said already
            yield from _check_pack(home, seen, path, pack, count=count, only=only)
    for place, names in (
        (layout.kept, audit.deliveries_in(layout.settled / tenant)),
        (layout.waiting, seen.waiting),
        (layout.held, seen.held),
    ):
        for name in sorted(names if only is None else names & only):
            try:
                kept = unpacked(place(tenant, name))
            except OSError as error:
                yield _unreadable(seen, name, error)
                continue
            count(len(kept.data or b""))
            problems = list(check_one(home, seen, kept))
            if problems and not is_intact(kept) and home.archive.is_packed(tenant, name):
                message = "It is whole in its pack, and beside it is a half or damaged copy."
                yield seen.problem(ProblemCode.TWICE, message, rebuilding(tenant), delivery=name)
            else:
                yield from problems


def _check_pack(
    home: Home,
    seen: Seen,
    path: Path,
    pack: Pack,
    *,
    count: Callable[[int], None],
    only: set[str] | None,
) -> Iterator[Problem]:
    ours, astray = pack.deliveries.keys() if only is None else pack.deliveries.keys() & only, 0
    try:
        for name in sorted(ours):
            astray += pack.is_astray(name)
            kept = pack.kept(name)
            count(len(kept.data or b""))
            yield from check_one(home, seen, kept)
    except (DamagedArchive, OSError):
        yield damaged_pack(home, seen, path, pack)
    if astray:
        yield _links_astray(home, seen, path, astray)


def _unreadable(seen: Seen, name: str, error: OSError) -> Problem:
    message = f"Its files cannot be read: {error.strerror or error}."
    remedy = f"Check the disk. {restoring(seen.tenant)}"
    return seen.problem(ProblemCode.ARCHIVE_DAMAGED, message, remedy, delivery=name)


def _links_astray(home: Home, seen: Seen, path: Path, count: int) -> Problem:
    return seen.problem(
        ProblemCode.LINKS_ASTRAY,
        f"tar cannot unpack {count:,} deliveries of {path.relative_to(home.layout.home)}: their "
        "links do not name the file with their bytes. dropsafe itself reads them.",
        rebuilding(seen.tenant),
    )


def check_one(home: Home, seen: Seen, kept: Kept) -> Iterator[Problem]:
    """Hold one delivery's bytes against its envelope, and both against the ledger."""
    told = seen.facts.told.get(kept.id)
    envelope = _envelope(kept)
    digest = hashlib.sha256(kept.data).hexdigest() if kept.data is not None else None
    if not kept.envelope:
        yield _lost(seen, kept, ProblemCode.ENVELOPE_MISSING, "It has no envelope.")
    elif envelope is None:
        yield _lost(seen, kept, ProblemCode.ENVELOPE_DAMAGED, "Its envelope cannot be read.")
    elif not _is_at_home(envelope, seen.tenant, kept.id):
        message = f"Its envelope is that of {envelope.id} of {envelope.origin.tenant}."
        yield _lost(seen, kept, ProblemCode.ENVELOPE_MISPLACED, message)
    elif digest is not None and digest != envelope.sha256:
        yield _other_bytes(seen, kept, envelope, told, digest)
    elif kept.data is not None and len(kept.data) != envelope.size:
        message = f"Its envelope says {envelope.size:,} bytes, and it has {len(kept.data):,}."
        yield _lost(seen, kept, ProblemCode.ENVELOPE_DAMAGED, message)
    elif told is not None and told.sha256 and told[: len(FROM_OUTSIDE)] != _outside(envelope):
        yield _other_ledger(home, seen, envelope, told)


def _envelope(kept: Kept) -> Envelope | None:
    try:
        return Envelope.from_json(kept.envelope)
    except ValueError:
        return None


def _is_at_home(envelope: Envelope, tenant: str, delivery: str) -> bool:
    return (
        envelope.id == delivery
        and envelope.origin.tenant == tenant
        and envelope.order == order_of(delivery)
    )


def _other_bytes(
    seen: Seen, kept: Kept, envelope: Envelope, told: Told | None, digest: str
) -> Problem:
    if not kept.data:
        message = f"Its envelope says {envelope.size:,} bytes, and there are none."
        return _lost(seen, kept, ProblemCode.BYTES_MISSING, message)
    if told is not None and told.sha256 == digest:
        message = "Its bytes are those that the ledger knows, but its envelope says others."
        return _lost(seen, kept, ProblemCode.ENVELOPE_DAMAGED, message)
    message = "Its bytes are not those that were received: they have another checksum."
    return _lost(seen, kept, ProblemCode.BYTES_DIFFER, message)


def _other_ledger(home: Home, seen: Seen, envelope: Envelope, told: Told) -> Problem:
    pairs = zip(FROM_OUTSIDE, told, _outside(envelope), strict=False)
    name = next(name for name, ours, theirs in pairs if ours != theirs)
    return seen.problem(
        ProblemCode.LEDGER_DIFFERS,
        f"The ledger has another {name} than its envelope, which fits its bytes.",
        remaking_database(home),
        delivery=envelope.id,
    )


def _outside(envelope: Envelope) -> tuple[str | int, ...]:
    """What an envelope says, in the order of `FROM_OUTSIDE`."""
    origin = envelope.origin
    return (
        envelope.id,
        origin.tenant,
        origin.name,
        origin.via,
        origin.peer,
        origin.sender,
        origin.parent,
        origin.part,
        origin.recipient,
        envelope.size,
        envelope.sha256,
        envelope.received_at,
    )


def _lost(seen: Seen, kept: Kept, code: ProblemCode, message: str) -> Problem:
    return seen.problem(code, message, restoring(seen.tenant), delivery=kept.id)
