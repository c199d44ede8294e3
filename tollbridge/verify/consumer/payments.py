"""Payments at a Stripe of ours, and the events that they cause."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from tollbridge.simulator import Request, Simulator

Document = dict[str, Any]
At = Callable[[Callable[[Simulator], Document]], Document]
"""Does some work on the simulator, where its calls are answered."""

HEADERS = {
    "authorization": "Bearer sk_test_tollbridgeverify",
    "content-type": "application/x-www-form-urlencoded",
}
TYPES = (
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "refund.created",
    "charge.refunded",
)
"""The events of a payment that is refunded, in the order in which they follow from each other."""

MAIN = ("payment_intent.succeeded", "charge.succeeded", "charge.refunded", "refund.created", "payment_intent.created")
"""The same, those first that a consumer most likely handles."""

LEAST_TIME = 1_000_000_000
"""The least number that is taken for a time."""


@dataclass(frozen=True)
class Payment:
    """A payment that was refunded.

    Args:
        intent: its id.
        events: that it caused and the consumer wants, in their order.
    """

    intent: str
    events: tuple[Document, ...]

    @property
    def main(self) -> Document:
        """The event that a consumer most likely handles."""
        return min(self.events, key=lambda event: MAIN.index(event["type"]))


def payment(at: At, wanted: Sequence[str]) -> Payment:
    """Pay, refund, and return what that caused.

    Args:
        at: does work on the simulator.
        wanted: the types of events that the endpoint gets; `*` for all.
    """
    form = {"amount": 1999, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa"}
    intent = at(
        lambda stripe: _called(stripe, "POST", "/v1/payment_intents", form | {"payment_method_types[]": "card"})
    )
    at(lambda stripe: _called(stripe, "POST", "/v1/refunds", {"payment_intent": intent["id"]}))
    listed = at(lambda stripe: _called(stripe, "GET", "/v1/events", {"limit": 100, "types[]": TYPES}))
    ours = [event for event in listed["data"] if _about(event) == intent["id"]]
    ours.sort(key=lambda event: TYPES.index(event["type"]))
    events = [event for event in ours if "*" in wanted or event["type"] in wanted]
    return Payment(intent["id"], tuple(event | {"pending_webhooks": 1} for event in events))


def _called(stripe: Simulator, method: str, path: str, form: Document) -> Document:
    text = urlencode(form, doseq=True)
    query, body = (text, b"") if method == "GET" else ("", text.encode())
    reply = stripe.handle(Request(method, path, query, HEADERS, body))
    assert reply.status == 200, reply.body
    document: Document = orjson.loads(reply.body)
    return document


def _about(event: Document) -> str | None:
    about = event["data"]["object"]
    intent: str | None = about["id"] if about["object"] == "payment_intent" else about["payment_intent"]
    return intent


def printed(event: Document) -> bytes:
    """Return an event as Stripe sends it."""
    return orjson.dumps(event, option=orjson.OPT_INDENT_2)


def alike(text: str, payment: Payment, other: Payment) -> str:
    """Return a text about one payment as it would be about another: with the other's ids and times."""
    found = dict(_differences(list(payment.events), list(other.events)))
    if not found:
        return text
    names = re.compile("|".join(re.escape(one) for one in sorted(found, key=len, reverse=True)))
    return names.sub(lambda name: found[name.group()], text)


def _differences(one: Any, other: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts and times of a document with those that another has in the same places."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() & other.keys():
            yield from _differences(one[name], other[name])
    elif isinstance(one, list) and isinstance(other, list):
        for pair in zip(one, other, strict=False):
            yield from _differences(*pair)
    elif one != other and (_names(one, other) or _times(one, other)):
        yield str(one), str(other)


def _names(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and bool(one)


def _times(one: Any, other: Any) -> bool:
    return isinstance(one, int) and isinstance(other, int) and min(one, other) >= LEAST_TIME
