"""Routes and parameters that Stripe has, generated from its specification (scripts/generate_stripe_table.py).

Every route of the API, and for the routes that are simulated every parameter: so what Stripe has and the
simulator has not is told apart, truthfully, from what Stripe has not.

Facts are numbered as in `docs/stripe-facts.md`.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tollbridge.simulator.model.errors import unknown_parameter
from tollbridge.simulator.protocol.forms import Form, Value

Tree = Mapping[str, Any]
"""Names of parameters, each with the tree of what may stand below it; None where it is a value, or anything goes."""


def stripes_paths(method: str) -> tuple[str, ...]:
    """Return the paths that Stripe has for a method."""
    return tuple(_stripe()["routes"].get(method, ()))


def expandable(name: str) -> Mapping[str, Any]:
    """Return what can be expanded in a type of object: by field, the types it names or the part that it goes on in."""
    found: Mapping[str, Any] = _stripe()["expandable"].get(name, {})
    return found


@cache
def method_types() -> tuple[str, ...]:
    """Return the types of payment methods that Stripe has."""
    return tuple(_stripe()["types"])


@cache
def event_names() -> frozenset[str]:
    """Return the types of events that an endpoint may ask for, `*` among them."""
    return frozenset(_stripe()["events"])


@cache
def api_versions() -> frozenset[str]:
    """Return the versions that an endpoint may ask for."""
    return frozenset(_stripe()["versions"])


def require_names(method: str, template: str, form: Form) -> None:
    """Refuse what is none of Stripe's parameters, however deep (fact e11).

    Raises:
        StripeFailure: 400.
    """
    known = _stripe()["parameters"][f"{method} {template}"]
    for name, value in form.items():
        if name not in known or (known[name] and not isinstance(value, str)):
            _require_names(known, {name: value}, "")


def _require_names(known: Tree, value: Value, place: str) -> None:
    if isinstance(value, list):
        for item in value:
            _require_names(known, item, f"{place}[]")
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        spelt = f"{place}[{name[:60]}]" if place else name[:60]
        if place and name.isdecimal():
            _require_names(known, inner, spelt)  # the items of a list may be numbered
        elif name not in known:
            raise unknown_parameter(_first_leaf(spelt, inner))
        elif known[name]:
            _require_names(known[name], inner, spelt)


def _first_leaf(spelt: str, value: Value) -> str:
    while value and not isinstance(value, str):
        name = next(iter(value)) if isinstance(value, dict) else ""
        spelt = f"{spelt}[{name[:60]}]"
        value = value[name] if isinstance(value, dict) else value[0]
    return spelt


@cache
def _stripe() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files("tollbridge.simulator.protocol").joinpath("stripe.json").read_bytes())
    return read
