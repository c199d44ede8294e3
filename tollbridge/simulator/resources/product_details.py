"""Parameters of a product, where it is created itself or with a price."""

from decimal import Decimal
from typing import Any

from tollbridge.simulator.model.errors import invalid, missing, too_long, within
from tollbridge.simulator.model.rows import Product
from tollbridge.simulator.protocol.forms import Form, boolean, decimal, nested, text, texts
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import metadata

LONGEST = {"statement_descriptor": 22, "tax_code": 5_000, "unit_label": 12, "url": 5_000}
SIDES = ("height", "length", "weight", "width")
MAX_IMAGES, MAX_FEATURES = 8, 15


def made(context: Context, form: Form) -> Product:
    """Write a new product."""
    name = text(form, "name")
    if name is None:
        raise missing("name")
    identity = text(form, "id") or context.new_id("prod")
    if context.work.get(Product, identity):
        raise invalid("Product already exists.", code="resource_already_exists")  # unverified
    active = boolean(form, "active", True)
    row = Product(identity, name, context.now, active, text(form, "description"), metadata(form), more_of(form, None))
    context.work.put(row)
    context.did("product.created", row.id)
    return row


def more_of(form: Form, kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the members that few products have."""
    more = dict(kept or {})
    for name, most in LONGEST.items():
        if name in form:
            more[name] = text(form, name, most=most, may_clear=True) or None
    if "shippable" in form:
        more["shippable"] = boolean(form, "shippable") if form["shippable"] != "" else None
    if "images" in form:
        more["images"] = [] if form["images"] == "" else _bounded(texts(form, "images") or [], "images", MAX_IMAGES)
    if "marketing_features" in form:
        more["marketing_features"] = _features(form)
    if "package_dimensions" in form:
        more["package_dimensions"] = _dimensions(form)
    return more or None


def _bounded(items: list[Any], param: str, most: int) -> list[Any]:
    if len(items) > most:
        raise too_long(param, most)
    return items


def _features(form: Form) -> list[dict[str, Any]]:
    sent = form["marketing_features"]
    if sent == "":
        return []
    items = list(sent.values()) if isinstance(sent, dict) else sent
    if isinstance(items, str) or not all(isinstance(item, dict) for item in items):
        raise invalid("Invalid array", param="marketing_features")
    named = [_feature(item, position) for position, item in enumerate(items) if isinstance(item, dict)]
    return _bounded([{"name": name} for name in named], "marketing_features", MAX_FEATURES)


def _feature(item: Form, position: int) -> str:
    with within(f"marketing_features[{position}]"):
        name = text(item, "name", most=80)
        if name is None:
            raise missing("name")
        return name


def _dimensions(form: Form) -> dict[str, float] | None:
    """Return the size of a package, in floats, as recorded."""
    sent = nested(form, "package_dimensions", may_clear=True)
    if sent is None:
        return None
    with within("package_dimensions"):
        return {side: float(_side(sent, side)) for side in SIDES}


def _side(sent: Form, side: str) -> Decimal:
    size = decimal(sent, side)
    if size is None:
        raise missing(side)
    return size


def existing(context: Context, identity: str) -> Product | None:
    """Return a product; None where there is none with the id, or it was deleted."""
    row = context.work.get(Product, identity)
    return row if row and not row.deleted else None
