"""The rows: what Stripe remembers of each object, the id first.

They are a storage format: a row is stored as the list of its fields. So the format is append only: a new field goes to
the end and has a default, and no field is moved, renamed or removed (`tests/unit/test_simulator_rows.py`).

`more`, where a row has it, holds members of the object as Stripe shows them, of those that few objects have. What the
annotations say is what a state that is put back is held against (`fields.py`).
"""

from typing import Annotated, Any, NamedTuple, TypedDict

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.field_kinds import Between, ListOf, Matching, Names, OneOf, With

INTENT_STATUSES = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
    "succeeded",
    "canceled",
)
SETUP_STATUSES = tuple(status for status in INTENT_STATUSES if status != "requires_capture")
SUBSCRIPTION_STATUSES = (
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)
REFUND_STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")
DISPUTE_STATUSES = (
    "needs_response",
    "under_review",
    "won",
    "lost",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
)
INVOICE_STATUSES = ("draft", "open", "paid", "uncollectible", "void")
BILLING_REASONS = ("subscription_create", "subscription_cycle")
SESSION_MODES = ("payment", "setup", "subscription")
SESSION_STATUSES = ("complete", "expired", "open")
PAYMENT_STATUSES = ("no_payment_required", "paid", "unpaid")
UI_MODES = ("embedded_page", "hosted_page")
COMPLETIONS = ("always", "if_required", "never")
"""Whether the browser goes to the return URL of an embedded page."""

TRANSACTIONS = ("charge", "refund", "refund_failure", "dispute", "dispute_reversal")
"""Kinds of movements on the balance, as Stripe's `reporting_category` names them."""

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
USAGES = ("off_session", "on_session")
TAX_BEHAVIORS = ("exclusive", "inclusive", "unspecified")
INTERVALS = {"day": 1_095, "week": 156, "month": 36, "year": 3}
"""How many of each a price may be for at most: three years, as Stripe documents it."""

MAX_EVENTS = 36 * 36
"""Of one row of events: two digits or letters number them."""

DELIVERY_STATUSES = ("waiting", "delivered", "failed", "ended", "dropped")
"""`ended` where the endpoint was deleted or disabled, `dropped` where too many waited."""

More = dict[str, Any]
CardNumber = Annotated[str, OneOf(tuple(BY_NUMBER), "the number of a test card")]
ChargeId = Annotated[str, Names("Charge")]
InvoiceId = Annotated[str, Names("Invoice")]
CustomerId = Annotated[str, Names("Customer")]
DisputeId = Annotated[str, Names("Dispute")]
Identity = Annotated[str, Matching(r"[^\0]{1,5000}", "the id of an object")]
EndpointId = Annotated[str, Names("WebhookEndpoint")]
IntentId = Annotated[str, Names("PaymentIntent")]
MethodId = Annotated[str, Names("PaymentMethod")]
TransactionId = Annotated[str, Names("BalanceTransaction")]
SetupId = Annotated[str, Names("SetupIntent")]
SessionId = Annotated[str, Names("CheckoutSession")]
SubscriptionId = Annotated[str, Names("Subscription")]
PriceId = Annotated[str, Names("Price")]
ProductId = Annotated[str, Names("Product")]
Redirects = Annotated[str, OneOf(("always", "never"))]
Usage = Annotated[str, OneOf(USAGES)]


ExactAmount = Annotated[str, Matching(r"[0-9]{1,18}(\.[0-9]{1,12})?", "a decimal number")]


class PriceExtras(TypedDict, total=False):
    """The members that are read of what a price has besides its fields."""

    unit_amount_decimal: ExactAmount


class Recurring(TypedDict):
    """The members that are read of a price's recurrence."""

    interval: Annotated[str, OneOf(tuple(INTERVALS))]
    interval_count: Annotated[int, Between(1, max(INTERVALS.values()))]


class ItemPrice(TypedDict):
    """The members that are read of the price in a subscription's item."""

    id: str
    currency: str
    recurring: Recurring
    unit_amount_decimal: ExactAmount


class Item(TypedDict):
    """The members that are read of a subscription's item."""

    id: str
    subscription: str
    quantity: Annotated[int, Between(0, 10**9)]
    price: ItemPrice
    current_period_start: int
    current_period_end: int


class Shown(TypedDict):
    """The members that are read of an object that is kept as it is shown."""

    id: str


class SessionPrice(TypedDict):
    """What is read of the price in a line of a session of Checkout."""

    id: str


class SessionLine(TypedDict):
    """What is read of a line of a session of Checkout."""

    id: str
    amount_total: int
    currency: str
    description: str | None
    price: SessionPrice
    quantity: Annotated[int, Between(1, 10**9)]


