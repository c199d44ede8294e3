"""Disputes: how the test cards begin them, and how evidence ends them; facts as in docs/stripe-facts.md."""

from typing import Any

import pytest

from tests.unit.stripe_calls import NOW, Answered, call, event_types, paid, simulator
from tollbridge.simulator import Simulator

DISPUTES = "/v1/disputes"
DAY = 24 * 3600
CARDS = ("pm_card_createDispute", "pm_card_createDisputeProductNotReceived", "pm_card_createDisputeInquiry")


def disputed(stripe: Simulator, card: str = CARDS[0], **more: Any) -> dict[str, Any]:
    """Pay with a card whose payments are disputed; the intent."""
    return paid(stripe, card, **more)


def dispute_of(stripe: Simulator, intent: dict[str, Any]) -> dict[str, Any]:
    """Return the dispute of an intent's charge."""
    return dict(call(stripe, "GET", f"/v1/charges/{intent['latest_charge']}/dispute").document)


def defended(stripe: Simulator, dispute: str, said: str, **more: Any) -> Answered:
    """Give evidence."""
    return call(stripe, "POST", f"{DISPUTES}/{dispute}", {"evidence[uncategorized_text]": said, **more})


@pytest.mark.parametrize(
    ("card", "status", "reason", "code", "kind"),
    [
        (CARDS[0], "needs_response", "fraudulent", "10.4", "chargeback"),
        (CARDS[1], "needs_response", "product_not_received", "13.1", "chargeback"),
        (CARDS[2], "warning_needs_response", "fraudulent", "10", "inquiry"),
    ],
)
def test_g1_a_payment_with_a_disputed_card(card: str, status: str, reason: str, code: str, kind: str) -> None:
    """The charge is disputed at once and names the dispute, which has its evidence due at the end of the eighth day."""
    stripe = simulator()
    intent = disputed(stripe, card)
    assert intent["status"] == "succeeded"
    charge = call(stripe, "GET", f"/v1/charges/{intent['latest_charge']}").document
    dispute = call(stripe, "GET", f"{DISPUTES}/{charge['dispute']}").document
    assert charge["disputed"] is True
    assert dispute == dispute_of(stripe, intent)
    assert dispute["id"].startswith("du_")
    assert (dispute["status"], dispute["reason"], dispute["amount"]) == (status, reason, 1000)
    assert (dispute["charge"], dispute["payment_intent"]) == (charge["id"], intent["id"])
    assert dispute["payment_method_details"]["card"] == {
        "brand": "visa",
        "case_type": kind,
        "network": "visa",
        "network_reason_code": code,
    }
    assert dispute["is_charge_refundable"] == (kind == "inquiry")
    details = dispute["evidence_details"]
    assert details["due_by"] == (NOW // DAY + 9) * DAY - 1
    assert (details["has_evidence"], details["submission_count"]) == (False, 0)
    assert len(dispute["evidence"]) == 28
    assert call(stripe, "GET", DISPUTES, {"charge": charge["id"]}).document["data"] == [dispute]


def test_g2_what_a_dispute_takes() -> None:
    """The amount and fifteen dollars, at once; an inquiry takes nothing."""
    stripe = simulator()
    dispute = dispute_of(stripe, disputed(stripe))
    [taken] = dispute["balance_transactions"]
    assert call(stripe, "GET", f"/v1/balance_transactions/{taken['id']}").document == taken
    assert (taken["amount"], taken["fee"], taken["net"], taken["status"]) == (-1000, 1500, -2500, "available")
    assert (taken["type"], taken["reporting_category"]) == ("adjustment", "dispute")
    assert taken["description"] == f"Chargeback withdrawal for {dispute['charge']}"
    assert taken["fee_details"][0]["description"] == "Dispute fee"
    assert call(stripe, "GET", "/v1/balance_transactions", {"source": dispute["id"]}).document["data"] == []
    asked = dispute_of(stripe, disputed(stripe, CARDS[2]))
    assert (asked["balance_transaction"], asked["balance_transactions"]) == (None, [])


def test_g3_winning_evidence_gives_the_money_back() -> None:
    """The bank looks at it first; the fee is kept, and the charge can be refunded."""
    stripe = simulator()
    intent = disputed(stripe)
    dispute = dispute_of(stripe, intent)
    looked_at = defended(stripe, dispute["id"], "winning_evidence").document
    assert looked_at["status"] == "under_review"
    assert looked_at["evidence"]["uncategorized_text"] == "winning_evidence"
    assert (looked_at["evidence_details"]["has_evidence"], looked_at["evidence_details"]["submission_count"]) == (
        True,
        1,
    )
    stripe.clock.advance(10)
    won = dispute_of(stripe, intent)
    assert won["status"] == "won"
    back = won["balance_transactions"][1]
    assert (back["amount"], back["fee"], back["reporting_category"]) == (1000, 0, "dispute_reversal")
    assert back["description"] == f"Chargeback reversal for {dispute['charge']}"
    assert call(stripe, "POST", "/v1/refunds", {"payment_intent": intent["id"]}).status == 200


@pytest.mark.parametrize("closes", [True, False])
def test_g4_a_lost_dispute(closes: bool) -> None:
    """By evidence a moment later, by giving in at once; then it takes no more of either, in Stripe's words."""
    stripe = simulator()
    dispute = dispute_of(stripe, disputed(stripe))
    path = f"{DISPUTES}/{dispute['id']}"
    if closes:
        assert call(stripe, "POST", f"{path}/close").document["status"] == "lost"
    else:
        defended(stripe, dispute["id"], "losing_evidence")
        stripe.clock.advance(10)
        assert call(stripe, "GET", path).document["status"] == "lost"
    for refused in (defended(stripe, dispute["id"], "winning_evidence"), call(stripe, "POST", f"{path}/close")):
        assert (refused.status, refused.error["message"]) == (400, "This dispute is already closed")
        assert "code" not in refused.error
    assert len(call(stripe, "GET", path).document["balance_transactions"]) == 1


def test_g5_an_inquiry_escalates() -> None:
    """With the evidence that asks for it, it becomes a dispute that takes the money."""
    stripe = simulator()
    intent = disputed(stripe, CARDS[2])
    asked = dispute_of(stripe, intent)
    assert defended(stripe, asked["id"], "escalate_inquiry_evidence").document["status"] == "warning_under_review"
    stripe.clock.advance(10)
    escalated = dispute_of(stripe, intent)
    assert (escalated["status"], escalated["is_charge_refundable"]) == ("needs_response", False)
    assert [one["amount"] for one in escalated["balance_transactions"]] == [-1000]


def test_g6_an_open_dispute_forbids_refunds() -> None:
    """With a code of its own, whatever else is wrong; an inquiry does not forbid them."""
    stripe = simulator()
    intent = disputed(stripe)
    refused = call(stripe, "POST", "/v1/refunds", {"payment_intent": intent["id"], "reason": "bogus"})
    assert (refused.status, refused.error["code"]) == (400, "charge_disputed")
    assert refused.error["message"] == f"Charge {intent['latest_charge']} has been charged back; cannot issue a refund."
    assert "param" not in refused.error
    assert call(stripe, "POST", "/v1/refunds", {"payment_intent": disputed(stripe, CARDS[2])["id"]}).status == 200


def test_g7_a_hold_is_disputed_when_it_is_captured() -> None:
    """Not before."""
    stripe = simulator()
    intent = disputed(stripe, capture_method="manual")
    missing = call(stripe, "GET", f"/v1/charges/{intent['latest_charge']}/dispute")
    assert (missing.status, missing.error["message"]) == (404, f"No dispute for charge: {intent['latest_charge']}")
    assert missing.error.keys().isdisjoint({"code", "param"})
    call(stripe, "POST", f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 400})
    assert dispute_of(stripe, intent)["amount"] == 400


