"""Subscriptions, products and prices at our Stripe."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, ANNS, BOB, EVES, NOW, SUBSCRIPTION, call, simulator
from tollbridge.simulator import Simulator
from tollbridge.simulator.model.rows import INTERVALS

SUBSCRIPTIONS = "/v1/subscriptions"
RECURRING = {"currency": "usd", "unit_amount": 1}
COUNT, FEATURES = "recurring[interval_count]", "marketing_features"


def price(stripe: Simulator, **more: Any) -> str:
    """Make a product and a monthly price; give the price's id."""
    product = call(stripe, "POST", "/v1/products", {"name": "Gate"}).document["id"]
    form = {"currency": "usd", "unit_amount": 900, "product": product, "recurring[interval]": "month"} | more
    return str(call(stripe, "POST", "/v1/prices", form).document["id"])


def subscribe(stripe: Simulator, customer: str = ANN, **form: Any) -> Any:
    """Subscribe a customer to a new price."""
    whole = {"customer": customer, "items[0][price]": price(stripe)} | form
    return call(stripe, "POST", SUBSCRIPTIONS, whole)


def card(stripe: Simulator, alias: str, customer: str = BOB) -> str:
    """Keep a test card for a customer; give its id."""
    kept = call(stripe, "POST", f"/v1/payment_methods/{alias}/attach", {"customer": customer}).document
    return str(kept["id"])


def test_a_product_and_its_prices_are_made_and_retrieved() -> None:
    """Both answer with Stripe's objects; a one-time price has no recurrence."""
    stripe = simulator()
    product = call(stripe, "POST", "/v1/products", {"id": "prod_gate", "name": "Gate"}).document
    assert call(stripe, "GET", "/v1/products/prod_gate").document == product
    once = call(stripe, "POST", "/v1/prices", {"currency": "usd", "unit_amount": 1, "product": "prod_gate"}).document
    assert (once["type"], once["recurring"], once["unit_amount_decimal"]) == ("one_time", None, "1")
    named = {"currency": "usd", "unit_amount": 1, "product_data[name]": "Yard", "recurring[interval]": "year"}
    yearly = call(stripe, "POST", "/v1/prices", named).document
    assert (
        call(stripe, "GET", f"/v1/prices/{yearly['id']}", {"expand[]": "product"}).document["product"]["name"] == "Yard"
    )


@pytest.mark.parametrize(
    ("path", "form", "param"),
    [
        ("products", {}, "name"),
        ("prices", {"unit_amount": 1, "product": "prod_x"}, "currency"),
        ("prices", {"currency": "usd", "unit_amount": -1}, "unit_amount"),
        ("prices", {"currency": "usd", "unit_amount": 1, "product": "prod_x"}, "product"),
        ("prices", {"currency": "usd", "unit_amount": 1, "recurring[interval]": "moon"}, "recurring[interval]"),
        ("prices", {"currency": "usd", "unit_amount": 1, COUNT: 1}, "recurring[interval]"),
        ("prices", RECURRING | {"recurring[interval]": "day", COUNT: "x"}, COUNT),
        ("prices", RECURRING | {"recurring[usage_type]": "x"}, "recurring[usage_type]"),
        ("prices", {"currency": "usd", "unit_amount": 1, "product_data[active]": "true"}, "product_data[name]"),
        ("prices", {"currency": "usd", "unit_amount": 1, "product_data[name]": ""}, "product_data[name]"),
        ("products", {"name": "x", "default_price_data[unit_amount]": 1}, "default_price_data[currency]"),
        ("products", {"name": "x", "default_price_data": ""}, "default_price_data"),
        ("products", {"name": "x", f"{FEATURES}[0][name]": "x", f"{FEATURES}[1][name]": ""}, f"{FEATURES}[1][name]"),
        ("products", {"name": "x", "package_dimensions[height]": 1}, "package_dimensions[length]"),
        ("products", {"name": "x", "package_dimensions[height]": "x"}, "package_dimensions[height]"),
        *(
            ("prices", RECURRING | {"recurring[interval]": name, COUNT: most + 1}, COUNT)
            for name, most in INTERVALS.items()
        ),
    ],
)
def test_a_bad_product_or_price_is_refused(path: str, form: dict[str, Any], param: str) -> None:
    """Each is a 400 that names the parameter."""
    refused = call(simulator(), "POST", f"/v1/{path}", form)
    assert (refused.status, refused.error["param"]) == (400, param)


