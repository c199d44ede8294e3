"""Whether the target accepts what is right, and refuses what is wrong as what it is."""

from __future__ import annotations

from dataclasses import replace

from tollbridge.verify.checks.causes import answered_with, known_places, of_stripe, told_by_stripe, word
from tollbridge.verify.checks.conditions import (
    always,
    charges,
    charges_the_default,
    deciding_choice_held,
    expects_success,
    has_capitals,
    has_eight_digits,
    has_null,
    in_any,
    is_row_of_the_wire_table,
    kind,
    may_not_name,
    names_none,
    names_organization,
    not_against_confirm,
    seen_with_a_card,
    sends,
    settled,
    shows_none,
    stripe_seen_or_refused,
    when_decided,
)
from tollbridge.verify.model.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.model.evidence import Evidence, shown_token
from tollbridge.verify.model.expectation import MAY_NAME, Expectation, kebab

WITH_A_STATUS = (
    "request.http",
    "body.size",
    "accept.quality",
    "path.methods",
    "organization.header",
    "organization.own",
    "organization.unknown",
    "method.owner",
)
"""Choices of ours that say with which status a call is refused."""


def wrong_status(x: Evidence, e: Expectation, cause: str) -> list[Wrong]:
    """Return what is wrong with a refusal's status and code."""
    named = [rule for rule in e.rules if rule in WITH_A_STATUS]
    exact = (e.kind in ("declined", "token") or e.terms.chosen("refusal.problem", *named)) and not e.terms.ordinary
    fine = x.status in e.statuses if exact else 400 <= x.status < 500
    if not fine:
        expected = " or ".join(map(str, e.statuses)) if exact else "a refusal (4xx)"
        said = f"{answered_with(x, e)}{told_by_stripe(x)}"
        return [Wrong(f"{cause}: {x.status}{of_stripe(x)}", said, expected)]
    code = x.code if e.terms.chosen("refusal.problem") else kebab(x.code or "")
    if e.codes and code not in e.codes and _judges_code(x, e):
        return [Wrong(f"{cause}: code {word(x.code)}", f"The error_code is {x.code!r}.", " or ".join(e.codes))]
    return []


def _judges_code(x: Evidence, e: Expectation) -> bool:
    """Tell whether the error_code is held: ours is a choice, the card's is the provider's, where a problem has one."""
    if e.terms.chosen("refusal.problem"):
        return bool(e.terms.codes)
    documented = e.kind == "token" and e.terms.holds("refusal.codes") and {*e.codes} <= DOCUMENTED_CODES
    return x.code is not None and (e.kind == "declined" or documented)


OWN_TOKEN = "own"  # noqa: S105 - the name of a kind

DOCUMENTED_CODES = {"token-expired", "inactive-account"}
"""The codes of tokens that the page itself names; all others are our choice."""

MAY_PAY = (*MAY_NAME, "ORG_ADMIN")
"""Roles that pay by any reading of the page."""


def has_to_be_accepted(x: Evidence, e: Expectation) -> bool:
    """Tell whether a call is right in every respect; how strict the wire is, is our choice."""
    return x.settled and e.success and (e.kind != "wire" or e.terms.chosen(*e.rules))


