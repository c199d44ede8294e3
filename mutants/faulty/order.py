"""The order of the effects, and what becomes of the subscription."""

from typing import Any

from mutants.patch import around, mutant
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import CardRefused, CustomerMissing, PaymentMethodNotAttached


def _tying(change: Any) -> None:
    def make(tie: Any) -> Any:
        async def tied(
            self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
        ) -> None:
            await change(tie, self, organization, method, intent, until, charged)

        return tied

    around(Payments, "_tie", make)


@mutant
def subscription_first() -> None:
    """The subscription is changed before the intent is made."""

    def make(method: Any) -> Any:
        async def found(self: Payments, organization: Any, customer: str, chosen: Any, until: float) -> Any:
            known = await method(self, organization, customer, chosen, until)
            if known:
                await self._gateway.set_default_method(organization.subscription, known, until=until)
            return known

        return found

    around(Payments, "_method", make)
    _tying(lambda *_args: _nothing())


async def _nothing() -> None:
    """Do nothing."""


@mutant
def subscription_forgotten() -> None:
    """The subscription is not changed."""
    _tying(lambda *_args: _nothing())


@mutant
def subscription_forgotten_on_charge() -> None:
    """The subscription is not changed where the card is charged on the server."""

    async def change(
        tie: Any, self: Any, organization: Any, method: Any, intent: Any, until: Any, charged: bool
    ) -> None:
        if not charged:
            await tie(self, organization, method, intent, until, charged=charged)

    _tying(change)


@mutant
def another_subscription() -> None:
    """The first organization's subscription is changed, whoever pays."""

    def make(update: Any) -> Any:
        async def updated(self: Gateway, subscription: str, method: str, *, until: float) -> None:
            chosen = "sub_QuayOne0000001" if method == "pm_QuaySeven000000000074242" else subscription
            await update(self, chosen, method, until=until)

        return updated

    around(Gateway, "set_default_method", make)


@mutant
def both_subscriptions() -> None:
    """Another organization's subscription is changed too."""

    def make(update: Any) -> Any:
        async def updated(self: Gateway, subscription: str, method: str, *, until: float) -> None:
            await update(self, subscription, method, until=until)
            path = "/v1/subscriptions/sub_InlandNine0009"
            await self._ask("post", path, {"default_payment_method": "pm_InlandNine00000000094242"}, until)

        return updated

    around(Gateway, "set_default_method", make)


@mutant
def subscription_ends_with_it() -> None:
    """The subscription is told to end with its period."""

    def make(_update: Any) -> Any:
        async def updated(self: Gateway, subscription: str, method: str, *, until: float) -> None:
            more = {"default_payment_method": method, "cancel_at_period_end": True}
            await self._ask("post", f"/v1/subscriptions/{subscription}", more, until)

        return updated

    around(Gateway, "set_default_method", make)


@mutant
def refused_card_is_tied() -> None:
    """A card that is refused becomes the subscription's all the same."""

    def make(create: Any) -> Any:
        async def created(self: Payments, params: dict[str, Any], until: float) -> Intent:
            try:
                made: Intent = await create(self, params, until)
                return made
            except CardRefused:
                if params["customer"] == "cus_QuayOne0000001" and "payment_method" in params:
                    await self._gateway.set_default_method("sub_QuayOne0000001", params["payment_method"], until=until)
                raise

        return created

    around(Payments, "_create", make)


@mutant
def default_source_is_tied() -> None:
    """A request without a payment method ties the default one."""

    def make(create: Any) -> Any:
        async def created(self: Payments, organization: Any, **fields: Any) -> str:
            secret: str = await create(self, organization, **fields)
            if fields.get("payment_method") is None and organization.id == 1:
                method = "pm_QuayOne00000000000004242"
                await self._gateway.set_default_method(organization.subscription, method, until=self._gateway.begin())
            return secret

        return created

    around(Payments, "create_intent", make)


@mutant
def intent_before_the_look_up() -> None:
    """The intent is made before it is known whether the card can be used."""

    def make(method: Any) -> Any:
        async def found(self: Payments, organization: Any, customer: str, chosen: Any, until: float) -> Any:
            if chosen is not None:
                params = {"amount": 100, "currency": "usd", "customer": customer, "payment_method_types": ["card"]}
                try:
                    return await method(self, organization, customer, chosen, until)
                except Exception:
                    await self._gateway.create_intent(params, until=until)
                    raise
            return await method(self, organization, customer, chosen, until)

        return found

    around(Payments, "_method", make)


@mutant
def attached_on_the_way() -> None:
    """A card that is not attached to the customer is attached."""

    def make(has: Any) -> Any:
        async def known(self: Gateway, customer: str, method: str, *, until: float) -> bool:
            if await has(self, customer, method, until=until):
                return True
            await self._ask("post", f"/v1/payment_methods/{method}/attach", {"customer": customer}, until)
            return True

        return known

    around(Gateway, "has_method", make)


@mutant
def attached_and_refused() -> None:
    """A card that is not attached to the customer is attached, and the request refused all the same."""

    def make(has: Any) -> Any:
        async def known(self: Gateway, customer: str, method: str, *, until: float) -> bool:
            if await has(self, customer, method, until=until):
                return True
            try:
                await self._ask("post", f"/v1/payment_methods/{method}/attach", {"customer": customer}, until)
            except Exception:
                return False
            raise PaymentMethodNotAttached("It was not attached.")

        return known

    around(Gateway, "has_method", make)


@mutant
def no_subscription_no_matter() -> None:
    """Where there is no subscription, the payment method is charged and tied to nothing."""

    def make(method: Any) -> Any:
        async def found(self: Payments, organization: Any, customer: str, chosen: Any, until: float) -> Any:
            if chosen is not None and organization.subscription is None and chosen in organization.payment_methods:
                return organization.payment_methods[chosen].stripe
            return await method(self, organization, customer, chosen, until)

        return found

    around(Payments, "_method", make)

    async def change(
        tie: Any, self: Any, organization: Any, method: Any, intent: Any, until: Any, charged: bool
    ) -> None:
        if organization.subscription:
            await tie(self, organization, method, intent, until, charged=charged)

    _tying(change)


@mutant
def customer_told_the_address() -> None:
    """The customer at Stripe gets the receipt's address."""

    def make(create: Any) -> Any:
        async def created(self: Gateway, params: Any, *, until: float) -> Intent:
            made: Intent = await create(self, params, until=until)
            if "receipt_email" in params:
                await self._ask(
                    "post", f"/v1/customers/{params['customer']}", {"email": params["receipt_email"]}, until
                )
            return made

        return created

    around(Gateway, "create_intent", make)


@mutant
def customer_made_on_the_way() -> None:
    """An organization without a customer is given one at Stripe, and is refused."""

    def make(create: Any) -> Any:
        async def created(self: Payments, organization: Any, **fields: Any) -> str:
            try:
                return await create(self, organization, **fields)  # type: ignore[no-any-return]
            except CustomerMissing:
                await self._gateway._ask("post", "/v1/customers", {"name": "new"}, self._gateway.begin())
                raise

        return created

    around(Payments, "create_intent", make)
