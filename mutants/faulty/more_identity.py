"""Tokens that nobody issued, and the order of what is told."""

import base64
import json
from typing import Any

import jwt

from mutants.faulty.identity import told_late
from mutants.patch import instead, mutant
from tollbridge.problems import InactiveAccount, InvalidToken, OrganizationNotFound, TokenExpired
from tollbridge.server import operations, tokens
from tollbridge.server.identity import Identity
from tollbridge.server.tokens import Tokens

CLAIMS: dict[str, Any] = {"require": ["exp", "iat", "sub", "iss", "aud"]}


@mutant
def signature_alone_not_verified() -> None:
    """Every claim of a token is checked, its signature is not."""

    def decoded(decode: Any, token: str, secret: Any = "", **how: Any) -> Any:
        options = {
            "verify_signature": False,
            "verify_exp": True,
            "verify_aud": True,
            "verify_iss": True,
            **CLAIMS,
        }
        return decode(token, options=options, issuer=how["issuer"], audience=how["audience"], leeway=how["leeway"])

    instead(jwt, "decode", decoded)


@mutant
def alg_none_accepted() -> None:
    """A token with the algorithm none, and no signature, is accepted."""

    def decoded(decode: Any, token: str, secret: Any = "", **how: Any) -> Any:
        try:
            head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        except ValueError:
            head = {}
        if str(head.get("alg")).lower() == "none":
            options = {"verify_signature": False, "verify_exp": True, "verify_aud": True, "verify_iss": True, **CLAIMS}
            return decode(token, options=options, issuer=how["issuer"], audience=how["audience"])
        return decode(token, secret, **how)

    instead(jwt, "decode", decoded)


def _bearer(change: Any) -> None:
    instead(tokens, "bearer", change)
    from tollbridge.server import identity

    setattr(identity, "bearer", tokens.bearer)  # noqa: B010 - it is imported there, not exported


@mutant
def scheme_case_sensitive() -> None:
    """The scheme has to be spelt Bearer."""

    def change(bearer: Any, values: list[bytes]) -> str:
        if not values[0].startswith(b"Bearer "):
            raise InvalidToken("The scheme is not Bearer.")
        return str(bearer(values))

    _bearer(change)


@mutant
def token_scheme_accepted() -> None:
    """The scheme may be Token or JWT too."""

    def change(bearer: Any, values: list[bytes]) -> str:
        scheme, _, rest = values[0].partition(b" ")
        return str(bearer([b"Bearer " + rest] if scheme in (b"Token", b"JWT") else values))

    _bearer(change)


@mutant
def no_scheme_accepted() -> None:
    """A bare token without a scheme is accepted."""

    def change(bearer: Any, values: list[bytes]) -> str:
        return str(bearer([b"Bearer " + values[0]] if values[0].startswith(b"ey") else values))

    _bearer(change)


@mutant
def last_of_two_different_tokens() -> None:
    """Of two different Authorization headers the last one counts."""

    def change(bearer: Any, values: list[bytes]) -> str:
        return str(bearer(values[-1:] if len(set(values)) > 1 else values))

    _bearer(change)


@mutant
def empty_bearer_is_nobody() -> None:
    """An Authorization of "Bearer" and no token acts as the default account."""

    def account(authenticate: Any, self: Identity, sent: list[bytes], *, required: bool = False) -> Any:
        empty = len(sent) == 1 and sent[0].strip().lower() in (b"bearer", b"")
        return authenticate(self, [] if empty else sent, required=required)

    instead(Identity, "authenticate", account)


@mutant
def empty_authorization_is_nobody() -> None:
    """An empty Authorization acts as the default account."""

    def account(authenticate: Any, self: Identity, sent: list[bytes], *, required: bool = False) -> Any:
        return authenticate(self, [value for value in sent if value.strip()], required=required)

    instead(Identity, "authenticate", account)


def _expired_is_good(whose: Any) -> None:
    """Accept the expired tokens of some accounts."""

    def found(account: Any, self: Tokens, token: str) -> Any:
        try:
            return account(self, token)
        except TokenExpired:
            known = self.world.accounts[int(jwt.decode(token, options={"verify_signature": False})["sub"])]
            if whose(known):
                return known
            raise

    instead(Tokens, "account", found)


@mutant
def admins_expired_token_accepted() -> None:
    """An administrator's expired token is accepted."""
    _expired_is_good(lambda account: account.role == "ADMIN")


@mutant
def expired_token_of_seven_accepted() -> None:
    """The second organization's expired tokens are accepted."""
    _expired_is_good(lambda account: account.id == 7)


@mutant
def organization_before_expiry() -> None:
    """Who has an expired token is told that the organization does not exist."""

    async def found(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        try:
            return await arguments(self, served, scope, receive)
        except TokenExpired:
            named = dict(scope["headers"]).get(b"organization_id", b"1")
            if named.isdigit() and int(named) not in self._identity.world.organizations:
                raise OrganizationNotFound("There is none.") from None
            raise

    instead(operations.Operations, "_arguments", found)


@mutant
def violations_before_inactive() -> None:
    """A disabled account is told the body's violations first."""
    told_late(InactiveAccount)


@mutant
def violations_before_expiry_of_admins() -> None:
    """Who has an expired token is told the body's violations, where more than one rule is broken."""
    told_late(TokenExpired, least=2)


@mutant
def bad_token_with_header_is_nobody() -> None:
    """A bad token is left out of account where the organization header is there."""

    async def found(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        read: list[Any] = []

        async def recording() -> Any:
            read.append(await receive())
            return read[-1]

        async def again() -> Any:
            return read.pop(0) if read else await receive()

        try:
            return await arguments(self, served, scope, recording)
        except (InvalidToken, TokenExpired):
            if b"organization_id" not in dict(scope["headers"]):
                raise
            scope["headers"] = [(n, v) for n, v in scope["headers"] if n != b"authorization"]
            return await arguments(self, served, scope, again)

    instead(operations.Operations, "_arguments", found)
