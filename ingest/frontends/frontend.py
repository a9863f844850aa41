"""What the gateway asks of every front end."""

from __future__ import annotations

from typing import Protocol


class FrontEnd(Protocol):
    """A front end that is listening.

    Each is made by a function `listen(sock, …)` of its own module, which takes a bound and
    listening socket, so that the address outlives a gateway that dies.
    """

    async def stop(self, *, drain_seconds: float) -> None:
        """Take no new connections, let uploads under way end for so long, then cut the rest."""
        ...
