"""Refusals that a request brings upon itself: by its form, by who sends it, by what it names. And our own failures."""

from typing import ClassVar

from tollbridge.problems.problem import Listing, Problem


class MalformedJson(Listing):
    """The body could not be read as JSON (RFC 8259, UTF-8). Send one JSON object, encoded in UTF-8."""

    status = 400
    title = "The body is not JSON"
    error_code = "malformed-json"


class InvalidRequest(Listing):
    """The request breaks rules of the contract. `errors` lists every one of them (of more than a
    hundred the first hundred), each with the `pointer` of the body's member (RFC 6901, as a fragment;
    long names are cut) or the name of the `header` to mend."""

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
    issued (`tollbridge token`), or no header at all to act as the world's default account."""

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
    """No operation of the contract has this path. A trailing slash counts. `/_tollbridge/docs` shows the operations,
    `/_tollbridge/` is the console."""

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


class BodyTooLarge(Problem):
    """The body is larger than 65,536 bytes. Nothing of it was used."""

    status = 413
    title = "The body is too large"
    error_code = "body-too-large"


class UnsupportedMediaType(Problem):
    """The body is not of a media type that the operation takes (`application/json`, as a rule), its text is not UTF-8,
    or it has a content encoding."""

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
