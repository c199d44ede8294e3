"""What Stripe.js sends to the door beyond Stripe's documented parameters, and the routes that only it uses."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from tests.unit.stripe_calls import ANN, FORM, INTENTS, call, create, simulator
from tollbridge.simulator import Request, Simulator
from tollbridge.simulator.protocol.responses import API_VERSION

KEY = "pk_test_0123456789"
CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2040", "cvc": "123"}
DATA = {"payment_method_data[type]": "card"} | {f"payment_method_data[card][{n}]": v for n, v in CARD.items()}
MEASURED = {
    "guid": "NA",
    "muid": "m",
    "sid": "s",
    "payment_user_agent": "stripe.js/1; payment-element",
    "referrer": "https://shop.example",
    "time_on_page": "1234",
    "pasted_fields": "number",
    "radar_options[hcaptcha_token]": "P1_x",
    "client_attribution_metadata[client_session_id]": "c",
    "client_attribution_metadata[merchant_integration_source]": "elements",
}
BESIDE = {
    "key": KEY,
    "_stripe_version": API_VERSION,
    "_stripe_account": "acct_1",
    "expected_payment_method_type": "card",
    "is_stripe_sdk": "false",
}
WITHIN = {f"payment_method_data[{n.partition('[')[0]}]{''.join(n.partition('[')[1:])}": v for n, v in MEASURED.items()}


class Sent:
    """An answer to a browser's call."""

    def __init__(self, stripe: Simulator, method: str, path: str, form: dict[str, Any], **headers: str) -> None:
        text = urlencode(form)
        query, body = (text, b"") if method == "GET" else ("", text.encode())
        reply = stripe.handle(Request(method, path, query, {"content-type": FORM, **headers}, body))
        self.status, self.document = reply.status, orjson.loads(reply.body)


def test_a_confirmation_as_the_real_stripe_js_sends_it_is_taken() -> None:
    """The key as a parameter, and everything that it measures, at the top and within the method's data."""
    stripe = simulator()
    intent = create(stripe).document
    form = DATA | WITHIN | MEASURED | BESIDE | {"client_secret": intent["client_secret"], "use_stripe_sdk": "true"}
    paid = Sent(stripe, "POST", f"{INTENTS}/{intent['id']}/confirm", form)
    assert (paid.status, paid.document.get("status")) == (200, "succeeded"), paid.document


@pytest.mark.parametrize("name", [*MEASURED, *BESIDE, *WITHIN])
def test_each_is_an_unknown_parameter_with_a_secret_key(name: str) -> None:
    """Only Stripe.js sends them: a server that does is told so, as Stripe tells it."""
    stripe = simulator()
    intent = create(stripe).document
    refused = call(stripe, "POST", f"{INTENTS}/{intent['id']}/confirm", DATA | {name: "x"})
    assert (refused.status, refused.error["code"]) in ((400, "parameter_unknown"), (501, "parameter_unknown")), name


@pytest.mark.parametrize("key", ["sk_test_0123456789", "rk_test_1", "pk_live_1", ""])
def test_only_a_publishable_test_key_is_read_from_the_parameters(key: str) -> None:
    """The gate judges secret keys by the header, so one in a form counts for nothing."""
    made = Sent(simulator(), "POST", "/v1/payment_methods", {"type": "card", "key": key})
    assert (made.status, made.document["error"]["message"][:27]) == (401, "You did not provide an API ")


def test_the_header_wins_over_the_parameter() -> None:
    """A secret key in the header makes it a server's call, to which `key` is an unknown parameter."""
    form = {"type": "card", "key": KEY}
    made = Sent(simulator(), "POST", "/v1/payment_methods", form, authorization="Bearer sk_test_1234")
    assert made.document["error"]["code"] == "parameter_unknown"


def test_a_key_in_the_query_opens_a_read() -> None:
    """As Stripe.js retrieves an intent; without the client secret it is refused."""
    stripe = simulator()
    intent = create(stripe).document
    form = {"key": KEY, "is_stripe_sdk": "false", "client_secret": intent["client_secret"]}
    path = f"{INTENTS}/{intent['id']}"
    assert Sent(stripe, "GET", path, form).document["id"] == intent["id"]
    assert Sent(stripe, "GET", path, {"key": KEY}).document["error"]["param"] == "client_secret"


