"""Who is let in at our Stripe, and which addresses and parameters it knows."""

import base64
import re
from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, ANNS, ANNS_SECOND, BOB, EVES, INTENTS, LOOSE, SUBSCRIPTION, call, simulator
from tollbridge.simulator.protocol.specification import stripes_paths
from tollbridge.simulator.resources.routes import ROUTES

PAY = {"amount": 1000, "currency": "usd"}


@pytest.mark.parametrize(
    ("authorization", "status", "code", "message"),
    [
        (None, 401, None, "You did not provide an API key."),
        ("", 401, None, "You did not provide an API key."),
        ("Bearer", 401, None, "You did not provide an API key."),
        ("Digest sk_test_1", 401, None, "You did not provide an API key."),
        ("Basic ?", 401, None, "You did not provide an API key."),
        ("Bearer bad", 401, None, "Invalid API Key provided: bad***"),
        ("Bearer sk_test_", 401, None, "Invalid API Key provided: sk_test***"),
        ("Bearer sk_live_0123456789", 401, None, "Invalid API Key provided: sk_live***"),
        ("Bearer pk_test_0123456789", 403, "secret_key_required", "This API call cannot be made with a publishable"),
    ],
)
def test_row_28_other_keys_are_refused(authorization: str | None, status: int, code: str | None, message: str) -> None:
    """Only a secret test key is let in; the refusal never repeats more of a key than its kind."""
    stripe = simulator()
    refused = call(stripe, "POST", INTENTS, PAY, authorization=authorization)
    assert (refused.status, refused.error["type"], refused.error.get("code")) == (
        status,
        "invalid_request_error",
        code,
    )
    assert refused.error["message"].startswith(message)
    assert "0123456789" not in str(refused)
    assert stripe.intents() == []


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer sk_test_1",
        "bearer sk_test_1",
        "Bearer rk_test_1",
        f"Basic {base64.b64encode(b'sk_test_1:').decode()}",
    ],
)
def test_row_28_any_secret_test_key_is_let_in(authorization: str) -> None:
    """Bearer in any case, and curl's `-u key:`, both work."""
    assert call(simulator(), "POST", INTENTS, PAY, authorization=authorization).status == 200


def test_row_29_no_other_account_is_reached() -> None:
    """The simulator has no connected accounts, so naming one is refused as Stripe does."""
    refused = call(simulator(), "POST", INTENTS, PAY, stripe_account="acct_nope")
    assert (refused.status, refused.error["code"]) == (403, "account_invalid")
    assert "does not have access to account 'acct_nope'" in refused.error["message"]


@pytest.mark.parametrize("version", ["2026-08-26.dahlia", "2020-08-27", "2026-08-26.dahlia; some_beta=v1"])
def test_every_version_gets_the_pinned_shapes_and_is_told_so(version: str) -> None:
    """The answer names the version that its shape has, not the one that was asked for."""
    answered = call(simulator(), "POST", INTENTS, PAY, stripe_version=version)
    assert (answered.status, answered.headers["stripe-version"]) == (200, "2026-08-26.dahlia")


@pytest.mark.parametrize("version", ["latest", "", "2026", "2026-08-26 dahlia"])
def test_what_is_no_version_is_refused(version: str) -> None:
    """A malformed version is a 400 without a code."""
    refused = call(simulator(), "POST", INTENTS, PAY, stripe_version=version)
    assert (refused.status, refused.error["message"]) == (400, f"Invalid Stripe API version: {version}")
    assert "code" not in refused.error


@pytest.mark.parametrize(
    ("path", "param", "message"),
    [
        ("/v1/customers/cus_nope", "id", "No such customer: 'cus_nope'"),
        (f"/v1/customers/cus_nope/payment_methods/{ANNS}", "id", "No such customer: 'cus_nope'"),
        ("/v1/customers/cus_nope/payment_methods", "id", "No such customer: 'cus_nope'"),
        (f"/v1/customers/{ANN}/payment_methods/pm_x", "payment_method", "No such PaymentMethod: 'pm_x'"),
        ("/v1/payment_methods/pm_x", "payment_method", "No such PaymentMethod: 'pm_x'"),
        (f"{INTENTS}/pi_nope", "intent", "No such payment_intent: 'pi_nope'"),
        ("/v1/subscriptions/sub_nope", "id", "No such subscription: 'sub_nope'"),
        (f"/v1/customers/{SUBSCRIPTION}", "id", f"No such customer: '{SUBSCRIPTION}'"),
        ("/v1/customers/a%2Fb%20%E2%98%82", "id", "No such customer: 'a/b ☂'"),
    ],
)
def test_row_24_what_the_path_names_is_missing(path: str, param: str, message: str) -> None:
    """An id in a path that nothing has is a 404 that names it, unquoted."""
    refused = call(simulator(), "GET", path)
    assert (refused.status, refused.error["code"], refused.error["param"]) == (404, "resource_missing", param)
    assert refused.error["message"] == message