class Attempt(TypedDict):
    """One try of a delivery: `status` is None where no answer came, `error` None where one did."""

    at: int
    status: int | None
    error: str | None
    milliseconds: int
    answer: str


class Customer(NamedTuple):
    """A customer; `default_source` is the id of a payment method, None for none.

    `default_method` is `invoice_settings.default_payment_method`; a deleted customer is still shown, as a stub.
    """

    id: Identity
    email: str | None
    name: str | None
    default_source: MethodId | None
    created: int
    default_method: MethodId | None = None
    metadata: dict[str, str] | None = None
    more: More | None = None
    deleted: bool = False


class PaymentMethod(NamedTuple):
    """A payment method.

    `card` is the test card's number, `customer` None while it is not attached, `consumed` tells that it has paid
    without a customer or was detached, after which Stripe takes it no more, and `set_up` that the cardholder agreed to
    payments without being there.
    """

    id: Identity
    card: CardNumber
    customer: CustomerId | None
    created: int
    consumed: bool = False
    set_up: bool = False
    exp_month: Annotated[int, Between(1, 12)] = 12
    exp_year: int = 2034
    metadata: dict[str, str] | None = None
    more: More | None = None


class Subscription(NamedTuple):
    """A subscription; its items are kept as they are shown.

    `renews` tells that time changes it: those that a world file brings stay as they are.
    """

    id: Identity
    customer: CustomerId
    status: Annotated[str, OneOf(SUBSCRIPTION_STATUSES)]
    default_payment_method: MethodId | None
    created: int
    items: Annotated[list[dict[str, Any]], ListOf(Item)]
    metadata: dict[str, str] | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    more: More | None = None
    latest_invoice: InvoiceId | None = None
    trial_start: int | None = None
    trial_end: int | None = None
    pending_setup_intent: SetupId | None = None
    renews: bool = False


class Invoice(NamedTuple):
    """An invoice of a subscription; `lines` are kept as they are shown.

    `payment_intent` and `payment`, the id of the invoice payment, are None where there is nothing to pay. `asks` tells
    that the cardholder is asked.
    """

    id: Identity
    customer: CustomerId
    subscription: SubscriptionId
    status: Annotated[str, OneOf(INVOICE_STATUSES)]
    amount: int
    currency: str
    created: int
    reason: Annotated[str, OneOf(BILLING_REASONS)]
    number: Annotated[str, Matching(r"[^-]{0,80}-[0-9]{4,12}", "a text, a hyphen and a number")]
    lines: Annotated[list[dict[str, Any]], ListOf(Shown)]
    payment_intent: IntentId | None = None
    payment: str | None = None
    email: str | None = None
    name: str | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    attempts: int = 0
    attempted: bool = False
    asks: bool = False


class PaymentIntent(NamedTuple):
    """A payment intent; `status` is moved by `statuses.moved` only.

    Amounts are in minor units. `redirects` is `always` or `never` with automatic payment methods, None where
    types were given. `last_error` is the error object of the newest failure, `next_action` what the browser has to do;
    None for neither. `proven` is the payment method whose cardholder was asked and proved it, where the server confirms
    again after that; None for none.
    """

    id: Identity
    secret: str
    amount: int
    currency: str
    created: int
    status: Annotated[str, OneOf(INTENT_STATUSES)]
    metadata: dict[str, str]
    customer: CustomerId | None = None
    payment_method: MethodId | None = None
    redirects: Redirects | None = None
    description: str | None = None
    receipt_email: str | None = None
    amount_received: int = 0
    latest_charge: ChargeId | None = None
    last_error: dict[str, Any] | None = None
    next_action: dict[str, Any] | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    capture_method: Annotated[str, OneOf(CAPTURE_METHODS)] = "automatic_async"
    amount_capturable: int = 0
    future_usage: Usage | None = None
    more: More | None = None
    invoice: InvoiceId | None = None
    proven: MethodId | None = None
    session: SessionId | None = None


class Charge(NamedTuple):
    """A try to charge a card; `failure` is the error object of a refused one, None of a good one.

    `refunded` is the sum of its refunds, `settled` whether its balance transaction is shown, which takes a moment;
    `suffix` is that of its statement descriptor.
    """

    id: Identity
    payment_intent: IntentId
    customer: CustomerId | None
    payment_method: MethodId
    card: CardNumber
    amount: int
    currency: str
    created: int
    amount_captured: int = 0
    failure: dict[str, Any] | None = None
    manual: bool = False
    refunded: int = 0
    description: str | None = None
    receipt_email: str | None = None
    metadata: dict[str, str] | None = None
    settled: bool = False
    dispute: DisputeId | None = None
    suffix: str | None = None


