"""The list of checks: each is documented, bound to the ledger, and reads an exchange that it is made for."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tollbridge.compose import Options
from tollbridge.contract import load_contract
from tollbridge.simulator import Fault, Told
from tollbridge.simulator.rows import PaymentIntent, Subscription
from tollbridge.verify.calls import Call
from tollbridge.verify.checks import CHECKS, SEVERITIES
from tollbridge.verify.exchange import Exchange, Memory
from tollbridge.verify.judge import Bench
from tollbridge.verify.line import Reply
from tollbridge.verify.oracle import CHOICE, DOCUMENTED, PROVIDER, Effect, Expected, Held
from tollbridge.verify.subject import subjects
from tollbridge.world import load_world

CONTRACT = load_contract(Options().contract)
WORLD = load_world(Options().world)
SUBJECT = subjects(CONTRACT)[0]
HELD = Held(frozenset({DOCUMENTED, PROVIDER, CHOICE}), CONTRACT)
HOME = WORLD.organizations[1]
SECRET = "pi_1_secret_abc"
METHOD = "pm_QuayOne00000000000004242"
INTENT = PaymentIntent("pi_1", SECRET, 4200, "usd", 0, "requires_confirmation", {}, HOME.customer, METHOD)
HEADERS = (("content-type", "application/json"), ("cache-control", "no-store"), ("x-request-id", "req-1"))


def told(form: str = "amount=4200&currency=usd", **changes: Any) -> Told:
    """A create of an intent, as the record has it."""
    plain = Told(
        "POST",
        "/v1/payment_intents",
        "/v1/payment_intents",
        form,
        "key-1",
        200,
        (("payment_intent.created", "pi_1"),),
        None,
    )
    return plain._replace(**changes)


def subscription(default: str | None) -> dict[str, Subscription]:
    """The organization's subscription with a default method."""
    return {str(HOME.subscription): Subscription(str(HOME.subscription), str(HOME.customer), "active", default, 0, [])}


def exchange(**changes: Any) -> Exchange:
    """A right exchange: a saved card, accepted, not charged."""
    params = {"amount": 4200, "currency": "usd", "customer": HOME.customer, "payment_method": METHOD}
    x = Exchange(
        number=1,
        subject=SUBJECT,
        call=Call(SUBJECT.operation, {"amount": 4200, "currency": "usd", "payment_method": 4242}),
        expected=Expected("accepted", frozenset({200}), effect=Effect(HOME, params, False, METHOD, METHOD)),
        held=HELD,
        memory=Memory(),
        reply=Reply(200, HEADERS, f'{{"client_secret":"{SECRET}"}}'.encode(), 0.01),
        told=[told()],
        intents=[INTENT],
        before=subscription(None),
        after=subscription(METHOD),
    )
    for name, value in changes.items():
        setattr(x, name, value)
    return x


def reply(status: int, body: str = "{}", *headers: tuple[str, str], media: str = "application/problem+json") -> Reply:
    """An answer."""
    plain = (("content-type", media), ("cache-control", "no-store"), ("x-request-id", "req-1"))
    return Reply(status, (*plain, *headers), body.encode(), 0.01)


def problem(status: int, code: str, more: str = "") -> Reply:
    """A problem that fits the contract."""
    extra = {401: ("www-authenticate", "Bearer"), 503: ("retry-after", "5"), 405: ("allow", "POST")}
    told = f'"type":"x","title":"x","status":{status},"detail":"It is wrong.","instance":"req-1","error_code":"{code}"'
    body = f"{{{told}{more}}}"
    return reply(status, body, *([extra[status]] if status in extra else []))


def found(x: Exchange) -> set[str]:
    """The names of the checks that find something."""
    return {check.name for _, check, _ in Bench(CHECKS).judge([x])}


def test_each_check_is_documented() -> None:
    """A name in kebab case, a sentence, a sample finding, a known severity."""
    for name, check in CHECKS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert check.asserts.endswith(".")
        assert check.sample.endswith(".")
        assert check.severity in SEVERITIES
        assert check.judge.__doc__


def test_checks_and_ledger_name_each_other() -> None:
    """A rule says which checks enforce it, and these are the checks that say so."""
    ledger = {rule.id: {name for kind, name in rule.enforced_by if kind == "check"} for rule in CONTRACT.rules}
    ours = {rule: {check.name for check in CHECKS.values() if rule in check.rules} for rule in ledger}
    assert ledger == ours
    assert {rule for check in CHECKS.values() for rule in check.rules} <= ledger.keys()