def test_g8_an_unknown_dispute() -> None:
    """Its param is `dispute`."""
    missing = call(simulator(), "GET", f"{DISPUTES}/du_nope")
    assert (missing.status, missing.error["code"], missing.error["param"]) == (404, "resource_missing", "dispute")
    assert missing.error["message"] == "No such dispute: 'du_nope'"


def test_g9_the_events_of_a_dispute() -> None:
    """With the payment, when evidence is given, and when it is won."""
    stripe = simulator()
    intent = disputed(stripe)
    begun = ["charge.succeeded", "charge.dispute.created", "charge.dispute.funds_withdrawn", "payment_intent.succeeded"]
    assert event_types(stripe)[-4:] == begun
    defended(stripe, dispute_of(stripe, intent)["id"], "winning_evidence")
    assert event_types(stripe)[-1] == "charge.dispute.updated"
    stripe.clock.advance(10)
    assert event_types(stripe)[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_evidence_that_is_not_submitted_leaves_the_dispute_as_it_is() -> None:
    """It is kept for later (unverified)."""
    stripe = simulator()
    dispute = dispute_of(stripe, disputed(stripe))
    staged = defended(stripe, dispute["id"], "winning_evidence", submit="false").document
    assert (staged["status"], staged["evidence_details"]["submission_count"]) == ("needs_response", 0)
    assert staged["evidence"]["uncategorized_text"] == "winning_evidence"
