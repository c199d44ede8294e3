"""The places of our server that mutants change, each named once.

A module of the server that is renamed, or a function of it that moves, changes this file and no other one of
`mutants/`. `tests/unit/test_mutants.py` says that each seam exists, is reached by a request, and is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from typing import Any

from tollbridge.server.wire import Parsed as Parsed  # what the patches of PARSE_JSON return

SANDBOX = "tollbridge.compose.sandbox"
WAY_TO_STRIPE = "tollbridge.compose.gateway"
PAYMENTS = "tollbridge.payments"
CALLS = "tollbridge.gateway.calls"
OPERATIONS = "tollbridge.server.operations"
BODIES = "tollbridge.server.bodies"
IDENTITY = "tollbridge.server.identity"
PARAMETERS = "tollbridge.server.parameters"


@dataclass(frozen=True)
class Seam:
    """A function or a constant of our server that a mutant may replace, or may call from its own code.

    Args:
        module: where the server looks the name up when it runs, which is not always where it is defined.
        name: of the attribute; a method's has its class before a dot.
        purpose: what it does, in a sentence.
    """

    module: str
    name: str
    purpose: str

    @property
    def current(self) -> Any:
        """The object that the server uses now."""
        owner, attribute = self._place()
        return getattr(owner, attribute)

    def put(self, value: Any) -> None:
        """Let the server use another value."""
        setattr(*self._place(), value)

    def wrap(self, change: Callable[..., Any]) -> None:
        """Let a function stand in for the current one: it is given that one, then the arguments of each call."""
        original = self.current
        self.put(lambda *given, **named: change(original, *given, **named))

    def _place(self) -> tuple[Any, str]:
        *classes, attribute = self.name.split(".")
        return reduce(getattr, classes, import_module(self.module)), attribute


# When the server starts.
LOAD_WORLD = Seam(SANDBOX, "load_world", "Reads the world file: accounts, organizations and their cards.")
URL_GATEWAY = Seam(WAY_TO_STRIPE, "url_gateway", "Makes the gateway to a Stripe at a URL.")
APPLICATION = Seam(SANDBOX, "application", "Makes the ASGI application.")
READ_CONTRACT = Seam("tollbridge.contract.load", "_read", "Reads the OpenAPI document from its file.")
HTTP_CLIENT = Seam("stripe", "HTTPXClient.__init__", "Makes the SDK's HTTP client, with its time-out.")

# From the socket to the arguments of a handler.
SERVE_REQUEST = Seam("tollbridge.server.middleware", "Edge.__call__", "Serves one request, outside of all layers.")
READ_ARGUMENTS = Seam(OPERATIONS, "Operations._arguments", "Reads a request and returns the handler's arguments.")
REQUIRE_JSON_ACCEPTED = Seam(OPERATIONS, "require_json_accepted", "Refuses an Accept that excludes JSON.")
ACCEPT_WEIGHT = Seam("tollbridge.server.negotiation", "_weight", "Returns how specific a range is, and its quality.")
REQUIRE_JSON_BODY = Seam(BODIES, "require_json_body", "Refuses a Content-Type or Content-Encoding.")
READ_BODY = Seam(OPERATIONS, "read_body", "Reads the whole body, within bounds of bytes and time.")
PARSE_JSON = Seam(BODIES, "parse_json", "Reads a body as JSON.")
READ_PARAMETERS = Seam(OPERATIONS, "read_parameters", "Reads the parameters, headers among them.")
SENT_VALUES = Seam(PARAMETERS, "_sent", "Returns every value that was sent for a parameter.")
INTEGER = Seam(PARAMETERS, "INTEGER", "The pattern of an integer in a header, path or query.")

# Who asks, and for which organization.
AUTHENTICATE = Seam(IDENTITY, "Identity.authenticate", "Returns the account of the Authorization headers.")
BEARER = Seam(IDENTITY, "bearer", "Returns the token of the Authorization headers.")
TOKEN_ACCOUNT = Seam("tollbridge.server.tokens", "Tokens.account", "Returns the account of a token.")
DECODE_TOKEN = Seam("jwt", "decode", "Verifies a token and returns its claims.")
EFFECTIVE_ORGANIZATION = Seam(OPERATIONS, "effective_organization", "Decides for which organization an account acts.")

# The use case.
CREATE_PAYMENT = Seam(PAYMENTS, "Payments.create_intent", "Does all that one request asks for.")
CUSTOMER_OF = Seam(PAYMENTS, "_customer", "Returns an organization's customer at Stripe, or refuses.")
CHOOSE_METHOD = Seam(PAYMENTS, "Payments._method", "Returns the chosen payment method's id at Stripe, or refuses.")
MAKE_INTENT = Seam(PAYMENTS, "Payments._create", "Creates the intent, and says why where that is refused.")
TIE_METHOD = Seam(PAYMENTS, "Payments._tie", "Ties the payment method to the subscription, or undoes the intent.")
UNDO_INTENT = Seam(PAYMENTS, "Payments._cancel", "Cancels an intent that is not answered, and logs where that fails.")

# The calls to Stripe.
BEGIN = Seam(
    CALLS, "Gateway.begin", "Returns what one request has of Stripe, with the time by which its calls have to end."
)
ASK = Seam(CALLS, "StripeSession._ask", "Makes one call to Stripe.")
HAS_METHOD = Seam(CALLS, "StripeSession.has_method", "Asks whether a payment method is the customer's.")
CREATE_INTENT = Seam(CALLS, "StripeSession.create_intent", "Creates a PaymentIntent.")
SET_DEFAULT_METHOD = Seam(
    CALLS, "StripeSession.set_default_method", "Makes a payment method the subscription's default."
)
CANCEL_INTENT = Seam(CALLS, "StripeSession.cancel_intent", "Cancels a PaymentIntent.")
NEW_KEY = Seam(CALLS, "uuid4", "Makes an idempotency key.")
PROBLEM_FOR = Seam(CALLS, "problem_for", "Returns the problem that a failed call is for our client.")
SEND_ATTEMPT = Seam(
    "tollbridge.gateway.transport", "UrlTransport.request_async", "Sends one attempt of a call by HTTP."
)
