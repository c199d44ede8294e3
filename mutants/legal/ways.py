"""Other ways to the same state at Stripe."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from mutants.patch import created_in_two, creating, instead, mutant
from tollbridge import compose
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import CardRefused, DefaultPaymentMethodMissing, ProviderRefused


def _retries(count: int) -> None:
    instead(compose, "url_gateway", lambda make, url, settings: make(url, replace(settings, retries=count)))


@mutant
def one_retry_more() -> None:
    """A call to Stripe is tried once more."""
    _retries(3)


@mutant
def no_retries() -> None:
    """A call to Stripe is tried once."""
    _retries(0)


@mutant
def create_then_confirm() -> None:
    """A charge is two calls: create, then confirm."""

    instead(Gateway, "create_intent", partial(created_in_two, more={}))


@mutant
def conditional_update() -> None:
    """The subscription is read first, and changed only where its card is another."""

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        now = await self._ask("get", f"/v1/subscriptions/{subscription}", {}, until)
        if now["default_payment_method"] != method:
            await update(self, subscription, method, until=until)

    instead(Gateway, "set_default_method", updated)


@mutant
def update_twice() -> None:
    """The subscription is changed, and changed to the same again."""

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        await update(self, subscription, method, until=until)
        await update(self, subscription, method, until=until)

    instead(Gateway, "set_default_method", updated)


@mutant
def default_source_read_first() -> None:
    """The customer's default source is read before it is charged."""

    async def created(create: Any, self: Payments, params: dict[str, Any], until: float) -> Intent:
        if "confirm" in params and "payment_method" not in params:
            customer = await self._gateway._ask("get", f"/v1/customers/{params['customer']}", {}, until)
            if customer["default_source"] is None:
                raise DefaultPaymentMethodMissing("There is no default source.")
        made: Intent = await create(self, params, until)
        return made

    instead(Payments, "_create", created)


@mutant
def declined_intent_cancelled() -> None:
    """The intent of a declined card is cancelled."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        try:
            made: Intent = await create(self, params, until=until)
            return made
        except CardRefused:
            found = await self._ask("get", f"/v1/payment_intents?customer={params['customer']}&limit=20", {}, until)
            refused = [i for i in found["data"] if i["last_payment_error"] and i["status"] != "canceled"]  # type: ignore[attr-defined]
            for intent in refused[:1]:  # another request may have cancelled it already
                with suppress(ProviderRefused):
                    await self._ask("post", f"/v1/payment_intents/{intent['id']}/cancel", {}, until)
            raise

    instead(Gateway, "create_intent", created)


@mutant
def with_metadata() -> None:
    """The intent has metadata of the platform's."""
    creating(lambda params: params.update(metadata={"platform": "gatego", "yard": "4"}))


@mutant
def with_expand() -> None:
    """The intent is asked for with its customer expanded."""
    creating(lambda params: params.update(expand=["customer"]))


@mutant
def automatic_capture_said() -> None:
    """The intent is made with capture_method=automatic."""
    creating(lambda params: params.update(capture_method="automatic"))


@mutant
def looks_in_the_list() -> None:
    """Whether a card is the customer's is looked up in the customer's list."""

    async def found(_has: Any, self: Gateway, customer: str, method: str, *, until: float) -> bool:
        try:
            listed = await self._ask("get", f"/v1/customers/{customer}/payment_methods?limit=100", {}, until)
        except ProviderRefused:
            return False
        return method in [one["id"] for one in listed["data"]]  # type: ignore[attr-defined]

    instead(Gateway, "has_method", found)
