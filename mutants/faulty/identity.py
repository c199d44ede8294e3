"""Faults in tokens, and in the order of refusals."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.callers import (
    Authenticate,
    FindAccount,
    Sent,
    act_as,
    change_authorization,
    judge_token_last,
    known_world,
    replace_authenticate,
    replace_bearer,
    replace_decode,
    replace_token_account,
)
from mutants.patches.requests import Arrival, replace_arguments
from tollbridge.problems import InactiveAccount, InvalidToken, OrganizationForbidden, OrganizationNotFound, TokenExpired
from tollbridge.world import Account

area = Area("identity", __file__)

ALL_BUT_THE_SIGNATURE: dict[str, Any] = {
    "verify_signature": False,
    "verify_exp": True,
    "verify_aud": True,
    "verify_iss": True,
    "require": ["exp", "iat", "sub", "iss", "aud"],
}


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token claims, without verifying anything."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


area.table(
    replace_decode,
    (
        "expired_token_accepted",
        "A token is accepted for eleven days after it has expired.",
        lambda decode, token, how: decode(token, **{**how, "leeway": 10**6}),
    ),
)


@area.mutant()
def signature_without_expiry_not_verified() -> None:
    """A token without an expiry is accepted, whatever its signature."""
    world = known_world()

    def found(account: FindAccount, token: str) -> Account:
        try:
            claims = claims_of(token)
        except jwt.PyJWTError:
            raise InvalidToken("no token") from None
        return account(token) if "exp" in claims else world().accounts[int(claims["sub"])]

    replace_token_account(found)


@area.mutant()
def disabled_account_accepted() -> None:
    """A disabled account's token is accepted."""
    world = known_world()

    def found(account: FindAccount, token: str) -> Account:
        known = world().accounts.get(int(claims_of(token).get("sub", 0)))
        return known if known and not known.active else account(token)

    replace_token_account(found)


@area.mutant()
def bad_token_is_anonymous() -> None:
    """A request with an invalid or expired token acts as the default account."""
    world = known_world()

    def account(authenticate: Authenticate, sent: Sent) -> Account:
        try:
            return authenticate(sent)
        except (InvalidToken, TokenExpired):
            return world().default_account

    replace_authenticate(account)


area.table(
    change_authorization,
    (
        "any_scheme",
        "A token is taken from any scheme.",
        lambda sent: [b"Bearer " + value.partition(b" ")[2] for value in sent],
    ),
    ("first_of_two_tokens", "Of two Authorization headers the first one counts.", lambda sent: sent[:1]),
)


@area.mutant()
def expired_said_invalid() -> None:
    """An expired token is called invalid."""

    def found(account: FindAccount, token: str) -> Account:
        try:
            return account(token)
        except TokenExpired:
            raise InvalidToken("The token is not good.") from None

    replace_token_account(found)


area.table(
    judge_token_last,
    ("violations_before_tokens", "The body's violations are reported before a bad token.", Exception, 1),
)


@area.mutant()
def drivers_may_not_pay() -> None:
    """A driver is refused."""

    def change(account: Account, named: int | None) -> tuple[Account, int | None]:
        if account.role == "DRIVER":
            raise OrganizationForbidden("Drivers do not pay.")
        return account, named

    act_as(change)