@check(
    "accepts-valid",
    "A request that fits the contract, of who may act, on what is there, is accepted.",
    severity=HIGH,
    sample="The target answered 400 to {amount: 50, currency: usd}, the minimum itself.",
    rules={
        "success.status": expects_success,
        "page.title": expects_success,
        **in_any("currency.supported", "currency.list"),
        "amount.digits": has_eight_digits,
        "amount.positive": sends("amount"),
        "roles.all": may_not_name,
        **when_decided("path.exact"),
        "organization.own": names_none,
        "organization.global": names_organization,
        "method.upsert": seen_with_a_card,
        "token.optional": shows_none,
    },
    when=(has_to_be_accepted,),
    gate=True,
    decided=is_row_of_the_wire_table,
)
def accepts_valid(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge calls that are right in every respect."""
    if x.ok and (x.status in e.statuses or not e.terms.chosen("success.status") or e.kind == "wire"):
        return []
    if x.status == 403 and e.role and e.role not in MAY_PAY and not e.terms.holds("roles.all"):
        return None  # that every role may pay is our reading
    cause = f"{x.status} {word(x.code or '')} {known_places(x.blamed, e)}{of_stripe(x)}".strip()
    said = f"The answer is {x.status}{x.named}.{told_by_stripe(x)}"
    return [Wrong(cause, said, success_of(e), rules_of_refusal(x, e))]


RULES_OF = {
    "amount": ("amount.positive", "amount.digits", "amount.unit"),
    "currency": ("currency.supported", "currency.list"),
    "description": ("description.text",),
    "receipt_email": ("email.address",),
    "payment_method": ("method.id", "method.upsert"),
    "confirm": ("confirm.absent",),
}
"""The rules that are broken where a right value of a member is refused, by its role at Stripe."""

RULES_OF_STATUS = {
    401: ("token.optional",),
    403: ("roles.all", "organization.own", "organization.effective"),
    404: ("path.exact", "method.upsert", "organization.effective"),
}
"""The same where the refusal is about who asks, or for what."""


def rules_of_refusal(x: Evidence, e: Expectation) -> tuple[str, ...]:
    """Return the rules that a refusal of what is right breaks: of what it blames, and that it had to be a success."""
    roles = [role for role, member in e.terms.members.items() if f"#/{member}" in x.blamed]
    blamed = [rule for role in roles for rule in RULES_OF.get(role, ())]
    header = ("organization.effective",) if e.terms.header in x.blamed else ()
    about = [*blamed, *header] or [*RULES_OF_STATUS.get(x.status, ())]
    return (*e.rules, *about, "page.title", "success.status")


def success_of(e: Expectation) -> str:
    """Return which success is right: any, where the status is our choice."""
    return str(min(e.statuses)) if e.terms.chosen("success.status") else "a success (2xx)"


def is_right_request(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request is right, of an ordinary operation."""
    return e.kind in ("fits", "shown")


@check(
    "serves-what-is-documented",
    "A request of the contract's own examples, or made for its schemas, is not refused as if it had another form.",
    severity=HIGH,
    sample="The target answered 405 to GET /fees, which the contract documents.",
    when=(settled, is_right_request),
    gate=True,
    needs=("ordinary",),
    ordinary=True,
)
def serves_documented(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge right requests to ordinary operations; an undocumented success is judged by `documented-status`."""
    if x.status in e.statuses or not 400 <= x.status < 500:
        return []
    said = answered_with(x, e)
    shown = "a success: the contract shows this request" if e.kind == "shown" else "a success, or a refusal for a value"
    return [Wrong(f"{e.kind}: {x.status} {word(x.code or '')}".strip(), said, shown)]


def is_for_what_is_not_there(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request is for what was deleted, or never was there."""
    return e.kind == "absent"


@check(
    "serves-only-what-is-there",
    "What was deleted, and what an id names that nobody issued, is not served.",
    severity=MEDIUM,
    sample="A fee that was deleted is answered with 200.",
    when=(settled, is_for_what_is_not_there),
    gate=True,
    needs=("ordinary",),
    optional=True,
    ordinary=True,
)
def serves_only_what_is_there(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge GETs, where the contract says what is answered when nothing is there."""
    return wrong_status(x, e, x.sent.note)


def violates(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request breaks a rule of the contract."""
    return e.kind == "violations"


@check(
    "refuses-invalid",
    "A request that breaks a rule of the contract is refused as such.",
    severity=HIGH,
    sample="The target answered 200 to {amount: 49, currency: usd}.",
    rules={
        "currency.case": has_capitals,
        **when_decided("body.members", "body.required", "body.object", "organization.header"),
        "body.null": has_null,
        "confirm.absent": not_against_confirm,
    },
    when=(settled, violates),
    gate=True,
    decided=always,
    ordinary=True,
)
def refuses_invalid(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge calls that break rules of the contract."""
    return wrong_status(x, e, " ".join(sorted({*e.rules, *known_places(e.places, e).split()})))


def wire_held(x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held what HTTP or the reading of JSON refuses: of an ordinary operation, all of it."""
    return e.terms.ordinary or deciding_choice_held(x, e)


def refused_by_the_wire_table(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request is a row of the strict-wire table that is refused."""
    return e.kind == "wire" and not e.success


@check(
    "wire-verdict",
    "What is no JSON, no plain media type, no path or no method of the operation gets its documented refusal.",
    severity=MEDIUM,
    sample="The target answered 200 to a body in which amount is given twice.",
    rules=when_decided(
        "body.json",
        "body.media",
        "body.size",
        "body.integers",
        "accept.quality",
        "path.exact",
        "path.methods",
        "page.request",
        "request.http",
    ),
    when=(settled, wire_held, refused_by_the_wire_table),
    gate=True,
    needs=(
        "form",
        "body.json",
        "body.media",
        "body.size",
        "body.integers",
        "accept.quality",
        "path.exact",
        "path.methods",
        "request.http",
    ),
    decided=always,
    ordinary=True,
)
def wire_verdict(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge what HTTP, or the reading of JSON, has to refuse; where Stripe is called, by the choices that are held."""
    if e.statuses == [401] and any(not one.startswith(f"{OWN_TOKEN} ") for one in x.known.served):
        return []  # that tokens are not judged is found already
    return wrong_status(x, e, f"{min(e.statuses)} {' '.join(e.codes)}")


def token_refused(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the token has to be refused."""
    return e.kind == "token"


@check(
    "judges-tokens",
    "A call whose token is missing where one is needed, expired, unknown or of a disabled account is 401.",
    severity=CRITICAL,
    sample="The target answered 200 to an expired token.",
    rules={
        **when_decided("refusal.codes"),
        "token.optional": shows_none,
        **in_any("token.refused", "refusal.order"),
    },
    when=(settled, token_refused),
    gate=True,
    needs=("bad token",),
    decided=always,
    ordinary=True,
)
def judges_tokens(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge calls with a token that is not good, whatever else is wrong with them.

    A token that is served is not judged at all; what a call with it gets for its other faults is no news.
    """
    shown = shown_token(x.sent)
    cause = "no token" if not shown else "disabled" if x.sent.token == OWN_TOKEN else x.sent.token
    wrong = wrong_status(x, e, cause)
    served = x.ok or shown in x.known.served
    return [replace(one, cause=f"{cause}: served") for one in wrong] if served and x.status != 401 else wrong


def cannot_be_done(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request fits the contract, and cannot be done as things stand."""
    return e.kind == "refused"


@check(
    "judges-state",
    "A call for an organization, or with a payment method, that cannot be used is refused.",
    severity=CRITICAL,
    sample="A payment method of another organization was accepted.",
    rules={
        "organization.effective": names_organization,
        "organization.own": names_none,
        **when_decided("organization.unknown", "method.owner"),
        "intent.customer": stripe_seen_or_refused,
        "method.id": sends("payment_method"),
        "method.attached": sends("payment_method"),
        "method.subscription": seen_with_a_card,
        "method.default": charges_the_default,
    },
    when=(settled, cannot_be_done),
    gate=True,
    needs=("refusable",),
    decided=always,
)
def judges_state(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge calls that fit the contract and cannot be done."""
    return wrong_status(x, e, " ".join(e.codes))


def card_declined(_x: Evidence, e: Expectation) -> bool:
    """Tell whether Stripe refuses to charge the card."""
    return e.kind == "declined"


@check(
    "tells-declines",
    "A card that is refused, or asks for its holder, on the server is 402 with Stripe's code in kebab case.",
    severity=HIGH,
    sample="A declined card was answered with 200.",
    rules={"charge.refused": kind("declined"), "confirm.fails": charges},
    when=(settled, card_declined),
    gate=True,
    needs=("confirm", "declined"),
)
def tells_declines(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge charges on the server that Stripe refuses."""
    wrong = wrong_status(x, e, str(e.error.get("code")))
    wanted, document = e.error.get("decline_code"), x.document
    if not wrong and wanted and isinstance(document, dict) and e.terms.choice:
        told = document.get("decline_code")
        if told != wanted:
            wrong = [Wrong("decline_code", f"decline_code is {told!r}.", repr(wanted))]
    return wrong
