"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")
INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
STAMP = sa.String(32)


def upgrade() -> None:
    """Make every table."""
    _accounts()
    _ledger()
    _rows()


def _accounts() -> None:
    op.create_table(
        "tenants",
        sa.Column("name", KEY, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("upload_key_hash", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("mail_token", STAMP, nullable=False),
        sa.Column("senders", sa.JSON(), nullable=False),
        sa.Column("plain_ftp", sa.Boolean(), nullable=False),
        sa.Column("lax_tls", sa.Boolean(), nullable=False),
        sa.Column("max_file_size", sa.BigInteger()),
        sa.Column("created_at", STAMP, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_tenants"),
    )
    op.create_table(
        "mappings",
        sa.Column("tenant", KEY, nullable=False),
        sa.Column("feed", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", STAMP, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "feed", "version", name="pk_mappings"),
    )
    op.create_table(
        "counters",
        sa.Column("name", STAMP, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )


def _ledger() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("tenant", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("parent", KEY, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("received_at", STAMP, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text()),
        sa.Column("mapping_version", sa.Integer()),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        sa.Column("same_as", KEY),
        sa.Column("settled_at", STAMP),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_tenant", "deliveries", ["tenant", "id"])
    op.create_index("ix_deliveries_state", "deliveries", ["state", "tenant"])
    op.create_table(
        "rejects",
        sa.Column("delivery", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("column", sa.Text()),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "position", name="pk_rejects"),
        sqlite_with_rowid=False,
    )


def _rows() -> None:
    op.create_table(
        "folds",
        sa.Column("tenant", KEY, nullable=False),
        sa.Column("record", STAMP, nullable=False),
        sa.Column("newest", KEY, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "record", name="pk_folds"),
    )
    op.create_table(
        "transactions",
        sa.Column("tenant", KEY, nullable=False),
        sa.Column("location_id", KEY, nullable=False),
        sa.Column("transaction_id", KEY, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("local_time", sa.Text(), nullable=False),
        sa.Column("total", MONEY, nullable=False),
        sa.Column("delivery", KEY, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "location_id", "transaction_id", name="pk_transactions"),
        sqlite_with_rowid=False,
    )
