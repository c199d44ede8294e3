"""Objects, idempotency keys, calls and settings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "objects",
        sa.Column("type", sa.String(40), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", BIG, nullable=False),
        sa.Column("customer", sa.Text),
        sa.Column("payment_intent", sa.Text),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    for name, columns in (
        ("objects_by_place", ["type", "place"]),
        ("objects_by_customer", ["type", "customer", "place"]),
        ("objects_by_payment_intent", ["type", "payment_intent", "place"]),
    ):
        op.create_index(name, "objects", columns)
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("path", sa.Text),
        sa.Column("fingerprint", sa.LargeBinary),
        sa.Column("status", sa.SmallInteger),
        sa.Column("content", sa.LargeBinary),
        sa.Column("type", sa.String(40)),
        sa.Column("request_id", sa.Text),
        sa.Column("created", sa.BigInteger),
    )
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created"])
    op.create_table(
        "calls",
        sa.Column("number", BIG, primary_key=True, autoincrement=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE places INCREMENT BY 16")


def downgrade() -> None:
    """Drop the tables."""
    for name in ("objects", "idempotency_keys", "calls", "settings"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE places")
