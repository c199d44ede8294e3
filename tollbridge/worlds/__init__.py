"""Tools for world files: check one, show it, push it to a Stripe."""

from tollbridge.gateway import GatewayError
from tollbridge.world import WorldError, world_schema
from tollbridge.worlds.check import checked_world
from tollbridge.worlds.push import push_world
from tollbridge.worlds.roles import role_table
from tollbridge.worlds.tables import tables_of

__all__ = ["GatewayError", "WorldError", "checked_world", "push_world", "role_table", "tables_of", "world_schema"]
