"""Whether the target keeps its word, and nobody's money is taken twice, while Stripe fails."""

from tollbridge.simulator import Fault, Told
from tollbridge.verify.checks.answer import documented
from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.checks.provider import PAID
from tollbridge.verify.checks.success import untrue
from tollbridge.verify.exchange import Exchange
from tollbridge.verify.routes import CANCEL, CONFIRM, CREATE, UPDATE

SAYS_NOTHING = ("500", "503", "reset", "silence", "garbage")
"""Kinds of faults that leave open whether the call had its effect."""


PLACES = {CREATE: "the create", CONFIRM: "the confirmation", UPDATE: "the update", None: "a look-up"}


def _fault(x: Exchange) -> str:
    """Name where the fault struck, as a cause."""
    return f"at {PLACES.get(x.faults[0].path, 'another call')}"


def _while(x: Exchange) -> str:
    """Say what Stripe did, as the beginning of a sentence."""
    fault = x.faults[0]
    return f"Stripe: {fault.kind} {fault.when} {PLACES.get(fault.path, 'another call')}."


def _charges(x: Exchange) -> bool:
    return bool(x.expected.effect and x.expected.effect.charges)


@check(
    "answers-under-faults",
    "While Stripe fails, every request still gets its answer within the bound.",
    "provider.time",
    severity=CRITICAL,
    sample="Stripe was silent, and so was the target for 35 s.",
    gate=True,
    needs=("stripe",),
)
def answers_under_faults(x: Exchange) -> list[Wrong] | None:
    """Judge calls while Stripe fails."""
    if not x.faults:
        return None
    if x.broken is None:
        return []
    return [Wrong(_fault(x), f"{_while(x)} There was no answer: {x.broken}.", "an HTTP answer", "status > 0")]


@check(
    "documented-under-faults",
    "While Stripe fails, the answer is one that the contract documents, and never a 500.",
    "provider.health",
    "provider.refusal",
    severity=HIGH,
    sample="Stripe answered 429, the target 500.",
    gate=True,
    needs=("stripe",),
)
def documented_under_faults(x: Exchange) -> list[Wrong] | None:
    """Judge answers while Stripe fails; another target's own 4xx and 5xx are its choice, but 500 is always a defect."""
    if not x.struck or x.reply is None:
        return None
    fine = x.status != 500 and (documented(x) is not None or not x.held.choice)
    if fine:
        return []
    return [
        Wrong(
            f"{x.status} {_fault(x)}",
            f"{_while(x)} The answer is {x.status}.",
            "a documented status but 500",
            "status not in (0, 500)",
        )
    ]


@check(
    "success-is-true-under-faults",
    "While Stripe fails, a success means that the intent exists, as asked, and is this request's.",
    "provider.health",
    severity=CRITICAL,
    sample="Stripe answered 500 to the create, the target 200.",
    needs=("stripe",),
    optional=True,
)
def success_is_true(x: Exchange) -> list[Wrong] | None:
    """Judge successes while Stripe fails."""
    if not x.struck or not x.ok or not x.judged:
        return None
    wrong = untrue(x)
    if wrong is None:
        return []
    proof = f"status >= 300 or {wrong.proof}"
    return [Wrong(f"{wrong.cause} {_fault(x)}", f"{_while(x)} {wrong.said}", wrong.expected, proof)]


@check(
    "subscription-stays-under-faults",
    "Where no PaymentIntent was made, no subscription takes the card.",
    "subscription.order",
    severity=HIGH,
    sample="Stripe refused the create, and the card became the subscription's all the same.",
    needs=("stripe", "choice", "subscription"),
)
def subscription_stays_under_faults(x: Exchange) -> list[Wrong] | None:
    """Judge calls while Stripe fails that made no intent, or one that the card refused; with our choices only."""
    lives = [intent for intent in x.intents if intent.status != "canceled" and not intent.last_error]
    if not x.struck or not x.judged or not x.held.rule("subscription.order") or lives:
        return None
    moved = [identity for identity, row in x.before.items() if x.after.get(identity) != row]
    proof = "not [e for c in calls for e in c['effects'] if e['what'] == 'customer.subscription.updated']"
    made = any(what == "payment_intent.created" for told in x.writes for what, _ in told.effects)
    return [
        Wrong("moved", f"{_while(x)} The subscription {identity} was changed.", "as it was", proof)
        for identity in moved
        if not made
    ]


