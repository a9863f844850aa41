"""A shop for the tests: a tenant, its mapping, and files as its till would send them."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy import select

from ingest import describing, lookup, pipeline, tenancy
from ingest.home import Home
from storage import rows
from storage.accounts import Tenant
from storage.delivery import Envelope, Origin
from storage.ledger import Entry

MAPPING = """\
record = "transactions"
files = ["*.csv"]
timezone = "America/New_York"
[rows]
lines = "last"
[columns]
location_id = "Store"
transaction_id = "Receipt"
total = "Total"
occurred_at = { column = "When", format = "%Y-%m-%d %H:%M:%S" }
"""

HEADER = "Store,Receipt,When,Total"


def open_shop(home: Home, name: str = "acme", *, mapping: str | None = MAPPING) -> Tenant:
    """Make a tenant, with a mapping unless told otherwise."""
    tenancy.add(home, Tenant(name=name))
    if mapping is not None:
        describing.set_mapping(home, tenant=name, feed="default", text=mapping)
    return Tenant(name=name)


def table(*rows: tuple[str, str, str], when: str = "2026-03-01 10:00:00") -> bytes:
    """A file of a store, a receipt and a total in each row."""
    lines = [HEADER, *(f"{store},{receipt},{when},{total}" for store, receipt, total in rows)]
    return "\n".join([*lines, ""]).encode()


def deliver(
    home: Home, data: bytes, *, tenant: str = "acme", name: str = "sales.csv", via: str = "load"
) -> Envelope:
    """Put a file into the inbox."""
    upload = home.spool.receive(Origin(tenant=tenant, name=name, via=via), limit=1 << 30)
    upload.write(data)
    return upload.commit()


def receive_on_one_day(home: Home) -> None:
    """Whatever this home receives from now on, and may pack, is of today, also beyond midnight."""
    noon = datetime.combine(datetime.now(UTC).date(), time(12), UTC)
    order = int(noon.timestamp()) * 1_000_000_000
    home.spool.sequence._clock = lambda: order


def load(home: Home, envelope: Envelope) -> Entry:
    """Work one delivery off."""
    return pipeline.process(home, envelope.origin.tenant, envelope.id)


def work_off(home: Home, tenant: str = "acme") -> list[Entry]:
    """Work all that waits off, what comes into the inbox meanwhile too."""
    done = []
    while waiting := home.inbox.waiting(tenant):
        done.append(pipeline.process(home, tenant, waiting[0]))
    return done


def send(home: Home, data: bytes, *, name: str = "sales.csv") -> Entry:
    """Deliver a file and work it off."""
    return load(home, deliver(home, data, name=name))


def entry(home: Home, envelope: Envelope) -> Entry:
    """What is known of a delivery now."""
    return lookup.delivery(home, envelope.id)


def superseded(home: Home, tenant: str = "acme") -> set[tuple[str, str, str, str, int]]:
    """What a tenant's rows said before: location, transaction id, total, delivery and line."""
    table = rows.superseded_table("transactions")
    names = ("location_id", "transaction_id", "total", "delivery", "line")
    query = select(*(table.c[name] for name in names)).where(table.c.tenant == tenant)
    with home.database.reading() as connection:
        return {tuple(row) for row in connection.execute(query)}


def totals(home: Home, tenant: str = "acme") -> dict[tuple[str, str], str]:
    """A tenant's totals by location and transaction id."""
    return {(row[0], row[1]): row[4] for row in dump(home, tenant)}


def dump(home: Home, tenant: str = "acme") -> list[tuple[str, str, str, str, str, str, int]]:
    """A tenant's rows as the canonical dump shows them."""

    with home.database.reading() as connection:
        return [tuple(row) for row in rows.dump(connection, tenant, "transactions")]
