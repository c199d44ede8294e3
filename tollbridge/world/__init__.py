"""The world: organizations, groups, accounts and payment methods. Read-only, from a file."""

from tollbridge.world.load import WorldError, load_world
from tollbridge.world.model import Account, Caller, Organization, PaymentMethod, World

__all__ = ["Account", "Caller", "Organization", "PaymentMethod", "World", "WorldError", "load_world"]
