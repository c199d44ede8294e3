"""Payment intents."""

from typing import Any

from tollbridge.payments import Payments, Reply
from tollbridge.world import Caller


async def create_payment_intent(body: dict[str, Any], caller: Caller, payments: Payments) -> Reply:
    """Create a PaymentIntent for the caller's organization.

    Args:
        body: `PaymentIntentRequest` of the contract, validated.
        caller: who acts, and for which organization.
        payments: the use case.

    Returns:
        200 with `PaymentIntentSecret` of the contract.

    Raises:
        Problem: 402, 404, 409, 502 or 503.

    Source: `POST /api/payment/intent` of the contract.
    """
    secret = await payments.create_intent(caller.organization, **body)
    return Reply(200, {"client_secret": secret})
