"""Every route, with values of every wrong kind in its own parameters: Stripe's answer, and nothing half done."""

import random
from collections.abc import Sequence
from functools import cache
from string import Formatter
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.stripe_calls import ANN, ANNS, EVES, FORM, INTENTS, KEY, LOOSE, SUBSCRIPTION, call, create, simulator
from tests.unit.test_simulator_checkout import SHIRT, begin
from tests.unit.test_simulator_hostile import assert_stripes_answer
from tollbridge.simulator import Request, Simulator
from tollbridge.simulator.protocol.forms import MAX_BODY
from tollbridge.simulator.protocol.routing import Route
from tollbridge.simulator.resources.routes import ROUTES

VALUES = [
    "", "0", "1", "-1", "1.5", "9" * 400, "true", "True", "maybe", "null", "NaN", "\x00", "\n", "☂", "é" * 5_001,
    "a" * 5_001, "x@example.com", "https://example.com", "javascript:1", "usd", "USD", "card", "manual", "day", "month",
    "4242424242424242", "2034", "pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_threeDSecure2Required", ANN,
    ANNS, EVES, LOOSE, SUBSCRIPTION, "cus_nope", "customer", "off_session", "latest_charge.customer", "data.customer",
]  # fmt: skip
TOKEN = {"card[number]": "4242424242424242", "card[exp_month]": 1, "card[exp_year]": 2040}
CONFIRMING = {"payment_method_data[type]": "card"} | {
    f"payment_method_data[{k}": v
    for k, v in {"card][number]": "4242424242424242", "card][exp_month]": 1, "card][exp_year]": 2040}.items()
}
HOOKED = {"url": "http://127.0.0.1:1/", "enabled_events[]": "*"}
ENDINGS = ["", "", "", "[]", "[0]", "[a]", "[a][b]", "[gt]", "[enabled]", "[number]", "[price]", "[][price]", "[0][x]"]
ANSWERS_LEFT = (200, 402)
"""A decline leaves the tried intent behind; any other refusal leaves nothing."""


def with_objects() -> tuple[Simulator, dict[str, list[str]]]:
    """A simulator in which each type of object exists, and the ids by the name that paths have for them."""
    stripe = simulator(randomness=random.Random(5))
    paid = create(stripe, payment_method="pm_card_visa", confirm="true").document
    held = create(stripe, payment_method="pm_card_visa", confirm="true", capture_method="manual").document["id"]
    setup = call(stripe, "POST", "/v1/setup_intents", {"payment_method": "pm_card_visa"}).document["id"]
    price = {"currency": "usd", "unit_amount": 500, "recurring[interval]": "month", "product_data[name]": "Gate"}
    made = call(stripe, "POST", "/v1/prices", price).document
    alone = call(stripe, "POST", "/v1/products", {"name": "Alone"}).document["id"]
    refund = call(stripe, "POST", "/v1/refunds", {"payment_intent": paid["id"], "amount": 1}).document
    intent = create(stripe, payment_method="pm_card_createDispute", confirm="true").document
    disputed = call(stripe, "GET", f"/v1/charges/{intent['latest_charge']}").document
    monthly = {"customer": ANN, "items[0][price]": made["id"]}
    subscribed = [
        call(stripe, "POST", "/v1/subscriptions", monthly | more).document
        for more in ({}, {"payment_behavior": "default_incomplete"}, {"trial_period_days": 3})
    ]
    invoices = [one["latest_invoice"] for one in subscribed]
    return stripe, {
        "refund": [refund["id"], "re_nope"],
        "webhook_endpoint": [call(stripe, "POST", "/v1/webhook_endpoints", HOOKED).document["id"], "we_nope"],
        "account": ["acct_1TollbridgeTest0", "acct_nope"],
        "key": [call(stripe, "POST", "/v1/ephemeral_keys", {"customer": ANN}).document["id"], "ephkey_nope"],
        "invoice": [*invoices, "in_nope"],
        "session": [begin(stripe, **SHIRT).document["id"], "cs_nope"],
        "event": [call(stripe, "GET", "/v1/events").document["data"][0]["id"], "evt_nope"],
        "dispute": [disputed["dispute"], "du_nope"],
        "id": [refund["balance_transaction"], "txn_nope"],
        "customer": [ANN, "cus_nope"],
        "payment_method": [ANNS, LOOSE, "pm_card_visa", "pm_nope"],
        "intent": [create(stripe).document["id"], held, paid["id"], setup, "pi_nope"],
        "charge": [paid["latest_charge"], intent["latest_charge"], "ch_nope"],
        "subscription": [SUBSCRIPTION, *(one["id"] for one in subscribed), "sub_nope"],
        "product": [made["product"], alone, "prod_nope"],
        "price": [made["id"], "price_nope"],
        "token": [call(stripe, "POST", "/v1/tokens", TOKEN).document["id"], "tok_nope"],
        "confirmation_token": [
            call(stripe, "POST", "/v1/confirmation_tokens", CONFIRMING).document["id"],
            "ctoken_nope",
        ],
    }


@cache  # a strategy is checked each time it is built, which takes longer than what is drawn from it
def forms(route: Route) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Some of a route's parameters, and expand, spelt in every way."""
    names = st.sampled_from([*sorted(route.parameters), "expand", "expand[]", "expand[0][a]"])
    field = st.tuples(st.builds(str.__add__, names, st.sampled_from(ENDINGS)), st.sampled_from(VALUES))
    return st.lists(field, max_size=6)


def state(stripe: Simulator) -> Sequence[bytes]:
    """All that is kept, but for the head, which holds how often chance was asked."""
    return list(stripe.snapshot())[1:]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.template}")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_value_of_any_parameter_raises_or_leaves_a_half(route: Route, data: st.DataObject) -> None:
    """Whatever is sent to a route is answered as Stripe answers; a refusal changes nothing."""
    stripe, ids = with_objects()
    names = [name for _, name, _, _ in Formatter().parse(route.template) if name]
    path = route.template.format(**{name: data.draw(st.sampled_from(ids[name])) for name in names})
    form = urlencode(data.draw(forms(route)))
    headers = {"authorization": f"Bearer {KEY}", "content-type": FORM}
    before = state(stripe)
    query, body = (form, "") if route.method == "GET" else ("", form)
    reply = stripe.handle(Request(route.method, path, query, headers, body.encode()))
    assert_stripes_answer(reply)
    if reply.status not in ANSWERS_LEFT:
        assert state(stripe) == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "POST"], ids=lambda route: route.template)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"a=" + b"b" * 10_000_000, 413),
        (b"metadata" + b"[b]" * 10_000 + b"=1", 400),
        (b'{"amount": 1}', 400),
        (b"description=%ff", 400),
    ],
    ids=["10 MB", "10,000 deep", "JSON", "no UTF-8"],
)
def test_a_hostile_body_is_refused_on_every_route(route: Route, body: bytes, status: int) -> None:
    """Its size, its depth, its type and its encoding."""
    assert len(b"a=" + b"b" * 10_000_000) > MAX_BODY
    stripe, ids = with_objects()
    before = state(stripe)
    path = route.template.format(**{name: found[0] for name, found in ids.items()})
    content_type = "application/json" if body.startswith(b"{") else FORM
    headers = {"authorization": f"Bearer {KEY}", "content-type": content_type}
    reply = stripe.handle(Request("POST", path, "", headers, body))
    assert reply.status == status
    assert_stripes_answer(reply)
    assert state(stripe) == before
    assert call(stripe, "GET", f"{INTENTS}/{ids['intent'][0]}").status == 200
