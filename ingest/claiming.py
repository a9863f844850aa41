"""Taking a tenant's queue for a command, as a worker does: then nothing of it is worked on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ingest import journalling
from ingest.home import Home
from storage.errors import NotAllowed

_PATIENCE = 60.0  # s; how long a busy tenant's queue is waited for
_POLL_SECONDS = 0.02


@contextmanager
def claimed(home: Home, tenant: str) -> Iterator[None]:
    """Take a tenant's queue, waiting for a worker that has it. Raises NotAllowed."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        with home.inbox.claim(tenant) as claimed:
            if claimed:
                journalling.recover(home, tenant)
                yield
                return
        if time.monotonic() > deadline:
            raise NotAllowed(
                f"The queue of {tenant} stays busy.", hint="Try again when it has been worked off."
            )
        time.sleep(_POLL_SECONDS)
