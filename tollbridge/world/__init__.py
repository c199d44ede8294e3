"""The world: organizations, groups, accounts and payment methods. Read-only, from a file."""

from tollbridge.world.load import WorldError, load_world, world_schema
from tollbridge.world.model import Account, Caller, Organization, PaymentMethod, TokenRules, World

__all__ = [
    "Account",
    "Caller",
    "Organization",
    "PaymentMethod",
    "TokenRules",
    "World",
    "WorldError",
    "load_world",
    "world_schema",
]
