"""By which of its lines the journal is known to be whole."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the mark; of what was decided before there is none."""
    op.add_column("folds", sa.Column("decided", sa.String(32), nullable=False, server_default=""))
