"""Refunds: what Stripe's answer is, what they do to the charge, and each refusal; facts as in docs/stripe-facts.md."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, ANNS, NOW, Answered, call, create, events, paid, simulator
from tollbridge.simulator import Simulator

REFUNDS = "/v1/refunds"
HELD = (
    "This uncaptured Charge was created by a PaymentIntent ({intent}). You must cancel the PaymentIntent to "
    "reverse the authorization instead of refunding the Charge directly. For more information, see "
    "https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
)
MEMBERS = {
    *("id", "object", "amount", "balance_transaction", "charge", "created", "currency", "customer", "customer_account"),
    *("destination_details", "metadata", "payment_intent", "payment_method", "reason", "receipt_number"),
    *("source_transfer_reversal", "status", "transfer_reversal"),
}


def refund(stripe: Simulator, intent: dict[str, Any], **more: Any) -> Answered:
    """Refund an intent, in part or as a whole."""
    return call(stripe, "POST", REFUNDS, {"payment_intent": intent["id"], **more})


def charge_of(stripe: Simulator, intent: dict[str, Any], *expand: str) -> dict[str, Any]:
    """Return the charge of an intent."""
    form = {"expand[]": list(expand)} if expand else {}
    return dict(call(stripe, "GET", f"/v1/charges/{intent['latest_charge']}", form).document)


def refunded(charge: dict[str, Any]) -> tuple[int, bool, str]:
    """What a charge says of its refunds."""
    return charge["amount_refunded"], charge["refunded"], charge["status"]


def test_r1_the_members_of_a_refund() -> None:
    """Those that recordings show at once after a create, with the charge's own filled in, and no others."""
    stripe = simulator()
    intent = paid(stripe, ANNS, customer=ANN)
    shown = refund(stripe, intent, amount=300, reason="duplicate", **{"metadata[order]": "7"}).document
    assert shown.keys() == MEMBERS
    assert (shown["object"], shown["status"], shown["amount"], shown["currency"]) == ("refund", "succeeded", 300, "usd")
    assert (shown["charge"], shown["payment_intent"]) == (intent["latest_charge"], intent["id"])
    assert (shown["customer"], shown["payment_method"]) == (ANN, ANNS)
    assert (shown["reason"], shown["metadata"], shown["created"]) == ("duplicate", {"order": "7"}, NOW)
    assert shown["balance_transaction"].startswith("txn_")
    assert len(shown["id"]) == len("re_") + 24
    assert refund(stripe, intent).document["reason"] is None


def test_r2_the_networks_reference_comes_a_second_later() -> None:
    """It is pending at first, then sixteen digits that stay."""
    stripe = simulator()
    made = refund(stripe, paid(stripe)).document
    pending = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    assert made["destination_details"] == {"card": pending, "type": "card"}
    stripe.clock.advance(1)
    card = call(stripe, "GET", f"{REFUNDS}/{made['id']}").document["destination_details"]["card"]
    assert card["reference_status"] == "available"
    assert len(card["reference"]) == 16
    assert card["reference"].isdigit()
    stripe.clock.advance(60)
    assert call(stripe, "GET", f"{REFUNDS}/{made['id']}").document["destination_details"]["card"] == card


@pytest.mark.parametrize("named", ["payment_intent", "charge"])
def test_r3_partial_refunds_add_up(named: str) -> None:
    """The charge has their sum, stays succeeded, and is refunded once nothing is left; no amount asks for all of it."""
    stripe = simulator()
    intent = paid(stripe)
    by = {"payment_intent": intent["id"]} if named == "payment_intent" else {"charge": intent["latest_charge"]}
    for amount, total in ((300, 300), (1, 301)):
        assert call(stripe, "POST", REFUNDS, {**by, "amount": amount}).document["amount"] == amount
        charge = charge_of(stripe, intent)
        assert refunded(charge) == (total, False, "succeeded")
        assert (charge["captured"], charge["paid"]) == (True, True)
    assert call(stripe, "POST", REFUNDS, by).document["amount"] == 699
    assert refunded(charge_of(stripe, intent)) == (1000, True, "succeeded")