def test_a_right_exchange_is_clean() -> None:
    """Nothing is found in it, by any check."""
    assert found(exchange()) == set()


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "no answer": ("answers", {"reply": None, "broken": "the target closed the connection"}),
    "a 500": ("no-server-error", {"reply": problem(500, "internal-error")}),
    "an undocumented status": ("documented-status", {"reply": reply(418)}),
    "another media type": ("media-type", {"reply": reply(200, "{}", media="text/html")}),
    "may be stored": ("documented-headers", {"reply": Reply(200, HEADERS[:1], exchange().reply.body, 0.0)}),  # type: ignore[union-attr]
    "no secret": ("answer-schema", {"reply": reply(200, "{}", media="application/json")}),
    "refused for nothing": ("accepts-valid", {"reply": problem(409, "provider-refused")}),
    "two intents": ("one-intent", {"intents": [INTENT, INTENT]}),
    "no intent": ("one-intent", {"intents": []}),
    "another amount": ("intent-carries-the-request", {"intents": [INTENT._replace(amount=420_000)]}),
    "another customer": ("intent-carries-the-request", {"intents": [INTENT._replace(customer="cus_x")]}),
    "charged unasked": ("confirms-as-asked", {"intents": [INTENT._replace(status="succeeded")]}),
    "more than asked": ("adds-nothing", {"told": [told("amount=1&off_session=true")]}),
    "other types": ("adds-nothing", {"told": [told("amount=1&payment_method_types[0]=link")]}),
    "another's secret": ("secret-of-this-request", {"intents": [INTENT._replace(secret="pi_2_secret_x")]}),
    "a subscription that stays": ("subscription-moves", {"after": subscription(None)}),
    "a customer made": ("touches-nothing-else", {"told": [told(), told(effects=(("customer.created", "cus_1"),))]}),
    "the subscription first": (
        "intent-before-subscription",
        {"told": [told(effects=(("customer.subscription.updated", "sub_1"),)), told()]},
    ),
    "one key for two writes": ("keys-of-their-own", {"told": [told(), told("amount=1")]}),
    "another key for a retry": (
        "retries-keep-their-key",
        {"told": [told(status=500, effects=()), told(idempotency_key="key-2")]},
    ),
    "a stack": (
        "nothing-of-the-inside",
        {"reply": problem(404, "not-found", ',"trace":"Traceback (most recent call last)"')},
    ),
    "a secret in a header": (
        "secret-in-its-place",
        {"reply": Reply(200, (*HEADERS, ("x-intent", "pi_2_secret_zz")), exchange().reply.body, 0.0)},  # type: ignore[union-attr]
    ),
    "the API key": (
        "secret-in-its-place",
        {
            "reply": problem(409, "provider-refused", ',"key":"rk-17"'),
            "memory": Memory(canaries={"rk-17": "an API key"}),
        },
    ),
    "a card accepted that was declined": (
        "tells-declines",
        {
            "expected": Expected(
                "declined", frozenset({402}), frozenset({"card-declined"}), error={"code": "card_declined"}
            )
        },
    ),
    "a token accepted that is not good": ("judges-tokens", {"expected": Expected("token", frozenset({401}))}),
    "a violation accepted": (
        "refuses-invalid",
        {"expected": Expected("violations", frozenset({400}), places=frozenset({"#/amount"}))},
    ),
    "a wrong code": (
        "judges-state",
        {
            "expected": Expected("refused", frozenset({404}), frozenset({"payment-method-not-found"})),
            "reply": problem(404, "organization-not-found"),
            "intents": [],
            "told": [],
            "after": subscription(None),
        },
    ),
    "an intent for a refusal": (
        "no-intent-on-refusal",
        {
            "expected": Expected("refused", frozenset({404}), frozenset({"payment-method-not-found"})),
            "reply": problem(404, "payment-method-not-found"),
        },
    ),
    "an innocent field": (
        "blames-the-right-field",
        {
            "expected": Expected(
                "violations", frozenset({400}), frozenset({"invalid-request"}), frozenset({"#/amount"})
            ),
            "reply": problem(400, "invalid-request", ',"errors":[{"pointer":"#/currency","detail":"It is wrong."}]'),
            "intents": [],
            "told": [],
            "after": subscription(None),
        },
    ),
    "problem and HTTP differ": ("problem-status", {"reply": replace(problem(404, "not-found"), status=409)}),
    "charged, and try again": (
        "no-second-charge",
        {
            "faults": (Fault("POST", "/v1/subscriptions/{subscription}", "500", times=None),),
            "reply": problem(503, "provider-unavailable"),
            "intents": [INTENT._replace(status="succeeded")],
            "expected": Expected("accepted", frozenset({200}), effect=Effect(HOME, {}, True, METHOD, METHOD)),
        },
    ),
    "a 500 for a fault": (
        "documented-under-faults",
        {"faults": (Fault(None, None, "429"),), "reply": problem(500, "internal-error")},
    ),
    "two intents for a lost answer": (
        "one-intent-under-faults",
        {"faults": (Fault("POST", None, "reset", "after"),), "intents": [INTENT, INTENT]},
    ),
    "left open": (
        "takes-back-what-failed",
        {
            "faults": (Fault("POST", "/v1/subscriptions/{subscription}", "500", times=None),),
            "reply": problem(503, "provider-unavailable"),
        },
    ),
    "a cancelled intent is no success": (
        "success-is-true-under-faults",
        {
            "faults": (Fault("POST", "/v1/subscriptions/{subscription}", "500", times=None),),
            "intents": [INTENT._replace(status="canceled")],
        },
    ),
    "a card without an intent": (
        "subscription-stays-under-faults",
        {
            "faults": (Fault("POST", "/v1/payment_intents", "500", times=None),),
            "told": [told(status=500, effects=(), fault="500 before")],
            "intents": [],
            "reply": problem(503, "provider-unavailable"),
        },
    ),
    "a fee": ("adds-nothing", {"told": [told("amount=4200&application_fee_amount=1", status=501)]}),
    "held at the confirmation": (
        "adds-nothing",
        {"told": [told(), told("capture_method=manual", route="/v1/payment_intents/{intent}/confirm")]},
    ),
    "a stack of Node's": (
        "nothing-of-the-inside",
        {"reply": problem(409, "customer-missing", ',"trace":"Error\\n    at pay (/srv/app/pay.js:10:5)"')},
    ),
    "somebody else's description": (
        "nothing-of-another-request",
        {"reply": problem(404, "not-found", ',"hint":"LEAK"'), "memory": Memory(canaries={"LEAK": "a description"})},
    ),
    "the secret in a cookie": (
        "secret-in-its-place",
        {"reply": Reply(200, (*HEADERS, ("set-cookie", "s=abc")), f'{{"client_secret":"{SECRET}"}}'.encode(), 0.01)},
    ),
    "a challenge of another kind": (
        "documented-headers",
        {"reply": reply(401, problem(401, "invalid-token").text, ("www-authenticate", "Basic"))},
    ),
    "Allow names what is not taken": (
        "allows-what-it-takes",
        {
            "reply": reply(405, problem(405, "method-not-allowed").text, ("allow", "GET, PUT")),
            "call": Call(SUBJECT.operation, method="GET", raw=b""),
        },
    ),
    "one id for all": ("answers-have-their-own-ids", {"memory": Memory(ids={"X-Request-Id req-1": 0})}),
    "not back": ("recovers", {"after_fault": True, "reply": problem(503, "provider-unavailable")}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_check_finds_what_it_is_for(fault: str) -> None:
    """One thing is wrong with a right exchange, and the check for it says so."""
    name, changes = FAULTS[fault]
    if "faults" in changes and "told" not in changes:  # a fault that met no call asks for nothing
        changes = changes | {"told": [told(fault=f"{changes['faults'][0].kind} after")]}
    assert name in found(exchange(**changes))


def test_what_is_not_held_is_not_judged() -> None:
    """A foreign target's 201, its plain JSON problems and its 422 are its own choice."""
    foreign = Held(frozenset({DOCUMENTED, PROVIDER}), CONTRACT)
    created = exchange(held=foreign)
    created.reply = replace(created.reply, status=201)  # type: ignore[type-var]
    assert found(created) == set()
    expected = Expected("violations", frozenset({400}), frozenset({"invalid-request"}), frozenset({"#/amount"}))
    refused = exchange(
        held=foreign, expected=expected, reply=reply(422, '{"error":"amount"}', media="application/json")
    )
    refused.intents, refused.told, refused.after = [], [], subscription(None)
    assert found(refused) == set()
    refused.held = HELD
    assert "documented-status" in found(refused)


def test_a_secret_answered_twice_is_found() -> None:
    """The second answer with one secret is wrong."""
    memory = Memory()
    assert found(exchange(memory=memory)) == set()
    assert "secret-is-new" in found(exchange(memory=memory, number=2))


def test_what_stripe_refuses_to_confirm_may_leave_an_intent() -> None:
    """A foreign target that creates, is refused at the confirmation, and cancels, is not accused."""
    foreign = replace(HELD, origins=frozenset({DOCUMENTED, PROVIDER}))
    route = "/v1/payment_intents/{intent}/confirm"
    confirm = told("error_on_requires_action=true", route=route, status=400, effects=(), idempotency_key="key-2")
    refused = {
        "expected": Expected("refused", frozenset({409}), frozenset({"default-payment-method-missing"})),
        "reply": problem(422, "x"),
        "after": subscription(None),
    }
    for intent, calls in ((INTENT, [told(), confirm]), (INTENT._replace(status="canceled"), [told()])):
        assert found(exchange(held=foreign, intents=[intent], told=calls, **refused)) == set()
    refused["expected"] = Expected("refused", frozenset({404}), frozenset({"payment-method-not-found"}))
    assert "no-intent-on-refusal" in found(exchange(held=foreign, intents=[INTENT], told=[told()], **refused))
