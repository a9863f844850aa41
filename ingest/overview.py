"""How a home is: what `status` says."""

from __future__ import annotations

import json
from typing import Any

from ingest.home import Home
from storage import files, ledger, tenants
from storage.database import SCHEMA
from storage.errors import DamagedDatabase, DatabaseAway, DropsafeError


def overview(home: Home) -> dict[str, Any]:
    """State of the server, of the database and of the deliveries; answers with either away."""
    waiting = sum(len(home.inbox.waiting(tenant)) for tenant in home.inbox.tenants())
    running = is_running(home)
    document: dict[str, Any] = {
        "home": str(home.layout.home),
        "running": running,
        "listening": _listening(home) if running else {},
        "database": home.database.engine.dialect.name,
        "database_state": "ready",
        "schema": SCHEMA,
        "waiting": waiting,
        "tenants": None,
        "deliveries": {},
    }
    try:
        home.database.check()
        with home.database.reading() as connection:
            document["tenants"] = len(tenants.everyone(connection))
            tally = ledger.tally(connection)
            document["deliveries"] = {str(state): count for state, count in tally.items()}
    except DamagedDatabase as error:
        document["database_state"] = f"{error.message} {error.hint}"
    except DatabaseAway:
        document["database_state"] = "away"
    except DropsafeError as error:
        document["database_state"] = error.message
    return document


def is_running(home: Home) -> bool:
    """Whether a server holds this home."""
    try:
        return files.is_locked(home.layout.lock)
    except FileNotFoundError:
        return False


def _listening(home: Home) -> dict[str, str]:
    try:
        addresses: dict[str, str] = json.loads(home.layout.listening.read_bytes())
    except FileNotFoundError:
        return {}
    return addresses
