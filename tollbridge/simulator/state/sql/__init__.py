"""The simulator's state in a database: an SQLite file, or PostgreSQL."""

from tollbridge.simulator.state.sql.store import SqlStore
from tollbridge.simulator.state.sql.url import StateError, shown, state_url

__all__ = ["SqlStore", "StateError", "shown", "state_url"]
