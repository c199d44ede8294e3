"""Faults that wait have a seed for their draws, and tell how far these have gone."""

from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SETTINGS = sa.table("settings", sa.column("name", sa.String), sa.column("value", sa.LargeBinary))
SHARED = SETTINGS.c.name == "shared"


def upgrade() -> None:
    """Give those that wait draws of their own."""
    _rewrite(lambda faults: [{"fault": fault, "seed": seed, "drawn": 0} for seed, fault in enumerate(faults)])


def downgrade() -> None:
    """Leave the draws out."""
    _rewrite(lambda faults: [waiting["fault"] for waiting in faults])


def _rewrite(how: Callable[[list[Any]], list[Any]]) -> None:
    found = op.get_bind().execute(sa.select(SETTINGS.c.value).where(SHARED)).scalar()
    if found:
        shared = orjson.loads(found)
        shared["faults"] = how(shared["faults"])
        op.get_bind().execute(sa.update(SETTINGS).where(SHARED).values(value=orjson.dumps(shared)))
