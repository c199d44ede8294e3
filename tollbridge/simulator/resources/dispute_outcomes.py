"""How disputes begin and end: three test cards begin them with the payment, and magic words of evidence decide them."""

from dataclasses import dataclass

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.fees import DISPUTE
from tollbridge.simulator.model.rows import Charge, Dispute
from tollbridge.simulator.resources.balance import moved
from tollbridge.simulator.resources.context import Context

DECIDED_AFTER = 5
"""Seconds after evidence, until the bank has decided; recorded."""

ESCALATES = "escalate_inquiry_evidence"
DECISIONS = {"winning_evidence": "won", "losing_evidence": "lost"}
CLOSED = ("won", "lost", "warning_closed")


@dataclass(frozen=True, slots=True)
class Beginning:
    """The dispute that a test card begins.

    Args:
        reason: Stripe's.
        network_code: the network's own code of it.
        asks: whether it is an inquiry only, which takes no money.
    """

    reason: str
    network_code: str
    asks: bool = False


BEGINNINGS = {
    "4000000000000259": Beginning("fraudulent", "10.4"),
    "4000000000002685": Beginning("product_not_received", "13.1"),
    "4000000000001976": Beginning("fraudulent", "10", asks=True),
}
"""By the number of the card."""


def begin_dispute(context: Context, charge: Charge) -> None:
    """Dispute a charge that was captured just now, where its card is one of those."""
    beginning = BEGINNINGS.get(charge.card)
    if beginning is None:
        return
    row = Dispute(
        id=context.new_id("du"),
        charge=charge.id,
        payment_intent=charge.payment_intent,
        card=charge.card,
        amount=charge.amount_captured,
        currency=charge.currency,
        created=context.now,
        status="warning_needs_response" if beginning.asks else "needs_response",
        reason=beginning.reason,
        network_code=beginning.network_code,
        evidence={},
        transactions=[],
    )
    row = row if beginning.asks else _withdrawn(context, row, charge)
    context.work.put(row)
    context.did("charge.dispute.created", row.id)
    context.work.put(charge._replace(dispute=row.id))


def _withdrawn(context: Context, row: Dispute, charge: Charge) -> Dispute:
    """Take the money off the balance, and Stripe's fee."""
    said = f"Chargeback withdrawal for {charge.id}"
    taken = moved(context, "dispute", row.id, charge, -row.amount, said, fee=DISPUTE)
    return row._replace(transactions=[*row.transactions, shapes.balance_transaction(taken)])


def next_change(row: Dispute) -> int | None:
    """Return when a dispute is decided, in seconds since the epoch; None while that is not known."""
    return row.decided_at


def changed(context: Context, row: Dispute) -> Dispute:
    """Decide a dispute as its evidence says."""
    charge = context.work.get(Charge, row.charge)
    assert charge is not None  # charges are never deleted
    said = row.evidence.get("uncategorized_text", "")
    row = row._replace(decided_at=None)
    if said == ESCALATES:
        row = _withdrawn(context, row._replace(status="needs_response"), charge)
    else:
        row = row._replace(status=DECISIONS.get(said, row.status))
    if row.status == "won":
        back = moved(context, "dispute_reversal", row.id, charge, row.amount, f"Chargeback reversal for {charge.id}")
        row = row._replace(transactions=[*row.transactions, shapes.balance_transaction(back)])
    context.work.put(row)
    return row