@pytest.mark.parametrize("method", [EVES, LOOSE])
def test_somebody_elses_card_in_the_nested_path_is_an_invalid_request(method: str) -> None:
    """A card of another customer, or of nobody, is a 404 without a code (recorded)."""
    refused = call(simulator(), "GET", f"/v1/customers/{ANN}/payment_methods/{method}")
    assert refused.status == 404
    assert {name: refused.error.get(name) for name in ("message", "param", "code", "type")} == {
        "message": "Invalid request",
        "param": "customer",
        "code": None,
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nope"),
        ("GET", f"{INTENTS}/"),
        ("PUT", INTENTS),
        ("GET", "/"),
        ("GET", ""),
        ("GET", f"/v1/customers//payment_methods/{ANNS}"),
        ("POST", f"{INTENTS}/pi_1/confirm/now"),
    ],
)
def test_an_address_that_stripe_does_not_have_is_its_own_404(method: str, path: str) -> None:
    """Stripe's sentence names method and path; it has no code."""
    refused = call(simulator(), method, path)
    assert refused.status == 404
    assert refused.error["message"].startswith(f"Unrecognized request URL ({method}: {path}).")
    assert "code" not in refused.error


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("GET", "/v1/payouts", {}),
        ("POST", "/v1/refunds", {"payment_intent": "pi_1", "reverse_transfer": "true"}),
        ("DELETE", f"/v1/customers/{ANN}/discount", {}),
        ("GET", "/v1/coupons", {}),
        ("GET", "/v1/payment_links", {}),
        ("POST", f"{INTENTS}/pi_1/increment_authorization", {}),
        ("POST", "/v1/charges/ch_1/capture", {}),
        ("POST", INTENTS, PAY | {"on_behalf_of": "acct_1"}),
        ("POST", INTENTS, PAY | {"expand[]": "review"}),
        ("POST", INTENTS, PAY | {"expand[]": "latest_charge.source_transfer"}),
        ("POST", INTENTS, PAY | {"payment_method_data[type]": "ideal"}),
        ("POST", "/v1/customers", {"invoice_settings[footer]": "x"}),
        ("POST", "/v1/subscriptions", {"customer": ANN, "items[0][price_data][currency]": "usd"}),
        ("POST", INTENTS, {"amount": 1000, "currency": "eur", "payment_method_types[]": "ideal"}),
        ("POST", INTENTS, PAY | {"payment_method": "pm_card_mystery"}),
        ("GET", "/v1/payment_methods/pm_card_mystery", {}),
        ("GET", f"/v1/customers/{ANN}/payment_methods", {"allow_redisplay": "always"}),
    ],
)
def test_what_only_stripe_has_is_a_loud_501(method: str, path: str, form: dict[str, Any]) -> None:
    """Routes, parameters, types and cards that are not simulated are told as such, and are not tried again."""
    stripe = simulator()
    refused = call(stripe, method, path, form)
    assert (refused.status, refused.error["type"]) == (501, "api_error")
    assert refused.headers["stripe-should-retry"] == "false"
    assert "The Tollbridge simulator does not have" in refused.error["message"]
    assert stripe.intents() == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shipping[nope]", "shipping[nope]"),
        ("shipping[address][nope]", "shipping[address][nope]"),
        ("payment_method_options[card][nope]", "payment_method_options[card][nope]"),
        ("nope[]", "nope[]"),
        ("nope[a][b]", "nope[a][b]"),
        ("[nope]", "[nope]"),
        ("amount_details[line_items][0][nope]", "amount_details[line_items][0][nope]"),
    ],
)
def test_row_11_a_name_that_stripe_does_not_have_is_unknown_however_deep(name: str, said: str) -> None:
    """Nested names keep their brackets, also below parameters that are not simulated."""
    refused = call(simulator(), "POST", INTENTS, PAY | {name: "1"})
    assert (refused.status, refused.error.get("code"), refused.error.get("param")) == (400, "parameter_unknown", said)
    assert refused.error["message"] == f"Received unknown parameter: {said}"


def unnamed(template: str) -> str:
    """Return a path without the names of its parts."""
    return re.sub(r"{[a-z_]+}", "{}", template)


