"""Identifiers of Stripe's shape and length, from a source of randomness that can be seeded."""

import random
from binascii import b2a_base64
from collections.abc import Callable

ALPHANUMERIC = bytes.maketrans(b"+/", b"Zz")
"""In place of base64's two characters that are neither letters nor digits."""

LENGTHS = {
    "card": 24,
    "ch": 24,
    "cs_test": 58,
    "ctoken": 24,
    "cus": 14,
    "du": 24,
    "ephkey": 24,
    "il": 24,
    "in": 24,
    "inpay": 24,
    "li": 24,
    "pi": 24,
    "pm": 24,
    "price": 24,
    "prod": 14,
    "re": 24,
    "req": 14,
    "seti": 24,
    "si": 14,
    "sub": 14,
    "tok": 24,
    "txn": 24,
    "we": 24,
}


def id_maker(randomness: random.Random) -> Callable[[str], str]:
    """Return what makes a fresh id for a prefix, such as `pi_` and 24 letters or digits."""

    def make(prefix: str) -> str:
        return f"{prefix}_{token(randomness, LENGTHS[prefix])}"

    return make


def token(randomness: random.Random, length: int) -> str:
    """Return letters and digits, none of them an underscore: the mobile SDKs split at those.

    One draw of bytes: a draw for each character would be a third of the cost of a whole call.
    """
    drawn = b2a_base64(randomness.randbytes(length * 3 // 4 + 1), newline=False)
    return drawn[:length].translate(ALPHANUMERIC).decode()
