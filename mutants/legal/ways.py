"""Other ways to the same state at Stripe."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from mutants.patch import around, creating, mutant
from tollbridge import compose
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import CardRefused, DefaultPaymentMethodMissing, ProviderRefused


def _retries(count: int) -> None:
    around(compose, "url_gateway", lambda make: lambda url, settings: make(url, replace(settings, retries=count)))


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

    def make(create: Any) -> Any:
        async def created(self: Gateway, params: Any, *, until: float) -> Intent:
            if "confirm" not in params:
                plain: Intent = await create(self, params, until=until)
                return plain
            first = {n: v for n, v in params.items() if n not in ("confirm", "error_on_requires_action")}
            made: Intent = await create(self, first, until=until)
            how = {"error_on_requires_action": True}
            if "payment_method" not in params:
                customer = await self._ask("get", f"/v1/customers/{params['customer']}", {}, until)
                if customer["default_source"] is None:
                    await self._ask("post", f"/v1/payment_intents/{made.id}/cancel", {}, until)
                    raise ProviderRefused("none", code="payment_intent_unexpected_state", param=None)
                how["payment_method"] = customer["default_source"]  # type: ignore[assignment]
            await self._ask("post", f"/v1/payment_intents/{made.id}/confirm", how, until, charges=True)
            return made

        return created

    around(Gateway, "create_intent", make)


@mutant
def conditional_update() -> None:
    """The subscription is read first, and changed only where its card is another."""

    def make(update: Any) -> Any:
        async def updated(self: Gateway, subscription: str, method: str, *, until: float) -> None:
            now = await self._ask("get", f"/v1/subscriptions/{subscription}", {}, until)
            if now["default_payment_method"] != method:
                await update(self, subscription, method, until=until)

        return updated

    around(Gateway, "set_default_method", make)


@mutant
def update_twice() -> None:
    """The subscription is changed, and changed to the same again."""

    def make(update: Any) -> Any:
        async def updated(self: Gateway, subscription: str, method: str, *, until: float) -> None:
            await update(self, subscription, method, until=until)
            await update(self, subscription, method, until=until)

        return updated

    around(Gateway, "set_default_method", make)


@mutant
def default_source_read_first() -> None:
    """The customer's default source is read before it is charged."""

    def make(create: Any) -> Any:
        async def created(self: Payments, params: dict[str, Any], until: float) -> Intent:
            if "confirm" in params and "payment_method" not in params:
                customer = await self._gateway._ask("get", f"/v1/customers/{params['customer']}", {}, until)
                if customer["default_source"] is None:
                    raise DefaultPaymentMethodMissing("There is no default source.")
            made: Intent = await create(self, params, until)
            return made

        return created

    around(Payments, "_create", make)


@mutant
def declined_intent_cancelled() -> None:
    """The intent of a declined card is cancelled."""

    def make(create: Any) -> Any:
        async def created(self: Gateway, params: Any, *, until: float) -> Intent:
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

        return created

    around(Gateway, "create_intent", make)


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

    def make(_has: Any) -> Any:
        async def found(self: Gateway, customer: str, method: str, *, until: float) -> bool:
            try:
                listed = await self._ask("get", f"/v1/customers/{customer}/payment_methods?limit=100", {}, until)
            except ProviderRefused:
                return False
            return method in [one["id"] for one in listed["data"]]  # type: ignore[attr-defined]

        return found

    around(Gateway, "has_method", make)
