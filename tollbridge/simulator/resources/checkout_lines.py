"""What a session of Checkout is for: prices that are there, or that are made with the session."""

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import (
    exclusive,
    invalid,
    missing,
    no_such,
    not_simulated,
    too_long,
    within,
)
from tollbridge.simulator.model.rows import Price, Product
from tollbridge.simulator.protocol.forms import Form, Value, integer, nested, text
from tollbridge.simulator.protocol.money import require_chargeable_total
from tollbridge.simulator.resources.billing import due_of
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.prices import new_price

MAX_LINES = {"payment": 100, "subscription": 20}
"""As Stripe documents it."""

MAX_QUANTITY = 999_999
RECURRING = (
    "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only "
    "one-time prices."
)
NONE_RECURS = "You must provide at least one recurring price in `subscription` mode when using prices."
INACTIVE = "The price specified is inactive. This field only accepts active prices."
MIXED = "The prices of a Checkout Session have to be of one currency."
INTERVALS = "The recurring prices of a Checkout Session have to be of one interval."


def lines_of(context: Context, form: Form, mode: str) -> list[shapes.Shape]:
    """Return the lines of a session, each as it is shown.

    Raises:
        StripeFailure: 400, for prices that do not fit the mode or each other, and too small a sum.
    """
    entries = _entries(form, mode)
    bought = [_bought(context, entry, f"line_items[{position}]") for position, entry in enumerate(entries)]
    _require_fitting([price for price, _ in bought], mode)
    lines = [_line(context, price, quantity) for price, quantity in bought]
    if mode == "payment":
        _require_chargeable(context, sum(line["amount_total"] for line in lines), lines[0]["currency"])
    return lines


def _entries(form: Form, mode: str) -> list[Value]:
    sent = form.get("line_items")
    if not sent:
        raise missing("line_items")
    if isinstance(sent, str):
        raise invalid("Invalid array", param="line_items")
    entries = list(sent.values()) if isinstance(sent, dict) else sent
    if len(entries) > MAX_LINES[mode]:
        raise too_long("line_items", MAX_LINES[mode])
    return entries


def _bought(context: Context, entry: Value, place: str) -> tuple[Price, int]:
    if not isinstance(entry, dict):
        raise invalid("Invalid object", param=place)
    quantity = integer(entry, "quantity")
    if quantity is None:  # its code and param are unverified
        raise invalid(f"Quantity is required. Add `quantity` to `{place}`", param=f"{place}[quantity]")
    with within(place):
        if not 1 <= quantity <= MAX_QUANTITY:
            message = "This value must be greater than or equal to 1." if quantity < 1 else "Invalid quantity"
            raise invalid(message, param="quantity", code="parameter_invalid_integer")  # the second is unverified
        return _price(context, entry), quantity


def _price(context: Context, entry: Form) -> Price:
    identity, data = text(entry, "price"), nested(entry, "price_data")
    if identity is not None and data is not None:
        raise exclusive("price", "price_data")  # unverified
    if data is not None:
        return _made(context, data)
    if identity is None:
        raise missing("price")  # unverified
    price = context.work.get(Price, identity)
    if price is None:
        raise no_such("price", identity, "price")
    if not price.active:
        raise invalid(INACTIVE, param="price")
    return price


def _made(context: Context, data: Form) -> Price:
    """Write a price that is only for this session; it is not for sale anywhere else (unverified)."""
    with within("price_data"):
        price = new_price(context, data)._replace(active=False)
    context.work.put(price)
    product = context.work.get(Product, price.product)
    if product is not None and "product_data" in data:
        context.work.put(product._replace(active=False))
    return price


def _require_fitting(prices: list[Price], mode: str) -> None:
    """Hold the prices against the mode, and against each other."""
    recurring = [price for price in prices if price.interval is not None]
    if mode == "payment" and recurring:
        raise invalid(RECURRING)
    if mode == "subscription" and not recurring:
        raise invalid(NONE_RECURS)
    if mode == "subscription" and len(recurring) < len(prices):
        raise not_simulated("one-time prices beside the recurring ones of a Checkout Session")
    if len({price.currency for price in prices}) > 1:
        raise invalid(MIXED)  # wording unverified
    if len({(price.interval, price.interval_count) for price in recurring}) > 1:
        raise invalid(INTERVALS)  # wording unverified


def _line(context: Context, price: Price, quantity: int) -> shapes.Shape:
    product = context.work.get(Product, price.product)
    amount = due_of({"price": shapes.price_shape(price), "quantity": quantity})
    return shapes.session_line(context.new_id("li"), price, product.name if product else None, quantity, amount)


def _require_chargeable(context: Context, amount: int, currency: str) -> None:
    if amount == 0:
        raise not_simulated("Checkout Sessions in `payment` mode with nothing to pay")
    require_chargeable_total(amount, currency, context.settlement_currency)