def test_a_subscription_is_made_listed_and_canceled() -> None:
    """Its period is on the item; `DELETE` answers the whole object (recorded)."""
    stripe = simulator()
    made = subscribe(stripe, default_payment_method=ANNS, **{"items[0][quantity]": 2}).document
    assert (made["status"], made["default_payment_method"]) == ("active", ANNS)
    item = made["items"]["data"][0]
    assert (item["quantity"], item["current_period_start"], item["price"]["unit_amount"]) == (2, NOW, 900)
    assert "current_period_end" not in made
    listed = call(stripe, "GET", SUBSCRIPTIONS, {"customer": ANN}).document["data"]
    assert [row["id"] for row in listed] == [made["id"], SUBSCRIPTION]
    gone = call(stripe, "DELETE", f"{SUBSCRIPTIONS}/{made['id']}").document
    assert (gone["status"], gone["canceled_at"], gone["ended_at"]) == ("canceled", NOW, NOW)
    assert gone["id"] == made["id"]
    open_ones = call(stripe, "GET", SUBSCRIPTIONS, {"customer": ANN}).document["data"]
    assert [row["id"] for row in open_ones] == [SUBSCRIPTION]
    ended = call(stripe, "GET", SUBSCRIPTIONS, {"status": "canceled"}).document["data"]
    assert [row["id"] for row in ended] == [made["id"]]


def test_cancel_at_period_end_sets_its_times_too() -> None:
    """`cancel_at` and `canceled_at` come with it (recorded), and go with it."""
    stripe = simulator()
    path = f"{SUBSCRIPTIONS}/{SUBSCRIPTION}"
    ends = call(stripe, "POST", path, {"cancel_at_period_end": "true"}).document
    assert (ends["cancel_at"], ends["canceled_at"]) == (ends["items"]["data"][0]["current_period_end"], NOW)
    stays = call(stripe, "POST", path, {"cancel_at_period_end": "false"}).document
    assert (stays["cancel_at"], stays["canceled_at"]) == (None, None)


@pytest.mark.parametrize(
    ("alias", "behavior", "status"),
    [
        ("pm_card_visa", None, "active"),
        ("pm_card_authenticationRequired", None, "incomplete"),
        ("pm_card_chargeCustomerFail", None, "incomplete"),
        ("pm_card_visa", "default_incomplete", "incomplete"),
    ],
)
def test_the_first_payment_decides_the_status(alias: str, behavior: str | None, status: str) -> None:
    """A 3-D Secure card gives `incomplete` (recorded)."""
    stripe = simulator()
    form = {"default_payment_method": card(stripe, alias)} | ({"payment_behavior": behavior} if behavior else {})
    assert subscribe(stripe, BOB, **form).document["status"] == status


def test_error_if_incomplete_leaves_nothing() -> None:
    """The decline is answered, and there is no subscription."""
    stripe = simulator()
    form = {"default_payment_method": card(stripe, "pm_card_chargeCustomerFail")}
    refused = subscribe(stripe, BOB, payment_behavior="error_if_incomplete", **form)
    assert (refused.status, refused.error["code"]) == (402, "card_declined")
    assert call(stripe, "GET", SUBSCRIPTIONS, {"customer": BOB, "status": "all"}).document["data"] == []


