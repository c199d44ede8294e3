"""The routes that the simulator has."""

from functools import cache

from tollbridge.simulator.model.errors import StripeFailure
from tollbridge.simulator.protocol.routing import Route, Routes
from tollbridge.simulator.resources import (
    accounts,
    balance,
    charges,
    checkout_payment,
    checkout_sessions,
    confirmation_tokens,
    customer_sessions,
    customers,
    disputes,
    elements_sessions,
    ephemeral_keys,
    events,
    invoices,
    payment_intents,
    payment_methods,
    prices,
    products,
    refunds,
    search,
    setup_intents,
    subscriptions,
    three_d_secure,
    tokens,
    webhook_endpoints,
)

ROUTES = (
    *customers.ROUTES,
    *payment_methods.ROUTES,
    *payment_intents.ROUTES,
    *setup_intents.ROUTES,
    *charges.ROUTES,
    *refunds.ROUTES,
    *balance.ROUTES,
    *disputes.ROUTES,
    *subscriptions.ROUTES,
    *invoices.ROUTES,
    *checkout_sessions.ROUTES,
    *checkout_payment.ROUTES,
    *products.ROUTES,
    *accounts.ROUTES,
    *ephemeral_keys.ROUTES,
    *prices.ROUTES,
    *tokens.ROUTES,
    *confirmation_tokens.ROUTES,
    *elements_sessions.ROUTES,
    *three_d_secure.ROUTES,
    *events.ROUTES,
    *webhook_endpoints.ROUTES,
    *customer_sessions.ROUTES,
    *search.ROUTES,
)


@cache
def _routes() -> Routes:
    return Routes(ROUTES)


def found_route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route of a request, and what its path names.

    Raises:
        StripeFailure: 404 where Stripe has no such route, 501 where only we have not.
    """
    return _routes().find(method, path)


def is_template(method: str | None, template: str | None) -> bool:
    """Tell whether the simulator has a route, by its template; None stands for any."""
    return _routes().has(method, template)


def is_for_pages(method: str, path: str) -> bool:
    """Tell whether a route, by method and path, is one that Stripe.js uses and a publishable key opens."""
    try:
        return found_route(method, path)[0].browser
    except StripeFailure:
        return False