def test_r4_refunds_of_a_charge_are_shown_where_they_are_expanded() -> None:
    """Then they are a list, the newest first, ten at most, with the whole count."""
    stripe = simulator()
    intent = paid(stripe)
    ids = [refund(stripe, intent, amount=1).document["id"] for _ in range(11)]
    assert "refunds" not in charge_of(stripe, intent)
    shown = charge_of(stripe, intent, "refunds")["refunds"]
    assert [one["id"] for one in shown["data"]] == ids[:0:-1]
    assert (shown["object"], shown["has_more"], shown["total_count"]) == ("list", True, 11)
    assert shown["url"] == f"/v1/charges/{intent['latest_charge']}/refunds"
    inner = charge_of(stripe, intent, "refunds.data.balance_transaction")["refunds"]["data"][0]
    assert inner["balance_transaction"]["amount"] == -1


def test_r5_lists_of_refunds() -> None:
    """The newest first, by charge and by intent; only the list that is filtered by charge has a count."""
    stripe = simulator(alone=True)
    first, second = paid(stripe), paid(stripe)
    ids = [refund(stripe, intent, amount=5).document["id"] for intent in (first, second, first)]
    every = call(stripe, "GET", REFUNDS).document
    assert [one["id"] for one in every["data"]] == ids[::-1]
    assert "count" not in every
    by_charge = call(stripe, "GET", REFUNDS, {"charge": first["latest_charge"], "limit": 1}).document
    assert ([one["id"] for one in by_charge["data"]], by_charge["count"]) == ([ids[2]], 2)
    assert by_charge["has_more"] is True
    by_intent = call(stripe, "GET", REFUNDS, {"payment_intent": second["id"]}).document
    assert [one["id"] for one in by_intent["data"]] == [ids[1]]
    scoped = call(stripe, "GET", f"/v1/charges/{first['latest_charge']}/refunds").document
    assert [one["id"] for one in scoped["data"]] == [ids[2], ids[0]]
    assert (scoped["url"], "count" in scoped) == (f"/v1/charges/{first['latest_charge']}/refunds", False)


def test_r6_a_refund_by_its_charges_path() -> None:
    """The plural path answers with the refund, the singular one with the charge; another charge's refund is a 404."""
    stripe = simulator()
    intent, other = paid(stripe), paid(stripe)
    path = f"/v1/charges/{intent['latest_charge']}"
    shown = call(stripe, "POST", f"{path}/refunds", {"amount": 300}).document
    assert (shown["object"], shown["amount"]) == ("refund", 300)
    legacy = call(stripe, "POST", f"{path}/refund", {"amount": 200}).document
    assert (legacy["object"], *refunded(legacy)) == ("charge", 500, False, "succeeded")
    assert call(stripe, "GET", f"{path}/refunds/{shown['id']}").document["id"] == shown["id"]
    missing = call(stripe, "GET", f"/v1/charges/{other['latest_charge']}/refunds/{shown['id']}")
    assert (missing.status, missing.error["code"], missing.error["param"]) == (404, "resource_missing", "refund")
    assert missing.error["message"] == f"No such refund: '{shown['id']}'"


def test_r7_an_update_changes_metadata_and_nothing_else() -> None:
    """Stripe has no other parameter there."""
    stripe = simulator()
    made = refund(stripe, paid(stripe), **{"metadata[a]": "1"}).document
    changed = call(stripe, "POST", f"{REFUNDS}/{made['id']}", {"metadata[b]": "2"}).document
    assert changed == made | {"metadata": {"a": "1", "b": "2"}}
    assert call(stripe, "POST", f"{REFUNDS}/{made['id']}", {"amount": 1}).error["code"] == "parameter_unknown"


def test_r8_a_refund_of_a_card_cannot_be_canceled() -> None:
    """Recorded of a succeeded one."""
    stripe = simulator()
    made = refund(stripe, paid(stripe)).document
    refused = call(stripe, "POST", f"{REFUNDS}/{made['id']}/cancel")
    assert (refused.status, refused.error["message"]) == (400, "Canceling this refund is unsupported.")
    assert refused.error.keys().isdisjoint({"code", "param", "doc_url"})


def test_r9_a_pending_refund_succeeds_later() -> None:
    """The test card 7726 has it; the time is our guess, so it is not asserted."""
    stripe = simulator()
    made = refund(stripe, paid(stripe, "pm_card_pendingRefund")).document
    assert made["status"] == "pending"
    stripe.clock.advance(3600)
    assert call(stripe, "GET", f"{REFUNDS}/{made['id']}").document["status"] == "succeeded"