def test_every_simulated_route_is_one_of_stripes() -> None:
    """The table of routes invents none but what Stripe.js and Stripe's CLI use and Stripe does not document."""
    stripes = {(method, unnamed(path)) for method in ("GET", "POST", "DELETE") for path in stripes_paths(method)}
    strangers = [route.template for route in ROUTES if (route.method, unnamed(route.template)) not in stripes]
    assert sorted(strangers) == [
        "/v1/3ds2/challenges/{intent}",
        "/v1/confirmation_tokens",
        "/v1/elements/sessions",
        "/v1/events/{event}/retry",
        "/v1/payment_pages/{session}",
    ]
    assert len(ROUTES) == 99


def cards(query: dict[str, Any], customer: str = ANN) -> Any:
    """List a customer's cards."""
    return call(simulator(), "GET", f"/v1/customers/{customer}/payment_methods", query)


def ids(query: dict[str, Any]) -> tuple[list[str], bool]:
    """List Ann's cards: ids, and whether there are more."""
    document = cards(query).document
    return [entry["id"][:6] for entry in document["data"]], document["has_more"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (["pm_Ann", "pm_Ann"], False)),
        ({"limit": 1}, (["pm_Ann"], True)),
        ({"limit": 0}, (["pm_Ann"], True)),
        ({"limit": 101}, (["pm_Ann", "pm_Ann"], False)),
        ({"type": "card"}, (["pm_Ann", "pm_Ann"], False)),
        ({"type": "ideal"}, ([], False)),
        ({"starting_after": ANNS}, ([], False)),
        ({"ending_before": ANNS}, (["pm_Ann"], False)),
        ({"ending_before": ANNS, "limit": 1}, (["pm_Ann"], False)),
    ],
)
def test_a_customers_methods_are_listed_by_pages(query: dict[str, Any], expected: tuple[list[str], bool]) -> None:
    """Limits of 0 and 101 act as 1 and 100; cursors and types select."""
    assert ids(query) == expected


def test_a_list_is_newest_first_and_only_the_customers() -> None:
    """Ann's second card comes before her first; Bob has none."""
    newest = cards({}).document["data"]
    assert [entry["card"]["brand"] for entry in newest] == ["mastercard", "visa"]
    assert {entry["customer"] for entry in newest} == {ANN}
    assert cards({}, BOB).document["data"] == []


def test_a_page_before_a_cursor_tells_of_newer_ones() -> None:
    """The page is the one next to the cursor, and `has_more` looks in the direction of travel."""
    stripe = simulator()
    kept = call(stripe, "POST", "/v1/payment_methods/pm_card_amex/attach", {"customer": ANN}).document["id"]
    path, query = f"/v1/customers/{ANN}/payment_methods", {"ending_before": ANNS, "limit": 1}
    page = call(stripe, "GET", path, query).document
    assert ([entry["id"] for entry in page["data"]], page["has_more"]) == ([ANNS_SECOND], True)
    page = call(stripe, "GET", path, {"ending_before": ANNS_SECOND}).document
    assert ([entry["id"] for entry in page["data"]], page["has_more"]) == ([kept], False)


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ({"starting_after": "pm_x"}, "resource_missing", "starting_after"),
        ({"starting_after": EVES}, "resource_missing", "starting_after"),
        ({"ending_before": "pm_x"}, "resource_missing", "ending_before"),
        ({"starting_after": ANNS, "ending_before": ANNS}, None, None),
        ({"limit": "many"}, "parameter_invalid_integer", "limit"),
        ({"type": "shells"}, None, "type"),
    ],
)
def test_a_bad_page_is_refused(query: dict[str, Any], code: str | None, param: str | None) -> None:
    """A cursor that is not in the list, two cursors, and bad values are 400."""
    refused = cards(query)
    assert (refused.status, refused.error.get("code"), refused.error.get("param")) == (400, code, param)


@pytest.mark.parametrize("header", ["stripe_account", "stripe_context"])
def test_a_header_that_names_another_account_is_refused(header: str) -> None:
    """There is one account; the sentence names the other."""
    refused = call(simulator(), "GET", "/v1/customers", **{header: "acct_1234567890123456"})
    assert (refused.status, refused.error["code"]) == (403, "account_invalid")
    assert "acct_1234567890123456" in refused.error["message"]


@pytest.mark.parametrize("path", ["/v2/core/events", "/v2/billing/meter_events/x"])
def test_stripes_other_kind_of_routes_is_a_501(path: str) -> None:
    """The specification does not list them, so none is told apart from what Stripe has not."""
    refused = call(simulator(), "POST", path)
    assert refused.status == 501
    assert f"any of Stripe's v2 routes (POST {path}); Stripe has." in refused.error["message"]
