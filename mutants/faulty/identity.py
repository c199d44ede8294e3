"""Who asks."""

from typing import Any

import jwt

from mutants.patch import instead, mutant
from tollbridge.problems import InvalidRequest, InvalidToken, OrganizationForbidden, TokenExpired
from tollbridge.server import operations
from tollbridge.server.identity import Identity
from tollbridge.server.tokens import Tokens


def _decoding(**other: Any) -> None:
    def decoded(decode: Any, token: str, secret: bytes, **how: Any) -> Any:
        return decode(token, secret, **{**how, **other})

    instead(jwt, "decode", decoded)


@mutant
def expired_token_accepted() -> None:
    """An expired token is as good as another."""
    _decoding(leeway=10**6)


@mutant
def signature_not_verified() -> None:
    """The signature of a token is not looked at."""

    def found(account: Any, self: Tokens, token: str) -> Any:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise InvalidToken("no token") from None
        if "exp" in claims:
            return account(self, token)
        return self.world.accounts[int(claims["sub"])]

    instead(Tokens, "account", found)


@mutant
def disabled_account_accepted() -> None:
    """A disabled account's token is as good as another."""

    def found(account: Any, self: Tokens, token: str) -> Any:
        claims = jwt.decode(token, options={"verify_signature": False})
        known = self.world.accounts.get(int(claims.get("sub", 0)))
        return known if known and not known.active else account(self, token)

    instead(Tokens, "account", found)


@mutant
def bad_token_is_no_token() -> None:
    """A token that is not good is left out of account, and the default account acts."""

    def account(authenticate: Any, self: Identity, authorization: list[bytes], *, required: bool = False) -> Any:
        try:
            return authenticate(self, authorization, required=required)
        except (InvalidToken, TokenExpired):
            return self.world.default_account

    instead(Identity, "authenticate", account)


@mutant
def any_scheme() -> None:
    """A token is taken from any scheme."""

    def account(authenticate: Any, self: Identity, authorization: list[bytes], *, required: bool = False) -> Any:
        bearers = [b"Bearer " + value.partition(b" ")[2] for value in authorization]
        return authenticate(self, bearers, required=required)

    instead(Identity, "authenticate", account)


@mutant
def first_of_two_tokens() -> None:
    """Of two Authorization headers the first one counts."""
    instead(Identity, "authenticate", lambda a, self, sent, required=False: a(self, sent[:1], required=required))


@mutant
def expired_said_invalid() -> None:
    """An expired token is called invalid."""

    def found(account: Any, self: Tokens, token: str) -> Any:
        try:
            return account(self, token)
        except TokenExpired:
            raise InvalidToken("The token is not good.") from None

    instead(Tokens, "account", found)


def told_late(kind: type[Exception], least: int = 1) -> None:
    """Tell what is wrong with the token after the body's violations, where there are at least so many."""

    async def found(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        kept = self._identity.authenticate
        refused: list[Exception] = []

        def late(sent: Any, *, required: bool = False) -> Any:
            try:
                return kept(sent, required=required)
            except kind as error:
                refused.append(error)
                return self._identity.world.default_account

        object.__setattr__(self._identity, "authenticate", late)
        try:
            given = await arguments(self, served, scope, receive)
        except InvalidRequest as error:
            if refused and len(error.members["errors"]) < least:  # type: ignore[arg-type]
                raise refused[0] from None
            raise
        finally:
            object.__delattr__(self._identity, "authenticate")
        if refused:
            raise refused[0]
        return given

    instead(operations.Operations, "_arguments", found)


@mutant
def violations_before_tokens() -> None:
    """The body's violations are told to whoever has no good token."""
    told_late(Exception)


@mutant
def drivers_may_not_pay() -> None:
    """A driver is refused."""

    def found(effective: Any, world: Any, account: Any, named: Any) -> Any:
        if account.role == "DRIVER":
            raise OrganizationForbidden("Drivers do not pay.")
        return effective(world, account, named)

    instead(operations, "effective_organization", found)
