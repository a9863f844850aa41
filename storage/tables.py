"""The schema: what stands in the database, a projection of archive and accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    JSON,
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from parsers.canonical import MONEY_MIN_PLACES, TRANSACTIONS

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Key(TypeDecorator[str]):
    """Text that is compared by its bytes, on every database."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """PostgreSQL orders by language unless told not to; "C" is also one sixth quicker."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Text(collation="C"))
        return dialect.type_descriptor(Text())


class Money(TypeDecorator[str]):
    """An exact decimal, in and out as canonical text; never a float.

    PostgreSQL holds NUMERIC, which can be summed there. SQLite has no exact decimals, so it holds
    the text.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Decimal] | TypeEngine[str]:
        """NUMERIC without a fixed scale where there is such a thing."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric())
        return dialect.type_descriptor(Text())

    def process_result_value(self, value: Decimal | str | None, dialect: Dialect) -> str | None:
        """Write a NUMERIC as canonical text again."""
        del dialect
        return canonical_money(value) if isinstance(value, Decimal) else value


class Instant(TypeDecorator[str]):
    """A moment in UTC, in and out as canonical text (`2017-01-01T16:53:26Z`)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        """TIMESTAMPTZ where there is such a thing."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> str | None:
        """Write a TIMESTAMPTZ as canonical text again."""
        del dialect
        return canonical_instant(value) if isinstance(value, datetime) else value


def canonical_money(value: Decimal) -> str:
    """At least two places, and none after them that are superfluous zeros."""
    whole, _, places = f"{value:f}".partition(".")
    places = places.rstrip("0").ljust(MONEY_MIN_PLACES, "0")
    return f"{whole}.{places}"


def canonical_instant(value: datetime) -> str:
    """ISO 8601 in UTC with a Z; a fraction only if it is not zero, without superfluous zeros."""
    value = value.astimezone(UTC)
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{value.microsecond:06d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def now() -> str:
    """The time as the columns ending in `_at` have it: ISO 8601 in UTC, to the second."""
    return canonical_instant(datetime.now(UTC).replace(microsecond=0))


def row_columns() -> list[Column[str] | Column[int]]:
    """What a row says and where it comes from; the same in the rows and in the staging tables."""
    return [
        Column("location_id", Key(), nullable=False),
        Column("transaction_id", Key(), nullable=False),
        Column("occurred_at", Instant(), nullable=False),
        Column("local_time", Text(), nullable=False),
        Column("total", Money(), nullable=False),
        Column("delivery", Key(), nullable=False),
        Column("line", BigInteger(), nullable=False),
    ]


transactions = Table(
    TRANSACTIONS.name,
    metadata,
    Column("tenant", Key(), nullable=False),
    *row_columns(),
    PrimaryKeyConstraint("tenant", *TRANSACTIONS.key),
    sqlite_with_rowid=False,  # the rows lie in the order of their key, without a second copy of it
)

# What rows said before: each value that a newer delivery replaced, and who brought it. So the rows
# as they were before any delivery are known without reading the archive.
superseded = Table(
    f"{TRANSACTIONS.name}_superseded",
    metadata,
    Column("tenant", Key(), nullable=False),
    *row_columns(),
    PrimaryKeyConstraint("tenant", *TRANSACTIONS.key, "delivery"),
    sqlite_with_rowid=False,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Key(), primary_key=True),
    Column("tenant", Key(), nullable=False),
    Column("name", Text(), nullable=False),
    Column("via", String(16), nullable=False),
    Column("peer", Text(), nullable=False),
    Column("sender", Text(), nullable=False),
    Column("parent", Key(), nullable=False),
    Column("part", Integer(), nullable=False),
    Column("recipient", Text(), nullable=False, default=""),
    Column("size", BigInteger(), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer(), nullable=False, default=0),
    Column("reason", String(64)),
    Column("message", Text(), nullable=False, default=""),
    Column("remedy", Text(), nullable=False, default=""),
    Column("feed", Text()),
    Column("mapping_version", Integer()),
    Column("new", BigInteger(), nullable=False, default=0),
    Column("changed", BigInteger(), nullable=False, default=0),
    Column("unchanged", BigInteger(), nullable=False, default=0),
    Column("rejected", BigInteger(), nullable=False, default=0),
    Column("duplicates", BigInteger(), nullable=False, default=0),
    # Records that are none of those: of other kinds than the mapping asks for, lines of one row.
    Column("ignored", BigInteger(), nullable=False, default=0),
    # What was noticed in reading: a list of sentences.
    Column("notes", JSON(), nullable=False, default=[]),
    # A duplicate's original.
    Column("same_as", Key()),
    Column("settled_at", String(32)),
    Index(None, "tenant", "id"),
    Index(None, "state", "tenant"),
)

rejects = Table(
    "rejects",
    metadata,
    Column("delivery", Key(), nullable=False),
    Column("position", Integer(), nullable=False),
    Column("line", BigInteger(), nullable=False),
    Column("column", Text()),
    Column("code", String(64), nullable=False),
    Column("message", Text(), nullable=False),
    Column("raw", Text(), nullable=False),
    PrimaryKeyConstraint("delivery", "position"),
    sqlite_with_rowid=False,
)

folds = Table(
    "folds",
    metadata,
    Column("tenant", Key(), nullable=False),
    Column("record", String(32), nullable=False),
    # The newest delivery in the fold: what comes after it is loaded by the quick way.
    Column("newest", Key(), nullable=False),
    # Rises with every change, so that a long computation sees whether it was overtaken.
    Column("version", BigInteger(), nullable=False),
    # What deliveries up to this one replaced was not kept: they are older than that table.
    Column("forgotten", Key(), nullable=False, default=""),
    # The mark of the last undo, redo or replay: if it is not in the journal, that lost lines.
    Column("decided", String(32), nullable=False, default="", server_default=""),
    PrimaryKeyConstraint("tenant", "record"),
)

tenants = Table(
    "tenants",
    metadata,
    Column("name", Key(), primary_key=True),
    Column("enabled", Boolean(), nullable=False, default=True),
    Column("upload_key_hash", String(64), nullable=False),
    Column("password_hash", Text(), nullable=False, default=""),
    Column("keys", JSON(), nullable=False),
    Column("mail_token", String(32), nullable=False),
    Column("senders", JSON(), nullable=False),
    Column("plain_ftp", Boolean(), nullable=False, default=False),
    Column("lax_tls", Boolean(), nullable=False, default=False),
    Column("max_file_size", BigInteger()),
    Column("keep_days", Integer()),
    Column("created_at", String(32), nullable=False),
)

mappings = Table(
    "mappings",
    metadata,
    Column("tenant", Key(), nullable=False),
    Column("feed", Key(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("text", Text(), nullable=False),
    # What the files of the feed have settled beyond the text, by the names of
    # parsers.mappings.pins; only ever added to.
    Column("pins", JSON(), nullable=False, default={}),
    # All columns that files of the feed have had so far, in order of appearance.
    Column("columns", JSON(), nullable=False, default=[]),
    Column("created_at", String(32), nullable=False),
    PrimaryKeyConstraint("tenant", "feed", "version"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger(), nullable=False),
)
