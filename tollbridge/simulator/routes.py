"""The routes that the simulator has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from tollbridge.simulator import intents, objects
from tollbridge.simulator.context import Answer
from tollbridge.simulator.failures import not_simulated, unrecognized_url
from tollbridge.simulator.forms import Form
from tollbridge.simulator.specification import has_route, literal_paths, require_names

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
    route(
        "GET",
        "/v1/customers/{customer}/payment_methods",
        objects.list_customers_methods,
        "ending_before",
        "limit",
        "starting_after",
        "type",
    ),
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
    for candidate, pattern in _patterns().get((method, path.count("/")), ()):
        match = pattern.fullmatch(path)
        if match and (candidate.template == path or path not in literal_paths(method)):
            return candidate, {name: unquote(value) for name, value in match.groupdict().items()}
    if has_route(method, path):
        raise not_simulated(f"{method} {path[:80]}")
    raise unrecognized_url(method, path[:200])


def is_template(method: str, template: str) -> bool:
    """Tell whether the simulator has a route, by its template."""
    return any((served.method, served.template) == (method, template) for served in ROUTES)


def require_known(served: Route, form: Form) -> None:
    """Refuse parameters that Stripe does not have (400), or that only we have not (501)."""
    require_names(served.method, served.template, form)
    for name, value in form.items():
        if name not in served.parameters and (name != "expand" or value):
            raise not_simulated(f"the parameter {name} of {served.method} {served.template}")


@cache
def _patterns() -> dict[tuple[str, int], list[tuple[Route, re.Pattern[str]]]]:
    patterns: dict[tuple[str, int], list[tuple[Route, re.Pattern[str]]]] = {}
    for candidate in ROUTES:
        pattern = re.compile(NAMED.sub(r"(?P<\1>[^/]+)", candidate.template))
        key = (candidate.method, candidate.template.count("/"))
        patterns.setdefault(key, []).append((candidate, pattern))
    return patterns
