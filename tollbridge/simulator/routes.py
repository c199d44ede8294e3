"""The routes that the simulator has, and what Stripe has besides.

`stripe.json` is generated from Stripe's specification (scripts/generate_stripe_table.py): every route of
the API, and for the routes that are here every parameter. So what Stripe has and we have not is told
apart, truthfully, from what Stripe has not.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tollbridge.simulator import intents, objects
from tollbridge.simulator.context import Answer
from tollbridge.simulator.failures import not_simulated, unknown_parameter, unrecognized_url
from tollbridge.simulator.forms import Form

NAMED = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Route:
    """A route that the simulator has.

    Args:
        method: `GET` or `POST`.
        template: the path, such as `/v1/payment_intents/{intent}`.
        operation: what serves it.
        parameters: those that are simulated.
    """

    method: str
    template: str
    operation: Callable[..., Answer]
    parameters: frozenset[str]


def route(method: str, template: str, operation: Callable[..., Answer], *parameters: str) -> Route:
    """Return a route; no parameters means that it has none."""
    return Route(method, template, operation, frozenset(parameters))


CONFIRMATION = ("error_on_requires_action", "off_session", "payment_method", "receipt_email", "return_url")

ROUTES = (
    route("GET", "/v1/customers/{customer}", objects.retrieve_customer),
    route("GET", "/v1/customers/{customer}/payment_methods/{payment_method}", objects.retrieve_customers_method),
    route("GET", "/v1/payment_methods/{payment_method}", objects.retrieve_method),
    route("POST", "/v1/payment_methods/{payment_method}/attach", objects.attach, "customer"),
    route(
        "POST",
        "/v1/payment_intents",
        intents.create,
        "amount",
        "automatic_payment_methods",
        "confirm",
        "currency",
        "customer",
        "description",
        "metadata",
        "payment_method_types",
        *CONFIRMATION,
    ),
    route("GET", "/v1/payment_intents/{intent}", intents.retrieve, "client_secret"),
    route("POST", "/v1/payment_intents/{intent}/confirm", intents.confirm, *CONFIRMATION),
    route("POST", "/v1/payment_intents/{intent}/cancel", intents.cancel, "cancellation_reason"),
    route("GET", "/v1/subscriptions/{subscription}", objects.retrieve_subscription),
    route("POST", "/v1/subscriptions/{subscription}", objects.update_subscription, "default_payment_method"),
)


def found_route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route of a request, and what its path names.

    Raises:
        StripeFailure: 404 where Stripe has no such route, 501 where only we have not.
    """
    steps = path.split("/")
    for candidate, pattern in _patterns().get((method, len(steps)), ()):
        named = pattern.fullmatch(path)
        if named:
            return candidate, named.groupdict()
    if any(_matches(template, steps) for template in _stripe()["routes"].get(method, ())):
        raise not_simulated(f"{method} {path[:80]}")
    raise unrecognized_url(method, path[:200])


def require_known(served: Route, form: Form) -> None:
    """Refuse parameters that Stripe does not have (400), or that only we have not (501)."""
    for name, value in form.items():
        if name in served.parameters:
            continue
        if name not in _stripe()["parameters"][f"{served.method} {served.template}"]:
            raise unknown_parameter(name if isinstance(value, str) else _first_leaf(name, value))
        if name != "expand" or value:
            raise not_simulated(f"the parameter {name} of {served.method} {served.template}")


def _first_leaf(name: str, value: Any) -> str:
    return f"{name}[{next(iter(value))}]" if isinstance(value, dict) and value else name


@cache
def _patterns() -> dict[tuple[str, int], list[tuple[Route, re.Pattern[str]]]]:
    patterns: dict[tuple[str, int], list[tuple[Route, re.Pattern[str]]]] = {}
    for candidate in ROUTES:
        pattern = re.compile(NAMED.sub(r"(?P<\1>[^/]+)", candidate.template))
        key = (candidate.method, candidate.template.count("/") + 1)
        patterns.setdefault(key, []).append((candidate, pattern))
    return patterns


def _matches(template: str, steps: list[str]) -> bool:
    wanted = template.split("/")
    return len(wanted) == len(steps) and all(
        one == other or (one.startswith("{") and other) for one, other in zip(wanted, steps, strict=True)
    )


@cache
def _stripe() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files("tollbridge.simulator").joinpath("stripe.json").read_bytes())
    return read
