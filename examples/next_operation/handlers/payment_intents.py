"""Payment intents: made, and seen."""

from typing import Any

from tollbridge.payments import Payments, Reply
from tollbridge.server.own_problems import Problems
from tollbridge.world import Caller


async def create_payment_intent(body: dict[str, Any], caller: Caller, payments: Payments) -> Reply:
    """Create a PaymentIntent for the caller's organization, as the bundled handler does."""
    secret = await payments.create_intent(caller.organization, **body)
    return Reply(200, {"client_secret": secret})


async def get_payment_intent(id: str, caller: Caller, payments: Payments, problems: Problems) -> Reply:
    """See an intent of the caller's organization."""
    found = await payments.find_intent(caller.organization, id)
    if found is None:
        raise problems["payment-intent-not-found"](f"The organization has no payment intent {id}.")
    return Reply(200, {"id": id, "status": found.status, "amount": found.amount, "currency": found.currency})
