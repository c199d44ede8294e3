"""Checks while Stripe fails: the target keeps its word, and no money is taken twice."""

from __future__ import annotations

from typing import Any

from tollbridge.verify.checks.answer import documented
from tollbridge.verify.checks.causes import status_and_code, under
from tollbridge.verify.checks.conditions import (
    NOT_AS_ASKED,
    NOT_SERVED,
    TAKEN,
    accepted,
    answered,
    charges,
    expects_success,
    fault_at_update,
    fault_of_kind,
    in_any,
    not_accepted,
    provider_unwell,
    seen_alone,
    seen_with_a_card,
    struck,
)
from tollbridge.verify.checks.provider import PAID
from tollbridge.verify.checks.subscription import order_held
from tollbridge.verify.checks.success import untrue
from tollbridge.verify.checks.verdict import success_of
from tollbridge.verify.model.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import Expectation
from tollbridge.verify.model.stripe_routes import CANCEL, CONFIRM, CREATE, UPDATE

SAYS_NOTHING = ("500", "503", "reset", "silence", "garbage")
"""Kinds of faults that leave open whether the call had its effect."""

PLACES = {CREATE: "the create", CONFIRM: "the confirmation", UPDATE: "the update", None: "a look-up"}


def meanwhile(x: Evidence) -> str:
    """Say what Stripe did, as the beginning of a sentence."""
    fault = x.faults[0]
    return f"Stripe: {fault['kind']} {fault['when']} {PLACES.get(fault['path'], 'another call')}."


