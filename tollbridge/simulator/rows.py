"""The rows: what Stripe remembers of each object, the id first."""

from typing import Any, NamedTuple


class Customer(NamedTuple):
    """A customer; `default_source` is the id of a payment method, None for none."""

    id: str
    email: str | None
    name: str | None
    default_source: str | None
    created: int


class PaymentMethod(NamedTuple):
    """A payment method.

    `card` is the test card's number, `customer` None while it is not attached, and `consumed` tells that it
    has paid without a customer, after which Stripe takes it no more.
    """

    id: str
    card: str
    customer: str | None
    created: int
    consumed: bool = False


class Subscription(NamedTuple):
    """A subscription."""

    id: str
    customer: str
    status: str
    default_payment_method: str | None
    created: int


class PaymentIntent(NamedTuple):
    """A payment intent; `status` is moved by `statuses.moved` only.

    Amounts are in minor units. `redirects` is `always` or `never` with automatic payment methods, None where
    types were given. `last_error` is the error object of the newest failure, `next_action` what the browser has to do;
    None for neither.
    """

    id: str
    secret: str
    amount: int
    currency: str
    created: int
    status: str
    metadata: dict[str, str]
    customer: str | None = None
    payment_method: str | None = None
    redirects: str | None = None
    description: str | None = None
    receipt_email: str | None = None
    amount_received: int = 0
    latest_charge: str | None = None
    last_error: dict[str, Any] | None = None
    next_action: dict[str, Any] | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
