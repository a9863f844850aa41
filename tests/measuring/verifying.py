"""How long verify takes: python -m tests.measuring.verifying --help."""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import insert

from ingest import journalling, tenancy
from ingest.describing import set_mapping
from ingest.home import Home, make_home, open_home
from ingest.settings_file import write_default_settings
from storage import schema, tables
from storage.accounts import Tenant
from storage.delivery import Contents, Envelope, Origin, accepted, day_of
from storage.layout import DATA, ENVELOPE, Layout
from storage.ledger import State
from storage.packs import Kept, write_pack
from tests.shop import MAPPING

_HEADER = b"Store,Receipt,When,Total\n"
_QUARTER = 900_000_000_000  # ns; tills send every 15 minutes
_BEGIN = 1_780_000_000_000_000_000


def _file(first: int, rows: int) -> bytes:
    lines = (b"A,%d,2026-03-01 10:00:00,%d.50" % (at, at) for at in range(first, first + rows))
    return _HEADER + b"\n".join(lines) + b"\n"


def _deliveries(tenant: str, shop: int, count: int, rows: int) -> list[tuple[Envelope, bytes]]:
    found = []
    for number in range(count):
        data = _file(number * rows, rows)
        contents = Contents(size=len(data), sha256=hashlib.sha256(data).hexdigest())
        order = _BEGIN + number * _QUARTER + shop * 2000
        origin = Origin(tenant=tenant, name=f"sales-{number}.csv", via="sftp", peer="192.0.2.7")
        when = datetime.fromtimestamp(order / 1e9, UTC)
        found.append((accepted(origin, contents, order=order, now=when), data))
    return found


def _fill(home: Home, tenant: str, shop: int, count: int, rows: int, *, loose: bool) -> None:
    """Put loaded deliveries of a tenant in archive, journal, ledger and rows, all at once."""
    tenancy.add(home, Tenant(name=tenant))
    set_mapping(home, tenant=tenant, feed="default", text=MAPPING)
    received = _deliveries(tenant, shop, count, rows)
    if loose:
        for envelope, data in received:
            place = home.layout.kept(tenant, envelope.id)
            place.mkdir(parents=True)
            (place / DATA).write_bytes(data)
            (place / ENVELOPE).write_bytes(envelope.to_json())
    else:
        for day, members in groupby(received, lambda one: day_of(one[0].id)):
            kept = (Kept(id=one.id, envelope=one.to_json(), data=data) for one, data in members)
            write_pack(home.layout.pack(tenant, day), old=None, new=kept)
    lines = [journalling.of_reading(one.id, "default", 1, {}) for one, _ in received]
    home.journal.append(tenant, lines)
    with home.database.writing() as connection:
        connection.execute(insert(tables.deliveries), [_entry(one, rows) for one, _ in received])
        for at, (one, _) in enumerate(received):
            connection.execute(insert(tables.transactions), _rows(one, at * rows, rows))
        newest = {"tenant": tenant, "record": "transactions", "newest": received[-1][0].id}
        connection.execute(insert(tables.folds), [{**newest, "version": count, "forgotten": ""}])


def _entry(envelope: Envelope, rows: int) -> dict[str, object]:
    origin = envelope.origin
    names = ("tenant", "name", "via", "peer", "sender", "parent", "part", "recipient")
    return {
        **{name: getattr(origin, name) for name in names},
        **{name: getattr(envelope, name) for name in ("id", "size", "sha256", "received_at")},
        "state": State.LOADED,
        "attempts": 1,
        "message": "Every row was read.",
        "feed": "default",
        "mapping_version": 1,
        "new": rows,
        "settled_at": envelope.received_at,
    }


def _rows(envelope: Envelope, first: int, rows: int) -> list[dict[str, object]]:
    return [
        {
            "tenant": envelope.origin.tenant,
            "location_id": "A",
            "transaction_id": str(number),
            "occurred_at": "2026-03-01T15:00:00Z",
            "local_time": "2026-03-01T10:00:00",
            "total": f"{number}.50",
            "delivery": envelope.id,
            "line": number - first + 2,
        }
        for number in range(first, first + rows)
    ]


def _measured(home: Path, *arguments: str) -> str:
    """Run a command as an operator does; gives its seconds and its memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "ingest.cli", "--home", str(home), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    took = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (
        f"{' '.join(arguments)}: {took:.1f} s, {cpu:.1f} s of processor, "
        f"{after.ru_maxrss >> 10} MiB at the most"
    )


def main() -> None:
    """Fill a home, verify it, and print the seconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.measuring.verifying")
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--tenants", type=int, default=10)
    parser.add_argument("--rows", type=int, default=40, help="in each delivery")
    parser.add_argument("--loose", action="store_true", help="not packed yet")
    parser.add_argument("--keep", type=Path, help="make the home here, and leave it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        layout = Layout((given.keep or Path(directory) / "home").absolute())
        make_home(layout)
        write_default_settings(layout)
        home = open_home(layout.home)
        schema.upgrade(home.database)
        count = given.deliveries // given.tenants
        for shop in range(given.tenants):
            _fill(home, f"shop-{shop}", shop, count, given.rows, loose=given.loose)
        home.spool.sequence.allot()  # as reception does: verify misses the file
        home.database.close()
        for words in (("status",), ("verify",), ("verify", "--quick")):
            print(_measured(layout.home, *words))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
