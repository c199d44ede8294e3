"""A Stripe at an address, as the tests of facts ask it: their simulator's doors, as far as HTTP has them."""

import json
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import pytest

from tests.unit.stripe_calls import ANN, ANNS, ANNS_SECOND, BOB, EVE, EVES, FORM, KEY, LOOSE, SUBSCRIPTION
from tollbridge.simulator import Reply, Request
from tollbridge.simulator.seed import PRICE

MAX_BODY = 4_000_000
"""Bytes that are read of one answer."""

MAX_WAIT = 10
"""Seconds of the simulator's clock that are waited for where the clock is real."""

DELAY = 3
"""Seconds that Stripe itself takes to fill in what follows from a call."""

TOO_MANY = 429
TRIES = 4
"""How often a call that came too early for the limits of its account is made, with a longer pause each time."""

ENDPOINTS = "/v1/webhook_endpoints"
UNIQUE = frozenset({"lookup_key", "lookup_keys[]", "id", "ids[]"})
"""Parameters whose values an account has once: each test has its own there."""

PRICE_FORM = {
    "currency": "usd",
    "unit_amount": 2000,
    "recurring[interval]": "month",
    "product_data[name]": "Yard management",
}
CUSTOMERS, METHODS = "/v1/customers", "/v1/payment_methods"
OBJECTS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    ANN: [
        (CUSTOMERS, {"name": "Ann", "email": "ann@example.com"}),
        (f"{CUSTOMERS}/{ANN}", {"invoice_settings[default_payment_method]": ANNS}),
    ],
    BOB: [(CUSTOMERS, {})],
    EVE: [(CUSTOMERS, {"name": "Eve"})],
    ANNS: [(f"{METHODS}/pm_card_visa/attach", {"customer": ANN})],
    ANNS_SECOND: [(f"{METHODS}/pm_card_mastercard/attach", {"customer": ANN})],
    EVES: [(f"{METHODS}/pm_card_visa/attach", {"customer": EVE})],
    LOOSE: [(METHODS, {"type": "card", "card[token]": "tok_visa"})],
    PRICE: [("/v1/prices", PRICE_FORM)],
    SUBSCRIPTION: [("/v1/subscriptions", {"customer": ANN, "items[0][price]": PRICE, "default_payment_method": ANNS})],
}
"""What the tests' simulator begins with, and the calls that make each where a test names it: the first has its id."""


def cannot_be_asked(why: str) -> NoReturn:
    """End the test: nothing is known of the fact by it.

    Args:
        why: what an address does not have.
    """
    pytest.skip(why)


@dataclass(frozen=True)
class Address:
    """Where a Stripe is.

    Args:
        url: scheme, host and port.
        key: the secret key that stands for the tests' own; never shown.
        publishable: the same for `pk_test_…`; None where there is none, which is no hindrance for a stand-in.
        is_stripe: whether it is Stripe itself, with its limits and its delays.
        pause: waits so many seconds.
    """

    url: str
    key: str = field(repr=False)
    publishable: str | None = field(default=None, repr=False)
    is_stripe: bool = False
    pause: Callable[[float], None] = time.sleep

    def ask(self, request: Request) -> Reply:
        """Send one request, again where it came too early, and read the answer within bounds."""
        for tried in range(TRIES):
            reply = self._once(request)
            if reply.status != TOO_MANY or tried == TRIES - 1:
                return reply
            self.pause(2**tried)
        raise AssertionError("every try returns")

    def _once(self, request: Request) -> Reply:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port
        connection = (
            HTTPSConnection(host, port, timeout=30, context=ssl.create_default_context())
            if parts.scheme == "https"
            else HTTPConnection(host, port, timeout=30)
        )
        target = parts.path + request.path + (f"?{request.query}" if request.query else "")
        try:
            connection.request(request.method, target, request.body or None, self._headers(request.headers))
            answer = connection.getresponse()
            body = answer.read(MAX_BODY + 1)
        except (OSError, HTTPException) as error:
            cannot_be_asked(f"no answer ({type(error).__name__})")
        finally:
            connection.close()
        if len(body) > MAX_BODY:
            cannot_be_asked(f"its answer is longer than {MAX_BODY} bytes")
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)

    def _headers(self, sent: Mapping[str, str]) -> dict[str, str]:
        headers = dict(sent)
        if headers.get("authorization") == f"Bearer {KEY}":
            headers["authorization"] = f"Bearer {self.key}"
        elif headers.get("authorization", "").startswith("Bearer pk_test_") and self.is_stripe:
            if not self.publishable:
                cannot_be_asked("it needs the publishable key (STRIPE_PUBLISHABLE_KEY)")
            headers["authorization"] = f"Bearer {self.publishable}"
        return headers


@dataclass(frozen=True)
class Clock:
    """The clock of an address: it cannot be set, so a few seconds are waited for."""

    address: Address

    def advance(self, seconds: int) -> None:
        """Wait."""
        if seconds > MAX_WAIT:
            cannot_be_asked("it needs a clock that can be set")
        self.address.pause(max(seconds, DELAY) if self.address.is_stripe else seconds + 1)

    def set(self, _moment: int | None) -> None:
        """Refuse."""
        cannot_be_asked("it needs a clock that can be set")


