"""Faults in the behaviour while Stripe fails."""

from collections.abc import Callable
from typing import NoReturn

import stripe

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.answers import Answer, always, at, change_answer, drops_header, sets_header, with_code
from mutants.patches.creates import without_card
from mutants.patches.steps import replace_making
from mutants.patches.stripe import (
    Creation,
    Failure,
    LookUp,
    Params,
    change_attempt_headers,
    change_create_key,
    change_problem,
    replace_create,
    replace_look_up,
    wait_for_stripe,
)
from tollbridge.gateway import Intent
from tollbridge.problems import PaymentOutcomeUnknown, Problem, ProviderInvalidResponse, ProviderUnavailable

area = Area("faults", __file__)


def unavailable() -> Problem:
    """Return the problem that invites to try again."""
    return ProviderUnavailable("Try again.")


def breaks() -> NoReturn:
    """Break: the answer is a 500."""
    raise RuntimeError("not foreseen")


@area.mutant()
def key_for_each_attempt() -> None:
    """A write that is sent again has another idempotency key."""
    count = iter(range(10**9))

    def change(method: str, _url: str, headers: dict[str, str]) -> dict[str, str]:
        return headers | {"Idempotency-Key": f"attempt-{next(count)}-{id(count)}"} if method == "post" else headers

    change_attempt_headers(change)


area.table(
    change_attempt_headers,
    (
        "no_key",
        "Writes have no idempotency key, and are sent again.",
        lambda _method, _url, headers: {n: v for n, v in headers.items() if n.lower() != "idempotency-key"},
    ),
    (
        "one_key_for_all_updates",
        "Every change of a subscription has the same idempotency key.",
        lambda _method, url, headers: headers | {"Idempotency-Key": "update"} if "subscriptions" in url else headers,
    ),
)

area.table(
    change_create_key,
    (
        "key_by_amount_and_customer",
        "The idempotency key of a create is made of amount, currency and customer, so that equal requests are one.",
        lambda params: f"{params['amount']}-{params['currency']}-{params['customer']}",
    ),
)


def _refused_for_good(failure: Failure) -> bool:
    return failure.problem.error_code == "provider-refused" and failure.status == 400 and failure.charges


area.table(
    change_problem,
    (
        "unknown_is_unavailable",
        "A charge whose outcome is unknown is called unavailable: try again.",
        lambda failure: isinstance(failure.problem, PaymentOutcomeUnknown),
        unavailable,
    ),
    (
        "too_many_is_500",
        "Stripe's 429 becomes a 500.",
        lambda failure: isinstance(failure.error, stripe.RateLimitError),
        breaks,
    ),
    (
        "refusal_is_unavailable",
        "A charge that Stripe refuses (400) is called unavailable: try again.",
        _refused_for_good,
        unavailable,
    ),
)


def break_at(status: int) -> None:
    """Let the server break where Stripe answers with a status."""
    change_problem(lambda failure: failure.status == status, breaks)


area.table(
    break_at,
    ("stripes_503_is_500", "Stripe's 503 becomes a 500.", 503),
    ("stripes_403_is_500", "Stripe's 403 becomes a 500.", 403),
    ("stripes_424_is_500", "Stripe's 424 becomes a 500.", 424),
    ("lasting_conflict_is_500", "Stripe's 409 that stays becomes a 500.", 409),
    author=INDEPENDENT,
)

area.table(
    change_answer,
    (
        "unknown_with_retry_after",
        "A charge whose outcome is unknown has a Retry-After.",
        with_code("payment-outcome-unknown"),
        sets_header("retry-after", "2"),
    ),
    ("no_retry_after", "A 503 has no Retry-After.", at(503), drops_header("retry-after")),
)


@area.mutant()
def garbage_is_success() -> None:
    """An answer of Stripe's that cannot be read is a success with a made-up secret."""

    async def created(creation: Creation) -> Intent:
        try:
            return await creation.send()
        except ProviderInvalidResponse:
            return Intent("pi_1", f"pi_{'0' * 24}_secret_{'x' * 25}")

    replace_create(created)


AWAY = {
    "type": "x",
    "title": "x",
    "status": 503,
    "detail": "Stripe is away.",
    "instance": "x",
    "error_code": "provider-unavailable",
}


@area.mutant()
def unavailable_for_good() -> None:
    """After Stripe was unavailable once, every answer is 503."""

    def change(a: Answer) -> None:
        if "failed" in a.memory:
            a.status = 503
            a.headers |= {"retry-after": "1", "content-type": "application/problem+json"}
            a.now(AWAY)
        elif with_code("provider-unavailable")(a):
            a.memory["failed"] = True

    change_answer(always, change)


area.table(
    wait_for_stripe,
    ("unlimited_wait", "The time for one request at Stripe is not bounded.", 600),
)


def look_up_fails(because: type[Problem], attached: bool) -> None:
    """Let a card be attached, or not, where Stripe cannot be asked whose it is."""

    async def known(look_up: LookUp) -> bool:
        try:
            return await look_up.ask()
        except because:
            return attached

    replace_look_up(known)


area.table(
    look_up_fails,
    (
        "failed_look_up_is_not_attached",
        "A card is taken for not attached where Stripe cannot be asked.",
        Problem,
        False,
    ),
)

area.table(
    look_up_fails,
    ("look_up_fails_open", "A card is taken for attached where Stripe cannot be asked.", Problem, True),
    (
        "rate_limited_look_up_fails_open",
        "A card is taken for attached where Stripe is unavailable for the look-up, such as by 429.",
        ProviderUnavailable,
        True,
    ),
    author=INDEPENDENT,
)


def call_unavailable(when: Callable[[Params], bool]) -> None:
    """Let a charge whose outcome is unknown be called unavailable, where its parameters meet a condition."""

    async def created(creation: Creation) -> Intent:
        try:
            return await creation.send()
        except PaymentOutcomeUnknown:
            if when(creation.params):
                raise unavailable() from None
            raise

    replace_making(created)


area.table(
    call_unavailable,
    (
        "unknown_without_card",
        "A charge of the default source whose outcome is unknown is 503: try again.",
        without_card,
    ),
    (
        "unknown_of_seven",
        "A charge of the second organization whose outcome is unknown is 503: try again.",
        lambda params: params["customer"] == "cus_QuaySeven00007",
    ),
    author=INDEPENDENT,
)
