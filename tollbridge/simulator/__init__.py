"""Our Stripe: stateful, exact about errors, and loud about what it does not know."""

from tollbridge.simulator.access import is_publishable, key_of
from tollbridge.simulator.cards import alias_of, described
from tollbridge.simulator.control import control
from tollbridge.simulator.core import Simulator
from tollbridge.simulator.door import StripeDoor, answered, off_the_loop
from tollbridge.simulator.failures import StripeFailure
from tollbridge.simulator.faults import Fault
from tollbridge.simulator.message import Late, NoAnswer, Reply, Request
from tollbridge.simulator.record import Told
from tollbridge.simulator.recorded import Record
from tollbridge.simulator.routes import is_for_pages
from tollbridge.simulator.work import Store, Unavailable, damage_told

__all__ = [
    "Fault",
    "Late",
    "NoAnswer",
    "Record",
    "Reply",
    "Request",
    "Simulator",
    "Store",
    "StripeDoor",
    "StripeFailure",
    "Told",
    "Unavailable",
    "alias_of",
    "answered",
    "control",
    "damage_told",
    "described",
    "is_for_pages",
    "is_publishable",
    "key_of",
    "off_the_loop",
]