class Refund(NamedTuple):
    """A refund; `reference` is what the card's network calls it, None until it has said so.

    `decides` tells that it will yet succeed or fail.
    """

    id: Identity
    charge: ChargeId
    payment_intent: IntentId
    amount: int
    currency: str
    created: int
    status: Annotated[str, OneOf(REFUND_STATUSES)]
    balance_transaction: TransactionId
    metadata: dict[str, str]
    reason: str | None = None
    customer: CustomerId | None = None
    payment_method: MethodId | None = None
    reference: str | None = None
    failure_reason: str | None = None
    failure_balance_transaction: TransactionId | None = None
    decides: bool = False


class Dispute(NamedTuple):
    """A dispute of a charge; `transactions` are its balance transactions as they are shown.

    `evidence` has the members that were given, `decided_at` when the bank decides, None while it does not.
    """

    id: Identity
    charge: ChargeId
    payment_intent: IntentId
    card: CardNumber
    amount: int
    currency: str
    created: int
    status: Annotated[str, OneOf(DISPUTE_STATUSES)]
    reason: str
    network_code: str
    evidence: dict[str, str]
    transactions: Annotated[list[dict[str, Any]], ListOf(Shown, least=0)]
    submissions: int = 0
    decided_at: int | None = None
    metadata: dict[str, str] | None = None


class BalanceTransaction(NamedTuple):
    """A movement of money on the balance, in minor units: `source` is the charge, the refund or the dispute behind it.

    Those of charges that were captured at once are not stored: they are worked out from the charge.
    """

    id: Identity
    kind: Annotated[str, OneOf(TRANSACTIONS)]
    source: str
    amount: int
    fee: int
    currency: str
    created: int
    available_on: int
    description: str | None = None
    available: bool = False


class SetupIntent(NamedTuple):
    """A setup intent; the fields are a payment intent's, without the money."""

    id: Identity
    secret: str
    created: int
    status: Annotated[str, OneOf(SETUP_STATUSES)]
    metadata: dict[str, str]
    customer: CustomerId | None = None
    payment_method: MethodId | None = None
    redirects: Redirects | None = None
    description: str | None = None
    usage: Usage = "off_session"
    last_error: dict[str, Any] | None = None
    next_action: dict[str, Any] | None = None
    cancellation_reason: str | None = None
    session: SessionId | None = None


class CheckoutSession(NamedTuple):
    """A session of Checkout; `lines` are kept as they are shown.

    `made_of` has parameters as they were sent, by the name of what is made of them when the customer pays, such as
    `payment_intent_data`. `entered` is what is known of who pays, as `customer_details` shows it: what the customer has
    entered on the page besides the card, and before that an e-mail address; None where there is none. `amount` and
    `currency` are None where nothing is paid.
    """

    id: Identity
    mode: Annotated[str, OneOf(SESSION_MODES)]
    status: Annotated[str, OneOf(SESSION_STATUSES)]
    created: int
    expires_at: int
    ui_mode: Annotated[str, OneOf(UI_MODES)]
    lines: Annotated[list[dict[str, Any]], ListOf(SessionLine, least=0)]
    metadata: dict[str, str]
    made_of: dict[str, Any]
    currency: str | None = None
    amount: int | None = None
    payment_status: Annotated[str, OneOf(PAYMENT_STATUSES)] = "unpaid"
    customer: CustomerId | None = None
    email: str | None = None
    url: str | None = None
    secret: str | None = None
    success_url: str | None = None
    cancel_url: str | None = None
    return_url: str | None = None
    completion: Annotated[str, OneOf(COMPLETIONS)] = "always"
    payment_intent: IntentId | None = None
    setup_intent: SetupId | None = None
    subscription: SubscriptionId | None = None
    invoice: InvoiceId | None = None
    entered: More | None = None
    more: More | None = None


class Product(NamedTuple):
    """A product; `updated` is None where it never was."""

    id: Identity
    name: str
    created: int
    active: bool = True
    description: str | None = None
    metadata: dict[str, str] | None = None
    more: More | None = None
    default_price: PriceId | None = None
    updated: int | None = None
    deleted: bool = False


class Price(NamedTuple):
    """A price; `interval` is None where it is paid once, `unit_amount` where it has a fraction of a minor unit."""

    id: Identity
    product: ProductId
    currency: str
    unit_amount: int | None
    created: int
    interval: Annotated[str, OneOf(tuple(INTERVALS))] | None = None
    interval_count: Annotated[int, Between(1, max(INTERVALS.values()))] = 1
    active: bool = True
    nickname: str | None = None
    metadata: dict[str, str] | None = None
    lookup_key: str | None = None
    more: Annotated[More, With(PriceExtras)] | None = None


