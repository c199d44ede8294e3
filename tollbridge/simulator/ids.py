"""Identifiers of Stripe's shape and length, from a source of randomness that can be seeded."""

import random
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTHS = {"pi": 24, "pm": 24, "ch": 24, "seti": 24, "cus": 14, "sub": 14, "req": 14}


def id_maker(randomness: random.Random) -> Callable[[str], str]:
    """Return what makes a fresh id for a prefix, such as `pi_` and 24 letters or digits."""

    def make(prefix: str) -> str:
        return f"{prefix}_{token(randomness, LENGTHS[prefix])}"

    return make


def token(randomness: random.Random, length: int) -> str:
    """Return letters and digits, none of them an underscore: the mobile SDKs split at those."""
    return "".join(randomness.choices(ALPHABET, k=length))
