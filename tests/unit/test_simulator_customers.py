"""Customers at our Stripe, and the cards that they keep."""

import pytest

from tests.unit.stripe_calls import ANN, ANNS, BOB, EVES, LOOSE, SUBSCRIPTION, call, create, simulator

CUSTOMERS, METHODS = "/v1/customers", "/v1/payment_methods"


def test_a_customer_is_made_changed_and_deleted() -> None:
    """What is set stays, empty values clear, and a deleted one is a stub that is still retrieved (recorded)."""
    stripe = simulator()
    made = call(stripe, "POST", CUSTOMERS, {"email": "z@example.com", "name": "Zoe", "metadata[a]": "1", "phone": "1"})
    path = f"{CUSTOMERS}/{made.document['id']}"
    assert (made.status, made.document["email"], made.document["phone"]) == (200, "z@example.com", "1")
    changed = call(stripe, "POST", path, {"name": "", "metadata[b]": "2", "metadata[a]": ""}).document
    assert (changed["name"], changed["metadata"], changed["email"]) == (None, {"b": "2"}, "z@example.com")
    gone = {"id": made.document["id"], "object": "customer", "deleted": True}
    assert call(stripe, "DELETE", path).document == gone
    assert call(stripe, "GET", path).document == gone
    assert call(stripe, "DELETE", path).status == 404


def test_a_deleted_customer_keeps_nothing_and_is_no_parameter() -> None:
    """The cards are detached for good, the subscriptions canceled, and an intent for the customer is a 400."""
    stripe = simulator()
    call(stripe, "DELETE", f"{CUSTOMERS}/{ANN}")
    assert call(stripe, "GET", f"{METHODS}/{ANNS}").document["customer"] is None
    assert call(stripe, "GET", f"/v1/subscriptions/{SUBSCRIPTION}").document["status"] == "canceled"
    refused = create(stripe, customer=ANN)
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "resource_missing", "customer")
    nested = call(stripe, "GET", f"{CUSTOMERS}/{ANN}/payment_methods")
    assert (nested.status, nested.error["param"]) == (404, "id")
    assert call(stripe, "POST", f"{METHODS}/{ANNS}/attach", {"customer": BOB}).status == 400


def test_a_deleted_customer_works_as_a_cursor() -> None:
    """Lists leave it out, and go on from it (recorded)."""
    stripe = simulator()
    newest_first = [row["id"] for row in call(stripe, "GET", CUSTOMERS).document["data"]]
    call(stripe, "DELETE", f"{CUSTOMERS}/{newest_first[1]}")
    page = call(stripe, "GET", CUSTOMERS, {"starting_after": newest_first[1]}).document
    assert [row["id"] for row in page["data"]] == newest_first[2:]
    assert newest_first[1] not in [row["id"] for row in call(stripe, "GET", CUSTOMERS).document["data"]]


def test_customers_are_found_by_address_and_time() -> None:
    """`email` and `created` select."""
    stripe = simulator()
    found = call(stripe, "GET", CUSTOMERS, {"email": "ann@example.com", "created[gte]": 1}).document
    assert [row["id"] for row in found["data"]] == [ANN]
    assert call(stripe, "GET", CUSTOMERS, {"created[gt]": 1_900_000_000}).document["data"] == []
    assert call(stripe, "GET", CUSTOMERS, {"created[gt]": "soon"}).status == 400


def test_a_customer_is_made_with_a_card() -> None:
    """A named method is attached, and may be the default of its invoices; a card that is declined makes no customer."""
    stripe = simulator()
    form = {"payment_method": LOOSE, "invoice_settings[default_payment_method]": LOOSE}
    made = call(stripe, "POST", CUSTOMERS, form).document
    assert made["invoice_settings"]["default_payment_method"] == LOOSE
    assert call(stripe, "GET", f"{METHODS}/{LOOSE}").document["customer"] == made["id"]
    before = len(call(stripe, "GET", CUSTOMERS).document["data"])
    refused = call(stripe, "POST", CUSTOMERS, {"payment_method": "pm_card_visa_chargeDeclined"})
    assert (refused.status, refused.error["code"]) == (402, "card_declined")
    assert len(call(stripe, "GET", CUSTOMERS).document["data"]) == before


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"email": "nobody"}, "email"),
        ({"invoice_settings[default_payment_method]": EVES}, "invoice_settings[default_payment_method]"),
        ({"shipping[name]": "x"}, "shipping[address]"),
        ({"tax_exempt": "maybe"}, "tax_exempt"),
        ({"invoice_settings[nope]": "1"}, "invoice_settings[nope]"),
    ],
)
def test_a_customer_with_bad_values_is_refused(form: dict[str, str], param: str) -> None:
    """Each is a 400 that names the parameter; nested unknown names keep their brackets (recorded)."""
    stripe = simulator()
    refused = call(stripe, "POST", f"{CUSTOMERS}/{ANN}", form)
    assert (refused.status, refused.error["param"]) == (400, param)
    assert call(stripe, "GET", f"{CUSTOMERS}/{ANN}").document["email"] == "ann@example.com"


