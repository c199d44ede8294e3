"""Which slow call uses an idempotency key, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("idempotency_keys", sa.Column("owner", sa.String(40)))
    op.add_column("idempotency_keys", sa.Column("until", sa.BigInteger))


def downgrade() -> None:
    """Drop the columns, and the keys that have nothing else."""
    op.execute("DELETE FROM idempotency_keys WHERE path IS NULL")
    op.drop_column("idempotency_keys", "owner")
    op.drop_column("idempotency_keys", "until")