def fault_waits(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe was told to fail."""
    return bool(x.faults)


@check(
    "answers-under-faults",
    "While Stripe fails, every request still gets its answer within the bound.",
    severity=CRITICAL,
    sample="Stripe was silent, and so was the target for 35 s.",
    rules={"provider.time": fault_of_kind("silence", "slow")},
    when=(fault_waits,),
    gate=True,
    needs=("stripe",),
    alone=("answers",),
)
def answers_under_faults(x: Evidence, _e: Expectation) -> list[Wrong]:
    """Judge calls while Stripe fails."""
    if x.broken is None:
        return []
    return [Wrong(f"no answer{under(x)}", f"{meanwhile(x)} There was no answer: {x.broken}.", "an HTTP answer")]


@check(
    "documented-under-faults",
    "While Stripe fails, the answer is one that the contract documents, and never a 500.",
    severity=HIGH,
    sample="Stripe answered 429, the target 500.",
    rules={"provider.health": provider_unwell, "provider.refusal": fault_of_kind("400")},
    when=(struck, answered),
    gate=True,
    needs=("stripe",),
    alone=("no-server-error", "documented-status"),
)
def documented_under_faults(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge answers while Stripe fails; another target's own 4xx and 5xx are its choice, but 500 is always a defect."""
    if x.status != 500 and (documented(x, e) is not None or not e.terms.chosen("provider.health")):
        return []
    said = f"{meanwhile(x)} The answer is {x.status}."
    rules = () if x.status == 500 else None  # a 500 is a defect of any HTTP API
    return [Wrong(f"{status_and_code(x)}{under(x)}", said, "a documented status but 500", rules)]


@check(
    "success-is-true-under-faults",
    "While Stripe fails, a success means that the intent exists, as asked, and is this request's.",
    severity=CRITICAL,
    sample="Stripe answered 500 to the create, the target 200.",
    rules={"provider.health": provider_unwell, **in_any("intent.fields")},
    when=(struck, accepted, seen_alone),
    needs=("stripe",),
    optional=True,
    alone=(*TAKEN, *NOT_AS_ASKED, "subscription-moves"),
)
def success_is_true(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge successes while Stripe fails."""
    wrong = untrue(x, e)
    if wrong is None:
        return []
    return [Wrong(f"{wrong.cause}{under(x)}", f"{meanwhile(x)} {wrong.said}", wrong.expected)]


@check(
    "subscription-stays-under-faults",
    "Where no PaymentIntent was made, no subscription takes the card.",
    severity=HIGH,
    sample="Stripe refused the create, and the card became the subscription's all the same.",
    rules={"subscription.order": seen_with_a_card},
    when=(struck, seen_alone, order_held),
    needs=("stripe", "subscription.order", "subscription"),
    alone=("subscription-stays", "intent-before-subscription", "no-other-subscription-moves"),
)
def subscription_stays_under_faults(x: Evidence, _e: Expectation) -> list[Wrong] | None:
    """Judge calls while Stripe fails that made no intent, or one that the card refused; with our choices only."""
    if any(intent["status"] != "canceled" and not intent["last_payment_error"] for intent in x.intents):
        return None
    if any(effect["what"] == "payment_intent.created" for effect in x.effects):
        return []
    changed = [identity for identity, before in x.before.items() if x.after.get(identity) != before]
    return [
        Wrong(f"moved{under(x)}", f"{meanwhile(x)} The subscription {identity} was changed.", "as it was")
        for identity in changed
    ]


@check(
    "one-intent-under-faults",
    "However Stripe fails, one request makes at most one PaymentIntent.",
    severity=CRITICAL,
    sample="A lost answer led to a second PaymentIntent.",
    rules={**in_any("provider.retries"), "charge.unknown": charges},
    when=(struck, seen_alone),
    needs=("stripe",),
    alone=("one-intent", "no-intent-on-refusal"),
)
def one_intent_under_faults(x: Evidence, _e: Expectation) -> list[Wrong]:
    """Judge calls while Stripe fails."""
    if len(x.intents) <= 1:
        return []
    return [Wrong(f"several{under(x)}", f"{len(x.intents)} PaymentIntents were made.", "at most one")]


@check(
    "no-second-charge",
    "No answer invites to charge again a card that was charged, or may have been: no Retry-After, no 503, no 4xx.",
    severity=CRITICAL,
    sample="The card was charged, and the answer is 503 with Retry-After.",
    rules={**in_any("charge.once"), "charge.unknown": charges, "subscription.failed": fault_at_update},
    when=(struck, seen_alone, answered, not_accepted, charges),
    needs=("stripe", "confirm"),
    alone=("no-server-error", "accepts-valid"),
)
def no_second_charge(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge failures while Stripe fails, of calls that charge the card on the server."""
    charged = any(intent["status"] in PAID for intent in x.intents)
    if x.answer is None or not (charged or outcome_unknown(x)):
        return None
    invites = x.answer.header("retry-after") is not None
    if not invites and x.status >= 500 and not (e.terms.chosen("charge.unknown") and x.status == 503):
        return []
    why = "The card was charged" if charged else "Whether the card was charged is not known"
    said = f"{meanwhile(x)} {why}; the answer is {x.status}{' with Retry-After' if invites else ''}."
    expected = "502 without Retry-After" if e.terms.chosen("charge.unknown") else "a 5xx without Retry-After"
    told = "with Retry-After" if invites else ""
    cause = f"{'charged' if charged else 'not known'}{under(x)}: {status_and_code(x)} {told}".rstrip()
    return [Wrong(cause, said, expected)]


def outcome_unknown(x: Evidence) -> bool:
    """Tell whether a charge was sent and its answer lost, or of the kind that says nothing about the effect."""
    sent = [call for call in x.writes if call["route"] == CONFIRM or _confirmed_create(call)]
    lost = [call for call in sent if call["fault"] and call["fault"].split()[0] in SAYS_NOTHING]
    return bool(lost) and not any(200 <= call["status"] < 300 and not call["fault"] for call in sent)


def _confirmed_create(call: dict[str, Any]) -> bool:
    return bool(call["route"] == CREATE and call["parameters"].get("confirm") == "true")


def can_be_done(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the call is right in every respect."""
    return e.kind == "accepted"


def health_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held which problem tells a failure of Stripe's."""
    return e.terms.chosen("provider.health")


@check(
    "fault-problem",
    "A failure of Stripe's is told by the problem that the contract has for it.",
    severity=MEDIUM,
    sample="The subscription could not be updated after a charge, and the answer is payment-outcome-unknown.",
    rules={
        "provider.health": provider_unwell,
        "charge.unknown": charges,
        "subscription.failed": fault_at_update,
        "provider.refusal": fault_of_kind("400"),
    },
    when=(health_held, struck, answered, seen_alone, can_be_done),
    needs=("stripe", "provider.health", "codes"),
    alone=("no-server-error", "accepts-valid"),
)
def fault_problem(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge answers while every call of one kind fails; with our choices only."""
    if x.ok and not (x.faults[0]["method"] == "GET" and x.faults[0]["times"] is None):
        return None  # whether a success is true is judged by another check; one without any look-up is none of ours
    status, code = right_problem(x, e)
    if code == "payment-method-not-attached" and x.code == "provider-refused":
        code = "provider-refused"  # it may have been another look-up that Stripe refused, such as the customer's
    if [str(status), code] not in e.terms.codes:
        return None
    if (x.status, x.code) == (status, code):
        return _lacking(x, status, code)
    said = f"{meanwhile(x)} The answer is {x.status} {x.code}."
    return [Wrong(f"{code}{under(x)}: {status_and_code(x)}", said, f"{status} {code}")]


def _lacking(x: Evidence, status: int, code: str) -> list[Wrong]:
    """Return what a problem lacks that the contract has for it."""
    if status == 503 and x.answer is not None and x.answer.header("retry-after") is None:
        return [Wrong(f"{code} Retry-After", "The 503 has no Retry-After.", "one")]
    named = x.document.get("payment_intent")
    if code == "subscription-not-updated" and x.intents and named != x.intents[-1]["id"]:
        said = "payment_intent does not name the intent that was charged."
        return [Wrong(f"{code} payment_intent", said, "its id")]
    return []


def striking(x: Evidence) -> dict[str, Any]:
    """Return the fault that struck first."""
    call = next(call for call in x.calls or () if call["fault"])
    fits = (fault for fault in x.faults if fault["kind"] == call["fault"].split()[0] and _matches(fault, call))
    return next(fits, x.faults[0])


def _matches(fault: dict[str, Any], call: dict[str, Any]) -> bool:
    return bool(fault["method"] in (None, call["method"]) and fault["path"] in (None, call["route"]))


def right_problem(x: Evidence, e: Expectation) -> tuple[int, str]:
    """Return what the contract has for the fault: where it struck, and whether a charge was under way."""
    made = any(intent["status"] in PAID for intent in x.intents)
    return problem_of(striking(x), charged=e.charges and made, unknown=outcome_unknown(x))


def problem_of(fault: dict[str, Any], *, charged: bool, unknown: bool) -> tuple[int, str]:
    """Return what the contract has for a fault.

    Args:
        fault: that struck.
        charged: whether the card was charged before.
        unknown: whether a charge was sent of which nothing is known.
    """
    if fault["path"] == UPDATE and charged:
        return 502, "subscription-not-updated"
    if unknown:
        return 502, "payment-outcome-unknown"
    if fault["kind"] == "400":
        return (409, "provider-refused") if fault["method"] == "POST" else (409, "payment-method-not-attached")
    if fault["kind"] in ("401", "403"):
        return 502, "provider-misconfigured"
    return (502, "provider-invalid-response") if fault["kind"] == "garbage" else (503, "provider-unavailable")


@check(
    "takes-back-what-failed",
    "Where the subscription cannot be updated after an intent that nobody confirmed, the intent is cancelled.",
    severity=HIGH,
    sample="The update failed, and the PaymentIntent was left open.",
    rules={"subscription.failed": fault_at_update},
    when=(struck, fault_at_update, seen_alone, not_accepted),
    needs=("stripe", "subscription.failed", "subscription"),
    optional=True,
)
def takes_back(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge failures of the update after an intent that was not confirmed; with our choices only."""
    if e.charges or not x.intents or not e.terms.holds("subscription.failed"):
        return None
    if any(fault["path"] == CANCEL for fault in x.faults):  # Stripe did not let it
        return None
    status = x.intents[-1]["status"]
    return [] if status == "canceled" else [Wrong(f"left open{under(x)}", f"The intent is {status}.", "canceled")]


def fault_has_passed(x: Evidence, _e: Expectation) -> bool:
    """Tell whether a fault of Stripe's was mended just before."""
    return x.after_fault


@check(
    "recovers",
    "After a fault of Stripe's has passed, the next request is served; at the latest after half a minute, where the "
    "target had given Stripe up and says so with 502 or 503.",
    severity=CRITICAL,
    sample="After one 500 of Stripe's, the target answers 503 to everything.",
    rules={"provider.health": provider_unwell, **in_any("intent.fields")},
    when=(fault_has_passed, expects_success),
    needs=("stripe",),
    alone=NOT_SERVED,
)
def recovers(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge the call after a fault was mended."""
    if x.ok:
        return []
    said = f"The answer is {x.status}{x.named}." if x.answer else f"There was no answer: {x.broken}."
    return [Wrong(status_and_code(x), f"{x.sent.note.capitalize()}: {said}", success_of(e))]
