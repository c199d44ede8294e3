"""Tokens with one claim wrong each, and one that ends soon, signed as the target's are: the world names the secret.

A verifier has to judge each claim by itself; with another signature, any of them is refused for that alone.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Claims = dict[str, Any]

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
"""The algorithms of RFC 7518 that sign with a secret."""

DAY = 86_400
NOBODY = "999999937"


@dataclass(frozen=True)
class WrongClaim:
    """One wrong claim.

    Args:
        says: what is wrong, in words.
        needs: the claim that the good token has to have.
        change: makes it wrong, at a time.
        documented: whether RFC 7519 itself says that it must not be accepted; the others are our choice.
    """

    says: str
    needs: str
    change: Callable[[Claims, int], Claims]
    documented: bool = False


def _without(name: str) -> Callable[[Claims, int], Claims]:
    return lambda claims, _now: {claim: value for claim, value in claims.items() if claim != name}


def _with(name: str, value: Any) -> Callable[[Claims, int], Claims]:
    return lambda claims, _now: claims | {name: value}


WRONG_CLAIMS: Mapping[str, WrongClaim] = {
    "past_exp": WrongClaim("it has expired", "exp", lambda claims, now: claims | {"exp": now - DAY}, documented=True),
    "later_nbf": WrongClaim(
        "it is not good before tomorrow", "exp", lambda claims, now: claims | {"nbf": now + DAY}, documented=True
    ),
    "other_aud": WrongClaim("it is for another audience", "aud", _with("aud", "somebody-else"), documented=True),
    "other_iss": WrongClaim("another issuer", "iss", _with("iss", "somebody-else")),
    "unknown_sub": WrongClaim("nobody's account", "sub", _with("sub", NOBODY)),
    "text_exp": WrongClaim("the end is no number", "exp", _with("exp", "never")),
    **{f"no_{name}": WrongClaim(f"no {name}", name, _without(name)) for name in ("exp", "aud", "iss", "sub")},
}
"""By the name of the kind of token."""

ENDED_KINDS = frozenset({"expired", "past_exp", "ended"})
"""Kinds of tokens that were good, and have expired."""


def minted(token: str, secret: str, change: Callable[[Claims, int], Claims], now: int) -> str | None:
    """Return a token like a good one, with changed claims and a right signature; None where it cannot be made.

    Args:
        token: a good one, a JSON Web Token that a secret signs.
        secret: of the signature.
        change: of its claims.
        now: seconds since 1970.
    """
    parts = token.split(".")
    head, claims = (read_part(part) for part in parts[:2]) if len(parts) == 3 else (None, None)
    if not isinstance(head, dict) or not isinstance(claims, dict) or head.get("alg") not in HASHES:
        return None
    signed = f"{parts[0]}.{written_part(change(claims, now))}"
    made = hmac.new(secret.encode(), signed.encode(), HASHES[head["alg"]]).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def has_claim(token: str, name: str) -> bool:
    """Tell whether a token is a JSON Web Token with a claim."""
    parts = token.split(".")
    claims = read_part(parts[1]) if len(parts) == 3 else None
    return isinstance(claims, dict) and name in claims


def read_part(part: str) -> Any:
    """Return the JSON of a part of a token; None where it has none."""
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):  # a target may say what a token is
        return None


def written_part(document: Any) -> str:
    """Return a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
