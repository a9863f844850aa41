"""What files have settled for their feed; how an email was addressed; what reading noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; what was read before has settled nothing."""
    op.add_column("mappings", sa.Column("pins", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("mappings", sa.Column("columns", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "deliveries", sa.Column("recipient", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "deliveries", sa.Column("ignored", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("deliveries", sa.Column("notes", sa.JSON(), nullable=False, server_default="[]"))
