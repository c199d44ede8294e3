"""Random sequences of calls: no status moves outside the table, and no money comes from nowhere."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.unit.stripe_calls import ANN, ANNS, BOB, EVES, INTENTS, LOOSE, call, simulator

STEPS = {
    None: {"requires_payment_method", "requires_confirmation", "requires_action", "succeeded"},
    "requires_payment_method": {"requires_payment_method", "requires_action", "succeeded", "canceled"},
    "requires_confirmation": {"requires_payment_method", "requires_action", "succeeded", "canceled"},
    "requires_action": {"requires_payment_method", "requires_action", "succeeded", "canceled"},
    "succeeded": set(),
    "canceled": set(),
}
"""What Stripe's documentation lets each status become by create, confirm and cancel. Written down a second time, on
purpose: the simulator's own table is what is tested."""

METHODS = st.sampled_from(
    [
        None,
        ANNS,
        EVES,
        LOOSE,
        "pm_x",
        "pm_card_visa",
        "pm_card_visa_chargeDeclined",
        "pm_card_chargeCustomerFail",
        "pm_card_authenticationRequired",
        "pm_card_authenticationRequiredSetupForOffSession",
    ]
)
FLAGS = st.fixed_dictionaries(
    {},
    optional={
        "error_on_requires_action": st.sampled_from(["true", "false", "maybe"]),
        "off_session": st.sampled_from(["true", "false", "one_off"]),
        "return_url": st.sampled_from(["https://shop.example", "nowhere"]),
    },
)


class Intents(RuleBasedStateMachine):
    """A client that tries everything, in any order."""

    made = Bundle("made")

    def __init__(self) -> None:
        """Begin with the small world."""
        super().__init__()
        self.stripe = simulator()
        self.before: dict[str, Any] = {}

    def tell(self, path: str, form: dict[str, Any], method: str | None) -> None:
        """Send a form, with a method where there is one."""
        self.answered = call(self.stripe, "POST", path, form | ({"payment_method": method} if method else {}))
        assert self.answered.status in (200, 400, 402)

    @rule(
        target=made,
        confirm=st.sampled_from([{}, {"confirm": "true"}]),
        customer=st.sampled_from([{}, {"customer": ANN}, {"customer": BOB}]),
        types=st.sampled_from([{}, {"payment_method_types[]": "card"}]),
        flags=FLAGS,
        method=METHODS,
    )
    def create(self, confirm: Any, customer: Any, types: Any, flags: Any, method: str | None) -> list[str]:
        """Create; return the ids of all intents."""
        form = {"amount": 1000, "currency": "usd"} | confirm | customer | types | flags
        self.tell(INTENTS, form, method)
        return [row.id for row in self.stripe.intents()]

    @rule(ids=made, which=st.integers(0, 9), flags=FLAGS, method=METHODS)
    def confirm(self, ids: list[str], which: int, flags: Any, method: str | None) -> None:
        """Confirm one of them."""
        if ids:
            self.tell(f"{INTENTS}/{ids[which % len(ids)]}/confirm", flags, method)

    @rule(ids=made, which=st.integers(0, 9))
    def cancel(self, ids: list[str], which: int) -> None:
        """Cancel one of them."""
        if ids:
            self.tell(f"{INTENTS}/{ids[which % len(ids)]}/cancel", {}, None)

    @rule(customer=st.sampled_from([ANN, BOB]), method=st.sampled_from([LOOSE, ANNS]))
    def attach(self, customer: str, method: str) -> None:
        """Keep a method."""
        self.tell(f"/v1/payment_methods/{method}/attach", {"customer": customer}, None)

    @invariant()
    def statuses_move_by_the_table_only(self) -> None:
        """At most one intent changed, to where its status allows; a refusal but for 402 changed none."""
        now = {row.id: row for row in self.stripe.intents()}
        changed = [row for row in now.values() if self.before.get(row.id) != row]
        assert self.before.keys() <= now.keys()
        assert len(changed) <= 1
        for row in changed:
            assert self.answered.status in (200, 402)
            earlier = self.before.get(row.id)
            assert row.status in STEPS[earlier and earlier.status]
        self.before = now

    @invariant()
    def money_is_received_when_an_intent_succeeds_and_not_otherwise(self) -> None:
        """All of it, with a charge and a method; nothing before, nothing after."""
        for row in self.stripe.intents():
            assert row.amount_received == (row.amount if row.status == "succeeded" else 0)
            if row.status == "succeeded":
                assert row.latest_charge is not None
                assert row.payment_method is not None
                assert row.last_error is None
            assert (row.next_action is not None) == (row.status == "requires_action")
            assert (row.canceled_at is not None) == (row.status == "canceled")
            if row.status == "requires_payment_method":
                assert row.payment_method is None

    @invariant()
    def a_card_without_a_customer_pays_once(self) -> None:
        """No two intents without a customer succeeded with one method."""
        paid = [row.payment_method for row in self.stripe.intents() if row.status == "succeeded" and not row.customer]
        assert len(paid) == len(set(paid))


TestIntents = Intents.TestCase
TestIntents.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
