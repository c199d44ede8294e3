"""The list of checks: each is documented, bound to the ledger, and reads an exchange that it is made for."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tollbridge.compose import Options
from tollbridge.contract import load_contract
from tollbridge.verify.checks import CHECKS, SEVERITIES
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.model.evidence import Answer, Document, Evidence, Known, Sent
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.expectation import Effect, Expectation
from tollbridge.verify.model.subject import subjects
from tollbridge.verify.model.terms import CHOICE, DOCUMENTED, PROVIDER, Held, terms_of
from tollbridge.world import load_world

CONTRACT = load_contract(Options().contract)
WORLD = load_world(Options().world)
SUBJECT = subjects(CONTRACT)[0]
HELD = Held(frozenset({DOCUMENTED, PROVIDER, CHOICE}), CONTRACT)
TERMS = terms_of(SUBJECT, HELD)
FOREIGN = terms_of(SUBJECT, replace(HELD, origins=frozenset({DOCUMENTED, PROVIDER})))
HOME = WORLD.organizations[1]
SECRET = "pi_1_secret_abcdefgh"
METHOD = "pm_QuayOne00000000000004242"
INTENT: Document = {
    "id": "pi_1",
    "client_secret": SECRET,
    "amount": 4200,
    "currency": "usd",
    "status": "requires_confirmation",
    "customer": HOME.customer,
    "payment_method": METHOD,
    "description": None,
    "receipt_email": None,
    "last_payment_error": None,
}
HEADERS = [["content-type", "application/json"], ["cache-control", "no-store"], ["x-request-id", "req-1"]]
PARAMS = {"amount": 4200, "currency": "usd", "customer": HOME.customer, "payment_method": METHOD}
UPDATE_FAILS = {"method": "POST", "path": "/v1/subscriptions/{subscription}", "kind": "500", "when": "before"}
UPDATE_FAILS |= {"times": None}


def told(parameters: dict[str, Any] | None = None, **changes: Any) -> Document:
    """A create of an intent, as the record shows it."""
    plain: Document = {
        "number": 1,
        "method": "POST",
        "path": "/v1/payment_intents",
        "route": "/v1/payment_intents",
        "parameters": {"amount": "4200", "currency": "usd"} if parameters is None else parameters,
        "idempotency_key": "key-1",
        "status": 200,
        "effects": [{"what": "payment_intent.created", "id": "pi_1"}],
        "fault": None,
        "key": None,
        "error": None,
    }
    return plain | changes


def effect(what: str, identity: str) -> list[Document]:
    """The effects of a call that changed one thing."""
    return [{"what": what, "id": identity}]


def intent(**changes: Any) -> Document:
    """The intent, with other values."""
    return INTENT | changes


def subscription(default: str | None, **more: Any) -> dict[str, Document]:
    """The organization's subscription with a default method."""
    identity = str(HOME.subscription)
    return {identity: {"id": identity, "status": "active", "default_payment_method": default, "metadata": {}} | more}


def expected(kind: str, *statuses: int, codes: tuple[str, ...] = (), **more: Any) -> Expectation:
    """What is right, of one kind."""
    return Expectation(more.pop("terms", TERMS), kind, [*statuses], [*codes], **more)


def effects(**changes: Any) -> Effect:
    """What a right call leaves at Stripe."""
    plain: dict[str, Any] = {"params": PARAMS, "method": METHOD, "subscription": HOME.subscription}
    return Effect(**(plain | changes))


RIGHT = expected("accepted", 200, effect=effects(), role="ADMIN")


def sending(document: Any = None, *headers: list[str], **more: Any) -> Sent:
    """A request with a saved card."""
    body = {"amount": 4200, "currency": "usd", "payment_method": 4242} if document is None else document
    plain: dict[str, Any] = {"method": "POST", "target": SUBJECT.operation.path, "headers": [*headers]}
    return Sent(**(plain | {"text": json.dumps(body), "document": body} | more))


def evidence(**changes: Any) -> Evidence:
    """Evidence of a right exchange: a saved card, accepted, not charged."""
    plain: dict[str, Any] = {
        "number": 1,
        "sent": sending(),
        "answer": Answer(200, HEADERS, f'{{"client_secret":"{SECRET}"}}'),
        "calls": [told()],
        "intents": [INTENT],
        "before": subscription(None),
        "after": subscription(METHOD),
    }
    return Evidence(**(plain | changes))


