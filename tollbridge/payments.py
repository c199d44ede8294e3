"""The use case: from a request that fits the contract to Stripe, and the order of the effects.

Resolve → refuse what cannot work → create the intent → only then move the subscription. A decline
leaves the subscription alone, and no answer invites a second charge.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tollbridge.gateway import FoundIntent, Gateway, Intent, StripeSession
from tollbridge.problems import (
    CustomerMissing,
    DefaultPaymentMethodMissing,
    PaymentMethodNotAttached,
    PaymentMethodNotFound,
    Problem,
    ProviderRefused,
    SubscriptionMissing,
    SubscriptionNotUpdated,
)
from tollbridge.world import Organization

log = logging.getLogger(__name__)

NOTHING_TO_CONFIRM_WITH = "payment_intent_unexpected_state"
"""Stripe's code for a confirmation without a payment method where the customer has no default source."""


class Reply(NamedTuple):
    """The answer of a handler.

    Args:
        status: of HTTP; one that the contract documents for the operation.
        body: a JSON document; None where the status has no content.
        headers: of the answer, by name, besides those that every answer has.
    """

    status: int
    body: object = None
    headers: Mapping[str, str | int] = MappingProxyType({})


class Payments:
    """Creates PaymentIntents for organizations."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def create_intent(
        self,
        organization: Organization,
        *,
        amount: int,
        currency: str,
        description: str | None = None,
        error_on_requires_action: bool = False,
        payment_method: int | None = None,
        receipt_email: str | None = None,
    ) -> str:
        """Create a PaymentIntent and tie the payment method to the organization's subscription.

        Args:
            organization: who pays.
            amount: minor units of the currency.
            currency: three letters, lower case.
            description: shown at Stripe; None for none.
            error_on_requires_action: true confirms on the server, which charges the card; false leaves
                that to the browser.
            payment_method: the platform's id; None for the customer's default source.
            receipt_email: where Stripe sends the receipt; None for none.

        Returns:
            The client secret.

        Raises:
            Problem: 402, 404, 409, 502 or 503.

        Source: the documented page; Stripe's "create a PaymentIntent".
        """
        session = self._gateway.begin()
        customer = _customer(organization)
        method = await self._method(organization, customer, payment_method, session)
        confirms: dict[str, object] = {"confirm": True, "error_on_requires_action": True}
        optional = {"description": description, "receipt_email": receipt_email, "payment_method": method}
        params: dict[str, object] = {
            "amount": amount,
            "currency": currency,
            "customer": customer,
            # Automatic methods refuse error_on_requires_action, and a confirmation without return_url.
            "payment_method_types": ["card"],
            **{name: value for name, value in optional.items() if value is not None},
            **(confirms if error_on_requires_action else {}),
        }
        intent = await self._create(params, session)
        if method is not None:
            await self._tie(organization, method, intent, session, charged=error_on_requires_action)
        return intent.client_secret

    async def find_intent(self, organization: Organization, intent: str) -> FoundIntent | None:
        """Look up a PaymentIntent of an organization.

        Args:
            organization: whose it has to be.
            intent: `pi_…`.

        Returns:
            None where there is none with the id, and where it is another organization's.

        Raises:
            Problem: 409, 502 or 503.
        """
        customer = _customer(organization)
        found = await self._gateway.begin().find_intent(intent)
        return found if found is not None and found.customer == customer else None

    async def _method(
        self, organization: Organization, customer: str, chosen: int | None, session: StripeSession
    ) -> str | None:
        """Return the chosen method's id at Stripe; None where none was chosen."""
        if chosen is None:
            return None
        if organization.subscription is None:
            raise SubscriptionMissing(
                "A payment_method was sent, and the organization has no subscription to tie it to. "
                "Leave payment_method out, or subscribe first."
            )
        method = organization.payment_methods.get(chosen)
        if method is None:
            raise PaymentMethodNotFound(
                f"The organization has no payment method {chosen}. Send the id of one of its saved methods."
            )
        if not await session.has_method(customer, method.stripe):
            raise PaymentMethodNotAttached(
                f"Payment method {chosen} is not attached to the organization's customer at Stripe. "
                "Attach it there first, or send another."
            )
        return method.stripe

    async def _create(self, params: dict[str, object], session: StripeSession) -> Intent:
        try:
            return await session.create_intent(params)
        except ProviderRefused as problem:
            confirms_without_method = "confirm" in params and "payment_method" not in params
            if confirms_without_method and problem.members.get("provider_code") == NOTHING_TO_CONFIRM_WITH:
                raise DefaultPaymentMethodMissing(
                    "The card was to be charged on the server, no payment_method was sent, and the customer "
                    "has no default source. Send a payment_method."
                ) from problem
            raise

    async def _tie(
        self, organization: Organization, method: str, intent: Intent, session: StripeSession, *, charged: bool
    ) -> None:
        """Make the method the subscription's default, or leave nothing that could be charged twice."""
        assert organization.subscription is not None
        try:
            await session.set_default_method(organization.subscription, method)
        except Problem as problem:
            if charged:
                raise SubscriptionNotUpdated(
                    "The card was charged, and the subscription kept its old payment method. Do not send "
                    "this request again: it would charge twice.",
                    members={"payment_intent": intent.id},
                ) from problem
            await self._cancel(intent, session)
            raise

    async def _cancel(self, intent: Intent, session: StripeSession) -> None:
        try:
            await session.cancel_intent(intent.id)
        except Problem as problem:
            log.error("PaymentIntent %s was left behind: cancelling it failed (%s)", intent.id, problem.error_code)


def _customer(organization: Organization) -> str:
    if organization.customer is None:
        raise CustomerMissing(f"Organization {organization.id} has no customer at Stripe, so nothing can be charged.")
    return organization.customer
