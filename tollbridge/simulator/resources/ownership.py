"""Whom a payment intent names, and whether the payment method may be used for it.

Facts are numbered as in `docs/stripe-facts.md`.
"""

from collections.abc import Mapping

from tollbridge.simulator.model.cards import ALIAS, BY_ALIAS
from tollbridge.simulator.model.errors import StripeFailure, invalid, no_such, not_simulated, within
from tollbridge.simulator.model.rows import Customer, PaymentIntent, PaymentMethod, SetupIntent
from tollbridge.simulator.protocol.forms import Form, nested, text
from tollbridge.simulator.resources.card_details import made
from tollbridge.simulator.resources.context import Context

CONSUMED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)


def customer_named(context: Context, form: Form) -> Customer | None:
    """Return the customer that the parameters name; None where they name none.

    Raises:
        StripeFailure: 400, where there is none with the id (fact e19).
    """
    identity = text(form, "customer")
    if identity is None:
        return None
    row = context.work.get(Customer, identity)
    if row is None or row.deleted:
        raise no_such("customer", identity, "customer")
    return row


def method_named(
    context: Context, form: Form, row: PaymentIntent | SetupIntent, embedded: Mapping[str, object] | None = None
) -> PaymentMethod | None:
    """Return the payment method that the parameters name, once it may be used; None where they name none.

    Raises:
        StripeFailure: 400, rows 20 to 23; `embedded` is what a refusal of its owner carries.
    """
    identity = text(form, "payment_method")
    if identity is None:
        return _from_data(context, form)
    method = from_alias(context, identity) or context.work.get(PaymentMethod, identity)
    if method is None:
        raise no_such("PaymentMethod", identity, "payment_method")
    require_usable(method, row, embedded)
    return method


def _from_data(context: Context, form: Form) -> PaymentMethod | None:
    """Return a new payment method from `payment_method_data`; None where there is none."""
    data = nested(form, "payment_method_data")
    if data is None:
        return None
    with within("payment_method_data"):
        return made(context, data)


def from_alias(context: Context, identity: str) -> PaymentMethod | None:
    """Return a new payment method for an alias such as `pm_card_visa`; None where the id is no alias.

    Raises:
        StripeFailure: 501, for an alias that the simulator does not have.
    """
    if identity not in BY_ALIAS:
        if identity.startswith(ALIAS):
            raise not_simulated(f"the test card {identity[:80]}, which may or may not be Stripe's")
        return None
    method = PaymentMethod(context.new_id("pm"), BY_ALIAS[identity].number, None, context.now)
    context.work.put(method)
    return method


def require_usable(
    method: PaymentMethod, row: PaymentIntent | SetupIntent, embedded: Mapping[str, object] | None = None
) -> None:
    """Hold a payment method's owner against the intent's customer.

    Raises:
        StripeFailure: 400, rows 21 to 23.
    """
    if method.consumed:
        raise invalid(CONSUMED)
    if method.customer in (None, row.customer):
        return
    if row.customer is None:
        raise invalid(
            f"The `payment_method` parameter supplied {method.id} belongs to the Customer {method.customer}. Please "
            "include the Customer in the `customer` parameter on the PaymentIntent.",
            param="source",
            code="parameter_missing",
        )
    raise StripeFailure(
        400,
        f"The PaymentMethod {method.id} does not belong to the Customer you supplied {row.customer}. Please use "
        "this PaymentMethod with the Customer that it belongs to instead.",
        param="payment_method",
        more=embedded or {},
    )


def require_own(context: Context, customer: str, chosen: str, param: str) -> None:
    """Hold a default payment method against the customer whose it has to be.

    Raises:
        StripeFailure: 400; its code and parameter are unverified.
    """
    method = context.work.get(PaymentMethod, chosen)
    if method is None or method.customer != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {chosen}. The payment method must be attached "
            "to the customer.",
            param=param,
            code="resource_missing",
        )
