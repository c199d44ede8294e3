"""Facts about calls to Stripe that the gate needs and only the simulator has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tollbridge.server.areas import STRIPE
from tollbridge.server.head import Head

PUBLISHABLE = "pk_"


def _no_page(_method: str, _path: str) -> bool:
    return False


def _no_key(_headers: Mapping[str, str]) -> str:
    return ""


@dataclass(frozen=True)
class StripeCalls:
    """Facts about calls to Stripe; the default is for a server without a Stripe of its own.

    Args:
        for_pages: whether a route, by method and path, is one that Stripe.js uses.
        key_of: the API key in a request's headers; empty where there is none.
        keys_are_open: whether any secret test key is let in beyond this machine too.
    """

    for_pages: Callable[[str, str], bool] = _no_page
    key_of: Callable[[Mapping[str, str]], str] = _no_key
    keys_are_open: bool = False

    def secret_keys(self, head: Head) -> list[str]:
        """Return the keys of a request that are not publishable."""
        sent = [self.key_of({"authorization": value}) for value in head.headers.get("authorization", [])]
        return [key for key in sent if key and not key.startswith(PUBLISHABLE)]

    def is_for_pages(self, head: Head) -> bool:
        """Tell whether a page of any site may make a call, or ask for it in a preflight, which shows no key."""
        return not self.secret_keys(head) and self.for_pages(head.wanted_method, head.path.removeprefix(STRIPE))
