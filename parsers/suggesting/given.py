"""What a proposal is made from: files, and what is known of the shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """A file as the shop would send it: its own name, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the shop already; all of it may be missing.

    `timezones` are by location id. `ids` are some transaction ids that were loaded before.
    `latest` is the latest wall-clock time (naive) that can have been written.
    """

    timezone: str | None = None
    timezones: Mapping[str, str] = field(default_factory=dict)
    locations: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    latest: datetime | None = None