def test_r10_a_refund_that_fails_later() -> None:
    """The test card 5126: it succeeds, then fails with a reason and a transaction that gives the money back."""
    stripe = simulator()
    intent = paid(stripe, "pm_card_refundFail")
    made = refund(stripe, intent, amount=400).document
    assert (made["status"], "failure_reason" in made) == ("succeeded", False)
    stripe.clock.advance(3600)
    failed = call(stripe, "GET", f"{REFUNDS}/{made['id']}", {"expand[]": "failure_balance_transaction"}).document
    assert failed["status"] == "failed"
    assert failed["failure_reason"] is not None
    assert failed["failure_balance_transaction"]["amount"] == 400


def test_what_a_failed_refund_leaves_can_be_refunded_again() -> None:
    """The charge's sum goes back down (unverified), and the next refund may have all of it."""
    stripe = simulator()
    intent = paid(stripe, "pm_card_refundFail")
    refund(stripe, intent)
    stripe.clock.advance(3600)
    assert refunded(charge_of(stripe, intent)) == (0, False, "succeeded")
    assert refund(stripe, intent).status == 200


def test_r11_a_partial_capture_refunds_nothing() -> None:
    """Recorded: what a capture lets go is in amount and not in amount_refunded; what was captured can be given back."""
    stripe = simulator()
    intent = paid(stripe, capture_method="manual")
    call(stripe, "POST", f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 400})
    assert refunded(charge_of(stripe, intent)) == (0, False, "succeeded")
    assert refund(stripe, intent, amount=401).error["message"] == (
        "Refund amount ($4.01) is greater than unrefunded amount on charge ($4.00)"
    )
    assert refund(stripe, intent).document["amount"] == 400
    assert refund(stripe, intent).error["code"] == "charge_already_refunded"


def test_r12_a_repeated_key_refunds_once() -> None:
    """The replay is the first refund, byte for byte, also when it has changed since."""
    stripe = simulator()
    intent = paid(stripe)
    form = {"payment_intent": intent["id"], "amount": 600}
    first = call(stripe, "POST", REFUNDS, form, idempotency_key="k")
    stripe.clock.advance(5)
    again = call(stripe, "POST", REFUNDS, form, idempotency_key="k")
    assert (again.document, again.headers["idempotent-replayed"]) == (first.document, "true")
    assert charge_of(stripe, intent)["amount_refunded"] == 600


def refusals() -> list[Any]:
    """Each refusal of a create: its fact, the form, status, code, param and message."""
    already = "Charge {charge} has already been refunded."
    either = "One of the following params should be provided for this request: payment_intent or charge."
    reasons = "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer"
    nothing = "This PaymentIntent ({intent}) does not have a successful charge to refund."
    least = "This value must be greater than or equal to 1."
    over = "Refund amount ($10.01) is greater than unrefunded amount on charge ($10.00)"
    whole, bad = "parameter_invalid_integer", "resource_missing"
    unknown = "No such charge: 'ch_nope'"
    return [
        pytest.param("refunded", {}, (400, "charge_already_refunded", None, already), id="r13 already refunded"),
        pytest.param("refunded", {"amount": 0}, (400, "charge_already_refunded", None, already), id="r13 comes first"),
        pytest.param("paid", {"amount": 0}, (400, whole, "amount", least), id="r14 of zero"),
        pytest.param("paid", {"amount": -5}, (400, whole, "amount", least), id="r14 of less"),
        pytest.param("paid", {"reason": "bogus"}, (400, None, "reason", reasons), id="r15 another reason"),
        pytest.param(
            "paid",
            {"reason": "expired_uncaptured_charge"},
            (400, None, "reason", reasons),
            id="r15 Stripe's own reason",
        ),
        pytest.param("refunded", {"reason": "bogus"}, (400, None, "reason", reasons), id="r15 before already refunded"),
        pytest.param("paid", {"payment_intent": None}, (400, None, None, either), id="r16 of nothing"),
        pytest.param(
            "paid", {"payment_intent": None, "charge": "ch_nope"}, (404, bad, "id", unknown), id="r17 unknown charge"
        ),
        pytest.param("held", {"reason": "bogus"}, (400, None, None, HELD), id="r18 a hold"),
        pytest.param("declined", {"amount": 0}, (400, None, None, nothing), id="r19 a declined payment"),
        pytest.param("open", {}, (400, None, None, nothing), id="r19 a payment that was never confirmed"),
        pytest.param("paid", {"amount": 1001}, (400, None, "amount", over), id="r20 more than is left"),
    ]


