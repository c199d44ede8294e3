"""How each problem of the bundled contract is reached in the bundled world: what to send, and what to break before.

A recipe really provokes its problem: each is run, as it is shown, by tests/integration/test_recipes.py.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from tollbridge.problems import CARD_TITLES

PATH = "/api/payment/intent"
CREATES, UPDATES = "/v1/payment_intents", "/v1/subscriptions/{subscription}"
JSON = "Content-Type: application/json"
RETRIES = 3
"""Calls that the server makes before it believes that Stripe is not well."""


@dataclass(frozen=True)
class Call:
    """The request that is refused.

    Args:
        body: its JSON document.
        method: the HTTP method.
        path: where it is sent.
        headers: besides that of the token, each as `Name: value`; the media type may be another one.
        account: whose token it carries, by the world's id; None for no token.
        expires_in: seconds that the token is good for; None for the usual time.
        sent_by: a shell command whose output is the body, in the place of the document.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    method: str = "POST"
    path: str = PATH
    headers: tuple[str, ...] = (JSON,)
    account: int | None = None
    expires_in: int | None = None
    sent_by: str = ""


@dataclass(frozen=True)
class Recipe:
    """How a problem is reached.

    Args:
        status: of the problem.
        error_code: of the problem.
        how: a sentence.
        call: that is refused.
        fault: what Stripe is told before, for the control API; None for nothing.
        options: with which the server has to be started.
    """

    status: int
    error_code: str
    how: str
    call: Call
    fault: Mapping[str, Any] | None = None
    options: str = ""


def pay(**members: Any) -> Mapping[str, Any]:
    """Return the body of a right request, with further members or other values."""
    return {"amount": 4200, "currency": "usd"} | members


def charge(card: int | None = 4242) -> Mapping[str, Any]:
    """Return the body of a request that charges a saved card on the server; None charges the default source."""
    return pay(**({} if card is None else {"payment_method": card}), error_on_requires_action=True)


def at_stripe(path: str, kind: str, when: str = "before", times: int = RETRIES) -> Mapping[str, Any]:
    """Return a fault that hits the next calls of a route."""
    return {"method": "POST", "path": path, "kind": kind, "when": when, "times": times}


RECIPES: tuple[Recipe, ...] = (
    Recipe(400, "invalid-request", "An amount below the currency's minimum.", Call(pay(amount=42))),
    Recipe(400, "malformed-json", "A body that ends too early.", Call(sent_by="printf '{\"amount\":4200'")),
    Recipe(
        401, "authentication-required", "No token, where tokens are required.", Call(pay()), options="--auth required"
    ),
    Recipe(401, "inactive-account", "The token of account 10, which is disabled.", Call(pay(), account=10)),
    Recipe(
        401, "invalid-token", "A token of somebody else's.", Call(pay(), headers=(JSON, "Authorization: Bearer none"))
    ),
    Recipe(401, "token-expired", "A token that was good once.", Call(pay(), account=3, expires_in=-3600)),
    Recipe(402, "card-declined", "Card 341 of organization 1, charged on the server.", Call(charge(341))),
    Recipe(402, "authentication-required", "Card 3184 of organization 1, charged on the server.", Call(charge(3184))),
    *(
        Recipe(
            402,
            code,
            "Any card, charged on the server, while Stripe declines the next charge so.",
            Call(charge()),
            at_stripe(CREATES, code.replace("-", "_"), times=1),
        )
        for code in CARD_TITLES
        if code not in ("card-declined", "authentication-required")
    ),
    Recipe(
        403,
        "organization-forbidden",
        "Account 2 manages organizations 1 and 7, and names 9.",
        Call(pay(), headers=(JSON, "organization_id: 9"), account=2),
    ),
    Recipe(403, "organization-required", "Account 1 has no organization and names none.", Call(pay(), account=1)),
    Recipe(404, "not-found", "A path that the contract does not have.", Call(pay(), path=f"{PATH}/")),
    Recipe(
        404,
        "organization-not-found",
        "Account 1 names organization 99.",
        Call(pay(), headers=(JSON, "organization_id: 99"), account=1),
    ),
    Recipe(404, "payment-method-not-found", "Card 99 of organization 1.", Call(pay(payment_method=99))),
    Recipe(405, "method-not-allowed", "Another method than POST.", Call(method="GET", headers=())),
    Recipe(406, "not-acceptable", "An `Accept` without JSON.", Call(pay(), headers=(JSON, "Accept: text/plain"))),
    Recipe(408, "request-timeout", "A body that takes its time.", Call(sent_by="(printf '{'; sleep 11)")),
    Recipe(409, "customer-missing", "Account 11, whose organization has no customer.", Call(pay(), account=11)),
    Recipe(
        409,
        "default-payment-method-missing",
        "Account 7, whose organization has no default source, charged on the server without a card.",
        Call(charge(None), account=7),
    ),
    Recipe(409, "payment-method-not-attached", "Card 8210 of organization 1.", Call(pay(payment_method=8210))),
    Recipe(
        409,
        "provider-refused",
        "Stripe refuses what the contract accepts.",
        Call(pay()),
        at_stripe(CREATES, "400", times=1),
    ),
    Recipe(
        409,
        "subscription-missing",
        "Account 12 with its card: the organization has no subscription.",
        Call(pay(payment_method=124242), account=12),
    ),
    Recipe(413, "body-too-large", "A body of 70,000 bytes.", Call(sent_by="head -c 70000 /dev/zero")),
    Recipe(
        415, "unsupported-media-type", "A body of another type.", Call(pay(), headers=("Content-Type: text/plain",))
    ),
    Recipe(
        502,
        "payment-outcome-unknown",
        "A charge of which every answer is lost.",
        Call(charge()),
        at_stripe(CREATES, "500", "after"),
    ),
    Recipe(
        502,
        "provider-invalid-response",
        "Stripe answers something that is not JSON.",
        Call(pay()),
        at_stripe(CREATES, "garbage", times=1),
    ),
    Recipe(
        502,
        "provider-misconfigured",
        "Stripe refuses the server's key.",
        Call(pay()),
        at_stripe(CREATES, "401", times=1),
    ),
    Recipe(
        502,
        "provider-not-simulated",
        "Stripe is asked for something that the simulator does not have.",
        Call(pay()),
        at_stripe(CREATES, "501", times=1),
    ),
    Recipe(
        502,
        "subscription-not-updated",
        "The card is charged, and then the subscription cannot be changed.",
        Call(charge()),
        at_stripe(UPDATES, "500"),
    ),
    Recipe(503, "provider-unavailable", "Stripe fails, and fails again.", Call(pay()), at_stripe(CREATES, "503")),
)

