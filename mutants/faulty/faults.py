"""What happens while Stripe fails."""

from typing import Any
from unittest import mock

import stripe

from mutants.patch import Answer, answering, instead, mutant
from tollbridge.gateway import calls, transport
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import PaymentOutcomeUnknown, Problem, ProviderInvalidResponse, ProviderUnavailable


def _sending(change: Any) -> None:
    """Let a function change the headers of each attempt."""

    async def sent(request: Any, self: Any, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        return await request(self, method, url, change(method, url, dict(headers)), post_data)

    instead(transport.UrlTransport, "request_async", sent)


@mutant
def key_for_each_attempt() -> None:
    """A write that is sent again has another idempotency key."""
    count = iter(range(10**9))
    _sending(
        lambda method, _url, h: h | {"Idempotency-Key": f"attempt-{next(count)}-{id(count)}"} if method == "post" else h
    )


@mutant
def no_key() -> None:
    """Writes have no idempotency key, and are sent again."""
    _sending(lambda _method, _url, headers: {n: v for n, v in headers.items() if n.lower() != "idempotency-key"})


@mutant
def one_key_for_all_updates() -> None:
    """Every change of a subscription has the same idempotency key."""
    _sending(lambda _m, url, headers: headers | {"Idempotency-Key": "update"} if "subscriptions" in url else headers)


@mutant
def key_by_amount() -> None:
    """The idempotency key is made of the amount, so that equal requests are one."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        key = f"{params['amount']}-{params['currency']}-{params['customer']}"
        with mock.patch("tollbridge.gateway.calls.uuid4", return_value=key):
            made: Intent = await create(self, params, until=until)
            return made

    instead(Gateway, "create_intent", created)


@mutant
def unknown_is_unavailable() -> None:
    """A charge whose outcome is unknown is called unavailable: try again."""

    def found(problem_for: Any, error: Any, attempts: Any, *, charges: bool) -> Problem:
        problem: Problem = problem_for(error, attempts, charges=charges)
        return ProviderUnavailable("Try again.") if isinstance(problem, PaymentOutcomeUnknown) else problem

    instead(calls, "problem_for", found)


@mutant
def invites_again() -> None:
    """A charge whose outcome is unknown has a Retry-After."""

    def change(a: Answer) -> None:
        if a.document.get("error_code") == "payment-outcome-unknown":
            a.headers["retry-after"] = "2"

    answering(change)


@mutant
def charged_and_unavailable() -> None:
    """A card was charged, the subscription was not updated, and the answer is 503: try again."""

    async def tied(
        tie: Any, self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
    ) -> None:
        try:
            await tie(self, organization, method, intent, until, charged=charged)
        except Problem as problem:
            raise ProviderUnavailable("Try again.") if charged else problem from None

    instead(Payments, "_tie", tied)


@mutant
def no_retry_after() -> None:
    """A 503 has no Retry-After."""

    def change(a: Answer) -> None:
        if a.status == 503:
            a.headers.pop("retry-after", None)

    answering(change)


@mutant
def left_open() -> None:
    """Where the subscription cannot be updated, the intent stays open."""

    async def nothing(*_args: Any) -> None:
        """Do nothing."""

    instead(Payments, "_cancel", nothing)


@mutant
def too_many_is_500() -> None:
    """Stripe's 429 becomes a 500."""

    def found(problem_for: Any, error: Any, attempts: Any, *, charges: bool) -> Problem:
        if isinstance(error, stripe.RateLimitError):
            raise RuntimeError("too many")
        problem: Problem = problem_for(error, attempts, charges=charges)
        return problem

    instead(calls, "problem_for", found)


@mutant
def garbage_is_success() -> None:
    """An answer of Stripe's that cannot be read is a success with a made-up secret."""

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        try:
            made: Intent = await create(self, params, until=until)
            return made
        except ProviderInvalidResponse:
            return Intent("pi_1", f"pi_{'0' * 24}_secret_{'x' * 25}")

    instead(Gateway, "create_intent", created)


@mutant
def never_again() -> None:
    """After Stripe was not there once, everything is 503."""
    failed: list[bool] = []

    def change(a: Answer) -> None:
        if failed:
            a.status = 503
            a.headers["retry-after"] = "1"
            a.now(
                {
                    "type": "x",
                    "title": "x",
                    "status": 503,
                    "detail": "Stripe is away.",
                    "instance": "x",
                    "error_code": "provider-unavailable",
                }
            )
            a.headers["content-type"] = "application/problem+json"
        elif a.document.get("error_code") == "provider-unavailable":
            failed.append(True)

    answering(change)


@mutant
def waits_for_ever() -> None:
    """The time for one request at Stripe is not bounded."""
    instead(Gateway, "begin", lambda begin, self: begin(self) + 600)
    instead(stripe.HTTPXClient, "__init__", lambda init, self, **how: init(self, **(how | {"timeout": 600})))


def looked_up_in_vain(because: type[Problem], *, attached: bool) -> None:
    """Take a card for attached or not where Stripe cannot be asked whose it is."""

    async def known(has: Any, self: Gateway, customer: str, method: str, *, until: float) -> bool:
        try:
            found: bool = await has(self, customer, method, until=until)
            return found
        except because:
            return attached

    instead(Gateway, "has_method", known)


@mutant
def look_up_failed_so_what() -> None:
    """Where Stripe cannot be asked whose the card is, it is taken for not attached."""
    looked_up_in_vain(Problem, attached=False)


@mutant
def refusal_is_unavailable() -> None:
    """What Stripe refuses for good is called unavailable."""

    def found(problem_for: Any, error: Any, attempts: Any, *, charges: bool) -> Problem:
        problem: Problem = problem_for(error, attempts, charges=charges)
        refused = problem.error_code == "provider-refused" and attempts.status == 400 and charges
        return ProviderUnavailable("Try again.") if refused else problem

    instead(calls, "problem_for", found)