def _without_signature(how: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments for PyJWT's decode that verify the claims only."""
    return {"options": ALL_BUT_THE_SIGNATURE, "issuer": how["issuer"], "audience": how["audience"]}


def _is_unsigned(token: str) -> bool:
    try:
        head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    except ValueError:
        return False
    return str(head.get("alg")).lower() == "none"


area.table(
    replace_decode,
    (
        "signature_alone_not_verified",
        "Every claim of a token is verified, its signature is not.",
        lambda decode, token, how: decode(token, **_without_signature(how), leeway=how["leeway"]),
    ),
    (
        "alg_none_accepted",
        "A token with the algorithm none, and no signature, is accepted.",
        lambda decode, token, how: decode(token, **(_without_signature(how) if _is_unsigned(token) else how)),
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def scheme_case_sensitive() -> None:
    """The scheme is accepted only as Bearer with one capital."""

    def change(bearer: Callable[[Sent], str], values: Sent) -> str:
        if not values[0].startswith(b"Bearer "):
            raise InvalidToken("The scheme is not Bearer.")
        return bearer(values)

    replace_bearer(change)


def _of_other_schemes(values: Sent) -> Sent:
    scheme, _, rest = values[0].partition(b" ")
    return [b"Bearer " + rest] if scheme in (b"Token", b"JWT") else values


def change_bearer(change: Callable[[Sent], Sent]) -> None:
    """Let a function change the Authorization headers before the token is taken out of them."""
    replace_bearer(lambda bearer, values: bearer(change(values)))


area.table(
    change_bearer,
    ("token_scheme_accepted", "The scheme may be Token or JWT too.", _of_other_schemes),
    (
        "no_scheme_accepted",
        "A bare token without a scheme is accepted.",
        lambda values: [b"Bearer " + values[0]] if values[0].startswith(b"ey") else values,
    ),
    (
        "last_of_two_different_tokens",
        "Of two different Authorization headers the last one counts.",
        lambda values: values[-1:] if len(set(values)) > 1 else values,
    ),
    author=INDEPENDENT,
)

area.table(
    change_authorization,
    (
        "empty_bearer_is_anonymous",
        'An Authorization of "Bearer" and no token acts as the default account.',
        lambda sent: [] if len(sent) == 1 and sent[0].strip().lower() in (b"bearer", b"") else sent,
    ),
    (
        "empty_authorization_is_anonymous",
        "An empty Authorization acts as the default account.",
        lambda sent: [value for value in sent if value.strip()],
    ),
    author=INDEPENDENT,
)


def accept_expired(whose: Callable[[Account], bool]) -> None:
    """Accept the expired tokens of the accounts that meet a condition."""
    world = known_world()

    def found(account: FindAccount, token: str) -> Account:
        try:
            return account(token)
        except TokenExpired:
            known = world().accounts[int(claims_of(token)["sub"])]
            if whose(known):
                return known
            raise

    replace_token_account(found)


area.table(
    accept_expired,
    (
        "admins_expired_token_accepted",
        "An administrator's expired token is accepted.",
        lambda account: account.role == "ADMIN",
    ),
    (
        "expired_token_of_seven_accepted",
        "The second organization's expired tokens are accepted.",
        lambda account: account.id == 7,
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def organization_before_expiry() -> None:
    """A request with an expired token that names an unknown organization is 404."""
    world = known_world()

    async def found(arrival: Arrival) -> dict[str, Any]:
        try:
            return await arrival.read()
        except TokenExpired:
            named = [b"1", *arrival.sent(b"organization_id")][-1]
            if named.isdigit() and int(named) not in world().organizations:
                raise OrganizationNotFound("There is none.") from None
            raise

    replace_arguments(found)


area.table(
    judge_token_last,
    ("violations_before_inactive", "The body's violations are reported before a disabled account.", InactiveAccount, 1),
    (
        "violations_before_expiry_of_admins",
        "Two or more violations of the body are reported before an expired token.",
        TokenExpired,
        2,
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def bad_token_with_header_is_anonymous() -> None:
    """A request with a bad token and the organization header acts as the default account."""

    async def found(arrival: Arrival) -> dict[str, Any]:
        read: list[Any] = []

        async def recording() -> Any:
            read.append(await arrival.receive())
            return read[-1]

        async def again() -> Any:
            return read.pop(0) if read else await arrival.receive()

        try:
            return await arrival.read(recording)
        except (InvalidToken, TokenExpired):
            if not arrival.sent(b"organization_id"):
                raise
            arrival.scope["headers"] = [(n, v) for n, v in arrival.scope["headers"] if n != b"authorization"]
            return await arrival.read(again)

    replace_arguments(found)