DEFECTS = ("contract-breach", "internal-error")
"""Problems that no request leads to: the server's own defects, which only `Prefer` shows."""


def recipe_of(status: int, error_code: str) -> Recipe | None:
    """Return the recipe of a problem; None where there is none."""
    return next((one for one in RECIPES if (one.status, one.error_code) == (status, error_code)), None)


def commands(recipe: Recipe, url: str) -> str:
    """Return a recipe as commands of a shell.

    Args:
        recipe: what is done.
        url: of the server, without a slash at its end; it is quoted, whatever it is.
    """
    return "\n".join(_commands(recipe, url))


def steered(status: int, error_code: str, url: str) -> str:
    """Return the command that shows a problem by `Prefer`, with nothing done at Stripe."""
    prefer = quote(f"Prefer: code={status}, example={error_code}")
    return f"curl -s {quote(url + PATH)} -H {quote(JSON)} \\\n  -H {prefer} -d {_json(pay())}"


def _commands(recipe: Recipe, url: str) -> Iterator[str]:
    call = recipe.call
    if recipe.options:
        yield f"# started with: tollbridge serve {recipe.options}"
    if call.account is not None:
        wanted = {"account": call.account} | ({} if call.expires_in is None else {"expires_in": call.expires_in})
        desk = f"curl -s {quote(url + '/_tollbridge/tokens')} -H {quote(JSON)} -d {_json(wanted)}"
        yield f'token=$({desk} | sed \'s/.*"access_token":"\\([^"]*\\)".*/\\1/\')'
    if recipe.fault is not None:
        faults = quote(f"{url}/_tollbridge/simulator/faults")
        yield f"curl -s -o /dev/null {faults} -H {quote(JSON)} \\\n  -d {_json(recipe.fault)}"
    yield " \\\n  ".join(_parts(call, url))


def _parts(call: Call, url: str) -> Iterator[str]:
    yield (f"{call.sent_by} | " if call.sent_by else "") + f"curl -s -X {call.method} {quote(url + call.path)}"
    if call.headers:
        yield " ".join(f"-H {quote(header)}" for header in call.headers)
    if call.account is not None:
        yield '-H "Authorization: Bearer $token"'
    if call.sent_by:
        # -T sends what comes as it comes
        yield "-T -" if "sleep" in call.sent_by else "--data-binary @-"
    elif call.body:
        yield f"-d {_json(call.body)}"


def _json(document: Mapping[str, Any]) -> str:
    return quote(json.dumps(document, separators=(",", ":")))
