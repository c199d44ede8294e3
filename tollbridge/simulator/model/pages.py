"""The addresses of the pages that customers see: where a cardholder is asked, and where a session is paid.

The browser's room serves the pages.
"""

from hashlib import sha256

SURFACE = "/_tollbridge/"
PAGE = f"{SURFACE}3d-secure/{{identity}}/{{token}}"
PAYMENT_PAGE = f"{SURFACE}pay/{{identity}}"


def page_of(base: str, identity: str, secret: str) -> str:
    """Return the address of the page of an intent.

    Args:
        base: the server's own address; empty where it has no such page: then it is Stripe's, which cannot be reached.
        identity: of the intent.
        secret: the intent's client secret; the address shows only what is derived from it.
    """
    if not base:
        return f"https://hooks.stripe.com/3d_secure_2/{identity}"
    return base + PAGE.format(identity=identity, token=page_token(secret))


def page_token(secret: str) -> str:
    """Return what an address of the page has to name: who knows it was sent there."""
    return sha256(f"3-D Secure {secret}".encode()).hexdigest()[:32]


def payment_page_of(base: str, identity: str) -> str:
    """Return the address of the page where a session of Checkout is paid; whoever knows its id may pay it.

    Args:
        base: the server's own address; empty where it has no such page: then it is Stripe's, which nobody can reach.
        identity: of the session.
    """
    if not base:
        return f"https://checkout.stripe.com/c/pay/{identity}"
    return base + PAYMENT_PAGE.format(identity=identity)
