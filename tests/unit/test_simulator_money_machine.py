"""Random payments, captures, cancellations and refunds, while time goes by: money is conserved."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.unit.stripe_calls import INTENTS, call, create, simulator

CARDS = st.sampled_from(
    [
        "pm_card_visa",
        "pm_card_pendingRefund",
        "pm_card_refundFail",
        "pm_card_bypassPending",
        "pm_card_visa_chargeDeclined",
        "pm_card_gb",
        "pm_card_createDispute",
        "pm_card_createDisputeInquiry",
    ]
)
PATHS = {
    "payment_intent": INTENTS,
    "charge": "/v1/charges",
    "refund": "/v1/refunds",
    "dispute": "/v1/disputes",
}
NEWEST = 20
"""Events that are looked at after each step: more than one step makes."""

MORE = 100
"""The largest page: so that all that a run makes is on one or a few."""


class Money(RuleBasedStateMachine):
    """A shop that pays, captures, cancels and refunds at random, and a clock that goes on."""

    def __init__(self) -> None:
        """Begin with the small world."""
        super().__init__()
        self.stripe = simulator()
        self.ids: list[str] = []

    def every(self, path: str) -> list[dict[str, Any]]:
        """Return all that a list has, page by page."""
        found: list[dict[str, Any]] = []
        after: dict[str, Any] = {}
        while True:
            page = call(self.stripe, "GET", path, {"limit": MORE, **after}).document
            found += page["data"]
            if not page["has_more"]:
                return found
            after = {"starting_after": found[-1]["id"]}

    @rule(card=CARDS, amount=st.integers(50, 5000), capture=st.sampled_from(["automatic", "automatic_async", "manual"]))
    def pay(self, card: str, amount: int, capture: str) -> None:
        """Create and confirm an intent."""
        form = {"payment_method": card, "amount": amount, "capture_method": capture, "confirm": "true"}
        paid = create(self.stripe, **form)
        self.ids.append(paid.document["id"] if paid.status == 200 else paid.error["payment_intent"]["id"])

    @rule(which=st.integers(0, 99), amount=st.none() | st.integers(1, 5000))
    def capture(self, which: int, amount: int | None) -> None:
        """Capture one, whole or in part."""
        if self.ids:
            form = {} if amount is None else {"amount_to_capture": amount}
            call(self.stripe, "POST", f"{INTENTS}/{self.ids[which % len(self.ids)]}/capture", form)

    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        """Cancel one."""
        if self.ids:
            call(self.stripe, "POST", f"{INTENTS}/{self.ids[which % len(self.ids)]}/cancel")

    @rule(which=st.integers(0, 99), amount=st.none() | st.integers(1, 5000))
    def refund(self, which: int, amount: int | None) -> None:
        """Refund one, what is left or so much."""
        if self.ids:
            form = {"payment_intent": self.ids[which % len(self.ids)]} | ({} if amount is None else {"amount": amount})
            assert call(self.stripe, "POST", "/v1/refunds", form).status in (200, 400)

    @rule(which=st.integers(0, 99), said=st.sampled_from(["winning_evidence", "losing_evidence", "x"]))
    def defend(self, which: int, said: str) -> None:
        """Give evidence for a disputed charge, as far as there is one."""
        disputes = self.every("/v1/disputes")
        if disputes:
            form = {"evidence[uncategorized_text]": said}
            call(self.stripe, "POST", f"/v1/disputes/{disputes[which % len(disputes)]['id']}", form)

    @rule(seconds=st.sampled_from([0, 1, 2, 5, 3600, 8 * 24 * 3600]))
    def wait(self, seconds: int) -> None:
        """Let time go by."""
        self.stripe.clock.advance(seconds)

    @invariant()
    def no_more_is_refunded_than_was_captured(self) -> None:
        """Each charge says what its refunds add up to, and that is within what it captured."""
        refunds = self.every("/v1/refunds")
        for charge in self.every("/v1/charges"):
            of_it = [one for one in refunds if one["charge"] == charge["id"] and one["status"] != "failed"]
            total = sum(one["amount"] for one in of_it)
            assert total <= charge["amount_captured"]
            if charge["captured"]:
                assert (charge["amount_refunded"], charge["refunded"]) == (total, total == charge["amount_captured"])

    @invariant()
    def transactions_are_what_was_captured_less_refunds_disputes_and_fees(self) -> None:
        """Once a charge shows its transaction, the balance is what they add up to."""
        self.stripe.clock.advance(2)
        charges, refunds = self.every("/v1/charges"), self.every("/v1/refunds")
        moved = self.every("/v1/balance_transactions")
        kept = sum(one["amount_captured"] for one in charges)
        kept -= sum(one["amount"] for one in refunds if one["status"] != "failed")
        disputes = self.every("/v1/disputes")
        kept -= sum(one["amount"] for one in disputes if one["balance_transactions"] and one["status"] != "won")
        assert sum(one["amount"] for one in moved) == kept
        assert all(one["net"] == one["amount"] - one["fee"] for one in moved)
        balance = call(self.stripe, "GET", "/v1/balance").document
        shown = sum(part["amount"] for parts in ("available", "pending") for part in balance[parts])
        assert shown == sum(one["net"] for one in moved) == kept - sum(one["fee"] for one in moved)

    @invariant()
    def the_last_event_of_an_object_shows_it(self) -> None:
        """Whatever happened to an intent, a charge, a refund or a dispute, its newest event shows it as it is now."""
        newest: dict[str, dict[str, Any]] = {}
        for event in call(self.stripe, "GET", "/v1/events", {"limit": NEWEST}).document["data"]:
            newest.setdefault(event["data"]["object"]["id"], event["data"]["object"])
        for identity, shown in newest.items():
            if path := PATHS.get(shown["object"]):
                assert call(self.stripe, "GET", f"{path}/{identity}").document == shown


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
