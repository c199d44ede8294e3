"""Wrong only at the second time, for the second organization, or under concurrency."""

import asyncio
from typing import Any

from mutants.patch import Answer, answering, creating, instead, mutant
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments


@mutant
def only_the_first_card() -> None:
    """A subscription that has a card keeps it."""
    tied: set[str] = set()

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        if subscription not in tied:
            await update(self, subscription, method, until=until)
        tied.add(subscription)

    instead(Gateway, "set_default_method", updated)


@mutant
def not_on_the_second_change() -> None:
    """The second change of a subscription's card is lost."""
    changes: dict[str, list[str]] = {}

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        seen = changes.setdefault(subscription, [])
        if not seen or seen[-1] != method:
            seen.append(method)
        if len(seen) != 3:
            await update(self, subscription, method, until=until)

    instead(Gateway, "set_default_method", updated)


@mutant
def never_back() -> None:
    """A card that was the subscription's once does not become it again."""
    had: dict[str, set[str]] = {}
    now: dict[str, str] = {}

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        known = had.setdefault(subscription, set())
        if method not in known or now.get(subscription) == method:
            await update(self, subscription, method, until=until)
            now[subscription] = method
        known.add(method)

    instead(Gateway, "set_default_method", updated)


@mutant
def first_organization_remembered() -> None:
    """Who pays is remembered from the first request of each account's role."""
    creating(_customer_once({}))


def _customer_once(known: dict[str, str]) -> Any:
    def change(params: dict[str, Any]) -> None:
        kept = known.setdefault(params["currency"], params["customer"])
        if "payment_method" not in params:
            params["customer"] = kept

    return change


def remembered(answers: Any) -> None:
    """Remember whether a card is attached, where a function of the customer and the answer says so."""
    known: dict[tuple[str, str], bool] = {}

    async def found(has: Any, self: Gateway, customer: str, method: str, *, until: float) -> bool:
        if (customer, method) in known:
            return known[customer, method]
        answer: bool = await has(self, customer, method, until=until)
        if answers(customer, answer):
            known[customer, method] = answer
        return answer

    instead(Gateway, "has_method", found)


@mutant
def ownership_remembered() -> None:
    """That a card is attached is remembered."""
    remembered(lambda _customer, attached: attached)


@mutant
def equal_requests_are_one() -> None:
    """A request that equals the one before it gets its answer."""

    def change(a: Answer) -> None:
        last = a.memory.get("last")
        if a.status == 200 and a.request.body == a.memory.get("body") and last:
            a.body = last
        elif a.status == 200:
            a.memory |= {"body": a.request.body, "last": a.body}

    answering(change)


@mutant
def clients_key_counts() -> None:
    """A client's Idempotency-Key repeats the first answer."""

    def change(a: Answer) -> None:
        key = a.request.headers.get("idempotency-key")
        if key and a.status == 200:
            a.body = a.memory.setdefault(key, a.body)

    answering(change)


@mutant
def blocked_after_a_decline() -> None:
    """After a decline the next request is told the same."""

    def change(a: Answer) -> None:
        declined = a.memory.pop("declined", None)
        if a.status == 402:
            a.memory["declined"] = a.body
        elif declined and a.status == 200 and a.request.document.get("error_on_requires_action"):
            a.status, a.body = 402, declined
            a.headers["content-type"] = "application/problem+json"

    answering(change)


@mutant
def second_decline_is_success() -> None:
    """An equal request after a decline is answered with an older secret."""

    def change(a: Answer) -> None:
        if a.status == 200:
            a.memory["good"] = a.body
        elif a.status == 402 and a.request.body == a.memory.get("refused") and "good" in a.memory:
            a.status, a.body = 200, a.memory["good"]
            a.headers["content-type"] = "application/json"
        elif a.status == 402:
            a.memory["refused"] = a.request.body

    answering(change)


@mutant
def shared_by_all() -> None:
    """What a request asks is kept in one place for all requests under way."""
    place: dict[str, Any] = {}

    async def created(create: Any, self: Payments, params: dict[str, Any], until: float) -> Intent:
        place["params"] = params
        await asyncio.sleep(0.01)
        made: Intent = await create(self, place["params"], until)
        return made

    instead(Payments, "_create", created)


@mutant
def updates_lost_together() -> None:
    """While another request changes a subscription, a change is lost."""
    under_way: list[str] = []

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        if under_way:
            return
        under_way.append(subscription)
        try:
            await update(self, subscription, method, until=until)
            await asyncio.sleep(0.05)
        finally:
            under_way.remove(subscription)

    instead(Gateway, "set_default_method", updated)


@mutant
def secrets_swapped_together() -> None:
    """Of two requests under way together, one gets the other's secret."""
    newest: dict[str, Intent] = {}

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        made: Intent = await create(self, params, until=until)
        newest["intent"] = made
        await asyncio.sleep(0.01)
        return newest["intent"]

    instead(Gateway, "create_intent", created)


@mutant
def description_of_the_last() -> None:
    """A request without description gets that of the request before it."""
    creating(_last_description({}))


def _last_description(last: dict[str, Any]) -> Any:
    def change(params: dict[str, Any]) -> None:
        if "description" in params:
            last["description"] = params["description"]
        elif last:
            params["description"] = last.pop("description")

    return change


@mutant
def every_twentieth() -> None:
    """Every twentieth intent is over one minor unit more."""
    count = iter(range(1, 10**9))
    creating(lambda params: params.update(amount=params["amount"] + 1) if next(count) % 20 == 0 else None)


@mutant
def busy_together() -> None:
    """While a request is under way, others are refused."""
    under_way: list[int] = []

    async def created(create: Any, self: Payments, organization: Any, **fields: Any) -> str:
        if under_way:
            raise RuntimeError("busy")
        under_way.append(1)
        try:
            return await create(self, organization, **fields)  # type: ignore[no-any-return]
        finally:
            under_way.pop()

    instead(Payments, "create_intent", created)
