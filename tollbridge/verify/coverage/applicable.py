"""Applicable checks: those that this contract, this world and these doors allow, and why the rest cannot run."""

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.security import has_to_look
from tollbridge.verify.model.check import Check
from tollbridge.verify.model.hold import group_of

NEVER = {
    "internal-error": "a 500 is always a finding",
    "contract-breach": "a 500 is always a finding",
    "request-timeout": "an answer of the HTTP layer, which is exempt",
    "provider-not-simulated": "a right target asks Stripe for nothing that the simulator has not",
}
"""Documented problems that no right target can be made to give."""

STRIPE = "Stripe's side is not seen: point the target at the harness and give --stripe-listen"


NOT_OF_STRIPE = "the operation says nothing of what it is for at Stripe (x-stripe)"


def missing_needs(context: CaseContext) -> dict[str, str]:
    """Return what a check may need and this run has not, each with the reason."""
    if context.subject.ordinary:
        return _missing_of_ordinary(context)
    subject = context.subject
    good, bad = context.methods(context.home(), good=True), context.methods(context.home(), good=False)
    others = [o for o in context.world.organizations.values() if o is not context.home() and o.payment_methods]
    has = {
        "stripe": (context.two_sided, STRIPE),
        "ordinary": (False, "x-stripe says what the operation is for, and other checks judge its calls"),
        "headers": (any(r.headers for r in subject.operation.responses.values()), "the contract documents no headers"),
        "wire": (
            {"amount", "currency"} <= subject.members.keys() and subject.spelt_plainly,
            "x-stripe names no amount and currency, or JSON spells a member's name with escapes",
        ),
        "texts": (bool({"description", "receipt_email"} & subject.members.keys()), "x-stripe names no text"),
        "codes": (bool(subject.codes), "the contract enumerates no error_code"),
        "secret": (subject.secret is not None, "x-stripe names no secret in the answer"),
        "confirm": ("confirm" in subject.members, "x-stripe names no member that charges on the server"),
        "subscription": (
            "subscription" in subject.caller and bool(good),
            "x-stripe names no subscription, or nobody has a card",
        ),
        "declined": (bool(bad), "the world has no card that is refused in the default organization"),
        "bad token": (bool(context.usable()) or context.held.anonymous, "the world gives no tokens"),
        "refusable": ("payment_method" in subject.members, "x-stripe names no payment method"),
        "foreign": (
            "payment_method" in subject.members and bool(others),
            "no other organization of the world has a card",
        ),
    }
    return {name: reason for name, (there, reason) in has.items() if not there}


def _missing_of_ordinary(context: CaseContext) -> dict[str, str]:
    """Return the same for an ordinary operation, of what its checks may need."""
    operation = context.subject.operation
    terms = context.terms
    documented = any(response["headers"] for response in terms.responses.values())
    asks = operation.requires_token or (context.default().id in context.tokens.good and has_to_look(context))
    has = {
        "headers": (documented, "the contract requires no headers"),
        "bad token": (asks, "the contract asks for no proof of who asks, or the world gives no tokens"),
    }
    return {name: reason for name, (there, reason) in has.items() if not there}


def not_applicable(check: Check, context: CaseContext) -> str | None:
    """Return why a check cannot be exercised; None where it can."""
    if context.subject.ordinary and not check.ordinary:
        return NOT_OF_STRIPE
    missing = missing_needs(context)
    reason = next((missing[need] for need in check.needs if need in missing), None)
    choices = [need for need in check.needs if "." in need]
    any_form = context.subject.ordinary and "form" in check.needs
    if reason or not choices or any_form or any(map(context.held.chosen, choices)):
        return reason
    groups = dict.fromkeys(map(group_of, choices))
    return f"no choice of ours on it is held: --hold {' or '.join(groups)}"


def unreachable(context: CaseContext, status: str, code: str) -> str | None:
    """Return why a documented problem cannot be provoked; None where it can."""
    if code in NEVER:
        return NEVER[code]
    if not context.held.chosen("refusal.problem"):
        return "which problem is told is our choice"
    if status == "402" and code not in _card_codes(context):
        return "no card of the world leads to it"
    if status in ("502", "503") and not context.two_sided:
        return STRIPE
    if code == "provider-refused" and not context.two_sided:
        return STRIPE
    return _identity(context).get(code) if status in ("401", "403", "404", "409") else None


def _card_codes(context: CaseContext) -> set[str]:
    return {str(error.get("code", "")).replace("_", "-") for error in context.cards.values()}


def _identity(context: CaseContext) -> dict[str, str]:
    """Return the problems about the caller that no account of this world can get, with the reason."""
    usable = context.usable()
    active = [account for account in usable if account.active]
    organizations = [context.world.organizations.get(a.organization or 0) for a in [context.default(), *active]]
    ways = {
        "authentication-required": not context.held.anonymous,
        "token-expired": bool(context.tokens.expired),
        "inactive-account": any(not account.active for account in usable),
        "organization-required": any(account.organization is None for account in active),
        "organization-forbidden": any(account.role == "ORG_GROUP_ADMIN" for account in active),
        "organization-not-found": any(account.role == "ADMIN" for account in active),
        "customer-missing": any(o and not o.customer for o in organizations),
        "subscription-missing": any(o and o.customer and not o.subscription for o in organizations),
        "default-payment-method-missing": any(o and o.customer and not o.default_source for o in organizations),
        "payment-method-not-attached": bool(context.home()),
    }
    return {
        code: "no account of the world, with a token that is known, leads to it"
        for code, there in ways.items()
        if not there
    } | ({"authentication-required": "the target takes calls without a token"} if context.held.anonymous else {})
