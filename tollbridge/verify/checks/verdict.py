"""Whether the target accepts what is right, and refuses what is wrong as what it is."""

from dataclasses import replace

from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, UNPROVABLE, Wrong, check
from tollbridge.verify.exchange import Exchange
from tollbridge.verify.oracle import kebab
from tollbridge.verify.subject import MAY_NAME


def _wrong_status(x: Exchange, cause: str) -> list[Wrong]:
    """Return what is wrong with a refusal's status and code."""
    statuses, codes = sorted(x.expected.statuses), sorted(x.expected.codes)
    exact = x.held.choice or x.expected.kind in ("declined", "token")
    if not exact:
        fine, expected, proof = 400 <= x.status < 500, "a refusal (4xx)", "400 <= status < 500"
    else:
        fine = x.status in statuses
        expected, proof = " or ".join(map(str, statuses)), f"status in {statuses}"
    if not fine:
        return [Wrong(f"{cause}: {x.status}", f"The answer is {x.status}{x.named}.", expected, proof)]
    code = x.code if x.held.choice else kebab(x.code or "")
    if codes and code not in codes and _judges_code(x):
        said = f"The error_code is {x.code!r}."
        return [Wrong(f"{cause}: code", said, " or ".join(codes), f"body['error_code'] in {codes}")]
    return []


def _judges_code(x: Exchange) -> bool:
    """Whether the error_code is held: ours is a choice, the card's is the provider's, on problems that have one."""
    return (x.held.choice and bool(x.subject.codes)) or (x.expected.kind == "declined" and x.code is not None)


MAY_PAY = (*MAY_NAME, "ORG_ADMIN")
"""Roles that pay by any reading of the page."""


@check(
    "accepts-valid",
    "A request that fits the contract, of who may act, on what is there, is accepted.",
    "success.status",
    "currency.supported",
    "currency.list",
    "amount.digits",
    "amount.positive",
    "roles.all",
    "path.exact",
    "organization.own",
    "organization.global",
    "method.upsert",
    "token.optional",
    severity=HIGH,
    sample="The target answered 400 to {amount: 50, currency: usd}, the minimum itself.",
    gate=True,
)
def accepts_valid(x: Exchange) -> list[Wrong] | None:
    """Judge calls that are right in every respect."""
    if not x.settled or not x.expected.success or (x.expected.kind == "wire" and not x.held.choice):
        return None
    if x.ok and (x.status in x.expected.statuses or not x.held.choice or x.expected.kind == "wire"):
        return []
    if x.status == 403 and x.account and x.account.role not in MAY_PAY and not x.held.rule("roles.all"):
        return None  # that every role may pay is our reading
    blamed = " ".join(sorted(x.blamed))
    cause = f"{x.status} {x.code or ''} {blamed}".strip()
    said = f"The answer is {x.status}{x.named}."
    return [Wrong(cause, said, str(min(x.expected.statuses)), "200 <= status < 300")]


@check(
    "refuses-invalid",
    "A request that breaks a rule of the contract is refused as such.",
    "currency.case",
    "body.members",
    "body.required",
    "body.null",
    "body.object",
    "organization.header",
    "confirm.absent",
    severity=HIGH,
    sample="The target answered 200 to {amount: 49, currency: usd}.",
    gate=True,
)
def refuses_invalid(x: Exchange) -> list[Wrong] | None:
    """Judge calls that break rules of the contract."""
    if not x.settled or x.expected.kind != "violations":
        return None
    return _wrong_status(x, " ".join(sorted(x.expected.rules or x.expected.places)))


@check(
    "wire-verdict",
    "What is no JSON, no plain media type, no path or no method of the operation gets its documented refusal.",
    "body.json",
    "body.media",
    "body.size",
    "body.integers",
    "accept.quality",
    "path.exact",
    "path.methods",
    "page.request",
    "request.http",
    severity=MEDIUM,
    sample="The target answered 200 to a body in which amount is given twice.",
    gate=True,
    needs=("choice",),
)
def wire_verdict(x: Exchange) -> list[Wrong] | None:
    """Judge rows of the strict-wire table that are refused; with our choices only."""
    if not x.settled or x.expected.kind != "wire" or x.expected.success or not x.held.choice:
        return None
    wrong = _wrong_status(x, f"{min(x.expected.statuses)} {' '.join(x.expected.codes)}")
    by_hand = x.call.wire is not None and x.call.wire.framing  # what scripts send with is a right client
    return [replace(one, proof=UNPROVABLE) for one in wrong] if by_hand else wrong


@check(
    "judges-tokens",
    "A call whose token is missing where one is needed, expired, unknown or of a disabled account is 401.",
    "refusal.codes",
    "token.optional",
    "refusal.order",
    severity=CRITICAL,
    sample="The target answered 200 to an expired token.",
    gate=True,
    needs=("bad token",),
)
def judges_tokens(x: Exchange) -> list[Wrong] | None:
    """Judge calls with a token that is not good, whatever else is wrong with them."""
    if not x.settled or x.expected.kind != "token":
        return None
    return _wrong_status(x, x.call.token if x.call.account else "no token")


@check(
    "judges-state",
    "A call for an organization, or with a payment method, that cannot be used is refused.",
    "organization.effective",
    "organization.own",
    "organization.unknown",
    "intent.customer",
    "method.id",
    "method.owner",
    "method.attached",
    "method.subscription",
    "method.default",
    severity=CRITICAL,
    sample="A payment method of another organization was accepted.",
    gate=True,
    needs=("refusable",),
)
def judges_state(x: Exchange) -> list[Wrong] | None:
    """Judge calls that fit the contract and cannot be done."""
    if not x.settled or x.expected.kind != "refused":
        return None
    return _wrong_status(x, " ".join(sorted(x.expected.codes)))


@check(
    "tells-declines",
    "A card that is refused, or asks for its holder, on the server is 402 with Stripe's code in kebab case.",
    "charge.refused",
    "confirm.fails",
    severity=HIGH,
    sample="A declined card was answered with 200.",
    gate=True,
    needs=("confirm", "declined"),
)
def tells_declines(x: Exchange) -> list[Wrong] | None:
    """Judge charges on the server that Stripe refuses."""
    if not x.settled or x.expected.kind != "declined":
        return None
    wrong = _wrong_status(x, str(x.expected.error.get("code")))
    wanted = x.expected.error.get("decline_code")
    document = x.reply.document if x.reply else None
    if not wrong and wanted and isinstance(document, dict) and x.held.choice and document.get("decline_code") != wanted:
        said = f"decline_code is {document.get('decline_code')!r}."
        wrong = [Wrong("decline_code", said, repr(wanted), f"body.get('decline_code') == {wanted!r}")]
    return wrong
