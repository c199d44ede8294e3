"""Calls to Stripe, as typed functions with small results."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

import stripe

from tollbridge.deadline import done_by
from tollbridge.gateway.attempts import Attempts
from tollbridge.gateway.failures import problem_for
from tollbridge.gateway.sdk import Sdk
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


@dataclass(frozen=True, slots=True)
class FoundIntent:
    """A PaymentIntent as Stripe has it.

    Args:
        status: Stripe's word.
        amount: minor units of the currency.
        currency: three letters, lower case.
        customer: whose it is; None for no customer.
    """

    status: str
    amount: int
    currency: str
    customer: str | None


class Gateway:
    """Stripe, for all requests."""

    def __init__(self, sdk: Sdk, *, answer_within: float) -> None:
        """Wrap the SDK.

        Args:
            sdk: set up for one Stripe.
            answer_within: seconds for all calls of one request together.
        """
        self._sdk = sdk
        self._answer_within = answer_within

    def begin(self) -> "StripeSession":
        """Return what the request that begins now has of Stripe."""
        until = asyncio.get_running_loop().time() + self._answer_within
        return StripeSession(self._sdk, until, CLEAN_UP_SHARE * self._answer_within)


@dataclass(frozen=True, slots=True)
class StripeSession:
    """Stripe, for one request: all its calls share a deadline.

    Args:
        sdk: set up for one Stripe.
        until: the loop time at which the request has to be answered.
        clean_up: seconds of it that are kept for undoing what cannot be finished.
    """

    sdk: Sdk
    until: float
    clean_up: float

    async def has_method(self, customer: str, method: str) -> bool:
        """Tell whether Stripe knows the method as one of the customer, looked up afresh.

        Raises:
            Problem: 502 or 503, where Stripe could not be asked.
        """
        try:
            await self._ask("get", f"/v1/customers/{quote(customer)}/payment_methods/{quote(method)}", {})
        except ProviderRefused:
            return False
        return True

    async def create_intent(self, params: Mapping[str, object]) -> Intent:
        """Create a PaymentIntent.

        Args:
            params: Stripe's parameters; `confirm` true charges the card.

        Raises:
            Problem: 402, 409, 502 or 503 by the table in `failures`.
        """
        charges = params.get("confirm") is True
        made = await self._ask("post", "/v1/payment_intents", params, charges=charges)
        identity, secret = made.get("id"), made.get("client_secret")
        if not isinstance(identity, str) or not isinstance(secret, str):
            raise problem_for(None, Attempts(arrived=True, status=200), charges=charges)
        return Intent(identity, secret)

    async def find_intent(self, intent: str) -> FoundIntent | None:
        """Look a PaymentIntent up.

        Returns:
            None where Stripe has none with the id.

        Raises:
            Problem: 502 or 503, where Stripe could not be asked, or answered something else.
        """
        try:
            seen = await self._ask("get", f"/v1/payment_intents/{quote(intent, safe='')}", {})
        except ProviderRefused:
            return None
        status, amount, currency, customer = (seen.get(name) for name in ("status", "amount", "currency", "customer"))
        if not isinstance(status, str) or not isinstance(amount, int) or not isinstance(currency, str):
            raise problem_for(None, Attempts(arrived=True, status=200), charges=False)
        return FoundIntent(status, amount, currency, customer if isinstance(customer, str) else None)

    async def set_default_method(self, subscription: str, method: str) -> None:
        """Make the method the subscription's default.

        Raises:
            Problem: 409, 502 or 503 by the table in `failures`.
        """
        path = f"/v1/subscriptions/{quote(subscription)}"
        await self._ask("post", path, {"default_payment_method": method})

    async def cancel_intent(self, intent: str) -> None:
        """Cancel an unconfirmed PaymentIntent, with the time kept for that.

        Raises:
            Problem: 409, 502 or 503 by the table in `failures`.
        """
        await self._ask("post", f"/v1/payment_intents/{quote(intent)}/cancel", {}, cleans_up=True)

    async def _ask(
        self, method: str, path: str, params: Mapping[str, object], *, charges: bool = False, cleans_up: bool = False
    ) -> Mapping[str, object]:
        attempts = Attempts()
        key = str(uuid4()) if method == "post" else None
        try:
            limit = self.until if cleans_up else self.until - self.clean_up
            return _object(await done_by(limit, self.sdk.ask(method, path, params, key, attempts)))
        except stripe.StripeError as error:
            raise problem_for(error, attempts, charges=charges) from None
        except TimeoutError:
            attempts.out_of_time()
            raise problem_for(None, attempts, charges=charges) from None
        except (AttributeError, KeyError, TypeError, ValueError):
            # The SDK (16.1.0) trips over error bodies of another shape, such as {"error": "text"}.
            raise problem_for(None, attempts, charges=charges) from None


def _object(answer: object) -> Mapping[str, object]:
    if not isinstance(answer, dict):
        raise TypeError("the answer is not an object")
    return answer