@check(
    "one-intent-under-faults",
    "However Stripe fails, one request makes at most one PaymentIntent.",
    "provider.retries",
    "charge.unknown",
    severity=CRITICAL,
    sample="A lost answer led to a second PaymentIntent.",
    needs=("stripe",),
)
def one_intent(x: Exchange) -> list[Wrong] | None:
    """Judge calls while Stripe fails."""
    if not x.struck or not x.judged:
        return None
    if len(x.intents) <= 1:
        return []
    return [Wrong("several", f"{len(x.intents)} PaymentIntents were made.", "at most one", "len(intents) <= 1")]


@check(
    "no-second-charge",
    "No answer invites to charge again a card that was charged, or may have been: no Retry-After, no 503, no 4xx.",
    "charge.unknown",
    "subscription.failed",
    severity=CRITICAL,
    sample="The card was charged, and the answer is 503 with Retry-After.",
    needs=("stripe", "confirm"),
)
def no_second_charge(x: Exchange) -> list[Wrong] | None:
    """Judge failures while Stripe fails, of calls that charge the card on the server."""
    if not x.struck or not x.judged or x.ok or x.reply is None or not _charges(x):
        return None
    charged = any(intent.status in PAID for intent in x.intents)
    perhaps = charged or _outcome_unknown(x)
    if not perhaps:
        return None
    why = "The card was charged" if charged else "Whether the card was charged is not known"
    invites = x.reply.header("retry-after") is not None
    if not invites and x.status >= 500 and not (x.held.choice and x.status == 503):
        return []
    expected = "502 without Retry-After" if x.held.choice else "a 5xx without Retry-After"
    proof = "status < 300 or (status >= 500 and 'retry-after' not in headers)"
    also = " with Retry-After" if invites else ""
    said = f"{_while(x)} {why}; the answer is {x.status}{also}."
    return [
        Wrong("charged" if charged else "not known", said, expected, f"{proof}{' and status != 503' * x.held.choice}")
    ]


def _outcome_unknown(x: Exchange) -> bool:
    """Whether a charge was sent and its answer lost, or of the kind that says nothing about the effect."""
    charges = [told for told in x.writes if told.route == CONFIRM or _confirmed_create(told)]
    lost = [told for told in charges if told.fault and told.fault.split()[0] in SAYS_NOTHING]
    return bool(lost) and not any(200 <= told.status < 300 and not told.fault for told in charges)


def _confirmed_create(told: Told) -> bool:
    return told.route == CREATE and told.parameters.get("confirm") == "true"


@check(
    "fault-problem",
    "A failure of Stripe's is told by the problem that the contract has for it.",
    "provider.health",
    "charge.unknown",
    "subscription.failed",
    "provider.refusal",
    severity=MEDIUM,
    sample="The subscription could not be updated after a charge, and the answer is payment-outcome-unknown.",
    needs=("stripe", "choice", "codes"),
)
def fault_problem(x: Exchange) -> list[Wrong] | None:
    """Judge answers while every call of one kind fails; with our choices only."""
    if not x.held.choice or not x.struck or x.reply is None or not x.judged or x.expected.kind != "accepted":
        return None
    if x.ok and not (x.faults[0].method == "GET" and x.faults[0].times is None):
        return None  # whether a success is true is judged by another check; one without any look-up is none of ours
    status, code = _right_problem(x)
    if code == "payment-method-not-attached" and x.code == "provider-refused":
        code = "provider-refused"  # it may have been another look-up that Stripe refused, such as the customer's
    if (str(status), code) not in x.subject.codes:
        return None
    if (x.status, x.code) == (status, code):
        return _members(x, status, code)
    right = f"(status, body['error_code']) == ({status}, {code!r})"
    proof = right if x.ok else f"status < 300 or {right}"
    said = f"{_while(x)} The answer is {x.status} {x.code}."
    return [Wrong(f"{code} {_fault(x)}", said, f"{status} {code}", proof)]


