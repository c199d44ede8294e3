"""What a simulator begins with: the objects of a plain seed."""

from collections.abc import Mapping
from typing import Any

from tollbridge.simulator import shapes
from tollbridge.simulator.cards import BY_NUMBER
from tollbridge.simulator.rows import Customer, PaymentMethod, Price, Product, Subscription
from tollbridge.simulator.store import Work

PRODUCT = "prod_TollbridgeYard"
PRICE = "price_TollbridgeYardMonthly01"
"""What the subscriptions of a seed are for: 20.00 USD a month."""


def plant(work: Work, seed: Mapping[str, Any], now: int) -> None:
    """Write the objects of a seed.

    Args:
        work: the unit of work.
        seed: lists of `customers`, `payment_methods` and `subscriptions`.
        now: seconds since the epoch.

    Raises:
        ValueError: a card is none of the test cards.
    """
    price = Price(PRICE, PRODUCT, "usd", 2000, now, "month")
    work.put(Product(PRODUCT, "Yard management", now))
    work.put(price)
    for entry in seed.get("customers", ()):
        work.put(Customer(entry["id"], entry["email"], entry["name"], entry["default_source"], now))
    for entry in seed.get("payment_methods", ()):
        if entry["card"] not in BY_NUMBER:
            raise ValueError(f"There is no test card that ends in {entry['card'][-4:]}.")
        work.put(PaymentMethod(entry["id"], entry["card"], entry["customer"], now))
    for entry in seed.get("subscriptions", ()):
        identity = entry["id"]
        items = [shapes.item(identity.replace("sub_", "si_"), identity, price, 1, now)]
        method = entry["default_payment_method"]
        work.put(Subscription(identity, entry["customer"], entry["status"], method, now, items))
