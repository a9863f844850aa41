"""Which of a tenant's feeds a file belongs to, by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.client_paths import is_temporary
from ingest.verdicts import Held, HoldCode
from parsers.containers import names_in
from parsers.mappings.mapping import Mapping, parse_mapping
from parsers.mappings.pins import Pins
from storage.delivery import printable
from storage.errors import NotAllowed
from storage.mappings import DEFAULT_FEED, MappingVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed with one version of its mapping, and what its files have settled under it."""

    name: str
    version: int
    mapping: Mapping
    # Only ever added to, and never so that a file which was read is read otherwise.
    pins: Pins = field(default_factory=dict, compare=False)


FEED_NAME = re.compile(r"[a-z0-9_-]{1,40}")
"""What a feed may be called."""


def check_name(name: str) -> None:
    """Raise NotAllowed if a feed cannot be called so."""
    if not FEED_NAME.fullmatch(name):
        raise NotAllowed(
            f"{printable(name)!r} cannot be a feed's name.",
            hint="Use up to 40 lower-case letters, digits, - and _, as in old-tills.",
        )


def feed_of(version: MappingVersion) -> Feed:
    """The feed as a version of its mapping describes it."""
    return Feed(
        name=version.feed,
        version=version.version,
        mapping=parse_mapping(version.text),
        pins=version.pins,
    )


def choose(versions: dict[str, MappingVersion], *, tenant: str, name: str) -> Feed:
    """Find the one feed whose patterns fit a file's name; `default` is asked last.

    Raises:
        Held: none fits, several do, or the name is a temporary one.
    """
    if not versions:
        raise Held(
            HoldCode.NO_MAPPING,
            "The file waits until its columns have been described.",
            remedy=f"Set a mapping: dropsafe mapping set {tenant} FILE.toml",
        )
    feeds = [feed_of(version) for version in versions.values()]
    # What came out of a container is wanted by its own name, and by that of the container.
    fitting = [feed for feed in feeds if any(feed.mapping.wants(one) for one in names_in(name))]
    named = [feed for feed in fitting if feed.name != DEFAULT_FEED]
    if len(named) > 1:
        raise Held(
            HoldCode.SEVERAL_FEEDS,
            f"The file's name fits several feeds: {', '.join(feed.name for feed in named)}.",
            remedy="Make their 'files' patterns exclude each other and set the mapping again, or "
            f"remove one with dropsafe mapping remove {tenant} --feed NAME",
        )
    if not fitting:
        patterns = ", ".join(p for feed in feeds for p in feed.mapping.files)
        raise Held(
            HoldCode.NO_FEED,
            f"The file's name fits none of the patterns {patterns}.",
            remedy="Add a pattern to 'files' in a mapping, or set one for a further feed with "
            f"dropsafe mapping set {tenant} FILE.toml --feed NAME",
        )
    feed = (named or fitting)[0]
    if is_temporary(names_in(name)[0]) and not any(
        is_temporary(pattern) for pattern in feed.mapping.files
    ):
        raise Held(
            HoldCode.NEVER_RENAMED,
            "The upload was never given its final name, so it may not be complete.",
            remedy="If it is complete, add a pattern for this name to 'files' in the mapping: "
            "it then loads by itself.",
        )
    return feed