class LookupKey(NamedTuple):
    """Which price has a lookup key, for one has it at a time; None once it has let it go."""

    id: Identity
    price: PriceId | None


class EphemeralKey(NamedTuple):
    """A key for a mobile app; `expires` is when it ends, in seconds since the epoch."""

    id: Identity
    customer: CustomerId
    created: int
    expires: int
    secret: str


class Token(NamedTuple):
    """A card as `createToken` makes it, for one use; `more` holds its owner's name and address."""

    id: Identity
    card: CardNumber
    created: int
    card_id: str
    exp_month: Annotated[int, Between(1, 12)] = 12
    exp_year: int = 2034
    used: bool = False
    more: More | None = None


class ConfirmationToken(NamedTuple):
    """Data that a customer entered before there was an intent; `used_by` is the intent that it confirmed, or None."""

    id: Identity
    payment_method: MethodId
    created: int
    return_url: str | None = None
    future_usage: Usage | None = None
    shipping: dict[str, Any] | None = None
    used_by: str | None = None


class Event(NamedTuple):
    """The changes of one call, and the events that Stripe makes of them; the objects are rendered when they are read.

    `made` is the machine's time. `request` is the id of the call and `key` its idempotency key, None where no call
    asked. A change is a type of row, the row as it was stored before (None for a new one) and after. `types` has a list
    for each event in their order: its name, the index of its change, and, where there are any, a list of the endpoints
    that it is delivered to.
    """

    id: Annotated[str, Matching(r"evt_[A-Za-z0-9]{22}", "the id of events without the number of one")]
    created: int
    made: int
    request: str | None
    key: str | None
    changes: list[list[Any]]
    types: list[list[Any]]


class WebhookEndpoint(NamedTuple):
    """Where events are delivered; a deleted one is kept for the deliveries that name it, and shown no more."""

    id: Identity
    url: str
    enabled_events: list[str]
    secret: str
    created: int
    api_version: str | None = None
    description: str | None = None
    disabled: bool = False
    metadata: dict[str, str] | None = None
    deleted: bool = False


class Delivery(NamedTuple):
    """One event for one endpoint.

    `due` is when it is tried next, by the simulator's clock; None where it waits no more. `attempts` are the newest
    tries, each with `at`, `status`, `error`, `milliseconds` and the beginning of the `answer`.
    """

    id: Identity
    event: str
    type: str
    endpoint: EndpointId
    created: int
    made: int
    due: int | None
    status: Annotated[str, OneOf(DELIVERY_STATUSES)] = "waiting"
    tries: int = 0
    attempts: list[Attempt] = []  # noqa: RUF012 - a row is never changed


ROW_TYPES: dict[str, type[tuple[Any, ...]]] = {
    cls.__name__: cls
    for cls in (
        Customer,
        PaymentMethod,
        Subscription,
        PaymentIntent,
        Charge,
        SetupIntent,
        Product,
        Price,
        Token,
        ConfirmationToken,
        Event,
        Refund,
        BalanceTransaction,
        Dispute,
        LookupKey,
        WebhookEndpoint,
        Delivery,
        Invoice,
        EphemeralKey,
        CheckoutSession,
    )
}

ROW_NAMES: dict[str, str] = {
    "cus": "Customer",
    "pm": "PaymentMethod",
    "sub": "Subscription",
    "pi": "PaymentIntent",
    "ch": "Charge",
    "seti": "SetupIntent",
    "prod": "Product",
    "price": "Price",
    "re": "Refund",
    "in": "Invoice",
    "du": "Dispute",
    "txn": "BalanceTransaction",
    "cs_test": "CheckoutSession",
}
"""By the prefix of their ids."""

LISTED_BY: dict[str, tuple[tuple[str, int], ...]] = {
    cls.__name__: tuple((field, cls._fields.index(field) + 1) for field in fields)
    for cls, fields in (
        (PaymentMethod, ("customer",)),
        (Subscription, ("customer",)),
        (PaymentIntent, ("customer",)),
        (Charge, ("customer", "payment_intent")),
        (Refund, ("payment_intent",)),
        (Invoice, ("customer", "payment_intent")),
        (Dispute, ("payment_intent",)),
        (CheckoutSession, ("customer", "payment_intent")),
    )
}
"""The fields that lists are asked by, each with its index in a stored row."""
