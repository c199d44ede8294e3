"""Our Stripe: stateful, exact about errors, and loud about what it does not know.

The way of one call, room by room:

1. `server/asgi.py` reads a request off HTTP (the gateway and the harness call `Simulator.handle` instead).
2. `engine.py` finds the route (`resources/routes.py`), a fault that waits for it (`protocol/faults.py`), and the key
   (`protocol/access.py`), decodes the form (`protocol/forms.py`), and refuses parameters that Stripe does not have.
3. `state/unit_of_work.py` opens a unit of work on `state/memory.py` or `state/sql/`; a first answer to the same
   idempotency key is replayed from it (`state/idempotency.py`).
4. One file of `resources/` does what the resource does, on rows (`model/rows.py`).
5. `serializers/` shows the rows as Stripe's objects, `protocol/responses.py` adds the headers.
6. `resources/event_log.py` adds the events of what was changed, and a delivery for each endpoint that wants one.
7. The rows, the first answer and a line of `state/call_log.py` are kept together, or none of them.
8. `webhooks/` delivers what waits in the outbox, beside the calls.
"""

from tollbridge.simulator.model.cards import alias_of, described
from tollbridge.simulator.model.errors import StripeFailure
from tollbridge.simulator.protocol.access import api_key_of, is_publishable
from tollbridge.simulator.protocol.faults import Fault
from tollbridge.simulator.protocol.messages import Late, NoAnswer, Reply, Request
from tollbridge.simulator.protocol.specification import event_names
from tollbridge.simulator.resources.routes import is_for_pages
from tollbridge.simulator.resources.webhook_endpoints import is_deliverable
from tollbridge.simulator.server.asgi import StripeDoor, answered, off_the_loop
from tollbridge.simulator.server.control import control
from tollbridge.simulator.server.fallback import Fallback
from tollbridge.simulator.simulator import Simulator
from tollbridge.simulator.state.call_log import CallLog
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.unit_of_work import Store, Unavailable, damage_told
from tollbridge.simulator.webhooks.lifespan import Delivering

__all__ = [
    "CallLog",
    "Delivering",
    "Fallback",
    "Fault",
    "Late",
    "NoAnswer",
    "RecordedCall",
    "Reply",
    "Request",
    "Simulator",
    "Store",
    "StripeDoor",
    "StripeFailure",
    "Unavailable",
    "alias_of",
    "answered",
    "api_key_of",
    "control",
    "damage_told",
    "described",
    "event_names",
    "is_deliverable",
    "is_for_pages",
    "is_publishable",
    "off_the_loop",
]