@dataclass
class StripeAt:
    """One test's Stripe.

    Args:
        address: where it is.
        asked: called for each request.
    """

    address: Address
    asked: Callable[[], None]
    names: dict[str, str] = field(default_factory=dict)
    """By what a test calls an object or a key, what it is there."""
    requests: set[str] = field(default_factory=set)
    """The ids of the requests that the test made."""
    seen: str = ""
    """All answers: an event about one of their objects is this test's."""

    endpoints: list[str] = field(default_factory=list)
    """The webhook endpoints that the test made: an account has few."""

    @property
    def clock(self) -> Clock:
        """Its clock."""
        return Clock(self.address)

    def counts(self) -> dict[str, int]:
        """Return nothing: how much an account has is not compared."""
        return {}

    def __getattr__(self, name: str) -> Any:
        """Refuse the simulator's other doors."""
        if name.startswith("__"):
            raise AttributeError(name)
        cannot_be_asked(f"it needs what only our simulator has ({name})")

    def handle(self, request: Request) -> Reply:
        """Send a request with the ids that its objects have there, and return the answer with the test's own ids."""
        if self.address.is_stripe and request.path == "/v1/events":
            self.address.pause(DELAY)
        reply = self._sent(self._there(request))
        self.requests.add(reply.headers.get("request-id", ""))
        self._require_asked(reply)
        self._remember_endpoint(request, reply)
        body = self._here(reply.body.decode(errors="replace"))
        headers = {name: self._here(value) for name, value in reply.headers.items()}
        if "content-type" in headers:  # a charset says no more of it
            headers["content-type"] = headers["content-type"].partition(";")[0]
        if request.method == "GET" and request.path == "/v1/events" and reply.status == 200:
            body = self._own_events(body)
        return replace(reply, headers=headers, body=body.encode())

    def _remember_endpoint(self, request: Request, reply: Reply) -> None:
        if (request.method, request.path, reply.status) == ("POST", ENDPOINTS, 200):
            self.endpoints.append(str(json.loads(reply.body)["id"]))

    def clear(self) -> None:
        """Delete the webhook endpoints that the test has made; one that it has deleted itself is gone already."""
        for identity in self.endpoints:
            self.address.ask(Request("DELETE", f"{ENDPOINTS}/{identity}", "", {"authorization": f"Bearer {KEY}"}, b""))

    def _sent(self, request: Request) -> Reply:
        self.asked()
        reply = self.address.ask(request)
        if request.path != "/v1/events":
            self.seen += reply.body.decode(errors="replace")
        return reply

    @staticmethod
    def _require_asked(reply: Reply) -> None:
        if reply.status in (429, 501) or reply.status > 501:
            cannot_be_asked(f"it answered {reply.status}")
        for why in (b"credit card numbers directly", b"url_invalid"):
            if reply.status in (400, 402) and why in reply.body:
                cannot_be_asked(f"its account refuses what the test sends ({why.decode()})")

    def _there(self, request: Request) -> Request:
        headers = dict(request.headers)
        key = headers.get("idempotency-key", "")
        if 0 < len(key) < 200:
            headers["idempotency-key"] = self._own(key)
        path, query, body = unquote(request.path), request.query, request.body
        path = "/".join(self.names.get(part, part) for part in path.split("/"))  # one with an id of the test's own
        if headers.get("content-type") == FORM:
            body = self._form(body.decode()).encode()
        query = self._form(query) if query else query
        return replace(request, path=quote(self._named(path)), query=query, headers=headers, body=body)

    def _form(self, text: str) -> str:
        pairs = parse_qsl(text, keep_blank_values=True)
        return urlencode(
            [(name, self._own(value) if name in UNIQUE and value else self._named(value)) for name, value in pairs]
        )

    def _own(self, name: str) -> str:
        """Return a name that no other test has used there."""
        return self.names.setdefault(name, f"{name}{secrets.token_hex(4)}")

    def _named(self, text: str) -> str:
        for name in OBJECTS:
            if name in text:
                if name not in self.names:
                    self._make(name)
                text = text.replace(name, self.names[name])
        return text

    def _make(self, name: str) -> None:
        headers = {"authorization": f"Bearer {KEY}", "content-type": FORM}
        for path, form in OBJECTS[name]:
            reply = self._sent(self._there(Request("POST", path, "", headers, urlencode(form).encode())))
            if reply.status != 200:
                cannot_be_asked(f"the object that it needs could not be made ({path}: {reply.status})")
            self.names.setdefault(name, str(json.loads(reply.body)["id"]))

    def _here(self, text: str) -> str:
        for name, there in self.names.items():
            text = text.replace(there, name)
        return text

    def _own_events(self, body: str) -> str:
        """Return a list of events without those that other tests, or the making of the objects, caused."""
        document = json.loads(body)
        document["data"] = [one for one in document["data"] if self._is_own(one)]
        return json.dumps(document)

    def _is_own(self, event: dict[str, Any]) -> bool:
        request = (event.get("request") or {}).get("id")
        return request in self.requests if request else str(event["data"]["object"].get("id")) in self.seen
