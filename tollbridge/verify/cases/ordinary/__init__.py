"""Cases of ordinary operations: those that say nothing of what they are for at Stripe."""

from tollbridge.verify.cases.ordinary.bodies import bodies
from tollbridge.verify.cases.ordinary.parameters import parameters
from tollbridge.verify.cases.ordinary.right import operations
from tollbridge.verify.cases.ordinary.security import security
from tollbridge.verify.cases.ordinary.sequences import sequences
from tollbridge.verify.cases.ordinary.wire import wire

__all__ = ["bodies", "operations", "parameters", "security", "sequences", "wire"]