def exchange(right: Expectation = RIGHT, **changes: Any) -> Exchange:
    """A right exchange, or one with some changes."""
    return Exchange(evidence(**changes), right)


def reply(status: int, body: str = "{}", *headers: list[str], media: str = "application/problem+json") -> Answer:
    """An answer."""
    plain = [["content-type", media], ["cache-control", "no-store"], ["x-request-id", "req-1"]]
    return Answer(status, [*plain, *headers], body)


def problem(status: int, code: str, more: str = "") -> Answer:
    """A problem that fits the contract."""
    extra = {401: ["www-authenticate", "Bearer"], 503: ["retry-after", "5"], 405: ["allow", "POST"]}
    told = f'"type":"x","title":"x","status":{status},"detail":"It is wrong.","instance":"req-1","error_code":"{code}"'
    body = f"{{{told}{more}}}"
    return reply(status, body, *([extra[status]] if status in extra else []))


def found(x: Exchange) -> set[str]:
    """The names of the checks that find something."""
    return {check.name for _, check, _ in Evaluator(CHECKS).judge([x])}


def test_each_check_is_documented() -> None:
    """A name in kebab case, a sentence, a sample finding, a known severity."""
    for name, check in CHECKS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert check.asserts.endswith(".")
        assert check.sample.endswith(".")
        assert check.severity in SEVERITIES
        assert check.function.__doc__


def test_checks_and_ledger_name_each_other() -> None:
    """A rule says which checks enforce it, and these are the checks that say so."""
    ledger = {rule.id: {name for kind, name in rule.enforced_by if kind == "check"} for rule in CONTRACT.rules}
    ours = {rule: {check.name for check in CHECKS.values() if rule in check.rules} for rule in ledger}
    assert ledger == ours
    assert {rule for check in CHECKS.values() for rule in check.rules} <= ledger.keys()


def test_a_right_exchange_is_clean() -> None:
    """Nothing is found in it, by any check."""
    assert found(exchange()) == set()


def test_a_preference_may_be_followed_and_not_in_silence() -> None:
    """A 503 that the call asked for by `Prefer` is no finding where the target says so, and one where it does not."""
    chooses = sending(None, ["Prefer", "code=503"])
    refused = problem(503, "provider-unavailable")
    says = Answer(503, [*refused.headers, ["Preference-Applied", "code=503"]], refused.text)
    nothing: dict[str, Any] = {"intents": [], "calls": [], "after": subscription(None)}
    assert found(exchange(sent=chooses, answer=says, **nothing)) == set()
    assert found(exchange(sent=chooses, answer=refused, **nothing)) == {"no-server-error"}
    assert found(exchange(answer=says, **nothing)) == {"no-server-error"}


EARLIER = 'POST /v1/payment_intents {"amount": "4200", "currency": "usd"} (call 0)'