def of_state(stripe: Simulator, state: str) -> dict[str, Any]:
    """Return an intent in a state."""
    if state == "open":
        return dict(create(stripe).document)
    if state == "declined":
        error = create(stripe, confirm="true", payment_method="pm_card_visa_chargeDeclined").error
        return dict(error["payment_intent"])
    intent = paid(stripe, **({"capture_method": "manual"} if state == "held" else {}))
    if state == "refunded":
        refund(stripe, intent)
    return intent


@pytest.mark.parametrize(("state", "form", "refusal"), refusals())
def test_r13_to_r20_refusals(state: str, form: dict[str, Any], refusal: tuple[Any, ...]) -> None:
    """Each is Stripe's own, and gives nothing back."""
    stripe = simulator()
    intent = of_state(stripe, state)
    sent = {name: value for name, value in {"payment_intent": intent["id"], **form}.items() if value is not None}
    before = stripe.counts()
    refused = call(stripe, "POST", REFUNDS, sent)
    error = refused.error
    status, code, param, message = refusal
    assert (refused.status, error["type"], error.get("code"), error.get("param")) == (
        status,
        "invalid_request_error",
        code,
        param,
    )
    assert error["message"] == message.format(charge=intent["latest_charge"], intent=intent["id"])
    assert ("doc_url" in error) == (code is not None)
    assert stripe.counts() == before


def test_r21_an_over_refund_is_told_in_its_currency() -> None:
    """With the currency's symbol, and without decimals where it has none."""
    stripe = simulator()
    for currency, said in (("eur", "(€10.01) is greater than unrefunded amount on charge (€10.00)"), ("jpy", "¥1,001")):
        assert said in refund(stripe, paid(stripe, currency=currency), amount=1001).error["message"]


def test_a_canceled_hold_gives_nothing_back_twice() -> None:
    """Its charge is shown as refunded (unverified), and cannot be refunded."""
    stripe = simulator()
    intent = paid(stripe, capture_method="manual")
    call(stripe, "POST", f"/v1/payment_intents/{intent['id']}/cancel")
    assert refunded(charge_of(stripe, intent)) == (1000, True, "succeeded")
    assert refund(stripe, intent).error["code"] == "charge_already_refunded"


def test_what_is_not_simulated_is_a_501() -> None:
    """Stripe's other parameters of a refund are for connected accounts and bank transfers."""
    stripe = simulator()
    intent = paid(stripe)
    for name in ("currency", "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer"):
        assert refund(stripe, intent, **{name: "x"}).status == 501


ABOUT_REFUNDS = ["refund.created", "refund.updated", "refund.failed", "charge.refunded", "charge.refund.updated"]


def test_r25_the_events_of_a_refund() -> None:
    """Two with the create, the charge in one of them; two more a second later, when the reference comes by itself."""
    stripe = simulator()
    made = call(stripe, "POST", REFUNDS, {"payment_intent": paid(stripe)["id"], "amount": 300}, idempotency_key="k")
    first = events(stripe, **{"types[]": ABOUT_REFUNDS})
    assert {one["type"] for one in first} == {"refund.created", "charge.refunded"}
    assert {one["data"]["object"]["object"] for one in first} == {"refund", "charge"}
    assert {one["request"]["idempotency_key"] for one in first} == {"k"}
    stripe.clock.advance(10)
    later = events(stripe, **{"types[]": ABOUT_REFUNDS})[2:]
    assert {one["type"] for one in later} == {"refund.updated", "charge.refund.updated"}
    for one in later:
        assert one["data"]["object"]["id"] == made.document["id"]
        assert one["data"]["previous_attributes"].keys() == {"destination_details"}
        assert one["request"] == {"id": None, "idempotency_key": None}
        assert one["created"] == NOW + 1


def test_r26_the_events_of_a_refund_that_fails() -> None:
    """It fails at its own time, however far the clock is moved, and before what is done after that."""
    stripe = simulator()
    made = refund(stripe, paid(stripe, "pm_card_refundFail")).document
    stripe.clock.advance(3600)
    call(stripe, "POST", f"{REFUNDS}/{made['id']}", {"metadata[a]": "1"})
    [failed] = events(stripe, type="refund.failed")
    assert failed["data"]["object"]["status"] == "failed"
    assert failed["data"]["object"]["metadata"] == {}
    assert NOW < failed["created"] < NOW + 3600
    named, fails, edited = events(stripe, type="refund.updated")
    assert (named["created"], fails["created"], edited["created"]) == (NOW + 1, failed["created"], NOW + 3600)
    assert edited["data"]["previous_attributes"] == {"metadata": {"a": None}}