def test_a_version_that_is_not_one_is_refused() -> None:
    """In the parameter as in the header."""
    form = {"key": KEY, "type": "card", "_stripe_version": "yesterday"}
    made = Sent(simulator(), "POST", "/v1/payment_methods", form)
    assert made.document["error"]["message"] == "Invalid Stripe API version: yesterday"


def test_a_token_makes_one_payment_method() -> None:
    """The browser makes it, a server uses it, once; its card says whose it is."""
    stripe = simulator()
    form = {f"card[{name}]": value for name, value in CARD.items()} | {"card[name]": "Ann", "key": KEY}
    token = Sent(stripe, "POST", "/v1/tokens", form | {"card[address_zip]": "94107"}).document
    card = token["card"]
    assert (token["object"], token["type"], token["used"], card["last4"]) == ("token", "card", False, "4242")
    assert (card["brand"], card["name"], card["address_zip"]) == ("Visa", "Ann", "94107")
    method = call(stripe, "POST", "/v1/payment_methods", {"type": "card", "card[token]": token["id"]})
    assert (method.status, method.document["card"]["exp_year"]) == (200, 2040)
    assert call(stripe, "GET", f"/v1/tokens/{token['id']}", {}).document["used"] is True
    again = call(stripe, "POST", "/v1/payment_methods", {"type": "card", "card[token]": token["id"]})
    assert (again.status, again.error["code"]) == (400, "token_already_used")


@pytest.mark.parametrize(
    ("token", "brand"), [("tok_visa", "visa"), ("tok_mastercard", "mastercard"), ("tok_amex", "amex")]
)
def test_a_test_token_is_the_card_of_its_name(token: str, brand: str) -> None:
    """`tok_visa` as `pm_card_visa`."""
    method = call(simulator(), "POST", "/v1/payment_methods", {"type": "card", "card[token]": token})
    assert method.document["card"]["brand"] == brand


@pytest.mark.parametrize("other", ["bank_account[country]", "pii[id_number]", "cvc_update[cvc]", "account[x]"])
def test_tokens_of_other_things_are_not_simulated(other: str) -> None:
    """Said with a 501, or with Stripe's own refusal of what it does not have."""
    assert Sent(simulator(), "POST", "/v1/tokens", {other: "1", "key": KEY}).status in (400, 501)


def test_a_card_that_is_not_a_test_card_makes_no_token() -> None:
    """The same 402 as for a payment method."""
    form = {"card[number]": "4024007134364842", "card[exp_month]": 1, "card[exp_year]": 2040, "key": KEY}
    refused = Sent(simulator(), "POST", "/v1/tokens", form)
    assert (refused.status, refused.document["error"]["decline_code"]) == (402, "test_mode_live_card")


def made_token(stripe: Simulator, **more: str) -> dict[str, Any]:
    made = Sent(stripe, "POST", "/v1/confirmation_tokens", DATA | {"key": KEY, **more})
    assert made.status == 200, made.document
    document: dict[str, Any] = made.document
    return document


def test_a_confirmation_token_confirms_an_intent_once() -> None:
    """What the customer entered in the browser: card, return URL, future usage and shipping reach the intent."""
    stripe = simulator()
    where = {"shipping[name]": "Ann", "shipping[address][line1]": "Road 1"}
    token = made_token(stripe, return_url="https://shop.example/back", setup_future_usage="off_session", **where)
    assert token["payment_method_preview"]["card"]["last4"] == "4242"
    assert "id" not in token["payment_method_preview"]
    form = {"amount": 1000, "currency": "usd", "customer": ANN, "confirm": "true", "confirmation_token": token["id"]}
    paid = call(stripe, "POST", INTENTS, form)
    assert (paid.status, paid.document["status"], paid.document["setup_future_usage"]) == (
        200,
        "succeeded",
        "off_session",
    )
    assert paid.document["shipping"]["address"]["line1"] == "Road 1"
    used = call(stripe, "GET", f"/v1/confirmation_tokens/{token['id']}", {}).document
    assert used["payment_intent"] == paid.document["id"]
    assert call(stripe, "POST", INTENTS, form).error["param"] == "confirmation_token"


