"""Refunds after their answer: the network names them, and two test cards decide late."""

from tollbridge.simulator.model.rows import Charge, Refund
from tollbridge.simulator.resources.balance import moved
from tollbridge.simulator.resources.context import Context

PENDING_CARD = "4000000000007726"
FAILING_CARD = "4000000000005126"
NAMED_AFTER = 1
"""Seconds until the card's network gives a reference; recorded."""

DECIDED_AFTER = 5
"""Seconds until a pending refund succeeds, or one fails; Stripe says "later" (unverified)."""

REFERENCE_DIGITS = 16


def next_change(row: Refund) -> int | None:
    """Return when a refund changes by itself, in seconds since the epoch; None for never again."""
    if row.reference is None:
        return row.created + NAMED_AFTER
    return row.created + DECIDED_AFTER if row.decides else None


def changed(context: Context, row: Refund) -> Refund:
    """Make the next change of a refund."""
    if row.reference is None:
        digits = context.randomness.randrange(10**REFERENCE_DIGITS)
        row = row._replace(reference=f"{digits:0{REFERENCE_DIGITS}}")
    elif row.status == "pending":
        row = row._replace(status="succeeded", decides=False)
    else:
        row = _failed(context, row)
    context.work.put(row)
    return row


def _failed(context: Context, row: Refund) -> Refund:
    """Give the money back to the balance, and to what is left of the charge (unverified)."""
    charge = context.work.get(Charge, row.charge)
    assert charge is not None  # charges are never deleted
    back = moved(context, "refund_failure", row.id, charge, row.amount, f"REFUND FAILURE ({row.id})").id
    context.work.put(charge._replace(refunded=charge.refunded - row.amount))
    return row._replace(status="failed", failure_reason="unknown", failure_balance_transaction=back, decides=False)