def test_a_customer_without_a_method_cannot_be_subscribed() -> None:
    """400 `resource_missing` without a parameter (recorded)."""
    refused = subscribe(simulator(), BOB)
    assert (refused.status, refused.error["code"]) == (400, "resource_missing")
    assert "param" not in refused.error
    assert refused.error["message"].startswith(
        "This customer has no attached payment source or default payment method."
    )


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"items[0][price]": "price_nope"}, "items[0][price]"),
        ({"items[1][quantity]": "1"}, "items[1][price]"),
        ({"items[0][quantity]": "x"}, "items[0][quantity]"),
        ({"items[0][quantity]": "-1"}, "items[0][quantity]"),
        ({"payment_settings[save_default_payment_method]": "x"}, "payment_settings[save_default_payment_method]"),
        ({"payment_settings[payment_method_types][]": "x"}, "payment_settings[payment_method_types]"),
        ({"items": ""}, "items"),
        ({"default_payment_method": EVES}, "default_payment_method"),
        ({"payment_behavior": "x"}, "payment_behavior"),
        ({f"items[{number}][price]": "price_TollbridgeYardMonthly01" for number in range(21)}, "items"),
    ],
)
def test_a_bad_subscription_is_refused(form: dict[str, str], param: str) -> None:
    """Each is a 400 that names the parameter; a bad price by its place (recorded)."""
    stripe = simulator()
    whole = {"customer": ANN, "items[0][price]": price(stripe)} | form
    if "items" in form:
        whole.pop("items[0][price]")
    refused = call(stripe, "POST", SUBSCRIPTIONS, whole)
    assert (refused.status, refused.error["param"]) == (400, param)


@pytest.mark.parametrize(
    ("path", "expand", "said"),
    [
        ("/v1/payment_intents", "customer", "You may want to try expanding 'data.customer' instead."),
        ("/v1/payment_intents", "data.amount", "This property cannot be expanded (data.amount)."),
        (f"{SUBSCRIPTIONS}/{SUBSCRIPTION}", "status", "This property cannot be expanded (status)."),
        (f"{SUBSCRIPTIONS}/{SUBSCRIPTION}", "a.b.c.d.e", "You cannot expand more than 4 levels"),
    ],
)
def test_what_cannot_be_expanded_is_a_400(path: str, expand: str, said: str) -> None:
    """The sentence names the property; on a list it tells where to look."""
    refused = call(simulator(), "GET", path, {"expand[]": expand})
    assert refused.status == 400
    assert said in refused.error["message"]


def test_what_is_expanded_is_the_object() -> None:
    """At any depth, in lists too; what is null stays null."""
    stripe = simulator()
    path = f"{SUBSCRIPTIONS}/{SUBSCRIPTION}"
    form = {"expand[]": ["customer", "default_payment_method.customer", "items.data.price.product"]}
    shown = call(stripe, "GET", path, form).document
    assert shown["customer"] == call(stripe, "GET", f"/v1/customers/{ANN}").document
    assert shown["default_payment_method"]["customer"] == shown["customer"]
    assert shown["items"]["data"][0]["price"]["product"]["object"] == "product"
    listed = call(stripe, "GET", SUBSCRIPTIONS, {"expand[]": "data.customer"}).document["data"]
    assert [row["customer"]["id"] for row in listed] == [ANN]
    bare = call(stripe, "POST", path, {"default_payment_method": "", "expand[]": "default_payment_method"}).document
    assert bare["default_payment_method"] is None


def test_a_customers_lists_are_there_where_they_are_expanded() -> None:
    """Subscriptions that have not ended, and no sources; the default source is the payment method that it is."""
    stripe = simulator()
    wanted = ["subscriptions.data.latest_invoice", "sources", "default_source"]
    shown = call(stripe, "GET", f"/v1/customers/{ANN}", {"expand[]": wanted}).document
    assert [row["id"] for row in shown["subscriptions"]["data"]] == [SUBSCRIPTION]
    assert shown["subscriptions"]["total_count"] == 1
    assert (shown["sources"]["data"], shown["default_source"]["id"]) == ([], ANNS)
    call(stripe, "DELETE", f"{SUBSCRIPTIONS}/{SUBSCRIPTION}")
    assert call(stripe, "GET", f"/v1/customers/{ANN}", {"expand[]": wanted}).document["subscriptions"]["data"] == []
    assert "sources" not in call(stripe, "GET", f"/v1/customers/{ANN}").document


@pytest.mark.parametrize(
    ("path", "expand", "said"),
    [
        (f"{SUBSCRIPTIONS}/{SUBSCRIPTION}", "schedule", "the expansion of schedule (of type subscription_schedule); S"),
        (f"/v1/customers/{ANN}", "tax_ids", "the expansion of tax_ids of a customer; Stripe has."),
    ],
)
def test_what_only_stripe_expands_is_a_501(path: str, expand: str, said: str) -> None:
    """It says what is missing, and of what type."""
    refused = call(simulator(), "GET", path, {"expand[]": expand})
    assert refused.status == 501
    assert said in refused.error["message"]
