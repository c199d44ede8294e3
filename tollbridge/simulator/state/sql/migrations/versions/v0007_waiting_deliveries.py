"""The deliveries of events that wait: which endpoint, when they are due, and until when a process has one under way."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "waiting",
        sa.Column("delivery", sa.Text, primary_key=True),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
    )
    op.create_index("waiting_by_endpoint", "waiting", ["endpoint", "due", "place"])
    op.create_index("waiting_by_due", "waiting", ["due"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("waiting")