def test_a_confirmation_token_confirms_what_exists() -> None:
    """A payment intent and a setup intent; not beside a payment method, and not without a confirmation."""
    stripe = simulator()
    for path in (INTENTS, "/v1/setup_intents"):
        data = {"payment_method_types[]": "card"} | ({"amount": 1000, "currency": "usd"} if path == INTENTS else {})
        intent = call(stripe, "POST", path, data).document
        token = made_token(stripe)["id"]
        both = {"confirmation_token": token, "payment_method": "pm_card_visa"}
        assert call(stripe, "POST", f"{path}/{intent['id']}/confirm", both).error["code"] == "parameters_exclusive"
        done = call(stripe, "POST", f"{path}/{intent['id']}/confirm", {"confirmation_token": token})
        assert done.document["status"] == "succeeded"
    unconfirmed = {"amount": 1000, "currency": "usd", "confirmation_token": made_token(stripe)["id"]}
    assert call(stripe, "POST", INTENTS, unconfirmed).error["param"] == "confirmation_token"
    unknown = {"confirmation_token": "ctoken_nope"}
    assert call(stripe, "POST", f"{INTENTS}/{create(stripe).document['id']}/confirm", unknown).status == 400


@pytest.mark.parametrize("kind", ["payment_intent", "setup_intent", "deferred_intent"])
def test_an_elements_session_offers_cards(kind: str) -> None:
    """For an intent it needs the client secret, and shows the intent; for a deferred one it needs none."""
    stripe = simulator()
    path = "/v1/setup_intents" if kind == "setup_intent" else INTENTS
    intent = call(stripe, "POST", path, {} if kind == "setup_intent" else {"amount": 1000, "currency": "usd"}).document
    form = {"type": kind, "key": KEY, "locale": "de-DE"}
    if kind != "deferred_intent":
        refused = Sent(stripe, "GET", "/v1/elements/sessions", form)
        assert refused.document["error"]["param"] == "client_secret"
        form["client_secret"] = intent["client_secret"]
    session = Sent(stripe, "GET", "/v1/elements/sessions", form).document
    assert session["payment_method_preference"]["ordered_payment_method_types"] == ["card"]
    assert session["locale"] == "de-DE"
    shown = session["payment_method_preference"].get(kind)
    assert (shown or {}).get("id") == (None if kind == "deferred_intent" else intent["id"])


def challenged(stripe: Simulator, **more: str) -> dict[str, Any]:
    """An intent whose cardholder is asked."""
    intent = create(stripe).document
    form = {"payment_method": "pm_card_threeDSecure2Required", "client_secret": intent["client_secret"]}
    headers = {"authorization": f"Bearer {KEY}", "host": "shop.localhost:8080"}
    asked: dict[str, Any] = Sent(stripe, "POST", f"{INTENTS}/{intent['id']}/confirm", form | more, **headers).document
    assert asked["status"] == "requires_action"
    return asked


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "succeeded"), ("fail", "requires_payment_method")])
def test_the_client_secret_ends_a_challenge(outcome: str, status: str) -> None:
    """As our stripe.js does; without the secret, or with another outcome, nothing happens."""
    stripe = simulator()
    asked = challenged(stripe, use_stripe_sdk="true")
    path, secret = f"/v1/3ds2/challenges/{asked['id']}", {"client_secret": asked["client_secret"], "key": KEY}
    for wrong in ({"outcome": outcome, "key": KEY}, secret, secret | {"outcome": "maybe"}):
        assert Sent(stripe, "POST", path, wrong).status == 400
    assert Sent(stripe, "POST", path, secret | {"outcome": outcome}).document["status"] == status
    assert Sent(stripe, "POST", path, secret | {"outcome": outcome}).status == 400


def test_without_a_page_of_ours_the_redirect_leads_to_stripes() -> None:
    """A simulator that is behind no server of ours (the harness's) has no page."""
    asked = challenged(simulator(), return_url="https://shop.example")
    assert asked["next_action"]["redirect_to_url"]["url"].startswith("https://hooks.stripe.com/3d_secure_2/pi_")
