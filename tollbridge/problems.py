"""Every refusal that the server can give, as one tree of RFC 9457 problems.

    Problem
    ├── MalformedJson 400              ├── CustomerMissing 409
    ├── InvalidRequest 400             ├── SubscriptionMissing 409
    ├── AuthenticationRequired 401     ├── PaymentMethodNotAttached 409
    ├── InvalidToken 401               ├── DefaultPaymentMethodMissing 409
    ├── TokenExpired 401               ├── ProviderRefused 409
    ├── InactiveAccount 401            ├── BodyTooLarge 413
    ├── CardRefused 402 (many codes)   ├── UnsupportedMediaType 415
    ├── OrganizationRequired 403       ├── InternalError 500
    ├── OrganizationForbidden 403      ├── ContractBreach 500
    ├── NotFound 404                   ├── PaymentOutcomeUnknown 502
    ├── OrganizationNotFound 404       ├── SubscriptionNotUpdated 502
    ├── PaymentMethodNotFound 404      ├── ProviderMisconfigured 502
    ├── MethodNotAllowed 405           ├── ProviderInvalidResponse 502
    ├── NotAcceptable 406              ├── ProviderNotSimulated 502
    └── RequestTimeout 408             └── ProviderUnavailable 503

Each class fixes `status`, `title` and `error_code`; whoever raises it gives the `detail` and, where the
class has them, further members. A class's docstring is what its page at `type` says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

PAGES = "/_tollbridge/problems/"
"""Where the server answers a problem's `type` with a page; a relative reference, as RFC 9457 allows."""

RETRY_AFTER_SECONDS = 5


