"""On which rules of the ledger an exchange bears: a rule is exercised by what could have broken it, and nothing else.

A check enforces several rules. That it judged an exchange says nothing of those that the exchange does not touch: a
call in dollars exercises no step, one without a header no effective organization.
"""

from collections.abc import Callable

from tollbridge.verify.checks import Check
from tollbridge.verify.exchange import Exchange
from tollbridge.verify.routes import UPDATE
from tollbridge.verify.subject import MAY_NAME, MISSING

Bears = Callable[[Exchange], bool]

DECIDED_BY = ("refuses-invalid", "judges-state", "judges-tokens", "blames-the-right-field", "wire-verdict")
"""Checks that judge what the rules of the right answer decided."""

EIGHT_DIGITS = 10_000_000


def _sent(role: str) -> Bears:
    return lambda x: x.subject.value(x.call.document, role) is not MISSING


def _seen(x: Exchange) -> bool:
    """Whether Stripe's side is seen: what is left there is known."""
    return x.told is not None


def _seen_with_a_card(x: Exchange) -> bool:
    return _seen(x) and _sent("payment_method")(x)


def _absent(role: str) -> Bears:
    return lambda x: x.subject.value(x.call.document, role) is MISSING


def _decided(rule: str) -> Bears:
    return lambda x: rule in x.expected.rules


def _large(x: Exchange) -> bool:
    amount = x.subject.value(x.call.document, "amount")
    return isinstance(amount, int) and amount >= EIGHT_DIGITS


def _charges(x: Exchange) -> bool:
    return bool(x.expected.effect and x.expected.effect.charges)


def _blamed(x: Exchange, role: str) -> bool:
    return f"#/{x.subject.members.get(role)}" in x.expected.places


def _names(x: Exchange) -> bool:
    header = x.subject.organization
    return header is not None and any(name.lower() == header.name.lower() for name, _ in x.call.headers)


def _may_not_name(x: Exchange) -> bool:
    return x.account is not None and x.account.role not in MAY_NAME


def _struck(x: Exchange, *kinds: str) -> bool:
    return any(fault.kind in kinds for fault in x.faults)


def _at_update(x: Exchange) -> bool:
    return any(fault.path == UPDATE for fault in x.faults)


BEARING: dict[str, Bears] = {
    **{
        rule: _decided(rule)
        for rule in (
            *(
                "page.request",
                "request.http",
                "body.json",
                "body.media",
                "body.size",
                "body.integers",
                "body.members",
                "body.required",
            ),
            *("body.object", "accept.quality", "path.exact", "path.methods", "organization.header", "refusal.codes"),
            *("amount.minimum", "amount.step", "organization.unknown", "method.owner"),
        )
    },
    "refusal.problem": lambda x: x.status >= 400,
    "success.status": lambda x: x.expected.success,
    "amount.alone": lambda x: _blamed(x, "amount") and _blamed(x, "currency"),
    "amount.digits": _large,
    "amount.positive": _sent("amount"),
    "currency.case": lambda x: str(currency := x.subject.value(x.call.document, "currency")) != str(currency).lower(),
    "body.null": lambda x: isinstance(x.call.document, dict) and None in x.call.document.values(),
    "description.text": _sent("description"),
    "email.address": _sent("receipt_email"),
    "token.optional": lambda x: x.call.account is None or x.expected.kind == "token",
    "roles.all": _may_not_name,
    "organization.own": lambda x: not _names(x),
    "organization.global": _names,
    "organization.effective": _names,
    "method.id": _sent("payment_method"),
    "method.attached": _sent("payment_method"),
    "method.upsert": _seen_with_a_card,
    "method.subscription": _seen_with_a_card,
    "intent.fields": _seen,
    "intent.customer": lambda x: _seen(x) or x.expected.kind == "refused",
    "method.default": lambda x: _absent("payment_method")(x) and x.subject.value(x.call.document, "confirm") is True,
    "confirm.absent": lambda x: x.expected.kind != "violations" or "confirm.absent" in x.expected.rules,
    "confirm.fails": _charges,
    "charge.refused": lambda x: x.expected.kind == "declined",
    "subscription.untouched": _absent("payment_method"),
    "subscription.order": _seen_with_a_card,
    "subscription.failed": _at_update,
    "charge.unknown": _charges,
    "provider.refusal": lambda x: _struck(x, "400"),
    "provider.health": lambda x: x.after_fault or not _struck(x, "400"),
    "provider.time": lambda x: _struck(x, "silence", "slow"),
}
"""By rule; one that is not here is touched by whatever its checks judge."""


def touched(check: Check, x: Exchange) -> set[str]:
    """Return the ledger's rules that a check has judged with an exchange: its own, and those that decided."""
    decided = check.name in DECIDED_BY or (check.name == "accepts-valid" and x.expected.kind == "wire")
    deciding = x.expected.rules if decided else ()
    own = (rule for rule in check.rules if rule not in BEARING or BEARING[rule](x))
    return {rule for rule in (*own, *deciding) if rule in x.held.ledger}
