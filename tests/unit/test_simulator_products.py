"""Products and prices: what Stripe shows and refuses of them; facts as in docs/stripe-facts.md."""

from typing import Any

import pytest

from tests.unit.stripe_calls import NOW, Answered, call, event_types, simulator
from tollbridge.simulator import Simulator

PRODUCTS, PRICES = "/v1/products", "/v1/prices"


def product(stripe: Simulator, **more: Any) -> dict[str, Any]:
    """Make a product."""
    return dict(call(stripe, "POST", PRODUCTS, {"name": "Gate", **more}).document)


def price(stripe: Simulator, **more: Any) -> Answered:
    """Make a price of a new product; None leaves a parameter away."""
    form = {"currency": "usd", "unit_amount": 2000, "product_data[name]": "Gate", **more}
    return call(stripe, "POST", PRICES, {name: value for name, value in form.items() if value is not None})


def test_p1_the_members_of_a_product() -> None:
    """Their defaults, as recorded; some are live and in no specification."""
    shown = product(simulator())
    defaults: dict[str, Any] = {
        "object": "product",
        "active": True,
        "attributes": [],
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": "Gate",
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": None,
        "url": None,
        "created": NOW,
        "updated": NOW,
    }
    assert shown == {"id": shown["id"], **defaults}
    assert len(shown["id"]) == len("prod_") + 14


def test_p2_an_own_id_and_all_that_is_said_of_a_product() -> None:
    """Dimensions come back as floats."""
    sides = {f"package_dimensions[{side}]": 2 for side in ("height", "length", "weight", "width")}
    said = {"images[0]": "https://shop.example/1.png", "shippable": "true", "unit_label": "seat"}
    stripe = simulator()
    shown = product(stripe, id="gate", **{"marketing_features[0][name]": "Fast"}, **said, **sides)
    assert (shown["id"], shown["images"], shown["shippable"]) == ("gate", ["https://shop.example/1.png"], True)
    assert (shown["unit_label"], shown["marketing_features"]) == ("seat", [{"name": "Fast"}])
    assert shown["package_dimensions"] == dict.fromkeys(("height", "length", "weight", "width"), 2.0)
    assert isinstance(shown["package_dimensions"]["height"], float)
    assert call(stripe, "GET", f"{PRODUCTS}/gate").document == shown


def test_p3_a_product_with_its_first_price() -> None:
    """The price is its default one; the event of the product shows it already, and comes first."""
    stripe = simulator()
    data = {"currency": "eur", "unit_amount": 500, "recurring][interval": "month"}
    shown = product(stripe, **{f"default_price_data[{name}]": value for name, value in data.items()})
    first = call(stripe, "GET", f"{PRICES}/{shown['default_price']}").document
    assert (first["product"], first["currency"], first["recurring"]["interval"]) == (shown["id"], "eur", "month")
    assert [kind for kind in event_types(stripe) if not kind.startswith("plan")] == ["product.created", "price.created"]
    made = call(stripe, "GET", "/v1/events", {"type": "product.created"}).document["data"][0]
    assert made["data"]["object"]["default_price"] == first["id"]


def test_p4_an_update_of_a_product() -> None:
    """What is not named stays; a default price has to be there; the time of the update is no previous attribute."""
    stripe = simulator()
    shown = product(stripe, description="x")
    stripe.clock.advance(9)
    changed = call(stripe, "POST", f"{PRODUCTS}/{shown['id']}", {"name": "Door", "description": ""}).document
    assert changed == shown | {"name": "Door", "description": None, "updated": NOW + 9}
    [event] = call(stripe, "GET", "/v1/events", {"type": "product.updated"}).document["data"]
    assert event["data"]["previous_attributes"] == {"name": "Gate", "description": "x"}
    refused = call(stripe, "POST", f"{PRODUCTS}/{shown['id']}", {"default_price": "price_nope"})
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "resource_missing", "default_price")
    assert refused.error["message"] == "No such price: 'price_nope'"


