"""Calls to a simulator with a small world, for the tests of the simulator."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from tollbridge.simulator import Reply, Request, Simulator, Store

KEY = "sk_test_0123456789"
FORM = "application/x-www-form-urlencoded"
NOW = 1_800_000_000
INTENTS = "/v1/payment_intents"
ANN, BOB, EVE = "cus_AnnAnnAnnAnn01", "cus_BobBobBobBob01", "cus_EveEveEveEve01"
ANNS, ANNS_SECOND, EVES, LOOSE = (f"pm_{name:0<24}" for name in ("AnnVisa", "AnnOther", "EveVisa", "Loose"))
SUBSCRIPTION = "sub_AnnAnnAnnAnn01"

SEED: dict[str, Any] = {
    "settlement_currency": "usd",
    "customers": [
        {"id": ANN, "email": "ann@example.com", "name": "Ann", "default_source": ANNS},
        {"id": BOB, "email": None, "name": None, "default_source": None},
        {"id": EVE, "email": None, "name": "Eve", "default_source": None},
    ],
    "payment_methods": [
        {"id": ANNS, "card": "4242424242424242", "customer": ANN},
        {"id": ANNS_SECOND, "card": "5555555555554444", "customer": ANN},
        {"id": EVES, "card": "4242424242424242", "customer": EVE},
        {"id": LOOSE, "card": "4242424242424242", "customer": None},
    ],
    "subscriptions": [{"id": SUBSCRIPTION, "customer": ANN, "status": "active", "default_payment_method": ANNS}],
}


@dataclass(frozen=True)
class Answered:
    """A reply, read."""

    status: int
    headers: dict[str, str]
    document: Any

    @property
    def error(self) -> dict[str, Any]:
        """The error object."""
        assert "error" in self.document, f"{self.status} without an error"
        return dict(self.document["error"])


elsewhere: Callable[..., Any] | None = None
"""What stands for a simulator where the facts are asked of another Stripe (`make truth`); None for the simulator."""


def simulator(*, now: int | None = None, seed: dict[str, Any] = SEED, alone: bool = False, **more: Any) -> Simulator:
    """A simulator that behaves the same in every run.

    Args:
        now: its clock; None for `NOW`.
        seed: what it begins with.
        alone: whether the test counts on nothing else being there, as on an account that others use too.
        more: of `Simulator`.
    """
    if elsewhere is not None:
        return cast("Simulator", elsewhere(prepared=alone or seed is not SEED or now is not None))
    more.setdefault("randomness", random.Random(7))
    return Simulator(seed, clock=lambda: NOW if now is None else now, **more)


def on(store: Store, clock: Callable[[], int] = lambda: NOW, **more: Any) -> Simulator:
    """Return a simulator on a store."""
    if elsewhere is not None:
        return cast("Simulator", elsewhere(prepared=True))
    more.setdefault("randomness", random.Random(7))
    return Simulator(SEED, clock=clock, store=store, **more)


def call(
    stripe: Simulator, method: str, path: str, form: dict[str, Any] | None = None, **headers: str | None
) -> Answered:
    """Send parameters as the SDK does: a form in the body, or in the query of a GET.

    Headers are named with underscores; None leaves a header away.
    """
    text = urlencode(form or {}, doseq=True)
    sent = {"authorization": f"Bearer {KEY}"} | ({"content-type": FORM} if method == "POST" else {})
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}  # type: ignore[misc]
    given = {name: value for name, value in sent.items() if value is not None}
    if method == "POST":
        return read(stripe.handle(Request(method, path, "", given, text.encode())))
    return read(stripe.handle(Request(method, path, text, given, b"")))


def read(reply: Reply) -> Answered:
    """Read a reply, whose body has to be JSON."""
    assert reply.headers["content-type"] == "application/json"
    return Answered(reply.status, dict(reply.headers), json.loads(reply.body))


def create(stripe: Simulator, **form: Any) -> Answered:
    """Create an intent of 10.00 USD for a card; `None` leaves a parameter away."""
    whole = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"} | form
    return call(stripe, "POST", INTENTS, {name: value for name, value in whole.items() if value is not None})


def paid(stripe: Simulator, card: str = "pm_card_visa", **form: Any) -> dict[str, Any]:
    """Pay 10.00 USD with a card; the intent."""
    return dict(create(stripe, confirm="true", payment_method=card, **form).document)


def events(stripe: Simulator, **form: Any) -> list[dict[str, Any]]:
    """The newest events, up to a hundred, the oldest first."""
    return list(reversed(call(stripe, "GET", "/v1/events", {"limit": 100} | form).document["data"]))


def event_types(stripe: Simulator, **form: Any) -> list[str]:
    """Their types."""
    return [one["type"] for one in events(stripe, **form)]