def test_a_card_is_made_from_a_test_number_kept_changed_and_detached() -> None:
    """Its check is unchecked until it is attached (recorded); once detached nobody may have it."""
    stripe = simulator()
    form = {"type": "card", "card[number]": "4242 4242 4242 4242", "card[exp_month]": 5, "card[exp_year]": 2040}
    made = call(stripe, "POST", METHODS, form | {"billing_details[name]": "Ann"}).document
    path = f"{METHODS}/{made['id']}"
    assert (made["card"]["exp_month"], made["card"]["checks"]["cvc_check"]) == (5, "unchecked")
    assert made["billing_details"]["name"] == "Ann"
    kept = call(stripe, "POST", f"{path}/attach", {"customer": BOB}).document
    assert (kept["id"], kept["customer"], kept["card"]["checks"]["cvc_check"]) == (made["id"], BOB, "pass")
    assert call(stripe, "POST", path, {"card[exp_month]": 6, "metadata[a]": "1"}).document["card"]["exp_month"] == 6
    listed = call(stripe, "GET", METHODS, {"customer": BOB, "type": "card"}).document["data"]
    assert [row["id"] for row in listed] == [made["id"]]
    assert call(stripe, "POST", f"{path}/detach").document["customer"] is None
    assert call(stripe, "GET", METHODS, {"customer": BOB}).document["data"] == []
    again = call(stripe, "POST", f"{path}/attach", {"customer": BOB})
    assert (again.status, again.error["message"][:40]) == (400, "This PaymentMethod was previously used w")


def test_detaching_what_is_not_attached_is_impossible() -> None:
    """A 400 without a code (recorded)."""
    refused = call(simulator(), "POST", f"{METHODS}/{LOOSE}/detach")
    assert refused.status == 400
    assert refused.error["message"].endswith("so detachment is impossible.")
    assert "code" not in refused.error


def test_methods_without_a_customer_are_not_listed() -> None:
    """The list of nobody's methods is empty (recorded)."""
    assert call(simulator(), "GET", METHODS).document["data"] == []


@pytest.mark.parametrize(
    ("form", "status", "param"),
    [
        ({}, 400, "type"),
        ({"type": "card"}, 400, "card"),
        ({"type": "card", "card[exp_month]": 1}, 400, "card[number]"),
        ({"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 1}, 400, "card[exp_year]"),
        ({"type": "card", "card[number]": "4242424242424241"}, 402, "number"),
        ({"type": "card", "card[number]": "6304000000000000"}, 402, None),
        ({"type": "ideal"}, 501, None),
    ],
)
def test_a_card_with_bad_details_is_refused(form: dict[str, object], status: int, param: str | None) -> None:
    """What is missing or wrong is told by Stripe's status and parameter."""
    refused = call(simulator(), "POST", METHODS, form)
    assert (refused.status, refused.error.get("param")) == (status, param)


def test_f6_a_customer_session_says_what_a_browser_may_do() -> None:
    """All components are shown, with the features of those that are on; nothing else can be said of it."""
    stripe = simulator()
    features = "components[payment_element][features]"
    form = {
        "customer": ANN,
        "components[payment_element][enabled]": "true",
        f"{features}[payment_method_save]": "enabled",
        f"{features}[payment_method_redisplay_limit]": 5,
        "components[pricing_table][enabled]": "false",
    }
    made = call(stripe, "POST", "/v1/customer_sessions", form).document
    assert "id" not in made
    assert made["client_secret"].startswith("cuss_secret_")
    assert (made["customer"], made["expires_at"] - made["created"]) == (ANN, 1800)
    chosen = made["components"]["payment_element"]["features"]
    assert (chosen["payment_method_save"], chosen["payment_method_redisplay_limit"]) == ("enabled", 5)
    assert chosen["payment_method_allow_redisplay_filters"] == ["always"]
    assert made["components"]["customer_sheet"] == {"enabled": False, "features": None}
    assert made["components"]["pricing_table"] == {"enabled": False}
    for changed, param in (
        ({"customer": "cus_nope"}, "customer"),
        ({"components[payment_element][enabled]": "maybe"}, "components[payment_element][enabled]"),
        ({f"{features}[payment_method_save]": "x"}, f"{features}[payment_method_save]"),
        ({f"{features}[payment_method_redisplay_limit]": 0}, f"{features}[payment_method_redisplay_limit]"),
    ):
        assert call(stripe, "POST", "/v1/customer_sessions", form | changed).error["param"] == param
    assert call(stripe, "POST", "/v1/customer_sessions", {"customer": ANN}).error["param"] == "components"
    named = {"components[payment_element][enabled]": "true"}
    assert call(stripe, "POST", "/v1/customer_sessions", named).error["param"] == "customer"
