"""Prices: create, of a product that is there or made with it; retrieve, update, list. They are never deleted."""

from typing import Any

from tollbridge.simulator.model.errors import (
    exclusive,
    invalid,
    missing,
    no_such,
    not_found,
    not_simulated,
    too_long,
    within,
)
from tollbridge.simulator.model.rows import INTERVALS, TAX_BEHAVIORS, LookupKey, Price
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, decimal, integer, nested, one_of, text, texts
from tollbridge.simulator.protocol.money import currency_of
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import merged, metadata
from tollbridge.simulator.resources.product_details import existing, made

NO_AMOUNT = "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set."
TIERED_ONCE = "Prices with `type=one_time` are not supported with tiered billing."
NO_METER = "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters."
MAX_KEYS = 10
"""Of the lookup keys that a list is asked for; documented."""


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/prices`."""
    _require_simple(form)
    row = _with_lookup_key(context, form, new_price(context, form))
    context.work.put(row)
    return shown(row)


def new_price(context: Context, form: Form) -> Price:
    """Return a new price, which is not written yet, of a product that is there or is made with it.

    Raises:
        StripeFailure: 400, for a product that does not exist, for none and for both, and for a bad amount.
    """
    row = priced(context, form, "")._replace(product=_product(context, form))
    context.did("price.created", row.id)
    return row


def _require_simple(form: Form) -> None:
    if (one_of(form, "billing_scheme", ("per_unit", "tiered")) or "per_unit") == "tiered":
        if "recurring" not in form:
            raise invalid(TIERED_ONCE, param="interval")
        raise not_simulated("tiered prices")
    recurring = form.get("recurring")
    with within("recurring"):
        metered = isinstance(recurring, dict) and one_of(recurring, "usage_type", ("licensed", "metered")) == "metered"
    if metered:
        raise invalid(NO_METER)  # its param is unverified


def priced(context: Context, form: Form, product: str) -> Price:
    """Return a new price of a product, which is not written yet."""
    currency = currency_of(form)
    amount, said = _amount(form)
    interval, count = _recurring(form)
    behavior = one_of(form, "tax_behavior", TAX_BEHAVIORS)
    more: dict[str, Any] = ({"tax_behavior": behavior} if behavior else {}) | said
    return Price(
        id=context.new_id("price"),
        product=product,
        currency=currency,
        unit_amount=amount,
        created=context.now,
        interval=interval,
        interval_count=count,
        active=boolean(form, "active", True),
        nickname=text(form, "nickname"),
        metadata=metadata(form),
        more=more or None,
    )


def _amount(form: Form) -> tuple[int | None, dict[str, Any]]:
    """Return the amount in minor units, None where it has a fraction; and how such a one is shown."""
    amount, exact = integer(form, "unit_amount"), decimal(form, "unit_amount_decimal")
    if amount is None and exact is None:
        raise invalid(NO_AMOUNT)
    if amount is not None and exact is not None:
        raise exclusive("unit_amount", "unit_amount_decimal")  # unverified
    if (amount is not None and amount < 0) or (exact is not None and exact < 0):
        name = "unit_amount" if exact is None else "unit_amount_decimal"
        raise invalid("Invalid non-negative integer", param=name, code="parameter_invalid_integer")
    if exact is None:
        return amount, {}
    whole = exact == int(exact)
    return (int(exact), {}) if whole else (None, {"unit_amount_decimal": format(exact.normalize(), "f")})


def _recurring(form: Form) -> tuple[str | None, int]:
    sent = nested(form, "recurring")
    if sent is None:
        return None, 1
    with within("recurring"):
        interval = one_of(sent, "interval", tuple(INTERVALS))
        if interval is None:
            raise missing("interval")
        count = integer(sent, "interval_count")
        if count is not None and count > INTERVALS[interval]:
            # Wording unverified.
            raise invalid("The maximum number of intervals is three years.", param="interval_count")
        return interval, 1 if count is None else max(count, 1)


def _product(context: Context, form: Form) -> str:
    identity, data = text(form, "product"), form.get("product_data")
    if identity is not None and data is not None:
        raise exclusive("product", "product_data", param="product")
    if identity is not None:
        if existing(context, identity) is None:
            raise no_such("product", identity, "product")
        return identity
    if not isinstance(data, dict):
        raise invalid("You must specify either `product` or `product_data` when creating a price.")
    with within("product_data"):
        return made(context, data).id


def _with_lookup_key(context: Context, form: Form, row: Price) -> Price:
    """Return a price with the lookup key that is asked for, which is taken from another where that is asked for too."""
    if "lookup_key" not in form:
        return row
    key = text(form, "lookup_key", most=200, may_clear=True) or None
    _let_go(context, row, key)
    if key is not None:
        _take(context, form, row, key)
    return row._replace(lookup_key=key)


def _let_go(context: Context, row: Price, key: str | None) -> None:
    if row.lookup_key is not None and row.lookup_key != key:
        context.work.put(LookupKey(row.lookup_key, None))


def _take(context: Context, form: Form, row: Price, key: str) -> None:
    taken = context.work.get(LookupKey, key)
    holder = context.work.get(Price, taken.price) if taken and taken.price else None
    if holder is not None and holder.id != row.id:
        if not boolean(form, "transfer_lookup_key"):
            raise invalid(f"A price (`{holder.id}`) already uses that lookup key.", param="lookup_key")
        context.work.put(holder._replace(lookup_key=None))
        context.did("price.updated", holder.id)
    context.work.put(LookupKey(key, row.id))


def _named(context: Context, identity: str) -> Price:
    row = context.work.get(Price, identity)
    if row is None:
        raise not_found("price", identity, "price")
    return row


def retrieve(context: Context, _form: Form, price: str) -> Answer:
    """`GET /v1/prices/{price}`."""
    return shown(_named(context, price))


def update(context: Context, form: Form, price: str) -> Answer:
    """`POST /v1/prices/{price}`: amount, currency, interval and product never change."""
    row = _named(context, price)
    changed = row._replace(
        active=boolean(form, "active", row.active),
        metadata=merged(row.metadata, metadata(form), form),
        more=_with_tax_behavior(form, row.more or {}) or None,
    )
    if "nickname" in form:
        changed = changed._replace(nickname=text(form, "nickname", may_clear=True) or None)
    changed = _with_lookup_key(context, form, changed)
    if changed != row:
        context.work.put(changed)
        context.did("price.updated", row.id)
    return shown(changed)


def _with_tax_behavior(form: Form, more: dict[str, Any]) -> dict[str, Any]:
    behavior, before = one_of(form, "tax_behavior", TAX_BEHAVIORS), more.get("tax_behavior", "unspecified")
    if behavior is None or behavior == before:
        return more
    if before != "unspecified":  # wording unverified
        raise invalid("You cannot change the tax behavior of a price once it is set.", param="tax_behavior")
    return more | {"tax_behavior": behavior}


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/prices`, the newest first."""
    made_within, product, currency = made_when(form), text(form, "product"), text(form, "currency")
    active = boolean(form, "active", None)
    kind, keys = one_of(form, "type", ("one_time", "recurring")), texts(form, "lookup_keys")
    recurring = form.get("recurring")
    with within("recurring"):
        interval = one_of(recurring, "interval", tuple(INTERVALS)) if isinstance(recurring, dict) else None
    if keys is not None and len(keys) > MAX_KEYS:
        raise too_long("lookup_keys", MAX_KEYS)

    def wanted(row: Price) -> bool:
        return (
            made_within(row.created)
            and (active is None or row.active == active)
            and product in (None, row.product)
            and currency in (None, row.currency)
            and (kind is None or (row.interval is not None) == (kind == "recurring"))
            and interval in (None, row.interval)
            and (keys is None or row.lookup_key in keys)
        )

    return page(context, Price, form, what="price", url="/v1/prices", wanted=wanted)


PRICES, PRICE = "/v1/prices", "/v1/prices/{price}"
SAID = ("active", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key")
ROUTES = (
    route(
        "GET",
        PRICES,
        list_,
        "list of price",
        *("active", "created", "currency", "lookup_keys", "product", "recurring[interval]", "type", *CURSORS),
    ),
    route(
        "POST",
        PRICES,
        create,
        "price",
        *("billing_scheme", "currency", "product", "recurring[interval]", "recurring[interval_count]"),
        *("recurring[usage_type]", "unit_amount", "unit_amount_decimal"),
        *(f"product_data[{name}]" for name in ("active", "id", "metadata", "name", "statement_descriptor")),
        *("product_data[tax_code]", "product_data[unit_label]", *SAID),
    ),
    route("GET", PRICE, retrieve, "price"),
    route("POST", PRICE, update, "price", *SAID),
)
