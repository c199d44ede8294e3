"""The areas of paths. What is below `/_tollbridge` and is not named here is control, so that a new route is guarded
before anybody thinks of it.
"""

from enum import Enum

SURFACE = "/_tollbridge"
"""Everything of ours that the contract does not document is below this path."""

STRIPE = f"{SURFACE}/stripe"

SCRIPT = f"{SURFACE}/stripe.js"
CUSTOMERS = (f"{SURFACE}/3d-secure/", f"{SURFACE}/pay/")
"""Stripe's script as we have it, and below which paths its pages for customers are: they ask cardholders, and take what
a session of Checkout is paid with."""

PAGES = frozenset(
    SURFACE + rest
    for rest in ("", "/", "/checkout", "/docs", "/health", "/openapi.json", "/openapi.yaml", "/problems", "/ready")
) | {f"{SURFACE}/world.schema.json"}
PAGES_BELOW = (f"{SURFACE}/docs/assets/", f"{SURFACE}/problems/")


class Area(Enum):
    """The areas of paths."""

    API = "the API"
    PAGES = "the pages"
    BROWSER = "the browser's Stripe"
    CONTROL = "the control surface"
    STRIPE = "the built-in Stripe"


def is_ours(path: str) -> bool:
    """Tell whether a path is below `/_tollbridge`."""
    return path.startswith(SURFACE) and path[len(SURFACE) :][:1] in ("", "/")


def is_script(path: str) -> bool:
    """Tell whether a path is one at which js.stripe.com has its script: `/v3`, or `/TRAIN/stripe.js`."""
    return path in ("/v3", "/v3/") or (path.endswith("/stripe.js") and path.count("/") == 2)


def area_of(path: str, outside: Area) -> Area:
    """Return the area of a path.

    Args:
        path: decoded, as routers see it.
        outside: what is not below `/_tollbridge`: the API, or Stripe where it is served alone.
    """
    if not is_ours(path):
        return outside
    if path == STRIPE or path.startswith(f"{STRIPE}/"):
        return Area.STRIPE
    if path == SCRIPT or path.startswith(CUSTOMERS):
        return Area.BROWSER
    if path in PAGES or path.startswith(PAGES_BELOW):
        return Area.PAGES
    return Area.CONTROL
