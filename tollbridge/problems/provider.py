"""Refusals that come from the provider: the card's, Stripe's, and of what is not known of a payment."""

from tollbridge.problems.problem import Problem

RETRY_AFTER_SECONDS = 5

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
