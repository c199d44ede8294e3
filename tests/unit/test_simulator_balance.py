"""The balance: what each payment and refund moves on it; facts as in docs/stripe-facts.md."""

from typing import Any

import pytest

from tests.unit.stripe_calls import NOW, SEED, call, create, paid, simulator
from tollbridge.simulator import Simulator

TRANSACTIONS = "/v1/balance_transactions"
DAY = 24 * 3600


def of(stripe: Simulator, source: str) -> dict[str, Any]:
    """Return the transaction of a charge or a refund."""
    [found] = call(stripe, "GET", TRANSACTIONS, {"source": source}).document["data"]
    return dict(found)


def test_b1_the_transaction_of_a_charge() -> None:
    """Its members as recorded: the fee, what is left of the amount, and the charge's own description."""
    stripe = simulator(seed=SEED | {"settlement_currency": "cad"})
    charge = paid(stripe, amount=4400, currency="cad", description="an order")["latest_charge"]
    stripe.clock.advance(3)
    shown = of(stripe, charge)
    fee = {"application": None, "currency": "cad", "description": "Stripe processing fees", "type": "stripe_fee"}
    assert shown == {
        "id": shown["id"],
        "object": "balance_transaction",
        "amount": 4400,
        "available_on": shown["available_on"],
        "balance_type": "payments",
        "created": NOW,
        "currency": "cad",
        "description": "an order",
        "exchange_rate": None,
        "fee": 193,
        "fee_details": [{"amount": 193, **fee}],
        "net": 4207,
        "reporting_category": "charge",
        "source": charge,
        "status": "pending",
        "type": "charge",
    }
    assert shown["available_on"] % DAY == 0
    assert shown["available_on"] > NOW
    assert call(stripe, "GET", f"{TRANSACTIONS}/{shown['id']}").document == shown
    expanded = call(stripe, "GET", f"{TRANSACTIONS}/{shown['id']}", {"expand[]": "source"}).document
    assert expanded["source"]["balance_transaction"] == shown["id"]


def test_b2_the_transaction_of_a_refund() -> None:
    """Negative, without a fee: that of the charge is not given back."""
    stripe = simulator()
    intent = paid(stripe, description="an order")
    made = call(stripe, "POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 400}).document
    shown = of(stripe, made["id"])
    assert shown["id"] == made["balance_transaction"]
    assert (shown["amount"], shown["net"], shown["fee"], shown["fee_details"]) == (-400, -400, 0, [])
    assert (shown["type"], shown["reporting_category"]) == ("refund", "refund")
    assert shown["description"] == "REFUND FOR CHARGE (an order)"
    stripe.clock.advance(3)
    assert of(stripe, intent["latest_charge"])["fee"] == 59


def test_b3_a_charge_shows_its_transaction_a_moment_later() -> None:
    """At once it is null; after a manual capture it is there at once, and a held or refused charge has none."""
    stripe = simulator()
    intent = paid(stripe)
    declined = create(stripe, confirm="true", payment_method="pm_card_visa_chargeDeclined").error["charge"]
    held = paid(stripe, capture_method="manual")

    def shown(charge: str) -> Any:
        return call(stripe, "GET", f"/v1/charges/{charge}").document["balance_transaction"]

    assert [shown(one) for one in (intent["latest_charge"], declined, held["latest_charge"])] == [None] * 3
    stripe.clock.advance(3)
    assert shown(intent["latest_charge"]) == of(stripe, intent["latest_charge"])["id"]
    assert [shown(one) for one in (declined, held["latest_charge"])] == [None] * 2
    form = {"amount_to_capture": 400, "expand[]": "latest_charge.balance_transaction"}
    captured = call(stripe, "POST", f"/v1/payment_intents/{held['id']}/capture", form).document
    transaction = captured["latest_charge"]["balance_transaction"]
    assert (transaction["amount"], transaction["created"]) == (400, NOW + 3)


def test_b4_the_balance() -> None:
    """What is pending becomes available; the sums are those of all transactions' nets."""
    stripe = simulator(alone=True)
    intent = paid(stripe)
    call(stripe, "POST", "/v1/refunds", {"payment_intent": intent["id"], "amount": 400})
    paid(stripe, "pm_card_bypassPending", amount=2000)
    stripe.clock.advance(3)
    balance = call(stripe, "GET", "/v1/balance").document
    assert balance == {
        "object": "balance",
        "available": [{"amount": 1912, "currency": "usd", "source_types": {"card": 1912}}],
        "livemode": False,
        "pending": [{"amount": 541, "currency": "usd", "source_types": {"card": 541}}],
        "refund_and_dispute_prefunding": {
            "available": [{"amount": 0, "currency": "usd"}],
            "pending": [{"amount": 0, "currency": "usd"}],
        },
    }
    stripe.clock.advance(8 * DAY)
    balance = call(stripe, "GET", "/v1/balance").document
    assert (balance["available"][0]["amount"], balance["pending"][0]["amount"]) == (2453, 0)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"type": "charge"}, 1),
        ({"type": "bogus_type"}, 0),
        ({"currency": "usd"}, 2),
        ({"currency": "eur"}, 0),
        ({"created[gt]": NOW}, 0),
        ({"source": "ch_nope"}, 0),
    ],
)
def test_b5_lists_of_transactions(filters: dict[str, Any], found: int) -> None:
    """By type, currency, time and source; an unknown type finds nothing."""
    stripe = simulator(alone=True)
    call(stripe, "POST", "/v1/refunds", {"payment_intent": paid(stripe)["id"], "amount": 1})
    stripe.clock.advance(3)
    listed = call(stripe, "GET", TRANSACTIONS, filters)
    assert (listed.status, len(listed.document["data"])) == (200, found)
    assert listed.document["url"] == TRANSACTIONS


def test_b6_unknown_transactions_and_payouts() -> None:
    """Stripe's words for an id and for a filter; there are no payouts here."""
    stripe = simulator()
    missing = call(stripe, "GET", f"{TRANSACTIONS}/txn_nope")
    assert (missing.status, missing.error["code"], missing.error["param"]) == (404, "resource_missing", "id")
    assert missing.error["message"] == "No such balance transaction: 'txn_nope'"
    payout = call(stripe, "GET", TRANSACTIONS, {"payout": "po_nope"})
    assert (payout.status, payout.error["param"]) == (400, "payout")
    assert payout.error["message"] == "No such payout: 'po_nope'"
    assert call(stripe, "GET", TRANSACTIONS, {"starting_after": "txn_nope"}).error["param"] == "starting_after"
