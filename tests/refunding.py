"""Money that goes back, on every kind of state: never more than came in, and each change once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.unit.stripe_calls import ANN, NOW, call, create, on, paid
from tollbridge.simulator import Simulator, Store

REFUNDS, TRANSACTIONS = "/v1/refunds", "/v1/balance_transactions"


def transactions(stripe: Simulator, **form: Any) -> list[dict[str, Any]]:
    """Return a page of balance transactions."""
    return list(call(stripe, "GET", TRANSACTIONS, form).document["data"])


class RefundRules:
    """A part of the suite of stores; see there for the fixtures."""

    def test_refunds_at_once_give_back_no_more_than_was_paid(self, store: Store, again: Store) -> None:
        """Of eight refunds of 300 from a payment of 1000, three are made, whichever servers take them."""
        both = on(store), on(again)
        intent = paid(both[0])

        def refund(number: int) -> int:
            form = {"payment_intent": intent["id"], "amount": 300}
            return call(both[number % 2], "POST", REFUNDS, form).status

        with ThreadPoolExecutor(8) as threads:
            statuses = list(threads.map(refund, range(8)))
        assert sorted(statuses) == [200] * 3 + [400] * 5
        charge = call(both[1], "GET", f"/v1/charges/{intent['latest_charge']}").document
        assert (charge["amount_refunded"], charge["refunded"]) == (900, False)
        assert [one["amount"] for one in transactions(both[0], type="refund")] == [-300] * 3

    def test_what_time_brings_is_written_once(self, store: Store, again: Store) -> None:
        """A refund that fails gives its money back once, whoever looks at it or moves the clock."""
        now = [NOW]
        both = on(store, lambda: now[0]), on(again, lambda: now[0])
        intent = paid(both[0], "pm_card_refundFail")
        made = call(both[0], "POST", REFUNDS, {"payment_intent": intent["id"]}).document
        now[0] += 60
        with ThreadPoolExecutor(8) as threads:
            shown = list(
                threads.map(lambda number: call(both[number % 2], "GET", f"{REFUNDS}/{made['id']}").document, range(8))
            )
        assert all(one == shown[0] for one in shown)
        assert shown[0]["status"] == "failed"
        both[1].clock.advance(3600)
        assert [one["amount"] for one in transactions(both[0], source=made["id"])] == [1000, -1000]
        charge = call(both[1], "GET", f"/v1/charges/{intent['latest_charge']}").document
        assert charge["amount_refunded"] == 0

    def test_transactions_are_one_list_in_the_order_of_what_they_are_of(self, store: Store) -> None:
        """Charges, captures and refunds together, the newest first, and page by page the same in both directions."""
        now = [NOW]
        stripe = on(store, lambda: now[0])
        first, held = paid(stripe), paid(stripe, capture_method="manual")
        call(stripe, "POST", REFUNDS, {"payment_intent": first["id"], "amount": 1})
        call(stripe, "POST", f"/v1/payment_intents/{held['id']}/capture")
        paid(stripe, amount=700)
        create(stripe, confirm="true", payment_method="pm_card_visa_chargeDeclined")
        now[0] += 60
        every = transactions(stripe)
        assert [one["amount"] for one in every] == [700, 1000, -1, 1000]
        ids = [one["id"] for one in every]
        pages, after = [], {}
        while page := transactions(stripe, limit=1, **after):
            pages += [one["id"] for one in page]
            after = {"starting_after": pages[-1]}
        assert pages == ids
        assert [one["id"] for one in transactions(stripe, limit=2, ending_before=ids[3])] == ids[1:3]

    def test_a_period_is_invoiced_once_whoever_moves_the_clock(self, store: Store, again: Store) -> None:
        """Eight moves of the clock at two servers, a day and more each, make one invoice for each month."""
        both = on(store), on(again)
        form = {"customer": ANN, "items[0][price]": "price_TollbridgeYardMonthly01"}
        made = call(both[0], "POST", "/v1/subscriptions", form).document
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: both[number % 2].clock.advance(9 * 24 * 3600), range(8)))
        listed = call(both[1], "GET", "/v1/invoices", {"subscription": made["id"]}).document["data"]
        assert [one["created"] - NOW for one in listed] == [60 * 24 * 3600, 30 * 24 * 3600, 0]
        assert [one["status"] for one in listed] == ["paid"] * 3
