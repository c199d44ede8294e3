"""What we ask of Stripe, as typed functions with small results."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

import stripe

from tollbridge.gateway.attempts import Attempts, current
from tollbridge.gateway.failures import problem_for
from tollbridge.problems import ProviderRefused

CLEAN_UP_SHARE = 0.2
"""The share of the time for one request that is kept for undoing what cannot be finished."""


@dataclass(frozen=True, slots=True, repr=False)
class Intent:
    """A PaymentIntent that Stripe made. It has no repr: the secret is not for logs.

    Args:
        id: `pi_…`.
        client_secret: what the browser confirms with.
    """

    id: str
    client_secret: str


class Gateway:
    """Stripe, for one request at a time: `begin` starts its clock, the calls share it."""

    def __init__(self, client: stripe.StripeClient, *, answer_within: float) -> None:
        """Wrap a client.

        Args:
            client: made by this package, so that version, retries and time-outs are set.
            answer_within: seconds for all calls of one request together.
        """
        self._client = client
        self._answer_within = answer_within

    def begin(self) -> float:
        """Return the loop time at which the request that begins now has to be answered."""
        return asyncio.get_running_loop().time() + self._answer_within

    async def has_method(self, customer: str, method: str, *, until: float) -> bool:
        """Tell whether Stripe knows the method as one of the customer, looked up afresh.

        Raises:
            Problem: 502 or 503, where Stripe could not be asked.
        """
        try:
            await self._ask("get", f"/v1/customers/{quote(customer)}/payment_methods/{quote(method)}", {}, until)
        except ProviderRefused:
            return False
        return True

    async def create_intent(self, params: Mapping[str, object], *, until: float) -> Intent:
        """Create a PaymentIntent.

        Args:
            params: Stripe's parameters; `confirm` true charges the card.
            until: the loop time at which the request has to be answered.

        Raises:
            Problem: 402, 409, 502 or 503 by the table in `failures`.
        """
        charges = params.get("confirm") is True
        made = await self._ask("post", "/v1/payment_intents", params, until, charges=charges)
        identity, secret = made.get("id"), made.get("client_secret")
        if not isinstance(identity, str) or not isinstance(secret, str):
            raise problem_for(None, Attempts(arrived=True, status=200), charges=charges)
        return Intent(identity, secret)

    async def set_default_method(self, subscription: str, method: str, *, until: float) -> None:
        """Make the method the subscription's default.

        Raises:
            Problem: 409, 502 or 503 by the table in `failures`.
        """
        path = f"/v1/subscriptions/{quote(subscription)}"
        await self._ask("post", path, {"default_payment_method": method}, until)

    async def cancel_intent(self, intent: str, *, until: float) -> None:
        """Cancel a PaymentIntent that nobody confirmed, with the time kept for that.

        Raises:
            Problem: 409, 502 or 503 by the table in `failures`.
        """
        await self._ask("post", f"/v1/payment_intents/{quote(intent)}/cancel", {}, until, cleans_up=True)

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, object],
        until: float,
        *,
        charges: bool = False,
        cleans_up: bool = False,
    ) -> Mapping[str, object]:
        attempts = Attempts()
        token = current.set(attempts)
        key = {"idempotency_key": str(uuid4())} if method == "post" else {}
        limit = until if cleans_up else until - CLEAN_UP_SHARE * self._answer_within
        try:
            async with asyncio.timeout_at(limit):
                reply = await self._client.raw_request_async(method, path, **params, **key)
            return _object(reply.data)
        except stripe.StripeError as error:
            raise problem_for(error, attempts, charges=charges) from None
        except TimeoutError:
            attempts.out_of_time()
            raise problem_for(None, attempts, charges=charges) from None
        except (AttributeError, KeyError, TypeError, ValueError):
            # The SDK (16.1.0) trips over error bodies of another shape, such as {"error": "text"}.
            raise problem_for(None, attempts, charges=charges) from None
        finally:
            current.reset(token)


def _object(data: object) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise TypeError("the answer is not an object")
    return data
