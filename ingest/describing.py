"""Setting and removing mappings: the functions behind the command line."""

from __future__ import annotations

from ingest import feeds, journalling
from ingest.home import Home
from ingest.settling import release
from ingest.verdicts import MENDED_BY_MAPPING
from parsers.mappings.mapping import parse_mapping
from parsers.mappings.pins import carried
from storage import mappings, tenants
from storage.mappings import MappingVersion


def set_mapping(home: Home, *, tenant: str, feed: str, text: str) -> tuple[MappingVersion, int]:
    """Make the next version of a feed's mapping, and let what is held for want of it try again.

    The text of the current version makes no new one. Returns the version and how many deliveries
    were released.

    Raises:
        MappingError: the text is not a mapping; names each key at fault.
        NotAllowed: the feed's name cannot be one.
        NotFound: no such tenant.
    """
    feeds.check_name(feed)
    new = parse_mapping(text)
    with home.database.writing() as connection:
        tenants.find(connection, tenant, to_change=True)
        version = mappings.current(connection, tenant).get(feed)
        if version is None or version.text != text:
            pins = carried(version.pins, parse_mapping(version.text), new) if version else {}
            version = journalling.add_version(
                home, connection, tenant=tenant, feed=feed, text=text, pins=pins
            )
    return version, release(home, tenant, MENDED_BY_MAPPING)


def remove_feed(home: Home, *, tenant: str, feed: str) -> tuple[MappingVersion, int]:
    """Take a feed away, and let what is held for want of another mapping try again.

    Its versions stay: deliveries that were read with them are read so still. Returns the version
    that says it is gone, and how many deliveries were released.

    Raises NotFound.
    """
    with home.database.writing() as connection:
        tenants.find(connection, tenant, to_change=True)
        mappings.of_feed(connection, tenant, feed)
        version = journalling.add_version(home, connection, tenant=tenant, feed=feed, text="")
    return version, release(home, tenant, MENDED_BY_MAPPING)
