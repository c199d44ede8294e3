"""Who asks."""

from typing import Any

import jwt

from mutants.patch import around, mutant
from tollbridge.problems import InvalidToken, OrganizationForbidden, TokenExpired
from tollbridge.server import operations
from tollbridge.server.identity import Identity
from tollbridge.server.tokens import Tokens


def _decoding(**other: Any) -> None:
    def make(decode: Any) -> Any:
        def decoded(token: str, secret: bytes, **how: Any) -> Any:
            return decode(token, secret, **{**how, **other})

        return decoded

    around(jwt, "decode", make)


@mutant
def expired_token_accepted() -> None:
    """An expired token is as good as another."""
    _decoding(leeway=10**6)


@mutant
def signature_not_verified() -> None:
    """The signature of a token is not looked at."""

    def make(account: Any) -> Any:
        def found(self: Tokens, token: str) -> Any:
            try:
                claims = jwt.decode(token, options={"verify_signature": False})
            except jwt.PyJWTError:
                raise InvalidToken("no token") from None
            if "exp" in claims:
                return account(self, token)
            return self.world.accounts[int(claims["sub"])]

        return found

    around(Tokens, "account", make)


@mutant
def disabled_account_accepted() -> None:
    """A disabled account's token is as good as another."""

    def make(account: Any) -> Any:
        def found(self: Tokens, token: str) -> Any:
            claims = jwt.decode(token, options={"verify_signature": False})
            known = self.world.accounts.get(int(claims.get("sub", 0)))
            return known if known and not known.active else account(self, token)

        return found

    around(Tokens, "account", make)


@mutant
def bad_token_is_no_token() -> None:
    """A token that is not good is left out of account, and the default account acts."""

    def make(authenticate: Any) -> Any:
        def account(self: Identity, authorization: list[bytes], *, required: bool = False) -> Any:
            try:
                return authenticate(self, authorization, required=required)
            except (InvalidToken, TokenExpired):
                return self.world.default_account

        return account

    around(Identity, "authenticate", make)


@mutant
def any_scheme() -> None:
    """A token is taken from any scheme."""

    def make(authenticate: Any) -> Any:
        def account(self: Identity, authorization: list[bytes], *, required: bool = False) -> Any:
            bearers = [b"Bearer " + value.partition(b" ")[2] for value in authorization]
            return authenticate(self, bearers, required=required)

        return account

    around(Identity, "authenticate", make)


@mutant
def first_of_two_tokens() -> None:
    """Of two Authorization headers the first one counts."""
    around(Identity, "authenticate", lambda a: lambda self, sent, required=False: a(self, sent[:1], required=required))


@mutant
def expired_said_invalid() -> None:
    """An expired token is called invalid."""

    def make(account: Any) -> Any:
        def found(self: Tokens, token: str) -> Any:
            try:
                return account(self, token)
            except TokenExpired:
                raise InvalidToken("The token is not good.") from None

        return found

    around(Tokens, "account", make)


@mutant
def violations_before_tokens() -> None:
    """The body's violations are told to whoever has no good token."""

    def make(arguments: Any) -> Any:
        async def found(self: Any, served: Any, scope: Any, receive: Any) -> Any:
            kept = self._identity.authenticate
            refused: list[Exception] = []

            def late(sent: Any, *, required: bool = False) -> Any:
                try:
                    return kept(sent, required=required)
                except Exception as error:
                    refused.append(error)
                    return self._identity.world.default_account

            object.__setattr__(self._identity, "authenticate", late)
            try:
                given = await arguments(self, served, scope, receive)
            finally:
                object.__delattr__(self._identity, "authenticate")
            if refused:
                raise refused[0]
            return given

        return found

    around(operations.Operations, "_arguments", make)


@mutant
def drivers_may_not_pay() -> None:
    """A driver is refused."""

    def make(effective: Any) -> Any:
        def found(world: Any, account: Any, named: Any) -> Any:
            if account.role == "DRIVER":
                raise OrganizationForbidden("Drivers do not pay.")
            return effective(world, account, named)

        return found

    around(operations, "effective_organization", make)