def test_p5_deleting_a_product() -> None:
    """It is gone then; one with prices stays; the event shows the whole of it, not active."""
    stripe = simulator()
    shown = product(stripe)
    gone = call(stripe, "DELETE", f"{PRODUCTS}/{shown['id']}").document
    assert gone == {"id": shown["id"], "object": "product", "deleted": True}
    for method in ("GET", "POST", "DELETE"):
        missing = call(stripe, method, f"{PRODUCTS}/{shown['id']}")
        assert (missing.status, missing.error["code"], missing.error["param"]) == (404, "resource_missing", "id")
        assert missing.error["message"] == f"No such product: '{shown['id']}'"
    assert price(stripe, product=shown["id"], **{"product_data[name]": None}).error["param"] == "product"
    [event] = call(stripe, "GET", "/v1/events", {"type": "product.deleted"}).document["data"]
    assert event["data"]["object"] == shown | {"active": False}
    kept = call(stripe, "DELETE", f"{PRODUCTS}/{price(stripe).document['product']}")
    assert kept.error["message"] == "This product cannot be deleted because it has one or more user-created prices."
    assert kept.error.keys().isdisjoint({"code", "param"})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["b", "a"]),
        ({"active": "false"}, ["b"]),
        ({"ids[]": ["a", "nope", "gone"]}, ["a"]),
        ({"shippable": "true"}, ["a"]),
        ({"url": "https://a.example"}, ["a"]),
        ({"created[lt]": NOW}, []),
    ],
)
def test_p6_lists_of_products(filters: dict[str, Any], found: list[str]) -> None:
    """By each filter; unknown and deleted ids are left out."""
    stripe = simulator(alone=True)
    product(stripe, id="a", shippable="true", url="https://a.example")
    product(stripe, id="gone")
    call(stripe, "DELETE", f"{PRODUCTS}/gone")
    product(stripe, id="b", active="false")
    listed = call(stripe, "GET", PRODUCTS, filters)
    ids = [one["id"] for one in listed.document["data"] if one["id"] != "prod_TollbridgeYard"]
    assert (listed.status, ids) == (200, found)


def test_p7_the_members_of_a_price() -> None:
    """Once and recurring, as recorded; an amount with a fraction has only its decimal."""
    stripe = simulator()
    once = price(stripe).document
    defaults: dict[str, Any] = {
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": NOW,
        "currency": "usd",
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": once["product"],
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": 2000,
        "unit_amount_decimal": "2000",
    }
    assert once == {"id": once["id"], **defaults}
    monthly = price(stripe, **{"recurring[interval]": "month"}).document
    interval = {"interval": "month", "interval_count": 1, "meter": None}
    assert monthly["recurring"] == interval | {"trial_period_days": None, "usage_type": "licensed"}
    assert monthly["type"] == "recurring"
    exact = price(stripe, unit_amount=None, unit_amount_decimal="123.450").document
    assert (exact["unit_amount"], exact["unit_amount_decimal"]) == (None, "123.45")
    whole = price(stripe, unit_amount=None, unit_amount_decimal="2000").document
    assert (whole["unit_amount"], whole["unit_amount_decimal"]) == (2000, "2000")


def test_p8_a_lookup_key_is_one_prices() -> None:
    """Also of one that is not active; transferring it takes it from its holder, which stays active."""
    stripe = simulator()
    holder = price(stripe, lookup_key="gate", active="false").document["id"]
    refused = price(stripe, lookup_key="gate")
    assert (refused.status, refused.error["param"]) == (400, "lookup_key")
    assert refused.error["message"] == f"A price (`{holder}`) already uses that lookup key."
    assert "code" not in refused.error
    taker = price(stripe, lookup_key="gate", transfer_lookup_key="true").document
    before = call(stripe, "GET", f"{PRICES}/{holder}").document
    assert (taker["lookup_key"], before["lookup_key"]) == ("gate", None)
    [listed] = call(stripe, "GET", PRICES, {"lookup_keys[]": ["gate", "nope"]}).document["data"]
    assert listed["id"] == taker["id"]
    [event] = call(stripe, "GET", "/v1/events", {"type": "price.updated"}).document["data"]
    assert event["data"]["previous_attributes"] == {"lookup_key": "gate"}
    assert event["data"]["object"]["id"] == holder
    call(stripe, "POST", f"{PRICES}/{taker['id']}", {"lookup_key": ""})
    assert price(stripe, lookup_key="gate").status == 200


