"""Tenants in the database."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update

from storage.accounts import Tenant
from storage.database import upsert
from storage.errors import NotAllowed, NotFound
from storage.tables import counters, now, tenants

_CHANGES = "tenants"


def add(connection: Connection, tenant: Tenant) -> None:
    """Store a new tenant. Raises NotAllowed if the name is taken."""
    taken = connection.execute(select(tenants.c.name).where(tenants.c.name == tenant.name)).scalar()
    if taken is not None:
        raise NotAllowed(
            f"There is a tenant {tenant.name} already.",
            hint=f"'dropsafe tenant show {tenant.name}' shows it.",
        )
    connection.execute(insert(tenants).values(**_stored(tenant), created_at=now()))
    _count_change(connection)


def change(connection: Connection, tenant: Tenant) -> None:
    """Store the new state of a tenant that was found to be changed."""
    values = _stored(tenant)
    connection.execute(update(tenants).where(tenants.c.name == tenant.name).values(**values))
    _count_change(connection)


def find(connection: Connection, name: str, *, to_change: bool = False) -> Tenant:
    """One tenant; `to_change` keeps others from changing it until the transaction ends.

    Raises NotFound.
    """
    query = select(tenants).where(tenants.c.name == name)
    if to_change:
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _unknown(name)
    return _tenant(dict(row))


def everyone(connection: Connection) -> tuple[Tenant, ...]:
    """All tenants, in the order of their names."""
    query = select(tenants).order_by(tenants.c.name)
    return tuple(_tenant(dict(row)) for row in connection.execute(query).mappings())


def changes(connection: Connection) -> int:
    """A number that rises with every change of any tenant: what a gateway looks at."""
    query = select(counters.c.value).where(counters.c.name == _CHANGES)
    return connection.execute(query).scalar() or 0


def _count_change(connection: Connection) -> None:
    connection.execute(
        upsert(connection, counters)
        .values(name=_CHANGES, value=1)
        .on_conflict_do_update(
            index_elements=[counters.c.name], set_={"value": counters.c.value + 1}
        )
    )


def _stored(tenant: Tenant) -> dict[str, object]:
    return {
        **asdict(tenant),
        "keys": list(tenant.keys),
        "senders": list(tenant.senders),
    }


def _tenant(row: dict[str, object]) -> Tenant:
    row.pop("created_at")
    return Tenant(**{**row, "keys": tuple(row["keys"]), "senders": tuple(row["senders"])})  # type: ignore[arg-type]  # columns and fields bear the same names


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no tenant {name}.", hint="'dropsafe tenant list' lists them.")
