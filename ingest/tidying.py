"""Tidying: what is settled is packed, what retention keeps no longer is taken away, and what a
crash left undone in the journal is done.

Each tenant's deliveries are packed while it is being worked for, and once a day all tenants have
their turn, also those that sent nothing since.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import structlog

from ingest import journalling
from ingest.home import Home
from ingest.overdue import first_kept, is_due, retention
from storage.errors import DatabaseAway, DropsafeError

log = structlog.get_logger()

_TURN_SECONDS = 0.5  # between two rounds of loading


def tidy(home: Home, tenant: str) -> None:
    """Pack what is due of a tenant; the caller has claimed it. Trouble is logged and passes."""
    today = datetime.now(UTC).date()
    try:
        if home.packing.is_due(tenant, today):
            packed = home.packing.pack(tenant, today)
            log.info("archive.packed", tenant=tenant, deliveries=packed)
    except (DropsafeError, OSError) as error:
        _trouble(tenant, error)


class Tidier:
    """Goes through all tenants once a day, a few at a time."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._day = date.min
        self._left: list[str] = []
        self._keep_days: dict[str, int] = {}

    def go_on(self) -> None:
        """Tidy for a moment, if there is anything to tidy."""
        today = datetime.now(UTC).date()
        if today != self._day:
            try:
                self._keep_days = retention(self._home)
            except DatabaseAway:
                return  # nothing is taken away while nobody can say for how long it is kept
            self._day, self._left = today, self._home.archive.tenants()
        deadline = time.monotonic() + _TURN_SECONDS
        while self._left and time.monotonic() < deadline:
            self._tidy(self._left.pop())

    def finish(self) -> None:
        """Tidy until nothing is left."""
        self.go_on()
        while self._left:
            self.go_on()

    def _tidy(self, tenant: str) -> None:
        keep_days = self._keep_days.get(tenant)
        try:
            if not is_due(self._home, tenant, self._day, keep_days):
                return  # most tenants, most of the time: not worth a claim
            with self._home.inbox.claim(tenant) as claimed:
                if claimed:  # else another worker has it, and packs what it has done
                    journalling.recover(self._home, tenant)
                    tidy(self._home, tenant)
                    if keep_days is not None:
                        self._prune(tenant, keep_days)
        except (DropsafeError, OSError) as error:
            _trouble(tenant, error)

    def _prune(self, tenant: str, keep_days: int) -> None:
        pruned = self._home.packing.prune(tenant, first_kept(self._day, keep_days))
        if pruned:
            log.info("archive.pruned", tenant=tenant, days=pruned, keep_days=keep_days)


def _trouble(tenant: str, error: Exception) -> None:
    """The deliveries stay as they are, and are packed another time."""
    log.warning("archive.untidy", tenant=tenant, why=str(error), hint=getattr(error, "hint", ""))