def test_p9_an_update_of_a_price() -> None:
    """Name, metadata, activity and tax behavior, the last one once; never the amount."""
    stripe = simulator()
    shown = price(stripe).document
    path = f"{PRICES}/{shown['id']}"
    changed = call(stripe, "POST", path, {"active": "false", "nickname": "n", "tax_behavior": "inclusive"}).document
    assert changed == shown | {"active": False, "nickname": "n", "tax_behavior": "inclusive"}
    assert call(stripe, "POST", path, {"tax_behavior": "exclusive"}).status == 400
    assert call(stripe, "POST", path, {"unit_amount": 1}).error["code"] == "parameter_unknown"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"type": "one_time"}, 1),
        ({"type": "recurring", "active": "true"}, 2),
        ({"recurring[interval]": "year"}, 1),
        ({"currency": "eur"}, 1),
        ({"product": "prod_nope"}, 0),
    ],
)
def test_p10_lists_of_prices(filters: dict[str, Any], found: int) -> None:
    """By each filter."""
    stripe = simulator(alone=True)
    price(stripe, currency="eur")
    price(stripe, **{"recurring[interval]": "year"})
    assert len(call(stripe, "GET", PRICES, filters).document["data"]) == found


@pytest.mark.parametrize(
    ("form", "code", "param", "message"),
    [
        pytest.param(
            {"product_data[name]": None},
            None,
            None,
            "You must specify either `product` or `product_data` when creating a price.",
            id="p11 no product",
        ),
        pytest.param(
            {"product": "prod_TollbridgeYard"},
            None,
            "product",
            "You may only specify one of these parameters: product, product_data.",
            id="p12 both",
        ),
        pytest.param(
            {"unit_amount": None},
            None,
            None,
            "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
            id="p13 no amount",
        ),
        pytest.param(
            {"product": "prod_nope", "product_data[name]": None},
            "resource_missing",
            "product",
            "No such product: 'prod_nope'",
            id="p14 an unknown product",
        ),
        pytest.param(
            {"billing_scheme": "tiered"},
            None,
            "interval",
            "Prices with `type=one_time` are not supported with tiered billing.",
            id="p15 tiers, paid once",
        ),
        pytest.param(
            {"recurring[interval]": "month", "recurring[usage_type]": "metered"},
            None,
            None,
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.",
            id="p16 metered",
        ),
    ],
)
def test_p11_to_p16_refusals_of_a_price(
    form: dict[str, Any], code: str | None, param: str | None, message: str
) -> None:
    """Each is Stripe's own, and makes nothing."""
    stripe = simulator()
    before = stripe.counts()
    refused = price(stripe, **form)
    error = refused.error
    assert (refused.status, error.get("code"), error["message"]) == (400, code, message)
    assert param is None or error["param"] == param
    assert stripe.counts() == before


def test_p17_a_product_needs_a_name() -> None:
    """As every missing parameter is told."""
    refused = call(simulator(), "POST", PRODUCTS, {})
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "parameter_missing", "name")
    assert refused.error["message"] == "Missing required param: name."


def test_p18_a_price_is_never_deleted() -> None:
    """There is no such route, in the words for a DELETE."""
    refused = call(simulator(), "DELETE", f"{PRICES}/price_x")
    assert refused.status == 404
    assert refused.error["message"] == (
        "Unrecognized request URL (DELETE: /v1/prices/price_x). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/."
    )
