"""Which steps the tables of a database have been through, and whether this program knows them."""

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tollbridge.simulator.state.unit_of_work import Unavailable

VERSIONS = "alembic_version"
"""The table in which Alembic keeps it."""

SHOWN = 40


def require_known(connection: Connection, steps: Config) -> None:
    """Refuse tables that have been through a step which this program does not have.

    Raises:
        Unavailable: a newer program wrote them, or another one; with the version found, and the one known.
    """
    scripts = ScriptDirectory.from_config(steps)
    known = {step.revision for step in scripts.walk_revisions()}
    unknown = [str(found) for found in MigrationContext.configure(connection).get_current_heads() if found not in known]
    if unknown:
        raise Unavailable(
            f"its tables are of version {', '.join(unknown)[:SHOWN]}, and this Tollbridge knows those up to "
            f"{scripts.get_current_head()}. Use the Tollbridge that wrote it or a newer one, or give another --state."
        )
