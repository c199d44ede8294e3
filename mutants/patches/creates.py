"""Changes of the parameters with which an intent is created: conditions and changes for the rows of tables."""

from collections.abc import Callable, Mapping
from typing import Any

from mutants.patches.stripe import Creation, Params, replace_create
from tollbridge.gateway import Intent
from tollbridge.problems import ProviderRefused

When = Callable[[Params], bool]
Change = Callable[[Params], object]


def charged(params: Params) -> bool:
    """The card is charged on the server."""
    return "confirm" in params


def uncharged(params: Params) -> bool:
    """The browser confirms."""
    return "confirm" not in params


def with_card(params: Params) -> bool:
    """A saved card was chosen."""
    return "payment_method" in params


def without_card(params: Params) -> bool:
    """No saved card was chosen."""
    return "payment_method" not in params


def currency_in(*codes: str) -> When:
    """Return the condition that the currency is one of some."""
    return lambda params: params["currency"] in codes


def amount_in(least: int, below: int) -> When:
    """Return the condition that the amount is in a range of minor units."""
    return lambda params: least <= params["amount"] < below


def every(*conditions: When) -> When:
    """Return the condition that several are met."""
    return lambda params: all(condition(params) for condition in conditions)


def sets(**members: Any) -> Change:
    """Return the change that sets parameters."""
    return lambda params: params.update(members)


def drops(*names: str) -> Change:
    """Return the change that leaves parameters out."""
    return lambda params: [params.pop(name, None) for name in names]


def rewrites(name: str, rewrite: Callable[[Any], Any]) -> Change:
    """Return the change that puts a function of a parameter in its place, where the parameter is there."""
    return lambda params: params.update({name: rewrite(params[name])}) if name in params else None


def change_create(when: When, change: Change) -> None:
    """Let a function change the parameters of the creates that meet a condition."""

    async def created(creation: Creation) -> Intent:
        if when(creation.params):
            change(creation.params)
        return await creation.send()

    replace_create(created)


def change_every_create(change: Change) -> None:
    """Let a function change the parameters of every create."""
    change_create(lambda _params: True, change)


def confirm_apart(more: Mapping[str, object]) -> None:
    """Let a charge be two calls, create and confirm, with more on the confirmation."""

    async def created(creation: Creation) -> Intent:
        return await (_created_in_two(creation, more) if creation.charges else creation.send())

    replace_create(created)


async def _created_in_two(creation: Creation, more: Mapping[str, object]) -> Intent:
    params, stripe = creation.params, creation.stripe
    made = await creation.send({n: v for n, v in params.items() if n not in ("confirm", "error_on_requires_action")})
    how: Params = {"error_on_requires_action": True, **more}
    if without_card(params):
        how["payment_method"] = await _default_source(creation, made)
    await stripe.ask("post", f"/v1/payment_intents/{made.id}/confirm", how, charges=True)
    return made


async def _default_source(creation: Creation, made: Intent) -> Any:
    """Return the customer's default source; where there is none, cancel the intent and refuse as Stripe would."""
    stripe = creation.stripe
    customer = await stripe.ask("get", f"/v1/customers/{creation.params['customer']}")
    if customer["default_source"] is None:
        await stripe.ask("post", f"/v1/payment_intents/{made.id}/cancel")
        raise ProviderRefused("none", code="payment_intent_unexpected_state", param=None)
    return customer["default_source"]
