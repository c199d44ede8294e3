"""Products and their prices: what subscriptions need of them."""

from tollbridge.simulator.model.errors import invalid, missing, no_such, not_found
from tollbridge.simulator.model.rows import INTERVALS, Price, Product
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, integer, one_of, text
from tollbridge.simulator.protocol.money import currency_of
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import metadata
from tollbridge.simulator.serializers.subscriptions import PERIODS


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/products`; an id may be chosen."""
    name = text(form, "name")
    if name is None:
        raise missing("name")
    identity = text(form, "id") or context.new_id("prod")
    if context.work.get(Product, identity):
        raise invalid("Product already exists.", code="resource_already_exists")  # unverified
    active = boolean(form, "active") if "active" in form else True
    row = Product(identity, name, context.now, active, text(form, "description"), metadata(form))
    context.work.put(row)
    context.did("product.created", row.id)
    return shown(row)


def retrieve(context: Context, _form: Form, product: str) -> Answer:
    """`GET /v1/products/{product}`."""
    row = context.work.get(Product, product)
    if row is None:
        raise not_found("product", product, "id")
    return shown(row)


def create_price(context: Context, form: Form) -> Answer:
    """`POST /v1/prices`, of a product that is there or that `product_data` names."""
    currency = currency_of(form)
    amount = integer(form, "unit_amount")
    if amount is None:
        raise missing("unit_amount")
    if amount < 0:
        raise invalid("Invalid non-negative integer", param="unit_amount", code="parameter_invalid_integer")
    interval, count = _recurring(form)
    row = Price(
        id=context.new_id("price"),
        product=_product(context, form),
        currency=currency,
        unit_amount=amount,
        created=context.now,
        interval=interval,
        interval_count=count,
        active=boolean(form, "active") if "active" in form else True,
        nickname=text(form, "nickname"),
        metadata=metadata(form),
    )
    context.work.put(row)
    context.did("price.created", row.id)
    return shown(row)


def _recurring(form: Form) -> tuple[str | None, int]:
    sent = form.get("recurring")
    if sent is None:
        return None, 1
    if not isinstance(sent, dict):
        raise invalid("Invalid object", param="recurring")
    interval = one_of(sent, "interval", tuple(PERIODS))
    if interval is None:
        raise missing("recurring[interval]")
    count = integer(sent, "interval_count")
    if count is not None and count > INTERVALS[interval]:
        # Wording unverified.
        raise invalid("The maximum number of intervals is three years.", param="recurring[interval_count]")
    return interval, 1 if count is None else max(count, 1)


def _product(context: Context, form: Form) -> str:
    identity, data = text(form, "product"), form.get("product_data")
    if identity is not None and data is not None:
        raise invalid("You may only specify one of these parameters: product, product_data.")
    if identity is not None:
        if context.work.get(Product, identity) is None:
            raise no_such("product", identity, "product")
        return identity
    if not isinstance(data, dict):
        raise missing("product")
    name = text(data, "name")
    if name is None:
        raise missing("product_data[name]")
    row = Product(context.new_id("prod"), name, context.now)
    context.work.put(row)
    return row.id


def retrieve_price(context: Context, _form: Form, price: str) -> Answer:
    """`GET /v1/prices/{price}`."""
    row = context.work.get(Price, price)
    if row is None:
        raise not_found("price", price, "price")
    return shown(row)


ROUTES = (
    route("POST", "/v1/products", create, "product", "active", "description", "id", "metadata", "name"),
    route("GET", "/v1/products/{product}", retrieve, "product"),
    route(
        "POST",
        "/v1/prices",
        create_price,
        "price",
        "active",
        "currency",
        "metadata",
        "nickname",
        "product",
        "product_data[name]",
        "recurring[interval]",
        "recurring[interval_count]",
        "unit_amount",
    ),
    route("GET", "/v1/prices/{price}", retrieve_price, "price"),
)
