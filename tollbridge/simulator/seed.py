"""The first objects of a simulator, made of a plain seed."""

from collections.abc import Mapping
from typing import Any

import orjson

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.rows import Customer, PaymentMethod, Price, Product, Subscription, WebhookEndpoint
from tollbridge.simulator.state.memory import MemoryStore
from tollbridge.simulator.state.unit_of_work import Row, UnitOfWork

PRODUCT = "prod_TollbridgeYard"
PRICE = "price_TollbridgeYardMonthly01"
"""The price of a seed's subscriptions: 20.00 USD a month."""


def plant(work: UnitOfWork, seed: Mapping[str, Any], now: int) -> None:
    """Write the objects of a seed that are not there yet.

    Args:
        work: the unit of work.
        seed: lists of `customers`, `payment_methods`, `subscriptions` and `webhook_endpoints`.
        now: seconds since the epoch.

    Raises:
        ValueError: a card is none of the test cards.
    """
    price = Price(PRICE, PRODUCT, "usd", 2000, now, "month")
    _put(work, Product(PRODUCT, "Yard management", now))
    _put(work, price)
    for entry in seed.get("customers", ()):
        _put(work, Customer(entry["id"], entry["email"], entry["name"], entry["default_source"], now))
    for entry in seed.get("payment_methods", ()):
        if entry["card"] not in BY_NUMBER:
            raise ValueError(f"There is no test card that ends in {entry['card'][-4:]}.")
        _put(work, PaymentMethod(entry["id"], entry["card"], entry["customer"], now))
    for entry in seed.get("subscriptions", ()):
        identity = entry["id"]
        items = [shapes.item(identity.replace("sub_", "si_"), identity, price, 1, now)]
        method = entry["default_payment_method"]
        _put(work, Subscription(identity, entry["customer"], entry["status"], method, now, items))
    for entry in seed.get("webhook_endpoints", ()):
        _put_endpoint(work, entry, now)


def planted(seed: Mapping[str, Any], now: int) -> list[Row]:
    """Return the rows of a seed, as an empty state would have them."""
    store = MemoryStore(recorded=0)
    with store.work() as work:
        plant(work, seed, now)
    with store.whole() as whole:
        return [(name, orjson.loads(stored)) for name, stored in whole.rows]


def _put(work: UnitOfWork, row: tuple[Any, ...]) -> None:
    if work.get(type(row), row[0]) is None:
        work.put(row)


def _put_endpoint(work: UnitOfWork, entry: Mapping[str, Any], now: int) -> None:
    """Write a webhook endpoint; one that is there from an earlier start is signed with the secret of this one."""
    row = work.get(WebhookEndpoint, entry["id"])
    if row is None:
        work.put(WebhookEndpoint(entry["id"], entry["url"], entry["enabled_events"], entry["secret"], now))
    elif row.secret != entry["secret"]:
        work.put(row._replace(secret=entry["secret"]))
