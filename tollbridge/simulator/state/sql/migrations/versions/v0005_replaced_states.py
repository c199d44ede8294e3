"""On PostgreSQL, a transaction that sees the state from before it was replaced adds nothing to the new one.

A transaction sees the state of its beginning. One that begins before a whole state is put back, and writes after it,
changes no row that the other changed, so PostgreSQL lets it: it would leave objects of a customer that is no more. So
whoever replaces the state leaves the number of the transaction in a sequence, which everybody sees at once, and an
insert is refused where its own transaction does not see what that one did. An SQLite file is written by one at a time.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHECK = """
CREATE FUNCTION refuse_old_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_visible_in_snapshot((SELECT last_value::text::xid8 FROM replaced_by), pg_current_snapshot()) THEN
    RAISE EXCEPTION 'the state was replaced meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the sequence, the check, and its trigger."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE replaced_by")
        op.execute(CHECK)
        op.execute(
            "CREATE TRIGGER refuse_old_states BEFORE INSERT ON objects FOR EACH STATEMENT "
            "EXECUTE FUNCTION refuse_old_states()"
        )


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER refuse_old_states ON objects")
        op.execute("DROP FUNCTION refuse_old_states")
        op.execute("DROP SEQUENCE replaced_by")
