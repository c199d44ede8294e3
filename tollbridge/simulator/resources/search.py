"""Search: `GET /v1/…/search`, with Stripe's query language, of seven resources. What was written is found at once."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tollbridge.simulator.model.errors import invalid, missing
from tollbridge.simulator.model.rows import (
    Charge,
    Customer,
    Invoice,
    PaymentIntent,
    Price,
    Product,
    Subscription,
)
from tollbridge.simulator.model.search_query import Fields, Kind, matcher, parsed
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, text, texts
from tollbridge.simulator.protocol.routing import Route, route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.expansion import TOTAL
from tollbridge.simulator.resources.pagination import page_bounds
from tollbridge.simulator.resources.showing import seen

SHOWN_CARD = "payment_method_details.card"


def _fields(*, exact: str = "", partly: str = "", numeric: str = "") -> dict[str, tuple[Kind, str]]:
    """Return fields by kind, each of which is found by its name."""
    kinds = ((Kind.TOKEN, exact), (Kind.STRING, partly), (Kind.NUMERIC, numeric))
    return {name: (kind, name) for kind, names in kinds for name in names.split()}


@dataclass(frozen=True)
class Searched:
    """A resource that can be searched.

    Args:
        row: the type of its rows.
        shows: the type of its objects.
        fields: what can be searched, as Stripe documents it; metadata is one of each.
    """

    row: type[tuple[Any, ...]]
    shows: str
    fields: Fields


RESOURCES: dict[str, Searched] = {
    "charges": Searched(
        Charge,
        "charge",
        _fields(
            numeric="amount created",
            exact=f"currency customer disputed refunded status {SHOWN_CARD}.last4 {SHOWN_CARD}.brand "
            f"{SHOWN_CARD}.exp_month {SHOWN_CARD}.exp_year {SHOWN_CARD}.fingerprint",
        ),
    ),
    "customers": Searched(Customer, "customer", _fields(numeric="created", partly="email name phone")),
    "invoices": Searched(
        Invoice,
        "invoice",
        _fields(numeric="created total", exact="currency customer", partly="number status")
        | {"subscription": (Kind.STRING, "parent.subscription_details.subscription")},
    ),
    "payment_intents": Searched(
        PaymentIntent, "payment_intent", _fields(numeric="amount created", exact="currency customer status")
    ),
    "prices": Searched(Price, "price", _fields(exact="active currency type", partly="lookup_key product")),
    "products": Searched(Product, "product", _fields(exact="active shippable", partly="description name url")),
    "subscriptions": Searched(Subscription, "subscription", _fields(numeric="created", exact="status")),
}
"""By the name that their paths have."""


def search(resource: str, context: Context, form: Form) -> Answer:
    """`GET /v1/…/search`, the newest first; `next_page` is the `page` to go on with."""
    searched, query = RESOURCES[resource], text(form, "query")
    if query is None:
        raise missing("query")
    finds, limit = matcher(parsed(query), searched.fields, resource), page_bounds(form).limit
    rows = context.work.listed(searched.row)
    found = [shape for row in rows if not getattr(row, "deleted", False) and finds(shape := seen(context, row))]
    begin = _place(form, found)
    shown, rest = found[begin : begin + limit], found[begin + limit :]
    document: dict[str, Any] = {
        "object": "search_result",
        "data": shown,
        "has_more": bool(rest),
        "next_page": _page_after(shown[-1]["id"]) if rest else None,
        "url": f"/v1/{resource}/search",
    }
    return Answer(200, document | ({TOTAL: len(found)} if TOTAL in (texts(form, "expand") or ()) else {}))


def _page_after(identity: str) -> str:
    """Return the name of the page that begins after an object: opaque, as Stripe's are."""
    return urlsafe_b64encode(identity.encode()).decode().rstrip("=")


def _place(form: Form, found: Iterable[dict[str, Any]]) -> int:
    """Return where a page begins; objects that were made meanwhile do not move it.

    Raises:
        StripeFailure: 400, for a page that no answer has named (its wording is unverified).
    """
    page = text(form, "page")
    if page is None:
        return 0
    try:
        identity = urlsafe_b64decode(page.encode() + b"=" * (-len(page) % 4)).decode()
    except (Error, UnicodeError, ValueError):
        identity = ""
    places = [place for place, shape in enumerate(found, 1) if shape["id"] == identity]
    if not places:
        raise invalid(f"Invalid page: {page[:60]}", param="page")
    return places[0]


ROUTES: tuple[Route, ...] = tuple(
    route("GET", f"/v1/{name}/search", partial(search, name), f"list of {one.shows}", "limit", "page", "query")
    for name, one in RESOURCES.items()
)
