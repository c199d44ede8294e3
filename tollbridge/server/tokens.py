"""Bearer tokens: JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 and nothing else. PyJWT does the checking."""

import secrets
import time
from dataclasses import dataclass

import jwt

from tollbridge.problems import InactiveAccount, InvalidToken, TokenExpired
from tollbridge.world import Account, World

ALGORITHM = "HS256"
MAX_BYTES = 4_096
MAX_SECONDS = 366 * 24 * 3600
LEAST_SECRET = 32
"""Bytes: RFC 7518 asks for a key as long as the hash."""


@dataclass(frozen=True)
class Tokens:
    """Issues and judges tokens.

    Args:
        world: whose accounts they speak for, and how they are to be.
        secret: of the signature; at least 32 bytes.
    """

    world: World
    secret: bytes

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed."""
        if len(self.secret) < LEAST_SECRET:
            raise ValueError(f"The secret of the tokens has {len(self.secret)} bytes; {LEAST_SECRET} are needed.")

    def mint(self, account: Account, expires_in: int) -> str:
        """Return a token.

        Args:
            account: whom it speaks for; a disabled one too, whose token is then refused.
            expires_in: seconds from now; negative for one that has expired.
        """
        now = int(time.time())
        rules = self.world.tokens
        claims = {
            **account.claims,
            "iss": rules.issuer,
            "aud": rules.audience,
            "sub": str(account.id),
            "iat": min(now, now + expires_in),
            "exp": now + expires_in,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self.secret, ALGORITHM)

    def account(self, token: str) -> Account:
        """Return whom a token speaks for.

        Raises:
            TokenExpired: 401, it was good once.
            InactiveAccount: 401, its account is disabled.
            InvalidToken: 401, anything else; which of its checks failed is not told.
        """
        rules = self.world.tokens
        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                issuer=rules.issuer,
                audience=rules.audience,
                leeway=rules.leeway,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired("The token has expired. Ask for a new one.") from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
            raise InvalidToken(NOT_OURS) from None
        subject = claims["sub"]
        known = subject.isascii() and subject.isdigit() and len(subject) <= 19
        account = self.world.accounts.get(int(subject)) if known else None
        if account is None:
            raise InvalidToken(NOT_OURS)
        if not account.active:
            raise InactiveAccount("The account that the token speaks for is disabled.")
        return account


NOT_OURS = (
    "The token is not one that this server issued and accepts. Send a token of POST /_tollbridge/tokens, or leave the "
    "Authorization header out where the server takes requests without one."
)


def bearer(values: list[bytes]) -> str:
    """Return the token of a request's `Authorization` headers.

    Raises:
        InvalidToken: 401, there are several, or the one is no bearer token (RFC 6750) of at most 4,096 bytes.
    """
    if len(values) > 1:
        raise InvalidToken("The Authorization header was sent more than once. Send it once.")
    scheme, _, token = values[0].partition(b" ")
    token = token.strip(b" ")
    if scheme.lower() != b"bearer" or not token or len(token) > MAX_BYTES or not token.isascii():
        raise InvalidToken(NOT_OURS)
    return token.decode("ascii")
