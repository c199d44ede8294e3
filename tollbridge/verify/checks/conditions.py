"""Conditions on an exchange: when a check judges it, and when it could have broken a rule."""

from __future__ import annotations

from typing import Any

from tollbridge.verify.model.check import Condition
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import MAY_NAME, Expectation
from tollbridge.verify.model.stripe_routes import UPDATE

NOT_SERVED = ("answers", "no-server-error", "asks-for-what-was-requested", "documented-status", "accepts-valid")
"""The checks that find a right call refused when it is alone."""

TAKEN = ("refuses-invalid", "judges-tokens", "judges-state", "tells-declines", "no-intent-on-refusal")
"""The checks that find a wrong call accepted when it is alone."""

NOT_AS_ASKED = (
    "intent-carries-the-request",
    "one-intent",
    "confirms-as-asked",
    "secret-of-this-request",
    "secret-is-new",
)
"""The checks that find another intent, or another secret, than was asked for when the call is alone."""

MIN_OF_EIGHT_DIGITS = 10_000_000


def always(_x: Evidence, _e: Expectation) -> bool:
    """Hold of any exchange."""
    return True


def in_any(*rules: str) -> dict[str, Condition]:
    """Return rules that any exchange could have broken."""
    return dict.fromkeys(rules, always)


def answered(x: Evidence, _e: Expectation) -> bool:
    """Tell whether there is an answer."""
    return x.answer is not None


def accepted(x: Evidence, _e: Expectation) -> bool:
    """Tell whether the answer is a success."""
    return x.ok


def not_accepted(x: Evidence, _e: Expectation) -> bool:
    """Tell whether there is no success."""
    return not x.ok


def problems_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held how a refusal looks."""
    return e.terms.chosen("refusal.problem")


def deciding_choice_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether a choice of ours is held that decided what is right."""
    return e.terms.chosen(*e.rules)


def no_fault(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe was well."""
    return not x.faults


def no_fault_before(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe was well in the exchange before, too."""
    return not x.after_fault


def settled(x: Evidence, _e: Expectation) -> bool:
    """Tell whether there is an answer, and Stripe was well in this exchange and before it."""
    return x.settled


def stripe_seen(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe's side is seen."""
    return x.calls is not None


def seen_alone(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe's side of this exchange alone is seen."""
    return x.judged


def seen_alone_and_well(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe's side of this exchange alone is seen, and Stripe was well."""
    return x.plain


def struck(x: Evidence, _e: Expectation) -> bool:
    """Tell whether a fault of Stripe's hit this exchange."""
    return x.struck


def has_effect(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is known what is to be left at Stripe."""
    return e.effect is not None


def chooses_method(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request chooses a payment method that it may have."""
    return e.effect is not None and e.effect.method is not None


def expects_success(_x: Evidence, e: Expectation) -> bool:
    """Tell whether a success is right."""
    return e.success


def charges(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the card is charged on the server."""
    return e.charges


def under_way_together(x: Evidence, _e: Expectation) -> bool:
    """Tell whether it is the last of requests that were under way together."""
    return bool(x.parallel)


def has_subscription(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the operation moves a subscription."""
    return "subscription" in e.terms.caller


def is_row_of_the_wire_table(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the strict-wire table says what is right."""
    return e.kind == "wire"


def refused(x: Evidence, _e: Expectation) -> bool:
    """Tell whether the answer is a problem by its status."""
    return x.status >= 400


def kind(*wanted: str) -> Condition:
    """Return the condition that what is right is of one of some kinds."""
    return lambda _x, e: e.kind in wanted


def decided(rule: str) -> Condition:
    """Return the condition that a rule decided what is right."""
    return lambda _x, e: rule in e.rules


def when_decided(*rules: str) -> dict[str, Condition]:
    """Return rules that an exchange could have broken where they decided what is right."""
    return {rule: decided(rule) for rule in rules}


def value(x: Evidence, e: Expectation, role: str) -> Any:
    """Return what the body has for a role; None also where it has nothing."""
    member = e.terms.members.get(role)
    return x.sent.document.get(member) if member and isinstance(x.sent.document, dict) else None


def has(x: Evidence, e: Expectation, role: str) -> bool:
    """Tell whether the body has a member for a role."""
    return isinstance(x.sent.document, dict) and e.terms.members.get(role) in x.sent.document


def sends(role: str) -> Condition:
    """Return the condition that the body has a member for a role."""
    return lambda x, e: has(x, e, role)


def omits(role: str) -> Condition:
    """Return the condition that the body has no member for a role."""
    return lambda x, e: not has(x, e, role)


def seen_with_a_card(x: Evidence, e: Expectation) -> bool:
    """Tell whether Stripe's side is seen, and the request chooses a payment method."""
    return x.calls is not None and has(x, e, "payment_method")


def blames_both(_x: Evidence, e: Expectation) -> bool:
    """Tell whether amount and currency are both to blame."""
    return all(f"#/{e.terms.members.get(role)}" in e.places for role in ("amount", "currency"))


def has_eight_digits(x: Evidence, e: Expectation) -> bool:
    """Tell whether the amount has eight digits or more."""
    amount = value(x, e, "amount")
    return isinstance(amount, int) and amount >= MIN_OF_EIGHT_DIGITS


def has_capitals(x: Evidence, e: Expectation) -> bool:
    """Tell whether the currency has a capital letter."""
    currency = str(value(x, e, "currency"))
    return has(x, e, "currency") and currency != currency.lower()


def has_null(x: Evidence, _e: Expectation) -> bool:
    """Tell whether a member of the body is null."""
    return isinstance(x.sent.document, dict) and None in x.sent.document.values()


def shows_none(x: Evidence, _e: Expectation) -> bool:
    """Tell whether the request shows no token."""
    return x.sent.account is None


def names_organization(x: Evidence, e: Expectation) -> bool:
    """Tell whether the request names an organization in the contract's header."""
    header = e.terms.header
    return header is not None and any(name.lower() == header.lower() for name, _ in x.sent.headers)


def names_none(x: Evidence, e: Expectation) -> bool:
    """Tell whether the request names no organization."""
    return not names_organization(x, e)


def may_not_name(_x: Evidence, e: Expectation) -> bool:
    """Tell whether who acts has a role that may name no organization."""
    return e.role is not None and e.role not in MAY_NAME


def charges_the_default(x: Evidence, e: Expectation) -> bool:
    """Tell whether the request charges without naming a card."""
    return not has(x, e, "payment_method") and value(x, e, "confirm") is True


def not_against_confirm(_x: Evidence, e: Expectation) -> bool:
    """Tell whether nothing is violated, or the rule on what confirms is."""
    return e.kind != "violations" or "confirm.absent" in e.rules


def stripe_seen_or_refused(x: Evidence, e: Expectation) -> bool:
    """Tell whether Stripe's side is seen, or the request cannot be done."""
    return x.calls is not None or e.kind == "refused"


def fault_of_kind(*kinds: str) -> Condition:
    """Return the condition that Stripe was told to fail in one of some ways."""
    return lambda x, _e: any(fault["kind"] in kinds for fault in x.faults)


def fault_at_update(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe was told to fail at the subscription."""
    return any(fault["path"] == UPDATE for fault in x.faults)


def provider_unwell(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe was well again, or failed in another way than to refuse."""
    return x.after_fault or not any(fault["kind"] == "400" for fault in x.faults)
