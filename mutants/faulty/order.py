"""The order of the effects, and what becomes of the subscription."""

from typing import Any

from mutants.patch import instead, mutant
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import CardRefused, CustomerMissing, PaymentMethodNotAttached, Problem


@mutant
def subscription_first() -> None:
    """The subscription is changed before the intent is made."""

    async def found(method: Any, self: Payments, organization: Any, customer: str, chosen: Any, until: float) -> Any:
        known = await method(self, organization, customer, chosen, until)
        if known:
            await self._gateway.set_default_method(organization.subscription, known, until=until)
        return known

    instead(Payments, "_method", found)
    instead(Payments, "_tie", _nothing)


async def _nothing(*_given: Any, **_named: Any) -> None:
    """Do nothing."""


@mutant
def subscription_forgotten() -> None:
    """The subscription is not changed."""
    instead(Payments, "_tie", _nothing)


@mutant
def subscription_forgotten_on_charge() -> None:
    """The subscription is not changed where the card is charged on the server."""

    async def tied(
        tie: Any, self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
    ) -> None:
        if not charged:
            await tie(self, organization, method, intent, until, charged=charged)

    instead(Payments, "_tie", tied)


@mutant
def another_subscription() -> None:
    """The first organization's subscription is changed, whoever pays."""

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        chosen = "sub_QuayOne0000001" if method == "pm_QuaySeven000000000074242" else subscription
        await update(self, chosen, method, until=until)

    instead(Gateway, "set_default_method", updated)


@mutant
def both_subscriptions() -> None:
    """Another organization's subscription is changed too."""

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        await update(self, subscription, method, until=until)
        path = "/v1/subscriptions/sub_InlandNine0009"
        await self._ask("post", path, {"default_payment_method": "pm_InlandNine00000000094242"}, until)

    instead(Gateway, "set_default_method", updated)


@mutant
def subscription_ends_with_it() -> None:
    """The subscription is told to end with its period."""

    async def updated(_update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        more = {"default_payment_method": method, "cancel_at_period_end": True}
        await self._ask("post", f"/v1/subscriptions/{subscription}", more, until)

    instead(Gateway, "set_default_method", updated)


def not_made(change: Any, *, by_card: bool = True) -> None:
    """Let a function do something where the card, or all else, is why no intent is made.

    It gets the gateway, the parameters and the deadline.
    """

    async def created(create: Any, self: Payments, params: dict[str, Any], until: float) -> Intent:
        try:
            made: Intent = await create(self, params, until)
            return made
        except Problem as problem:
            if isinstance(problem, CardRefused) is by_card:
                await change(self._gateway, params, until)
            raise

    instead(Payments, "_create", created)


async def tied_to_the_first(gateway: Gateway, params: dict[str, Any], until: float) -> None:
    """Make the card of the first organization's request its subscription's."""
    if params["customer"] == "cus_QuayOne0000001" and "payment_method" in params:
        await gateway.set_default_method("sub_QuayOne0000001", params["payment_method"], until=until)


@mutant
def refused_card_is_tied() -> None:
    """A card that is refused becomes the subscription's all the same."""
    not_made(tied_to_the_first)


@mutant
def default_source_is_tied() -> None:
    """A request without a payment method ties the default one."""

    async def created(create: Any, self: Payments, organization: Any, **fields: Any) -> str:
        secret: str = await create(self, organization, **fields)
        if fields.get("payment_method") is None and organization.id == 1:
            method = "pm_QuayOne00000000000004242"
            await self._gateway.set_default_method(organization.subscription, method, until=self._gateway.begin())
        return secret

    instead(Payments, "create_intent", created)


@mutant
def intent_before_the_look_up() -> None:
    """The intent is made before it is known whether the card can be used."""

    async def found(method: Any, self: Payments, organization: Any, customer: str, chosen: Any, until: float) -> Any:
        if chosen is not None:
            params = {"amount": 100, "currency": "usd", "customer": customer, "payment_method_types": ["card"]}
            try:
                return await method(self, organization, customer, chosen, until)
            except Exception:
                await self._gateway.create_intent(params, until=until)
                raise
        return await method(self, organization, customer, chosen, until)

    instead(Payments, "_method", found)


@mutant
def attached_on_the_way() -> None:
    """A card that is not attached to the customer is attached."""

    async def known(has: Any, self: Gateway, customer: str, method: str, *, until: float) -> bool:
        if await has(self, customer, method, until=until):
            return True
        await self._ask("post", f"/v1/payment_methods/{method}/attach", {"customer": customer}, until)
        return True

    instead(Gateway, "has_method", known)


@mutant
def attached_and_refused() -> None:
    """A card that is not attached to the customer is attached, and the request refused all the same."""

    async def known(has: Any, self: Gateway, customer: str, method: str, *, until: float) -> bool:
        if await has(self, customer, method, until=until):
            return True
        try:
            await self._ask("post", f"/v1/payment_methods/{method}/attach", {"customer": customer}, until)
        except Exception:
            return False
        raise PaymentMethodNotAttached("It was not attached.")

    instead(Gateway, "has_method", known)


@mutant
def no_subscription_no_matter() -> None:
    """Where there is no subscription, the payment method is charged and tied to nothing."""

    async def found(method: Any, self: Payments, organization: Any, customer: str, chosen: Any, until: float) -> Any:
        if chosen is not None and organization.subscription is None and chosen in organization.payment_methods:
            return organization.payment_methods[chosen].stripe
        return await method(self, organization, customer, chosen, until)

    instead(Payments, "_method", found)

    async def tied(
        tie: Any, self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
    ) -> None:
        if organization.subscription:
            await tie(self, organization, method, intent, until, charged=charged)

    instead(Payments, "_tie", tied)


@mutant
def customer_told_the_address() -> None:
    """The customer at Stripe gets the receipt's address."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        made: Intent = await create(self, params, until=until)
        if "receipt_email" in params:
            await self._ask("post", f"/v1/customers/{params['customer']}", {"email": params["receipt_email"]}, until)
        return made

    instead(Gateway, "create_intent", created)


@mutant
def customer_made_on_the_way() -> None:
    """An organization without a customer is given one at Stripe, and is refused."""

    async def created(create: Any, self: Payments, organization: Any, **fields: Any) -> str:
        try:
            return await create(self, organization, **fields)  # type: ignore[no-any-return]
        except CustomerMissing:
            await self._gateway._ask("post", "/v1/customers", {"name": "new"}, self._gateway.begin())
            raise

    instead(Payments, "create_intent", created)