TOO_LARGE = {"code": "amount_too_large", "param": "amount", "message": "Amount must be no more than $999,999.99"}
NOTHING_DONE: dict[str, Any] = {"intents": [], "calls": [], "after": subscription(None)}
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "no answer": ("answers", {"answer": None, "broken": "the target closed the connection"}),
    "a 500": ("no-server-error", {"answer": problem(500, "internal-error")}),
    "what Stripe refuses is not what was asked": (
        "asks-for-what-was-requested",
        {
            "answer": problem(502, "provider-invalid-response"),
            "calls": [told(PARAMS | {"amount": "4200.0"}, status=400, effects=[], error=TOO_LARGE)],
            "intents": [],
            "after": subscription(None),
        },
    ),
    "another customer is read": (
        "asks-about-its-own",
        {"calls": [told({}, method="GET", path="/v1/customers/cus_QuaySeven00007", effects=[]), told()]},
    ),
    "an undocumented status": ("documented-status", {"answer": reply(418)}),
    "another media type": ("media-type", {"answer": reply(200, "{}", media="text/html")}),
    "may be stored": ("documented-headers", {"answer": Answer(200, HEADERS[:1], f'{{"client_secret":"{SECRET}"}}')}),
    "no secret": ("answer-schema", {"answer": reply(200, "{}", media="application/json")}),
    "refused for nothing": ("accepts-valid", {"answer": problem(409, "provider-refused")}),
    "an ordinary operation that is not there": (
        "serves-what-is-documented",
        {
            "right": replace(expected("shown", 200), terms=replace(TERMS, ordinary=True)),
            "answer": problem(405, "method-not-allowed"),
        },
    ),
    "what is not there is served": (
        "serves-only-what-is-there",
        {"right": Expectation(replace(TERMS, ordinary=True), "absent", [*range(400, 500)])},
    ),
    "two intents": ("one-intent", {"intents": [INTENT, INTENT]}),
    "no intent": ("one-intent", {"intents": []}),
    "another amount": ("intent-carries-the-request", {"intents": [intent(amount=420_000)]}),
    "another customer": ("intent-carries-the-request", {"intents": [intent(customer="cus_x")]}),
    "charged unasked": ("confirms-as-asked", {"intents": [intent(status="succeeded")]}),
    "more than asked": ("adds-nothing", {"calls": [told({"amount": "1", "off_session": "true"})]}),
    "other types": ("adds-nothing", {"calls": [told({"amount": "1", "payment_method_types": {"0": "link"}})]}),
    "another's secret": ("secret-of-this-request", {"intents": [intent(client_secret="pi_2_secret_x")]}),
    "a subscription that stays": ("subscription-moves", {"after": subscription(None)}),
    "more of the subscription": (
        "no-other-subscription-moves",
        {"after": subscription(METHOD, metadata={"by": "the target"})},
    ),
    "a customer made": (
        "touches-nothing-else",
        {"calls": [told(), told(effects=effect("customer.created", "cus_1"))]},
    ),
    "the subscription first": (
        "intent-before-subscription",
        {"calls": [told(effects=effect("customer.subscription.updated", "sub_1")), told()]},
    ),
    "one key for two writes": ("keys-of-their-own", {"calls": [told(), told({"amount": "1"})]}),
    "an earlier request's key": (
        "keys-of-their-own",
        {"known": Known(idempotency_keys={"key-1": EARLIER})},
    ),
    "another key for a retry": (
        "retries-keep-their-key",
        {"calls": [told(status=500, effects=[]), told(idempotency_key="key-2")]},
    ),
    "a stack": (
        "nothing-of-the-inside",
        {"answer": problem(404, "not-found", ',"trace":"Traceback (most recent call last)"')},
    ),
    "a secret in a header": (
        "secret-in-its-place",
        {"answer": Answer(200, [*HEADERS, ["x-intent", "pi_2_secret_zz"]], f'{{"client_secret":"{SECRET}"}}')},
    ),
    "the API key": (
        "secret-in-its-place",
        {"answer": problem(409, "provider-refused", ',"key":"rk-17"'), "api_keys": ["rk-17"]},
    ),
    "an API key of earlier": (
        "secret-in-its-place",
        {
            "answer": problem(409, "provider-refused", ',"key":"rk-17"'),
            "known": Known(canaries={"rk-17": "an API key"}),
        },
    ),
    "a card accepted that was declined": (
        "tells-declines",
        {"right": expected("declined", 402, codes=("card-declined",), error={"code": "card_declined"})},
    ),
    "a token accepted that is not good": ("judges-tokens", {"right": expected("token", 401)}),
    "a violation accepted": ("refuses-invalid", {"right": expected("violations", 400, places=["#/amount"])}),
    "a wrong code": (
        "judges-state",
        {
            "right": expected("refused", 404, codes=("payment-method-not-found",)),
            "answer": problem(404, "organization-not-found"),
            "intents": [],
            "calls": [],
            "after": subscription(None),
        },
    ),
    "an intent for a refusal": (
        "no-intent-on-refusal",
        {
            "right": expected("refused", 404, codes=("payment-method-not-found",)),
            "answer": problem(404, "payment-method-not-found"),
        },
    ),
    "an innocent field": (
        "blames-the-right-field",
        {
            "right": expected("violations", 400, codes=("invalid-request",), places=["#/amount"]),
            "answer": problem(400, "invalid-request", ',"errors":[{"pointer":"#/currency","detail":"It is wrong."}]'),
            "intents": [],
            "calls": [],
            "after": subscription(None),
        },
    ),
    "problem and HTTP differ": ("problem-status", {"answer": replace(problem(404, "not-found"), status=409)}),
    "charged, and try again": (
        "no-second-charge",
        {
            "faults": [UPDATE_FAILS],
            "answer": problem(503, "provider-unavailable"),
            "intents": [intent(status="succeeded")],
            "right": expected("accepted", 200, effect=effects(params={}, charges=True, source=METHOD)),
        },
    ),
    "a 500 for a fault": (
        "documented-under-faults",
        {
            "faults": [{"method": None, "path": None, "kind": "429", "when": "before", "times": 1}],
            "answer": problem(500, "internal-error"),
        },
    ),
    "two intents for a lost answer": (
        "one-intent-under-faults",
        {
            "faults": [{"method": "POST", "path": None, "kind": "reset", "when": "after", "times": 1}],
            "intents": [INTENT, INTENT],
        },
    ),
    "left open": (
        "takes-back-what-failed",
        {"faults": [UPDATE_FAILS], "answer": problem(503, "provider-unavailable")},
    ),
    "a cancelled intent is no success": (
        "success-is-true-under-faults",
        {"faults": [UPDATE_FAILS], "intents": [intent(status="canceled")]},
    ),
    "a card without an intent": (
        "subscription-stays-under-faults",
        {
            "faults": [UPDATE_FAILS | {"path": "/v1/payment_intents"}],
            "calls": [told(status=500, effects=[], fault="500 before")],
            "intents": [],
            "answer": problem(503, "provider-unavailable"),
        },
    ),
    "a fee": ("adds-nothing", {"calls": [told({"amount": "4200", "application_fee_amount": "1"}, status=501)]}),
    "held at the confirmation": (
        "adds-nothing",
        {"calls": [told(), told({"capture_method": "manual"}, route="/v1/payment_intents/{intent}/confirm")]},
    ),
    "a stack of Node's": (
        "nothing-of-the-inside",
        {"answer": problem(409, "customer-missing", ',"trace":"Error\\n    at pay (/srv/app/pay.js:10:5)"')},
    ),
    "somebody else's description": (
        "nothing-of-another-request",
        {
            "answer": problem(404, "not-found", ',"hint":"LEAK"'),
            "known": Known(canaries={"LEAK": "a description"}),
        },
    ),
    "the secret in a cookie": (
        "secret-in-its-place",
        {"answer": Answer(200, [*HEADERS, ["set-cookie", "s=abcdefgh"]], f'{{"client_secret":"{SECRET}"}}')},
    ),
    "a challenge of another kind": (
        "documented-headers",
        {"answer": reply(401, problem(401, "invalid-token").text, ["www-authenticate", "Basic"])},
    ),
    "Allow names what is not taken": (
        "allows-what-it-takes",
        {
            "answer": reply(405, problem(405, "method-not-allowed").text, ["allow", "GET, PUT"]),
            "sent": sending(method="GET"),
        },
    ),
    "one id for all": ("answers-have-their-own-ids", {"known": Known(ids=["X-Request-Id req-1"])}),
    "one secret for all": ("secret-is-new", {"known": Known(secrets=[SECRET])}),
    "no answer while Stripe fails": (
        "answers-under-faults",
        {"faults": [UPDATE_FAILS], "answer": None, "broken": "the target closed the connection"},
    ),
    "served without a look-up": (
        "fault-problem",
        {
            "faults": [UPDATE_FAILS | {"method": "GET", "path": None, "kind": "429"}],
            "calls": [told(method="GET", status=429, effects=[], fault="429 before"), told()],
        },
    ),
    "an echo": (
        "free-text-is-not-echoed",
        {
            "sent": sending({"amount": 0, "currency": "usd", "description": "A berth for the night"}),
            "right": expected("violations", 400, codes=("invalid-request",), places=["#/amount"]),
            "answer": problem(
                400, "invalid-request", ',"errors":[{"pointer":"#/amount","detail":"A berth for the night"}]'
            ),
            **NOTHING_DONE,
        },
    ),
    "no words": (
        "helps",
        {
            "right": expected("violations", 400, codes=("invalid-request",), places=["#/amount"]),
            "answer": problem(400, "invalid-request", ',"errors":[{"pointer":"#/amount","detail":"Wrong"}]'),
            **NOTHING_DONE,
        },
    ),
    "one of two is told": (
        "reports-all-violations",
        {
            "right": expected("violations", 400, codes=("invalid-request",), places=["#/amount", "#/currency"]),
            "answer": problem(400, "invalid-request", ',"errors":[{"pointer":"#/amount","detail":"It is wrong."}]'),
            **NOTHING_DONE,
        },
    ),
    "a refused card is tied": (
        "subscription-stays",
        {
            "right": expected("refused", 404, codes=("payment-method-not-found",)),
            "answer": problem(404, "payment-method-not-found"),
            **NOTHING_DONE,
            "after": subscription(METHOD),
        },
    ),
    "no JSON is accepted": ("wire-verdict", {"right": expected("wire", 400, codes=("malformed-json",))}),
    "attached before it is refused": (
        "writes-nothing-before-refusing",
        {
            "right": expected("refused", 404, codes=("payment-method-not-found",)),
            "answer": problem(404, "payment-method-not-found"),
            **NOTHING_DONE,
            "calls": [told(effects=effect("payment_method.attached", "pm_1"))],
        },
    ),
    "not back": ("recovers", {"after_fault": True, "answer": problem(503, "provider-unavailable")}),
    "equal calls, other verdicts": (
        "equal-verdicts",
        {
            "right": replace(RIGHT, previous=RIGHT),
            "equal": True,
            "previous": evidence(),
            "answer": problem(409, "customer-missing"),
        },
    ),
    "a header tells what is foreign": (
        "indistinguishable",
        {
            "right": expected("refused", 404, codes=("payment-method-not-found",), previous=expected("refused", 404)),
            "same": True,
            "answer": problem(404, "payment-method-not-found"),
            "previous": evidence(
                answer=reply(404, problem(404, "payment-method-not-found").text, ["x-why", "foreign"])
            ),
            "intents": [],
            "calls": [],
            "after": subscription(None),
        },
    ),
    "mixed up together": (
        "together-as-alone",
        {
            "right": replace(RIGHT, parallel=[RIGHT, RIGHT]),
            "together": True,
            "parallel": [evidence(), evidence(answer=Answer(200, HEADERS, '{"client_secret":"pi_2_secret_b"}'))],
            "intents": [INTENT, intent(id="pi_2", client_secret="pi_2_secret_b", amount=1)],
        },
    ),
    "another's card together": (
        "subscriptions-together",
        {
            "right": replace(RIGHT, parallel=[RIGHT, RIGHT]),
            "together": True,
            "parallel": [evidence(), evidence()],
            "after": subscription("pm_of_another"),
        },
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_check_finds_what_it_is_for(fault: str) -> None:
    """One thing is wrong with a right exchange, and the check for it says so."""
    name, changes = FAULTS[fault]
    if "faults" in changes and "calls" not in changes:  # a fault that met no call asks for nothing
        changes = changes | {"calls": [told(fault=f"{changes['faults'][0]['kind']} after")]}
    assert name in found(exchange(**changes))


def test_what_is_not_held_is_not_judged() -> None:
    """A foreign target's 201, its plain JSON problems and its 422 are its own choice."""
    right = replace(RIGHT, terms=FOREIGN)
    assert found(exchange(right, answer=replace(evidence().answer, status=201))) == set()  # type: ignore[type-var]
    refused = {
        "answer": reply(422, '{"error":"amount"}', media="application/json"),
        "intents": [],
        "calls": [],
        "after": subscription(None),
    }
    violation = expected("violations", 400, codes=("invalid-request",), places=["#/amount"], terms=FOREIGN)
    assert found(exchange(violation, **refused)) == set()
    assert "documented-status" in found(exchange(replace(violation, terms=TERMS), **refused))


def test_what_an_exchange_shows_is_known_after_it() -> None:
    """Secret, ids and keys of an exchange are remembered for those after it, and its own evidence stays as it was."""
    first = exchange(api_keys=["rk-17"])
    keys = {"key-1": 'POST /v1/payment_intents {"amount": "4200", "currency": "usd"} (call 1)'}
    assert first.known == Known({"rk-17": "an API key"}, [SECRET], keys, ["X-Request-Id req-1"])
    assert first.evidence.known == Known()
    assert {"secret-is-new", "keys-of-their-own", "answers-have-their-own-ids"} <= found(exchange(known=first.known))


def test_what_stripe_refuses_to_confirm_may_leave_an_intent() -> None:
    """A foreign target that creates, is refused at the confirmation, and cancels, is not accused."""
    route = "/v1/payment_intents/{intent}/confirm"
    confirm = told({"error_on_requires_action": "true"}, route=route, status=400, effects=[], idempotency_key="key-2")
    refused = {"answer": problem(422, "x"), "after": subscription(None)}
    right = expected("refused", 409, codes=("default-payment-method-missing",), terms=FOREIGN)
    for left, calls in ((INTENT, [told(), confirm]), (intent(status="canceled"), [told()])):
        assert found(exchange(right, intents=[left], calls=calls, **refused)) == set()
    right = expected("refused", 404, codes=("payment-method-not-found",), terms=FOREIGN)
    assert "no-intent-on-refusal" in found(exchange(right, intents=[INTENT], calls=[told()], **refused))
