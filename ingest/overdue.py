"""What is due to be tidied.

By itself, since whoever asks whether to begin should not pay for what it takes to do it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from ingest.home import Home
from storage import tenants


def is_anything_due(home: Home) -> bool:
    """Whether there is anything to tidy, of any tenant. Raises DatabaseAway."""
    archived = home.archive.tenants()
    if not archived:
        return False
    today, keep_days = datetime.now(UTC).date(), retention(home)
    return any(is_due(home, one, today, keep_days.get(one)) for one in archived)


def is_due(home: Home, tenant: str, today: date, keep_days: int | None) -> bool:
    """Whether there is anything to pack, to prune or to finish of a tenant."""
    return (
        home.packing.is_due(tenant, today)
        or home.journal.is_interrupted(tenant)
        or (
            keep_days is not None
            and home.packing.is_due_to_prune(tenant, first_kept(today, keep_days))
        )
    )


def first_kept(today: date, keep_days: int) -> date:
    """The first of the days whose bytes are kept: what came before it is taken away."""
    return date.fromordinal(max(1, today.toordinal() - keep_days))


def retention(home: Home) -> dict[str, int]:
    """For how many days bytes are kept, of the tenants that do not keep them for ever."""
    with home.database.reading() as connection:
        everyone = tenants.everyone(connection)
    return {one.name: one.keep_days for one in everyone if one.keep_days is not None}