def _members(x: Exchange, status: int, code: str) -> list[Wrong]:
    """Return what a problem lacks that the contract has for it."""
    assert x.reply is not None
    if status == 503 and x.reply.header("retry-after") is None:
        proof = "status != 503 or 'retry-after' in headers"
        return [Wrong(f"{code} Retry-After", "The 503 has no Retry-After.", "one", proof)]
    named = x.reply.document.get("payment_intent")
    if code == "subscription-not-updated" and x.intents and named != x.intents[-1].id:
        said = "payment_intent does not name the intent that was charged."
        proof = "status < 300 or body.get('payment_intent') == intents[-1]['id']"
        return [Wrong(f"{code} payment_intent", said, "its id", proof)]
    return []


def _striking(x: Exchange) -> Fault:
    """Return the fault that struck first."""
    told = next(told for told in x.told or () if told.fault)
    return next(
        (f for f in x.faults if f.kind == str(told.fault).split()[0] and f.matches(told.method, told.route)),
        x.faults[0],
    )


def _right_problem(x: Exchange) -> tuple[int, str]:
    """Return what the contract has for the fault: where it struck, and whether a charge was under way."""
    fault = _striking(x)
    made = any(intent.status in PAID for intent in x.intents)
    at_update = fault.path == UPDATE
    if at_update and _charges(x) and made:
        return 502, "subscription-not-updated"
    if _outcome_unknown(x):
        return 502, "payment-outcome-unknown"
    if fault.kind == "400":
        return (409, "provider-refused") if fault.method == "POST" else (409, "payment-method-not-attached")
    if fault.kind in ("401", "403"):
        return 502, "provider-misconfigured"
    return (502, "provider-invalid-response") if fault.kind == "garbage" else (503, "provider-unavailable")


@check(
    "takes-back-what-failed",
    "Where the subscription cannot be updated after an intent that nobody confirmed, the intent is cancelled.",
    "subscription.failed",
    severity=HIGH,
    sample="The update failed, and the PaymentIntent was left open.",
    needs=("stripe", "choice", "subscription"),
    optional=True,
)
def takes_back(x: Exchange) -> list[Wrong] | None:
    """Judge failures of the update after an intent that was not confirmed; with our choices only."""
    at_update = x.struck and any(f.path == UPDATE for f in x.faults)
    if not at_update or not x.judged or x.ok or _charges(x) or not x.intents or not x.held.rule("subscription.failed"):
        return None
    if any(f.path == CANCEL for f in x.faults):  # Stripe did not let it
        return None
    status = x.intents[-1].status
    if status == "canceled":
        return []
    return [Wrong("left open", f"The intent is {status}.", "canceled", "intents[-1]['status'] == 'canceled'")]


@check(
    "recovers",
    "After a fault of Stripe's has passed, the next request is served.",
    "provider.health",
    severity=CRITICAL,
    sample="After one 500 of Stripe's, the target answers 503 to everything.",
    needs=("stripe",),
)
def recovers(x: Exchange) -> list[Wrong] | None:
    """Judge the call after a fault was mended."""
    if not x.after_fault or not x.expected.success:
        return None
    if x.ok:
        return []
    said = f"The answer is {x.status}{x.named}." if x.reply else f"There was no answer: {x.broken}."
    return [
        Wrong(
            str(x.status), f"{x.call.note.capitalize()}: {said}", str(min(x.expected.statuses)), "200 <= status < 300"
        )
    ]
