"""Causes: what names a finding in a baseline tells root causes apart, and is the same in every run."""

import string
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.test_verify_checks import (
    FAULTS,
    METHOD,
    NOTHING_DONE,
    PARAMS,
    RIGHT,
    SECRET,
    effects,
    exchange,
    expected,
    problem,
    reply,
    subscription,
    told,
)
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.model.exchange import Exchange

UNWELL: dict[str, Any] = {"answer": problem(502, "provider-invalid-response"), **NOTHING_DONE}


def refused(code: str, param: str, **more: Any) -> dict[str, Any]:
    """A create that Stripe refuses."""
    error = {"code": code, "param": param, "message": f"{param} is wrong."}
    return told(PARAMS | {"amount": "4200"}, status=400, effects=[], error=error, **more)


def leak(place: str, code: str = "customer-missing") -> dict[str, Any]:
    """A refusal that shows a stack in one of its members."""
    return {"answer": problem(409, code, f',"{place}":"Traceback (most recent call last)"'), **NOTHING_DONE}


def fault(kind: str, path: str) -> dict[str, Any]:
    """A call that gets a 500 while Stripe fails."""
    waiting = {"method": "POST", "path": path, "kind": kind, "when": "before", "times": None}
    calls = [told(status=500, effects=[], fault=f"{kind} before")]
    return {**NOTHING_DONE, "faults": [waiting], "calls": calls, "answer": problem(500, "internal-error")}


DIFFERENT: dict[str, list[dict[str, Any]]] = {
    "no-server-error": [
        UNWELL,
        UNWELL | {"answer": problem(500, "internal-error")},
        UNWELL | {"calls": [refused("parameter_invalid_empty", "description")]},
        UNWELL | {"calls": [refused("resource_missing", "customer")]},
        UNWELL | {"calls": [refused("resource_missing", "payment_method")]},
        UNWELL | {"calls": [refused("resource_missing", "id", method="GET", route="/v1/customers/{customer}")]},
        UNWELL | {"right": expected("refused", 404)},
    ],
    "nothing-of-the-inside": [leak("trace"), leak("hint"), leak("trace", "subscription-missing")],
    "answer-schema": [{"answer": reply(200, "{}", media="application/json")}, {"answer": reply(400, "{}")}],
    "documented-under-faults": [
        fault("500", "/v1/payment_intents"),
        fault("429", "/v1/payment_intents"),
        fault("500", "/v1/subscriptions/{subscription}"),
    ],
    "intent-carries-the-request": [
        {"intents": [_intent], "right": replace(RIGHT, effect=effects(params=PARAMS | {"description": "Dock 4"}))}
        for _intent in (
            exchange().evidence.intents[0],
            exchange().evidence.intents[0] | {"description": "Dock"},
            exchange().evidence.intents[0] | {"description": "DOCK 4"},
        )
    ],
}
"""Exchanges whose root causes are different, by the check that finds them."""


def causes(check: str, x: Exchange) -> list[str]:
    """The causes for which a check finds something in an exchange."""
    return [wrong.cause for wrong in CHECKS[check].judge(x.evidence, x.expectation) or []]


@pytest.mark.parametrize("check", DIFFERENT)
def test_different_root_causes_have_different_names(check: str) -> None:
    """A baseline with one of them lets none of the others pass."""
    found = [cause for changes in DIFFERENT[check] for cause in causes(check, exchange(**changes))]
    assert len(found) == len(set(found)) >= len(DIFFERENT[check])


def test_what_stripe_said_is_shown_where_its_refusal_becomes_a_server_error() -> None:
    """The finding on a 502 has Stripe's code, parameter and words."""
    x = exchange(**UNWELL | {"calls": [refused("resource_missing", "customer")]})
    [(_, _, wrong)] = Evaluator(["no-server-error"]).judge([x])
    assert wrong.said.endswith("with 400 resource_missing customer: customer is wrong.")


def test_what_was_asked_wrongly_is_judged_before_the_answer_to_it() -> None:
    """A create that Stripe refuses because of its amount is one finding, about the amount, and none about the 502."""
    found = [(check.name, wrong.said) for _, check, wrong in Evaluator(CHECKS).judge([_asked_wrongly()])]
    assert [name for name, _ in found] == ["asks-for-what-was-requested"]
    assert "amount='4200.0', and refused it: Amount must be" in found[0][1]


def _asked_wrongly() -> Exchange:
    return exchange(**FAULTS["what Stripe refuses is not what was asked"][1])


def renamed(value: Any, names: dict[str, str]) -> Any:
    """A value with texts replaced wherever they stand."""
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {renamed(name, names): renamed(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: renamed(getattr(value, f.name), names) for f in fields(value)})
    return value


IDS = st.text(string.ascii_letters + string.digits, min_size=12, max_size=20)


@settings(max_examples=10)  # each one judges an exchange for every check
@given(identity=IDS, secret=IDS, key=IDS, request=IDS)
@example(identity="A" * 12, secret="b" * 12, key="9" * 12, request="0" * 12)
def test_a_cause_does_not_depend_on_the_run(identity: str, secret: str, key: str, request: str) -> None:
    """Other ids, secrets and keys than in the run before change no cause of any check."""
    tail = SECRET.rpartition("_")[2]
    names = {"pi_1": f"pi_{identity}", METHOD: f"pm_{identity}"}
    names |= {tail: f"s{secret}", "key-1": f"k{key}", "req-1": f"r{request}"}
    for changes in (changes for _, changes in FAULTS.values()):
        x = exchange(**changes)
        again = Exchange(renamed(x.evidence, names), renamed(x.expectation, names))
        assert _causes(again) == _causes(x)


def _causes(x: Exchange) -> list[tuple[str, str]]:
    return [(check.name, wrong.cause) for _, check, wrong in Evaluator(CHECKS).judge([x])]


def test_the_names_of_unknown_members_are_no_part_of_a_cause() -> None:
    """A random sequence may have any member, and its findings have the same name in every run."""
    found = []
    for name in ("canary", "x7f3"):
        right = expected("violations", 400, places=[f"#/{name}", "#/amount"], rules=["body.members"])
        found.append(causes("refuses-invalid", exchange(right=right)))
    assert found[0] == found[1] != []


def test_a_subscription_that_is_changed_has_the_same_name_for_each_organization() -> None:
    """Which organization's subscription was met first differs with the world, not with the cause."""
    x = exchange(after=subscription(None), answer=problem(409, "provider-refused"), right=expected("refused", 404))
    other = renamed(x.evidence, {"sub_QuayOne0000001": "sub_Another0000001"})
    assert _causes(Exchange(other, x.expectation)) == _causes(x)