class Problem(Exception):
    """A refusal, ready to be sent as `application/problem+json`."""

    status: int
    title: str
    error_code: str

    def __init__(
        self,
        detail: str,
        *,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Describe one occurrence.

        Args:
            detail: what was sent, what was expected, what to do; never a secret.
            members: further members of the document, by name.
            headers: response headers that this occurrence needs, by name.
        """
        super().__init__(detail)
        self.detail = detail
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    def document(self, instance: str) -> dict[str, object]:
        """Return the RFC 9457 document of this occurrence.

        Args:
            instance: the request id.
        """
        return {
            "type": PAGES + self.error_code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "error_code": self.error_code,
            **self.members,
        }


class _Listing(Problem):
    """A problem that lists what is wrong, one entry a fault."""

    def __init__(self, detail: str, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(detail, members={"errors": list(errors)})


class MalformedJson(_Listing):
    """The body could not be read as JSON (RFC 8259, UTF-8). Send one JSON object, encoded in UTF-8."""

    status = 400
    title = "The body is not JSON"
    error_code = "malformed-json"


class InvalidRequest(_Listing):
    """The request breaks rules of the contract. `errors` lists every one of them, each with the
    `pointer` of the body's member (RFC 6901, as a fragment) or the name of the `header` to mend."""

    status = 400
    title = "The request breaks the contract"
    error_code = "invalid-request"


class _Unauthenticated(Problem):
    status = 401
    challenge: ClassVar[str] = "Bearer"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": self.challenge})


class AuthenticationRequired(_Unauthenticated):
    """The server was started with tokens required, and the request has none. Send
    `Authorization: Bearer …`."""

    title = "A token is required"
    error_code = "authentication-required"


class InvalidToken(_Unauthenticated):
    """The `Authorization` header holds nothing that this server accepts. Send a token that this server
    issued, or no header at all to act as the world's default account."""

    title = "The token is not valid"
    error_code = "invalid-token"
    challenge = 'Bearer error="invalid_token"'


class TokenExpired(_Unauthenticated):
    """The token was good once. Ask for a new one."""

    title = "The token has expired"
    error_code = "token-expired"
    challenge = 'Bearer error="invalid_token", error_description="expired"'


class InactiveAccount(_Unauthenticated):
    """The account that the token speaks for is disabled or deleted."""

    title = "The account is not active"
    error_code = "inactive-account"
    challenge = 'Bearer error="invalid_token", error_description="inactive account"'


CARD_TITLES: dict[str, str] = {
    "card-declined": "The card was declined",
    "expired-card": "The card has expired",
    "incorrect-cvc": "The card's security code is incorrect",
    "incorrect-number": "The card number is incorrect",
    "invalid-cvc": "The card's security code is invalid",
    "invalid-expiry-month": "The card's expiry month is invalid",
    "invalid-expiry-year": "The card's expiry year is invalid",
    "invalid-number": "The card number is invalid",
    "incorrect-zip": "The card's postal code is incorrect",
    "incorrect-address": "The card's address is incorrect",
    "processing-error": "The card could not be processed",
    "authentication-required": "The card asks for authentication",
    "payment-intent-authentication-failure": "The card's authentication failed",
}
"""Stripe's card error codes in kebab case, and our title for each."""


class CardRefused(Problem):
    """The card was charged on the server (`error_on_requires_action` was true) and refused.
    `error_code` is Stripe's `code` in kebab case, `decline_code` is Stripe's own. The subscription was
    left alone. Ask for another card; with `authentication-required`, let the browser confirm: send
    `error_on_requires_action: false` and use the `client_secret`."""

    status = 402
    title = "The card was refused"
    error_code = "card-declined"

    def __init__(self, detail: str, *, code: str | None, decline_code: str | None) -> None:
        """Describe a refused card.

        Args:
            detail: the sentence of the card's network, as Stripe relays it.
            code: Stripe's `code` (snake case); None or one we do not list counts as `card_declined`.
            decline_code: Stripe's `decline_code`, None where it gave none.
        """
        super().__init__(detail, members={"decline_code": decline_code} if decline_code else {})
        kebab = (code or "").replace("_", "-")
        self.error_code = kebab if kebab in CARD_TITLES else "card-declined"
        self.title = CARD_TITLES[self.error_code]


class OrganizationRequired(Problem):
    """The account belongs to no organization, so the header has to name one."""

    status = 403
    title = "An organization has to be named"
    error_code = "organization-required"


class OrganizationForbidden(Problem):
    """The header names an organization that this account does not manage, or that does not exist: a
    group administrator is not told which."""

    status = 403
    title = "The organization is not managed by this account"
    error_code = "organization-forbidden"


class NotFound(Problem):
    """No operation of the contract has this path. A trailing slash counts."""

    status = 404
    title = "There is nothing at this path"
    error_code = "not-found"


class OrganizationNotFound(Problem):
    """The header names an organization that does not exist."""

    status = 404
    title = "The organization does not exist"
    error_code = "organization-not-found"


class PaymentMethodNotFound(Problem):
    """The organization has no payment method with this id. Another organization's id gets the same
    answer as one that nobody has."""

    status = 404
    title = "The payment method does not exist"
    error_code = "payment-method-not-found"


class MethodNotAllowed(Problem):
    """The path exists, with other methods: `Allow` lists them."""

    status = 405
    title = "The method is not allowed here"
    error_code = "method-not-allowed"


class NotAcceptable(Problem):
    """The `Accept` header excludes `application/json`, which is all that a success can be."""

    status = 406
    title = "The answer would not be acceptable"
    error_code = "not-acceptable"


class RequestTimeout(Problem):
    """The body did not arrive in time. Send it faster, or shorter."""

    status = 408
    title = "The body did not arrive in time"
    error_code = "request-timeout"


class CustomerMissing(Problem):
    """The organization has no Stripe customer, so nothing can be charged."""

    status = 409
    title = "The organization has no customer at the provider"
    error_code = "customer-missing"


class SubscriptionMissing(Problem):
    """A payment method was given, and the organization has no current subscription to tie it to."""

    status = 409
    title = "The organization has no subscription"
    error_code = "subscription-missing"


class PaymentMethodNotAttached(Problem):
    """The payment method exists here, and Stripe does not know it as one of the organization's
    customer. Attach it there first."""

    status = 409
    title = "The payment method is not attached to the customer"
    error_code = "payment-method-not-attached"


class DefaultPaymentMethodMissing(Problem):
    """The card was to be charged on the server, no `payment_method` was given, and the customer has no
    default source. Send a `payment_method`."""

    status = 409
    title = "There is no payment method to charge"
    error_code = "default-payment-method-missing"


class ProviderRefused(Problem):
    """Stripe refused what the contract accepts: `provider_code` and `provider_param` are Stripe's own
    words, where it gave them. Nothing was charged."""

    status = 409
    title = "The provider refused the request"
    error_code = "provider-refused"

    def __init__(self, detail: str, *, code: str | None, param: str | None) -> None:
        """Describe Stripe's refusal.

        Args:
            detail: what happened, with Stripe's code and parameter.
            code: Stripe's `code`, None where it gave none.
            param: Stripe's `param`, None where it gave none.
        """
        named = {"provider_code": code, "provider_param": param}
        super().__init__(detail, members={name: value for name, value in named.items() if value})


class BodyTooLarge(Problem):
    """The body is larger than 65,536 bytes. Nothing of it was used."""

    status = 413
    title = "The body is too large"
    error_code = "body-too-large"


class UnsupportedMediaType(Problem):
    """The body is not `application/json` in UTF-8 without a content encoding."""

    status = 415
    title = "The body's media type is not supported"
    error_code = "unsupported-media-type"


class InternalError(Problem):
    """The server failed. That is a defect of the server, whatever was sent."""

    status = 500
    title = "The server failed"
    error_code = "internal-error"


class ContractBreach(Problem):
    """A handler answered what the contract does not allow, so the answer was withheld. The detail
    names the broken rule; mend the handler, or the contract."""

    status = 500
    title = "The answer would have broken the contract"
    error_code = "contract-breach"


class PaymentOutcomeUnknown(Problem):
    """The card may have been charged: Stripe did not say. Do not send the request again; look the
    payment up first."""

    status = 502
    title = "It is not known whether the card was charged"
    error_code = "payment-outcome-unknown"


class SubscriptionNotUpdated(Problem):
    """The card was charged, and the subscription kept its old payment method. `payment_intent` is the
    id of the payment. Do not send the request again: that would charge twice."""

    status = 502
    title = "The card was charged, the subscription was not updated"
    error_code = "subscription-not-updated"


class ProviderMisconfigured(Problem):
    """Stripe refused this server's own key. That is for the server's operator to mend."""

    status = 502
    title = "The provider refused this server"
    error_code = "provider-misconfigured"


class ProviderInvalidResponse(Problem):
    """Stripe answered something that could not be used."""

    status = 502
    title = "The provider's answer could not be used"
    error_code = "provider-invalid-response"


class ProviderNotSimulated(Problem):
    """The built-in simulator of Stripe does not know what was asked of it, and does not guess. Use
    `--stripe` with another Stripe for this request."""

    status = 502
    title = "The simulator of the provider does not know this"
    error_code = "provider-not-simulated"


class ProviderUnavailable(Problem):
    """Stripe could not be reached, or asked us to wait. Nothing was charged: try again after
    `Retry-After` seconds."""

    status = 503
    title = "The provider is not available"
    error_code = "provider-unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue.

    Args:
        status: the HTTP status.
        error_code: the platform's own member, kebab case.
        title: the problem's title.
        meaning: what its page says.
    """

    status: int
    error_code: str
    title: str
    meaning: str


def catalogue() -> tuple[Entry, ...]:
    """Return every problem that the server can give, ordered by status and code."""
    return tuple(sorted(_entries(Problem), key=lambda entry: (entry.status, entry.error_code)))


def _entries(cls: type[Problem]) -> Iterator[Entry]:
    meaning = " ".join((cls.__doc__ or "").split())
    if cls is CardRefused:
        for code, title in CARD_TITLES.items():
            yield Entry(cls.status, code, title, meaning)
    elif not cls.__name__.startswith("_") and cls is not Problem:
        yield Entry(cls.status, cls.error_code, cls.title, meaning)
    for child in cls.__subclasses__():
        yield from _entries(child)
