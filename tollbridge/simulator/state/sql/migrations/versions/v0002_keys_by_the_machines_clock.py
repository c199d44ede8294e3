"""When a first answer was kept, by the machine's clock too: a simulator's clock that was set ahead comes back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; keys that are there were made when the simulator's clock said so."""
    op.add_column("idempotency_keys", sa.Column("made", sa.BigInteger))
    op.execute("UPDATE idempotency_keys SET made = created")
    op.create_index("ix_idempotency_keys_made", "idempotency_keys", ["made"])
    op.drop_index("ix_idempotency_keys_created", "idempotency_keys")


def downgrade() -> None:
    """Drop the column."""
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created"])
    op.drop_index("ix_idempotency_keys_made", "idempotency_keys")
    op.drop_column("idempotency_keys", "made")
