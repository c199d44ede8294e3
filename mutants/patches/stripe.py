"""Changes of what the server says to Stripe, and of what it makes of Stripe's answers."""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mutants import seams
from tollbridge.gateway import Intent, StripeSession
from tollbridge.problems import Problem

Params = dict[str, Any]
Headers = dict[str, str]


@dataclass(frozen=True)
class Stripe:
    """Stripe, within one request to the server.

    Args:
        session: of the request.
    """

    session: StripeSession

    async def ask(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, *, charges: bool = False
    ) -> Mapping[str, Any]:
        """Make a call of the mutant's own, and return what Stripe answers."""
        ask = seams.ASK.current
        found: Mapping[str, Any] = await ask(self.session, method, path, params or {}, charges=charges)
        return found

    async def create_intent(self, params: Params) -> Intent:
        """Create an intent as the server would."""
        made: Intent = await seams.CREATE_INTENT.current(self.session, params)
        return made

    async def set_default_method(self, subscription: str, method: str) -> None:
        """Tie a payment method to a subscription as the server would."""
        await seams.SET_DEFAULT_METHOD.current(self.session, subscription, method)


@dataclass(frozen=True)
class Creation:
    """The create of an intent, before it is sent.

    Args:
        stripe: to which it goes.
        params: what it says.
        go_on: sends it.
    """

    stripe: Stripe
    params: Params
    go_on: Callable[[Params], Awaitable[Intent]]

    @property
    def charges(self) -> bool:
        """Whether the card is charged on the server."""
        return "confirm" in self.params

    async def send(self, params: Params | None = None) -> Intent:
        """Send it, or other parameters in its place."""
        return await self.go_on(self.params if params is None else params)


@dataclass(frozen=True)
class LookUp:
    """The question whether a payment method is the customer's, before it is asked.

    Args:
        stripe: which is asked.
        customer: id at Stripe.
        method: id at Stripe.
        ask: asks it.
    """

    stripe: Stripe
    customer: str
    method: str
    ask: Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Update:
    """The change of a subscription's payment method, before it is sent.

    Args:
        stripe: to which it goes.
        subscription: id at Stripe.
        method: id at Stripe.
        go_on: changes a subscription.
    """

    stripe: Stripe
    subscription: str
    method: str
    go_on: Callable[[str, str], Awaitable[None]]

    async def send(self, subscription: str | None = None) -> None:
        """Send it, or change another subscription in its place."""
        await self.go_on(subscription or self.subscription, self.method)


@dataclass(frozen=True)
class Failure:
    """A call to Stripe that failed.

    Args:
        error: what the SDK raised; None where time ran out or the answer could not be used.
        status: of Stripe's last answer; None where there was none.
        charges: whether the call may charge a card.
        problem: what the server makes of it.
    """

    error: Exception | None
    status: int | None
    charges: bool
    problem: Problem


def replace_create(change: Callable[[Creation], Awaitable[Intent]]) -> None:
    """Let a function make the call that creates an intent."""

    def created(create: Any, session: StripeSession, params: Mapping[str, Any]) -> Awaitable[Intent]:
        return change(Creation(Stripe(session), dict(params), partial(create, session)))

    seams.CREATE_INTENT.wrap(created)


def replace_look_up(change: Callable[[LookUp], Awaitable[bool]]) -> None:
    """Let a function find out whether a payment method is the customer's."""

    def found(has: Any, session: StripeSession, customer: str, method: str) -> Awaitable[bool]:
        ask = partial(has, session, customer, method)
        return change(LookUp(Stripe(session), customer, method, ask))

    seams.HAS_METHOD.wrap(found)


def replace_update(change: Callable[[Update], Awaitable[None]]) -> None:
    """Let a function change a subscription's payment method."""

    def updated(update: Any, session: StripeSession, subscription: str, method: str) -> Awaitable[None]:
        return change(Update(Stripe(session), subscription, method, partial(update, session)))

    seams.SET_DEFAULT_METHOD.wrap(updated)


def replace_cancel(change: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]) -> None:
    """Let a function cancel an intent; it is given the call that does."""

    def cancelled(cancel: Any, session: StripeSession, intent: str) -> Awaitable[None]:
        return change(partial(cancel, session, intent))

    seams.CANCEL_INTENT.wrap(cancelled)


def change_problem(when: Callable[[Failure], bool], instead: Callable[[], Problem]) -> None:
    """Let the failures that meet a condition be another problem; what `instead` raises is a bug of the server's."""

    def found(problem_for: Any, error: Any, attempts: Any, *, charges: bool) -> Problem:
        failure = Failure(error, attempts.status, charges, problem_for(error, attempts, charges=charges))
        return instead() if when(failure) else failure.problem

    seams.PROBLEM_FOR.wrap(found)


def change_attempt_headers(change: Callable[[str, str, Headers], Headers]) -> None:
    """Let a function of method, URL and headers return the headers of each attempt."""

    def sent(request: Any, client: Any, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        return request(client, method, url, change(method, url, dict(headers)), post_data)

    seams.SEND_ATTEMPT.wrap(sent)


def change_create_key(key: Callable[[Params], str]) -> None:
    """Let the idempotency key of a create be what a function of its parameters returns."""
    chosen: ContextVar[str | None] = ContextVar("chosen", default=None)

    async def created(creation: Creation) -> Intent:
        before = chosen.set(key(creation.params))
        try:
            return await creation.send()
        finally:
            chosen.reset(before)

    replace_create(created)
    seams.NEW_KEY.wrap(lambda new_key: chosen.get() or new_key())


def change_retries(count: int) -> None:
    """Let a call be tried again so many times."""
    seams.URL_GATEWAY.wrap(lambda make, url, settings: make(url, replace(settings, retries=count)))


def wait_for_stripe(seconds: float) -> None:
    """Let the server wait so long for Stripe, for one request and for one attempt."""

    def begun(begin: Any, gateway: Any) -> StripeSession:
        session: StripeSession = begin(gateway)
        return replace(session, until=session.until + seconds)

    seams.BEGIN.wrap(begun)
    seams.HTTP_CLIENT.wrap(lambda make, client, **how: make(client, **(how | {"timeout": seconds})))
