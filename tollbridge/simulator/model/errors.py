"""Stripe's errors, each with status, type, code, param and message, as rows of one table.

Sources: recordings of Stripe's test mode and its documentation. A row that no recording confirms is marked
unverified; no check asserts it as Stripe's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace


@dataclass
class StripeFailure(Exception):
    """An answer that is an error.

    Args:
        status: the HTTP status.
        message: Stripe's sentence.
        type: `invalid_request_error`, `card_error`, `idempotency_error` or `api_error`.
        code: Stripe's code; None where it gives none.
        param: the parameter that is meant; None where it names none.
        more: further members of the error object.
        headers: further headers of the answer.
        documented: whether Stripe links a page about the code.
    """

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    documented: bool = True

    def document(self) -> dict[str, object]:
        """Return the error envelope; what is absent is left out, as Stripe does."""
        return {"error": self.error()}

    def error(self) -> dict[str, object]:
        """Return the error object alone."""
        error: dict[str, object] = {**self.more, "message": self.message, "type": self.type}
        if self.code is not None:
            error["code"] = self.code
            if self.documented:
                error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return error


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeFailure:
    """Return a 400 `invalid_request_error`."""
    return StripeFailure(400, message, code=code, param=param)


def missing(param: str) -> StripeFailure:
    """Rows 1 and 10: a required parameter is not there."""
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


@contextmanager
def within(place: str) -> Iterator[None]:
    """Name the parameters that are refused in a part of a form by where they stand: `card[exp_month]`.

    A card error names the part of the card alone, wherever the card was given (unverified).
    """
    try:
        yield
    except StripeFailure as failure:
        if failure.param is None or failure.type == "card_error":
            raise
        name, bracket, below = failure.param.partition("[")
        param = f"{place}[{name}]{bracket}{below}"
        is_missing = failure == missing(failure.param)  # whose sentence has its name too
        raise (missing(param) if is_missing else replace(failure, param=param)) from None


def exclusive(*names: str, param: str | None = None) -> StripeFailure:
    """Several of some parameters were sent, of which one excludes the others."""
    return invalid(f"You may only specify one of these parameters: {', '.join(names)}.", param=param)


def too_long(param: str, most: int) -> StripeFailure:
    """A list has too many items (unverified wording)."""
    return invalid(f"Array too long: {param} may have at most {most} items.", param=param)


def below_one() -> StripeFailure:
    """An amount of nothing, or of less."""
    return invalid("This value must be greater than or equal to 1.", param="amount", code="parameter_invalid_integer")


def empty(param: str) -> StripeFailure:
    """A parameter was sent empty, which Stripe takes for an attempt to unset it (unverified wording)."""
    return invalid(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty "
        "value.",
        param=param,
        code="parameter_invalid_empty",
    )


def unknown_parameter(name: str) -> StripeFailure:
    """Row 11: Stripe does not have the parameter."""
    return invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def not_found(what: str, identity: str, param: str) -> StripeFailure:
    """Row 24 and its kin: nothing has the id in the path."""
    return StripeFailure(404, f"No such {what}: '{identity}'", code="resource_missing", param=param)


def no_such(what: str, identity: str, param: str) -> StripeFailure:
    """Rows 19 and 20: nothing has the id in a parameter."""
    return invalid(f"No such {what}: '{identity}'", param=param, code="resource_missing")


def no_access(key: str, account: str) -> StripeFailure:
    """The refusal for an account that the key does not reach (fact e29)."""
    return StripeFailure(
        403,
        f"The provided key '{key[:8]}***' does not have access to account '{account[:60]}' (or that account does not "
        "exist). Application access may have been revoked.",
        code="account_invalid",
    )


def unrecognized_url(method: str, path: str) -> StripeFailure:
    """Stripe's answer for a route that it does not have; the hint is for a person (for a POST it is unverified)."""
    hint = (
        "If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make "
        "sure you passed a valid (non-empty) identifier in your code. "
    )
    return StripeFailure(
        404,
        f"Unrecognized request URL ({method}: {path}). {'' if method == 'DELETE' else hint}Please see "
        "https://stripe.com/docs or we can help at https://support.stripe.com/.",
    )


def not_simulated(what: str) -> StripeFailure:
    """Ours, not Stripe's: it has this, the simulator has not, and does not guess."""
    return StripeFailure(
        501,
        f"The Tollbridge simulator does not have {what}; Stripe has. Use stripe-mock or Stripe's test mode for it.",
        type="api_error",
        headers={"stripe-should-retry": "false", NOT_SIMULATED: "true"},
    )


NOT_SIMULATED = "tollbridge-not-simulated"
"""The header by which what the simulator does not have is told from a fault that looks like it."""


def unexpected_state(message: str, more: Mapping[str, object]) -> StripeFailure:
    """Rows 17, 18 and 25: the intent's status does not allow it."""
    return StripeFailure(400, message, code="payment_intent_unexpected_state", more=more)


RATE_LIMIT = (
    "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits."
)
LOCKED = (
    "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. "
    "If you see this error intermittently, retry the request. If you see this error frequently and are making multiple "
    "concurrent requests to a single object, make your requests serially or at a lower rate."
)
IN_FLIGHT = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
    "twice, and the other request is still going through): {key}. Please try again later."
)
DECLINES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_address": "Your card's address is incorrect.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "incorrect_zip": "Your card's zip code failed validation.",
    "invalid_cvc": "Your card's security code is invalid.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_number": "Your card number is invalid.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "payment_intent_authentication_failure": "The provided PaymentMethod has failed authentication.",
}
"""Stripe's sentences of card errors, by code: for those too to which no test card that can be saved leads."""

REFUSED = "Customer cus_OfAnInjectedFault of account acct_1OfAnInjectedFault: refused by an injected fault."
"""With ids, as Stripe's own words have them: who repeats them to a client shows them."""

INJECTED: dict[str, StripeFailure] = {
    "400": StripeFailure(400, REFUSED),
    "401": StripeFailure(401, "Invalid API Key provided: sk_test_***"),
    "403": no_access("sk_test_", "acct_1OfAnInjectedFault"),
    "409": StripeFailure(409, IN_FLIGHT.format(key="(injected)"), code="idempotency_key_in_use"),
    "424": StripeFailure(424, "An unknown error occurred", type="api_error"),
    "429": StripeFailure(429, RATE_LIMIT, code="rate_limit"),
    "lock_timeout": StripeFailure(429, LOCKED, code="lock_timeout"),
    "500": StripeFailure(500, "An unknown error occurred", type="api_error"),
    "501": replace(not_simulated("this (an injected fault)"), headers={"stripe-should-retry": "false"}),
    "503": StripeFailure(503, "An unknown error occurred", type="api_error"),
    **{code: StripeFailure(402, said, "card_error", code) for code, said in DECLINES.items()},
}
"""The errors that a fault can inject, by its kind."""


UNREACHABLE = "The simulator's state cannot be reached; the server's log says why."
"""The message for a client: a database's own message may name its host and its user."""


def unavailable() -> "StripeFailure":
    """Return the 503 of a state that cannot be reached: ours, not Stripe's, and worth another try."""
    return StripeFailure(503, UNREACHABLE, "api_error")
