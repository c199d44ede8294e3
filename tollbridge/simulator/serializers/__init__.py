"""Rows as the objects that Stripe shows at the pinned version (2026-08-26.dahlia), every key present."""

from collections.abc import Callable
from typing import Any

from tollbridge.simulator.model.rows import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Customer,
    Dispute,
    Invoice,
    PaymentIntent,
    PaymentMethod,
    Price,
    Product,
    Refund,
    SetupIntent,
    Subscription,
    Token,
    WebhookEndpoint,
)
from tollbridge.simulator.serializers.accounts import ACCOUNT, KEY_SECONDS, account, ephemeral_key
from tollbridge.simulator.serializers.balance import balance, balance_transaction
from tollbridge.simulator.serializers.charges import charge, transaction_id
from tollbridge.simulator.serializers.checkout_sessions import checkout_session, session_line
from tollbridge.simulator.serializers.customers import customer
from tollbridge.simulator.serializers.disputes import dispute
from tollbridge.simulator.serializers.intents import CARD_OPTIONS, payment_intent, setup_intent
from tollbridge.simulator.serializers.invoices import invoice, invoice_payment, line
from tollbridge.simulator.serializers.payment_methods import payment_method
from tollbridge.simulator.serializers.refunds import refund
from tollbridge.simulator.serializers.subscriptions import item, plan, price_shape, product, subscription
from tollbridge.simulator.serializers.tokens import OWNER, confirmation_token, token
from tollbridge.simulator.serializers.webhook_endpoints import new_webhook_endpoint, webhook_endpoint

__all__ = [
    "ACCOUNT",
    "CARD_OPTIONS",
    "KEY_SECONDS",
    "OWNER",
    "SHAPES",
    "account",
    "balance",
    "balance_transaction",
    "charge",
    "checkout_session",
    "confirmation_token",
    "customer",
    "dispute",
    "ephemeral_key",
    "invoice",
    "invoice_payment",
    "item",
    "line",
    "new_webhook_endpoint",
    "payment_intent",
    "payment_method",
    "plan",
    "price_shape",
    "product",
    "refund",
    "session_line",
    "setup_intent",
    "shown",
    "subscription",
    "token",
    "transaction_id",
    "webhook_endpoint",
]

Shape = dict[str, Any]

SHAPES: dict[type, Callable[[Any], Shape]] = {
    BalanceTransaction: balance_transaction,
    Charge: charge,
    CheckoutSession: checkout_session,
    Customer: customer,
    Dispute: dispute,
    Invoice: invoice,
    PaymentIntent: payment_intent,
    PaymentMethod: payment_method,
    Price: price_shape,
    Product: product,
    Refund: refund,
    SetupIntent: setup_intent,
    Subscription: subscription,
    Token: token,
    WebhookEndpoint: webhook_endpoint,
}
"""How each type of row is shown."""


def shown(row: tuple[Any, ...]) -> Shape:
    """Return the object of a row."""
    return SHAPES[type(row)](row)
