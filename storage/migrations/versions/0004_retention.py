"""How long a tenant's bytes are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the setting; bytes go on being kept for ever."""
    op.add_column("tenants", sa.Column("keep_days", sa.Integer()))
