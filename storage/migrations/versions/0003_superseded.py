"""What rows said before a newer delivery replaced it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")
INSTANT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table; what was replaced until now is only known from the archive."""
    op.create_table(
        "transactions_superseded",
        sa.Column("tenant", KEY, nullable=False),
        sa.Column("location_id", KEY, nullable=False),
        sa.Column("transaction_id", KEY, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("local_time", sa.Text(), nullable=False),
        sa.Column("total", MONEY, nullable=False),
        sa.Column("delivery", KEY, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant",
            "location_id",
            "transaction_id",
            "delivery",
            name="pk_transactions_superseded",
        ),
        sqlite_with_rowid=False,
    )
    op.add_column("folds", sa.Column("forgotten", KEY, nullable=False, server_default=""))
    op.execute(sa.text("UPDATE folds SET forgotten = newest"))
