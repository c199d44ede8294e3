"""Tokens: who is believed, and every way of not being."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest

from tollbridge.compose import Options
from tollbridge.problems import AuthenticationRequired, InactiveAccount, InvalidToken, Problem, TokenExpired
from tollbridge.server.identity import Identity
from tollbridge.server.tokens import ALGORITHM, MAX_BYTES, Tokens
from tollbridge.world import load_world

WORLD = load_world(Options().world)
SECRET = b"a secret of sixty-four bytes or more, so that SHA-512 would take it too"
TOKENS = Tokens(WORLD, SECRET)
IDENTITY = Identity(WORLD, TOKENS)
ADMIN, DISABLED = WORLD.accounts[1], WORLD.accounts[10]
NOW = int(time.time())
GOOD: dict[str, Any] = {"iss": "tollbridge", "aud": "tollbridge", "sub": "1", "iat": NOW, "exp": NOW + 3600}


def signed(claims: dict[str, Any], secret: bytes = SECRET, algorithm: str = ALGORITHM) -> bytes:
    """A header with a token of these claims."""
    return b"Bearer " + jwt.encode(claims, secret, algorithm).encode()


def part(document: object) -> bytes:
    """A part of a token, as RFC 7515 spells it."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")


def handmade(header: object, claims: object, secret: bytes = SECRET) -> bytes:
    """A token with a right signature over whatever it is."""
    text = part(header) + b"." + part(claims)
    signature = base64.urlsafe_b64encode(hmac.new(secret, text, hashlib.sha256).digest()).rstrip(b"=")
    return b"Bearer " + text + b"." + signature


def tampered(header: bytes) -> bytes:
    """A token with another first character of its signature: of the last one, two bits mean nothing."""
    signed_part, _, signature = header.rpartition(b".")
    return signed_part + b"." + (b"B" if signature[:1] == b"A" else b"A") + signature[1:]


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER ", b"Bearer   "])
def test_a_token_speaks_for_its_account(scheme: bytes) -> None:
    """In any case of the scheme."""
    token = TOKENS.mint(ADMIN, 60).encode()
    assert IDENTITY.authenticate([scheme + token]) is ADMIN


def test_a_token_carries_the_worlds_claims() -> None:
    """Those of the account, beside the registered ones; two tokens are never the same."""
    account = replace(ADMIN, claims={"role": "ADMIN", "yard": 7})
    claims = jwt.decode(TOKENS.mint(account, 60), SECRET, [ALGORITHM], audience="tollbridge")
    assert (claims["sub"], claims["role"], claims["yard"], claims["exp"] - claims["iat"]) == ("1", "ADMIN", 7, 60)
    assert TOKENS.mint(account, 60) != TOKENS.mint(account, 60)


def test_without_a_token_the_default_account_acts_unless_one_is_required() -> None:
    """By the server's option, or by the contract's security."""
    assert IDENTITY.authenticate([]) is WORLD.default_account
    with pytest.raises(AuthenticationRequired):
        IDENTITY.authenticate([], required=True)
    with pytest.raises(AuthenticationRequired):
        Identity(WORLD, TOKENS, required=True).authenticate([])


def test_a_disabled_default_account_does_not_act() -> None:
    """A request without a token is refused then."""
    world = replace(WORLD, default_account=DISABLED)
    with pytest.raises(InactiveAccount):
        Identity(world, TOKENS).authenticate([])


@pytest.mark.parametrize(
    ("values", "expected"),
    [  # an hour's lifetime for what has to be good: these are made when the file is read
        ([signed({**GOOD, "exp": NOW - 31})], TokenExpired),
        ([b"Bearer " + TOKENS.mint(ADMIN, -3600).encode()], TokenExpired),
        ([b"Bearer " + TOKENS.mint(DISABLED, 3600).encode()], InactiveAccount),
        ([signed({**GOOD, "sub": "404"})], InvalidToken),
        ([signed({**GOOD, "sub": "\u0661"})], InvalidToken),
        ([signed({**GOOD, "sub": "-1"})], InvalidToken),
        ([signed({**GOOD, "sub": "9" * 30})], InvalidToken),
        ([handmade({"alg": "HS256"}, {**GOOD, "sub": 1})], InvalidToken),
        ([signed({**GOOD, "iss": "somebody"})], InvalidToken),
        ([signed({**GOOD, "aud": "somebody"})], InvalidToken),
        ([signed({**GOOD, "iat": NOW + 3600})], InvalidToken),
        ([signed({**GOOD, "nbf": NOW + 3600})], InvalidToken),
        *(([signed({k: v for k, v in GOOD.items() if k != gone})], InvalidToken) for gone in GOOD),
        ([signed(GOOD, b"another secret of thirty-two bytes or more.......")], InvalidToken),
        ([signed(GOOD, SECRET, "HS512")], InvalidToken),
        ([b"Bearer " + jwt.encode(GOOD, None, "none").encode()], InvalidToken),
        ([handmade({"alg": "none"}, GOOD)], InvalidToken),
        ([handmade({"alg": "None"}, GOOD)], InvalidToken),
        ([handmade({"alg": "RS256"}, GOOD)], InvalidToken),
        ([handmade({"typ": "JWT"}, GOOD)], InvalidToken),
        ([handmade({"alg": "HS256", "crit": ["x"]}, GOOD)], InvalidToken),
        ([handmade([], GOOD)], InvalidToken),
        ([handmade({"alg": "HS256"}, [])], InvalidToken),
        ([handmade({"alg": "HS256"}, {**GOOD, "exp": "soon"})], InvalidToken),
        ([handmade({"alg": "HS256"}, {**GOOD, "exp": 1e400})], InvalidToken),
        ([tampered(signed(GOOD))], InvalidToken),
        ([signed(GOOD) + b"x"], InvalidToken),
        ([signed(GOOD) + b".x"], InvalidToken),
        ([b"Bearer " + b"x" * (MAX_BYTES + 1)], InvalidToken),
        ([b"Bearer " + b"a." * 2000], InvalidToken),
        ([b"Bearer \xff\xfe"], InvalidToken),
        ([b"Bearer " + "tökén".encode()], InvalidToken),
        ([b"Bearer"], InvalidToken),
        ([b"Bearer "], InvalidToken),
        ([b""], InvalidToken),
        ([b"Basic eDp4"], InvalidToken),
        ([signed(GOOD).replace(b"Bearer ", b"Token ")], InvalidToken),
        ([signed(GOOD), signed(GOOD)], InvalidToken),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, list) else None,
)
def test_each_token_gets_its_verdict(values: list[bytes], expected: type[Problem]) -> None:
    """Expired, disabled, tampered, of another algorithm, oversized, not ASCII, sent twice."""
    with pytest.raises(expected) as caught:
        IDENTITY.authenticate(values)
    assert type(caught.value) is expected
    assert caught.value.status == 401
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_clocks_may_differ_by_the_leeway() -> None:
    """A token that expired ten seconds ago is still taken, with the bundled world's thirty."""
    assert IDENTITY.authenticate([b"Bearer " + TOKENS.mint(ADMIN, -10).encode()]) is ADMIN


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    """Fewer than 32 bytes."""
    with pytest.raises(ValueError, match="has 31 bytes; 32 are needed"):
        Tokens(WORLD, b"x" * 31)
