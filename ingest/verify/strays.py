"""What a crash has left, and names in the home that dropsafe knows nothing of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ingest.home import Home
from ingest.settling import DECIDED_BY_PINS
from ingest.verify.looking import Seen
from ingest.verify.problems import (
    MOVING_OUT,
    STARTING,
    WORKING_OFF,
    Problem,
    ProblemCode,
)
from storage import files
from storage.delivery import TENANT_NAME, is_delivery_id, parked_from_json
from storage.layout import DATA, ENVELOPE, PARKED, Layout
from storage.ledger import State

_IN_A_DELIVERY = (DATA, ENVELOPE, PARKED)
_UPLOAD = re.compile(r"[0-9a-f]{32}|[0-9a-z]{13}\.given-back")


def of_tenant(home: Home, seen: Seen, *, quick: bool) -> Iterator[Problem]:
    """Find what lies in a tenant's directories and belongs to nothing.

    With `quick` the archive is not searched for it, which costs most, and parked uploads not read.
    """
    layout, tenant = home.layout, seen.tenant
    yield from _beside_deliveries(seen, layout, quick=quick)
    half_intent = files.half_of(layout.intent(tenant))  # goes with the next who takes the tenant
    for path in [] if quick else home.archive.strays(tenant):
        if path != half_intent:
            yield _stray(layout, path, tenant)
    if not seen.server_runs and home.inbox.release_is_due(tenant) and not _waits_for_a_pin(seen):
        yield seen.problem(
            ProblemCode.RELEASE_LEFT,
            "Held deliveries are due to be tried again, and there are none.",
            WORKING_OFF,
        )
    for name in [] if quick else files.names_in(layout.parked / tenant):
        yield from _parked(seen, layout, layout.parked / tenant / name)


def _beside_deliveries(seen: Seen, layout: Layout, *, quick: bool) -> Iterator[Problem]:
    tenant, release = seen.tenant, layout.release_due(seen.tenant)
    places = [(layout.inbox, seen.waiting), (layout.quarantine, seen.held)]
    if not quick:
        places.append((layout.settled, seen.loose))
    for top, known in places:
        for name in files.names_in(top / tenant):
            path = top / tenant / name
            if name in known:
                for inner in _names_beside(path, _IN_A_DELIVERY):
                    yield _stray(layout, path / inner, tenant)
            elif path != release and (not is_delivery_id(name) or path.is_file()):
                yield _stray(layout, path, tenant)


def of_home(home: Home, known: set[str], *, server_runs: bool) -> Iterator[Problem]:
    """Find what lies in the home's own directories and belongs to no tenant that is known."""
    layout = home.layout
    kept = (layout.quarantine, layout.archive, layout.settled, layout.parked)
    for directory in (*kept, layout.inbox, layout.bell):
        for name in files.names_in(directory):
            if not TENANT_NAME.fullmatch(name) or (
                name not in known and directory in kept and _is_nothing(directory / name)
            ):
                yield _stray(layout, directory / name)
    for name in files.names_in(layout.folders):
        if not TENANT_NAME.fullmatch(name.removesuffix(".json")):
            yield _stray(layout, layout.folders / name)
    for path in (layout.accounts, layout.listening, layout.taking):
        half = path.with_name(path.name + ".new")
        if half.exists() and not server_runs:
            yield _stray(layout, half)
    yield from _spool(layout, server_runs=server_runs)
    if not server_runs:
        yield from _taking(home)


def _is_nothing(path: Path) -> bool:
    """Whether it is a file, or a directory with nothing in it."""
    return not path.is_dir() or not any(path.iterdir())


def _spool(layout: Layout, *, server_runs: bool) -> Iterator[Problem]:
    """What half arrived and nobody writes any more; a gateway that starts removes it."""
    left = 0
    for name in files.names_in(layout.spool):
        if not _UPLOAD.fullmatch(name):
            yield _stray(layout, layout.spool / name)
        elif not server_runs and _is_dead(layout.spool / name):
            left += 1
    if left:
        yield Problem(
            code=ProblemCode.SPOOL_LEFT,
            tenant=None,
            delivery=None,
            message="There are uploads in spool/ that were cut off; none was acknowledged.",
            remedy=STARTING,
        )


def _is_dead(upload: Path) -> bool:
    """Whether nobody holds the lock on the bytes of an upload."""
    try:
        return not files.is_locked(upload / DATA)
    except FileNotFoundError:
        return upload.is_dir()


def _taking(home: Home) -> Iterator[Problem]:
    if not home.layout.taking.exists():
        return
    from ingest.frontends.folder.taking import remembered  # noqa: PLC0415 - brings a front end along

    for taking in remembered(home.layout.taking):
        if home.archive.exists(taking.tenant, taking.delivery):
            yield Problem(
                code=ProblemCode.TAKING_LEFT,
                tenant=taking.tenant,
                delivery=taking.delivery,
                message="It was taken from the drop folder, and its file there may not be removed "
                "yet.",
                remedy=STARTING,
            )


def _parked(seen: Seen, layout: Layout, upload: Path) -> Iterator[Problem]:
    """A parked upload was acknowledged: its bytes and what is known of them must be there."""
    why = ""
    try:
        _, contents = parked_from_json((upload / PARKED).read_bytes())
        with (upload / DATA).open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        if digest != contents.sha256:
            why = "its bytes are not those that were received"
    except FileNotFoundError as error:
        why = f"it has no {Path(error.filename).name}"
    except (NotADirectoryError, ValueError):
        why = "what is known of it cannot be read"
    if why:
        yield seen.problem(
            ProblemCode.PARKED_DAMAGED,
            f"{upload.relative_to(layout.home)}, an upload under a temporary name, cannot be "
            f"handed on: {why}.",
            "Restore it from a backup, or move it out of the home and have the file sent again.",
        )


def _waits_for_a_pin(seen: Seen) -> bool:
    return any(
        one.state == State.QUARANTINED and one.reason in DECIDED_BY_PINS
        for one in seen.facts.told.values()
    )


def _names_beside(directory: Path, known: Collection[str]) -> list[str]:
    return [name for name in files.names_in(directory) if name not in known]


def _stray(layout: Layout, path: Path, tenant: str | None = None) -> Problem:
    return Problem(
        code=ProblemCode.STRAY,
        tenant=tenant,
        delivery=None,
        message=f"{path.relative_to(layout.home)} is nothing that dropsafe knows.",
        remedy=MOVING_OUT,
    )
