"""A state that is put back with anything changed in it: refused with its line, or as good as any other."""

import itertools
import json
import operator
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.stripe_calls import ANN, ANNS, call, simulator
from tests.unit.test_simulator_restore import WRONG, Lines, full
from tollbridge.simulator import Simulator
from tollbridge.simulator.model.errors import StripeFailure
from tollbridge.simulator.model.rows import INTENT_STATUSES, ROW_TYPES
from tollbridge.simulator.resources.routes import ROUTES


def places_in(document: Any) -> Iterator[Callable[[Any], None]]:
    """Yield what puts another value in the place of each value in a document, however deep."""
    inner = enumerate(document) if isinstance(document, list) else document.items()
    for key, value in list(inner):
        yield partial(operator.setitem, document, key)
        if isinstance(value, list | dict):
            yield from places_in(value)


OTHERS = [
    *WRONG,
    0,
    10**18,
    -(10**18),
    "",
    "usd",
    ANN,
    ANNS,
    "pm_card_visa",
    "4000000000000002",
    *INTENT_STATUSES,
    "year",
]


def overwritten(draw: st.DrawFn, documents: list[Any]) -> None:
    """Put anything in the place of a value of a line."""
    document = draw(st.sampled_from(documents))
    draw(st.sampled_from(list(places_in(document))))(deepcopy(draw(st.sampled_from(OTHERS))))


def crossed(draw: st.DrawFn, documents: list[Any]) -> None:
    """Give a row fields of another one of its type."""
    name, one = draw(st.sampled_from([document for document in documents if document[0] in ROW_TYPES]))
    _, other = draw(st.sampled_from([document for document in documents if document[0] == name]))
    for index in draw(st.sets(st.integers(2, len(one) - 1), min_size=1, max_size=4)):
        one[index] = deepcopy(other[index])


def left_out(draw: st.DrawFn, documents: list[Any]) -> None:
    """Leave a line out."""
    documents.pop(draw(st.integers(0, len(documents) - 1)))


@st.composite
def snapshots(draw: st.DrawFn) -> Lines:
    """The full state with up to three changes."""
    head, *documents = (json.loads(line) for line in full())
    head.pop("lines")
    for change, most in ((crossed, 3), (left_out, 1), (overwritten, 1)):
        for _ in range(draw(st.integers(0, most))):
            change(draw, documents)
    return [json.dumps(one).encode() for one in (head, *documents)]


EXPANDED = ("latest_charge", "customer.default_source", "data.customer", "items.data.price.product", "payment_method")
FORMS = ("", "payment_method=pm_card_visa&return_url=https://example.com", "amount=2000&cancel_at_period_end=true")


NAMED = {
    "customer": "Customer",
    "payment_method": "PaymentMethod",
    "charge": "Charge",
    "subscription": "Subscription",
    "product": "Product",
    "price": "Price",
    "refund": "Refund",
    "key": "EphemeralKey",
    "account": "Customer",
    "invoice": "Invoice",
    "dispute": "Dispute",
    "id": "BalanceTransaction",
    "token": "Token",
    "confirmation_token": "ConfirmationToken",
    "event": "Event",
    "webhook_endpoint": "WebhookEndpoint",
    "session": "CheckoutSession",
}


def use(stripe: Simulator) -> None:
    """Ask every route about objects of the state, and end every challenge."""
    ids: dict[str, list[str]] = {name: [] for name in ROW_TYPES}
    with stripe._store.whole() as whole:
        for name, stored in whole.rows:
            ids[name].append(json.loads(stored)[1] + ("00" if name == "Event" else ""))
    for route in ROUTES:
        for number, (expand, form) in enumerate(itertools.product(EXPANDED, FORMS)):
            kind = "SetupIntent" if "setup" in route.template else "PaymentIntent"
            chosen = {
                word: quote(of[number % len(of)]) for word, name in NAMED.items() if (of := ids[name] or ["none"])
            }
            path = route.template.format(intent=(ids[kind] or ["none"])[number % max(1, len(ids[kind]))], **chosen)
            sent = {**dict(parse_qsl(form)), "expand[]": expand}
            sent = {name: value for name, value in sent.items() if name in (*route.parameters, "expand[]")}
            assert call(stripe, route.method, path, sent).status in (200, 400, 402, 404, 501)
    assert call(stripe, "GET", "/v1/events", {"limit": 100}).status == 200
    for delivery in ids["Delivery"]:
        stripe.outbox.deliver_again(delivery)
        stripe.outbox.sendable(delivery)
    for price in ids["Price"]:
        sent = {"customer": ANN, "items[0][price]": price, "payment_behavior": "default_incomplete"}
        assert call(stripe, "POST", "/v1/subscriptions", sent).status in (200, 400)
    for identity in [*ids["PaymentIntent"], *ids["SetupIntent"]]:
        with suppress(StripeFailure):
            stripe.authenticate(identity, passes=True)


def refused(stripe: Simulator, lines: Lines) -> str | None:
    """Put lines back; the sentence of a refusal, None for none."""
    try:
        stripe.restore(lines)
    except ValueError as sentence:
        return str(sentence)
    return None


@given(snapshots())
def test_what_is_put_back_is_answered_from(lines: Lines) -> None:
    """A state that is not refused with a line is one that no call breaks, and that can be kept and put back again."""
    stripe = simulator()
    if (complaint := refused(stripe, lines)) is not None:
        assert re.match(r"Line \d+: ", complaint)
        return
    kept = list(stripe.snapshot())
    use(stripe)
    stripe.restore(kept)
    assert list(stripe.snapshot()) == kept
    stripe.restore(stripe.snapshot())
