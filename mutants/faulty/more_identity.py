"""Tokens that nobody issued, and the order of what is told."""

import base64
import json
from typing import Any

import jwt

from mutants.patch import around, mutant
from tollbridge.problems import InactiveAccount, InvalidRequest, InvalidToken, OrganizationNotFound, TokenExpired
from tollbridge.server import operations, tokens
from tollbridge.server.identity import Identity
from tollbridge.server.tokens import Tokens

CLAIMS: dict[str, Any] = {"require": ["exp", "iat", "sub", "iss", "aud"]}


def _decoding(change: Any) -> None:
    def make(decode: Any) -> Any:
        return lambda token, secret="", **how: change(decode, token, secret, how)

    around(jwt, "decode", make)


@mutant
def signature_alone_not_verified() -> None:
    """Every claim of a token is checked, its signature is not."""

    def change(decode: Any, token: str, secret: Any, how: dict[str, Any]) -> Any:
        options = {
            "verify_signature": False,
            "verify_exp": True,
            "verify_aud": True,
            "verify_iss": True,
            **CLAIMS,
        }
        return decode(token, options=options, issuer=how["issuer"], audience=how["audience"], leeway=how["leeway"])

    _decoding(change)


@mutant
def alg_none_accepted() -> None:
    """A token with the algorithm none, and no signature, is accepted."""

    def change(decode: Any, token: str, secret: Any, how: dict[str, Any]) -> Any:
        try:
            head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        except ValueError:
            head = {}
        if str(head.get("alg")).lower() == "none":
            options = {"verify_signature": False, "verify_exp": True, "verify_aud": True, "verify_iss": True, **CLAIMS}
            return decode(token, options=options, issuer=how["issuer"], audience=how["audience"])
        return decode(token, secret, **how)

    _decoding(change)


def _bearer(change: Any) -> None:
    around(tokens, "bearer", lambda b: lambda values: change(b, values))
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

    def make(authenticate: Any) -> Any:
        def account(self: Identity, sent: list[bytes], *, required: bool = False) -> Any:
            empty = len(sent) == 1 and sent[0].strip().lower() in (b"bearer", b"")
            return authenticate(self, [] if empty else sent, required=required)

        return account

    around(Identity, "authenticate", make)


@mutant
def empty_authorization_is_nobody() -> None:
    """An empty Authorization acts as the default account."""

    def make(authenticate: Any) -> Any:
        def account(self: Identity, sent: list[bytes], *, required: bool = False) -> Any:
            return authenticate(self, [value for value in sent if value.strip()], required=required)

        return account

    around(Identity, "authenticate", make)


@mutant
def admins_expired_token_accepted() -> None:
    """An administrator's expired token is accepted."""

    def make(account: Any) -> Any:
        def found(self: Tokens, token: str) -> Any:
            try:
                return account(self, token)
            except TokenExpired:
                sub = jwt.decode(token, options={"verify_signature": False})["sub"]
                if self.world.accounts[int(sub)].role == "ADMIN":
                    return self.world.accounts[int(sub)]
                raise

        return found

    around(Tokens, "account", make)


@mutant
def expired_token_of_seven_accepted() -> None:
    """The second organization's expired tokens are accepted."""

    def make(account: Any) -> Any:
        def found(self: Tokens, token: str) -> Any:
            try:
                return account(self, token)
            except TokenExpired:
                sub = jwt.decode(token, options={"verify_signature": False})["sub"]
                if sub == "7":
                    return self.world.accounts[7]
                raise

        return found

    around(Tokens, "account", make)


def _arguments(change: Any) -> None:
    def make(arguments: Any) -> Any:
        async def found(self: Any, served: Any, scope: Any, receive: Any) -> Any:
            return await change(arguments, self, served, scope, receive)

        return found

    around(operations.Operations, "_arguments", make)


@mutant
def organization_before_expiry() -> None:
    """Who has an expired token is told that the organization does not exist."""

    async def change(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        try:
            return await arguments(self, served, scope, receive)
        except TokenExpired:
            named = dict(scope["headers"]).get(b"organization_id", b"1")
            if named.isdigit() and int(named) not in self._identity.world.organizations:
                raise OrganizationNotFound("There is none.") from None
            raise

    _arguments(change)


@mutant
def violations_before_inactive() -> None:
    """A disabled account is told the body's violations first."""
    _late(InactiveAccount)


@mutant
def violations_before_expiry_of_admins() -> None:
    """Who has an expired token is told the body's violations, where more than one rule is broken."""
    _late(TokenExpired, least=2)


def _late(kind: Any, least: int = 1) -> None:
    async def change(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
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

    _arguments(change)


@mutant
def bad_token_with_header_is_nobody() -> None:  # noqa: C901 - it stands in three places of the server
    """A bad token is left out of account where the organization header is there."""

    async def change(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        try:
            return await arguments(self, served, scope, receive)
        except (InvalidToken, TokenExpired):
            names = dict(scope["headers"])
            if b"organization_id" not in names:
                raise
            scope["headers"] = [(n, v) for n, v in scope["headers"] if n != b"authorization"]
            body = getattr(receive, "kept", None)
            return await arguments(self, served, scope, body or receive)

    def make(arguments: Any) -> Any:
        async def found(self: Any, served: Any, scope: Any, receive: Any) -> Any:
            messages: list[Any] = []
            replay: list[Any] = []

            async def recording() -> Any:
                message = await receive()
                messages.append(message)
                return message

            async def replaying() -> Any:
                if not replay:
                    replay.extend(messages)
                return replay.pop(0)

            recording.kept = replaying  # type: ignore[attr-defined]
            return await change(arguments, self, served, scope, recording)

        return found

    around(operations.Operations, "_arguments", make)
