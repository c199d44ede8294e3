"""Forged tokens are none that a verifier may take, whatever the good one looks like."""

import base64

import jwt
import pytest

from tollbridge.verify.cases.forged_tokens import FORGED, forged
from tollbridge.verify.model.steps import ALTERED, TAMPERED, UNSIGNED

KEY = "k" * 32
GOOD, OTHER = (jwt.encode({"sub": sub, "exp": 2_000_000_000}, KEY, algorithm="HS256") for sub in ("3", "1"))


@pytest.mark.parametrize("how", FORGED)
def test_a_verifier_refuses_it(how: str) -> None:
    """Its signature is not that of its claims."""
    token = forged(GOOD, how, OTHER)
    assert token not in (GOOD, OTHER)
    with pytest.raises(jwt.PyJWTError):
        jwt.decode(token, KEY, algorithms=["HS256"])


def test_what_is_forged() -> None:
    """Without a signature the claims stay; altered ones are somebody else's, with the own signature."""
    unsigned, altered = forged(GOOD, UNSIGNED, OTHER), forged(GOOD, ALTERED, OTHER)
    assert jwt.get_unverified_header(unsigned)["alg"] == "none"
    assert unsigned.endswith(".")
    assert jwt.decode(unsigned, options={"verify_signature": False}) == {"sub": "3", "exp": 2_000_000_000}
    assert jwt.decode(altered, options={"verify_signature": False})["sub"] == "1"
    assert altered.rpartition(".")[2] == GOOD.rpartition(".")[2]


DEEP = base64.urlsafe_b64encode(b"[" * 6_000).decode()


@pytest.mark.parametrize("how", [UNSIGNED, TAMPERED, ALTERED])
@pytest.mark.parametrize("token", ["opaque-token-A", "a.b", "not.a.jwt", "x", f"{DEEP}.{DEEP}.x"])
@pytest.mark.parametrize("other", [None, "not.a.jwt", f"e30.{DEEP}.x", "e30.WzFd.x"])
def test_a_token_of_another_kind(how: str, token: str, other: str | None) -> None:
    """What is no JSON Web Token gets another end; a nest of lists, which a target may give for a token, is none."""
    assert forged(token, how, other) != token
    assert forged(GOOD, how, other) != GOOD
