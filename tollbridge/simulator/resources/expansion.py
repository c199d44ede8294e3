"""`expand[]`: ids in an answer, replaced by the objects that they stand for."""

from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, not_simulated
from tollbridge.simulator.model.rows import (
    Charge,
    Customer,
    PaymentIntent,
    PaymentMethod,
    Price,
    Product,
    SetupIntent,
    Subscription,
)
from tollbridge.simulator.protocol.forms import Form, texts
from tollbridge.simulator.protocol.routing import Route
from tollbridge.simulator.protocol.specification import expandable
from tollbridge.simulator.resources.context import Context

BY_TYPE: dict[str, type[tuple[Any, ...]]] = {
    "charge": Charge,
    "customer": Customer,
    "payment_intent": PaymentIntent,
    "payment_method": PaymentMethod,
    "price": Price,
    "product": Product,
    "setup_intent": SetupIntent,
    "subscription": Subscription,
}
DEEPEST = 4
LISTS = "list of "


def wanted(served: Route, form: Form) -> list[list[str]]:
    """Return the paths that a request wants expanded, each a list of fields.

    Raises:
        StripeFailure: 400, for what cannot be expanded; 501, for what only Stripe can.
    """
    paths = [path.split(".") for path in texts(form, "expand") or [] if path]
    for path in paths:
        _require_expandable(served, path)
    return paths


def _require_expandable(served: Route, path: list[str]) -> None:
    shown = ".".join(path)[:100]
    if len(path) > DEEPEST:
        raise invalid(f"You cannot expand more than {DEEPEST} levels of a property ({shown}).")  # wording unverified
    name = served.shows.removeprefix(LISTS)
    steps = path
    hint = ""
    if served.shows.startswith(LISTS):
        steps = path[1:] if path[0] == "data" else []
        hint = f" You may want to try expanding 'data.{shown}' instead." if path[0] != "data" else ""
    if not steps or not _reaches_object(name, steps):
        raise invalid(f"This property cannot be expanded ({shown}).{hint}")


def _reaches_object(name: str, steps: list[str]) -> bool:
    """Tell whether the last step is an id that can be expanded; 501 where it is of a type that is not here."""
    target: Any = None
    for step in steps:
        if step == "data" and isinstance(target, str):
            continue
        target = expandable(name).get(step)
        if target is None:
            return False
        if isinstance(target, list):
            known = [one for one in target if one in BY_TYPE]
            if not known:
                raise not_simulated(f"the expansion of {step}, a {target[0]},")
            name = known[0]
        else:
            name = target
    return isinstance(target, list)


def expanded(context: Context, document: dict[str, Any], paths: list[list[str]]) -> dict[str, Any]:
    """Return an answer with objects in place of ids; where there is no id, nothing changes."""
    for path in paths:
        document = _expanded(context, document, path)
    return document


def _expanded(context: Context, value: Any, path: list[str]) -> Any:
    if isinstance(value, list):
        return [_expanded(context, item, path) for item in value]
    if isinstance(value, str):
        value = _object(context, value)
    if not path or not isinstance(value, dict) or path[0] not in value:
        return value
    return value | {path[0]: _expanded(context, value[path[0]], path[1:])}


def _object(context: Context, identity: str) -> Any:
    for cls in BY_TYPE.values():
        row = context.work.get(cls, identity)
        if row is not None:
            return shapes.shown(row)
    return identity
