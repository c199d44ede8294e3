"""Random sequences of calls: no status moves outside the table, and no money comes from nowhere."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.unit.stripe_calls import ANN, ANNS, BOB, EVES, INTENTS, LOOSE, Answered, call, simulator

PAID = {"requires_capture", "succeeded"}
OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
STEPS = {
    None: OPEN | PAID,
    "requires_payment_method": OPEN | PAID | {"canceled"},
    "requires_confirmation": OPEN | PAID | {"canceled"},
    "requires_action": OPEN | PAID | {"canceled"},
    "requires_capture": {"succeeded", "canceled"},
    "succeeded": set(),
    "canceled": set(),
}
"""What Stripe's documentation lets each status become by create, update, confirm, capture and cancel.

Written down a second time, on purpose: the simulator's own table is what is tested."""

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


CLIENTS = ("sk_test_first", "sk_test_second", "rk_test_third")


class Intents(RuleBasedStateMachine):
    """Several clients that try everything, in any order, with idempotency keys of their own and each other's."""

    made = Bundle("made")

    def __init__(self) -> None:
        """Begin with the small world."""
        super().__init__()
        self.stripe = simulator()
        self.before: dict[str, Any] = {}
        self.turn = 0

    def tell(self, path: str, form: dict[str, Any], method: str | None) -> None:
        """Send a form, with a method where there is one: the clients take turns, and some calls bear a key."""
        self.turn += 1
        headers = {"authorization": f"Bearer {CLIENTS[self.turn % len(CLIENTS)]}"}
        if self.turn % 4 == 0:
            headers["idempotency_key"] = f"key-{self.turn % 3}"
        whole = form | ({"payment_method": method} if method else {})
        self.answered = call(self.stripe, "POST", path, whole, **headers)
        assert self.answered.status in (200, 400, 402)

    @rule(
        target=made,
        confirm=st.sampled_from([{}, {"confirm": "true"}]),
        customer=st.sampled_from([{}, {"customer": ANN}, {"customer": BOB}]),
        types=st.sampled_from([{}, {"payment_method_types[]": "card"}]),
        capture=st.sampled_from([{}, {"capture_method": "manual"}]),
        flags=FLAGS,
        method=METHODS,
    )
    def create(
        self, confirm: Any, customer: Any, types: Any, capture: Any, flags: Any, method: str | None
    ) -> list[str]:
        """Create; return the ids of all intents."""
        form = {"amount": 1000, "currency": "usd"} | confirm | customer | types | capture | flags
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

    @rule(ids=made, which=st.integers(0, 9), amount=st.sampled_from([None, -1, 0, 1, 400, 1000, 1001, 2000, 2001]))
    def capture(self, ids: list[str], which: int, amount: int | None) -> None:
        """Capture one of them, whole or in part."""
        if ids:
            form = {} if amount is None else {"amount_to_capture": amount}
            self.tell(f"{INTENTS}/{ids[which % len(ids)]}/capture", form, None)

    @rule(ids=made, which=st.integers(0, 9), amount=st.sampled_from([None, 42, 1000, 2000]), method=METHODS)
    def update(self, ids: list[str], which: int, amount: int | None, method: str | None) -> None:
        """Change one of them."""
        if ids:
            form = {"description": "x"} if amount is None else {"amount": amount}
            self.tell(f"{INTENTS}/{ids[which % len(ids)]}", form, method)

    @rule(ids=made, which=st.integers(0, 9), passes=st.booleans())
    def authenticate(self, ids: list[str], which: int, passes: bool) -> None:
        """Answer the challenge of one of them, if it has one."""
        row = {row.id: row for row in self.stripe.intents()}.get(ids[which % len(ids)]) if ids else None
        if row is not None and row.status == "requires_action":
            self.stripe.authenticate(row.id, passes=passes)
            self.answered = Answered(200, {}, {})

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
            if earlier is None or row.status != earlier.status:  # a description may change at any time
                assert row.status in STEPS[earlier and earlier.status]
        self.before = now

    @invariant()
    def money_is_conserved(self) -> None:
        """Received and capturable are never negative, together never above the amount, and what the charges say."""
        for row in self.stripe.intents():
            assert row.amount_received >= 0
            assert row.amount_capturable >= 0
            assert row.amount_received + row.amount_capturable <= row.amount
            assert (row.amount_received > 0) == (row.status == "succeeded")
            assert (row.amount_capturable > 0) == (row.status == "requires_capture")
            charges = call(self.stripe, "GET", "/v1/charges", {"payment_intent": row.id, "limit": 100}).document["data"]
            good = [charge for charge in charges if charge["paid"]]
            assert sum(charge["amount_captured"] for charge in good) == row.amount_received
            assert len(good) <= 1

    @invariant()
    def an_intent_says_what_its_status_means(self) -> None:
        """Charge and method where it was paid, an action where one is due, a time where it was canceled."""
        for row in self.stripe.intents():
            if row.status in PAID:
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
        paid = [row.payment_method for row in self.stripe.intents() if row.status in PAID and not row.customer]
        assert len(paid) == len(set(paid))


TestIntents = Intents.TestCase
TestIntents.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
