"""Gate fees: another operation on the same use case."""

from typing import Any

from tollbridge.payments import Payments, Reply
from tollbridge.world import Caller


async def charge_gate_fee(body: dict[str, Any], gate: int, caller: Caller, payments: Payments) -> Reply:
    """Create a PaymentIntent for a gate's fee."""
    secret = await payments.create_intent(
        caller.organization, amount=body["price"], currency=body["unit"], description=f"Gate {gate}"
    )
    return Reply(201, {"token": secret})
