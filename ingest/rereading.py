"""Reading deliveries again, each once by each mapping, however often it is asked and by whom.

A replay needs what a delivery says several times over, and one of years of deliveries takes long.
So what was read is kept until the command is through, and a command that is killed has read it for
the next one of the tenant. Nobody sees anything of it: the rows change at the end, all at once.
"""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import parsers
from ingest.feeds import Feed
from ingest.home import Home
from ingest.loading import known, read
from storage.ledger import Entry
from storage.workings import Workings

if TYPE_CHECKING:
    from parsers.reading import Reading

Read: TypeAlias = "Callable[[Entry, Feed], Reading]"
"""Reads a delivery against a feed's mapping, as `loading.read` does."""


@contextmanager
def rereading(home: Home, tenant: str) -> Iterator[Read]:
    """Give what reads a tenant's deliveries for a command; the caller has claimed the tenant."""
    workings = Workings(home.layout.workings(tenant))

    def read_once(entry: Entry, feed: Feed) -> Reading:
        key = _key(entry, feed)
        kept = workings.get(key)
        if kept is not None:
            found: Reading = pickle.loads(zlib.decompress(kept))  # noqa: S301 - written by us, in a home that nobody else may write to
            return found
        reading = read(home, entry, feed)
        workings.put(key, zlib.compress(pickle.dumps(reading), level=1))
        return reading

    try:
        yield read_once
        workings.remove()  # after an error it may be tried again
    finally:
        workings.close()


def _key(entry: Entry, feed: Feed) -> str:
    """Stands for all that a reading depends on: the bytes, the mapping, what is known, the code."""
    depends = (entry.sha256, feed.mapping, sorted(feed.pins.items()), known(entry, feed), _code())
    return hashlib.sha256(repr(depends).encode()).hexdigest()


@cache
def _code() -> tuple[object, ...]:
    """Another for every installation of the parsers, also one that bears the same version."""
    sources = sorted(Path(parsers.__file__).parent.rglob("*.py"))
    stamps = [(one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in sources]
    return version("polars"), *stamps
