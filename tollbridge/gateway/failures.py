"""From the SDK's exceptions to problems: one table, complete over every class the SDK has.

| what happened | problem |
| --- | --- |
| 402 | CardRefused |
| 400, 404 | ProviderRefused |
| 401, 403 | ProviderMisconfigured |
| 501 | ProviderNotSimulated |
| connection, time-out, 409, 424, 429, 5xx | ProviderUnavailable |
| anything else: a 2xx that cannot be read, a redirect | ProviderInvalidResponse |

Above the table stands one rule: where the call charges a card and an attempt may have arrived, only an
answer that settles it (402, 400, 404) is taken at its word; all else is PaymentOutcomeUnknown.
"""

import stripe

from tollbridge.gateway.attempts import Attempts
from tollbridge.problems import (
    CardRefused,
    PaymentOutcomeUnknown,
    Problem,
    ProviderInvalidResponse,
    ProviderMisconfigured,
    ProviderNotSimulated,
    ProviderRefused,
    ProviderUnavailable,
)


def problem_for(error: Exception | None, attempts: Attempts, *, charges: bool) -> Problem:
    """Return the problem that a failed call to Stripe is for our client.

    Args:
        error: what the SDK raised; None where time ran out or the answer lacked what was needed.
        attempts: what became of the call's attempts.
        charges: whether the call may charge a card.

    Source: design of the gateway; Stripe's error types, https://docs.stripe.com/api/errors.
    """
    if isinstance(error, stripe.CardError):
        return _card(error)
    if isinstance(error, stripe.InvalidRequestError) or _is_refusal(error, attempts):
        return _refusal(error)
    if charges and (attempts.arrived or _unreadable(attempts)):
        return outcome_unknown()
    return _without_effect(error, attempts)


def outcome_unknown() -> Problem:
    """Return the problem of a charge that Stripe may or may not have made."""
    return PaymentOutcomeUnknown(
        "Stripe did not say whether the card was charged. Do not send this request again: "
        "look the payment up at Stripe first."
    )


def _without_effect(error: Exception | None, attempts: Attempts) -> Problem:
    status = 429 if isinstance(error, stripe.RateLimitError) else attempts.status
    if status in (401, 403):
        return ProviderMisconfigured(f"Stripe refused this server's own key (HTTP {status}).")
    if status == 501:
        return ProviderNotSimulated(f"The simulator of Stripe said: {_message(error)}")
    if status is None or status in (409, 424, 429) or status >= 500:
        return ProviderUnavailable("Stripe is not available just now. Nothing was charged; try again later.")
    return ProviderInvalidResponse(f"Stripe's answer (HTTP {status}) could not be used.")


def _unreadable(attempts: Attempts) -> bool:
    """A 2xx that ended as a failure: the effect is there, the answer is not."""
    return attempts.status is not None and 200 <= attempts.status < 300


def _is_refusal(error: Exception | None, attempts: Attempts) -> bool:
    """The SDK's other class for a 400: a reused idempotency key."""
    return isinstance(error, stripe.IdempotencyError) and attempts.status == 400 and not attempts.arrived


def _card(error: stripe.CardError) -> Problem:
    return CardRefused(
        _message(error),
        code=error.code,
        decline_code=getattr(error.error, "decline_code", None),
    )


def _refusal(error: Exception | None) -> Problem:
    code = getattr(error, "code", None) or getattr(getattr(error, "error", None), "code", None)
    param = getattr(error, "param", None)
    named = ", ".join(f"{what} {value}" for what, value in (("code", code), ("param", param)) if value)
    return ProviderRefused(
        f"Stripe refused what the contract accepts ({named or 'it gave no code'}). Nothing was charged.",
        code=code,
        param=param,
    )


def _message(error: Exception | None) -> str:
    return str(getattr(error, "user_message", None) or "no reason was given.")
