"""Products: create, with a first price if wanted; retrieve, update, delete, list."""

from tollbridge.simulator.model.errors import invalid, no_such, not_found, within
from tollbridge.simulator.model.rows import Price, Product
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, nested, text, texts
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import merged, metadata
from tollbridge.simulator.resources.prices import priced
from tollbridge.simulator.resources.product_details import SIDES, existing, made, more_of

HAS_PRICES = "This product cannot be deleted because it has one or more user-created prices."


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/products`; an id may be chosen."""
    row = made(context, form)
    data = nested(form, "default_price_data")
    if data is None:
        return shown(row)
    with within("default_price_data"):
        price = priced(context, data, row.id)
    context.work.put(price)
    context.did("price.created", price.id)
    row = row._replace(default_price=price.id)
    context.work.put(row)
    return shown(row)


def _named(context: Context, identity: str) -> Product:
    row = existing(context, identity)
    if row is None:
        raise not_found("product", identity, "id")
    return row


def retrieve(context: Context, _form: Form, product: str) -> Answer:
    """`GET /v1/products/{product}`."""
    return shown(_named(context, product))


def update(context: Context, form: Form, product: str) -> Answer:
    """`POST /v1/products/{product}`."""
    row = _named(context, product)
    changed = row._replace(
        name=text(form, "name") or row.name,
        active=boolean(form, "active", row.active),
        metadata=merged(row.metadata, metadata(form), form),
        more=more_of(form, row.more),
    )
    if "description" in form:
        changed = changed._replace(description=text(form, "description", may_clear=True) or None)
    if "default_price" in form:
        changed = changed._replace(default_price=_price_of(context, form, row))
    if changed != row:
        changed = changed._replace(updated=context.now)
        context.work.put(changed)
        context.did("product.updated", row.id)
    return shown(changed)


def _price_of(context: Context, form: Form, row: Product) -> str | None:
    identity = text(form, "default_price", may_clear=True)
    if not identity:
        return None
    price = context.work.get(Price, identity)
    if price is None or price.product != row.id:
        raise no_such("price", identity, "default_price")
    return price.id


def delete(context: Context, _form: Form, product: str) -> Answer:
    """`DELETE /v1/products/{product}`, of one that never had a price."""
    row = _named(context, product)
    if any(price.product == row.id for price in context.work.listed(Price)):
        raise invalid(HAS_PRICES)
    context.work.put(row._replace(active=False, deleted=True))
    context.did("product.deleted", row.id)
    return Answer(200, {"id": row.id, "object": "product", "deleted": True})


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/products`, the newest first; ids that there are not are left out."""
    made_within, ids, url = made_when(form), texts(form, "ids"), text(form, "url")
    active = boolean(form, "active", None)
    shippable = boolean(form, "shippable", None)

    def wanted(row: Product) -> bool:
        more = row.more or {}
        return (
            not row.deleted
            and made_within(row.created)
            and (ids is None or row.id in ids)
            and (active is None or row.active == active)
            and (shippable is None or bool(more.get("shippable")) == shippable)
            and (url is None or more.get("url") == url)
        )

    return page(context, Product, form, what="product", url="/v1/products", wanted=wanted)


PRODUCTS, PRODUCT = "/v1/products", "/v1/products/{product}"
SAID = (
    *("active", "description", "images", "marketing_features[][name]", "metadata", "name", "shippable"),
    *("statement_descriptor", "tax_code", "unit_label", "url", *(f"package_dimensions[{side}]" for side in SIDES)),
)
FIRST_PRICE = (
    *("currency", "metadata", "recurring[interval]", "recurring[interval_count]", "tax_behavior", "unit_amount"),
    "unit_amount_decimal",
)
ROUTES = (
    route("GET", PRODUCTS, list_, "list of product", "active", "created", "ids", "shippable", "url", *CURSORS),
    route(
        "POST",
        PRODUCTS,
        create,
        "product",
        "id",
        *SAID,
        *(f"default_price_data[{name.replace('[', '][', 1)}" + ("" if "[" in name else "]") for name in FIRST_PRICE),
    ),
    route("GET", PRODUCT, retrieve, "product"),
    route("POST", PRODUCT, update, "product", "default_price", *SAID),
    route("DELETE", PRODUCT, delete, "product"),
)
