"""A rule of the ledger is exercised by an exchange that could have broken it, and by no other."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.test_verify_checks import (
    CONTRACT,
    FAULTS,
    FOREIGN,
    RIGHT,
    UPDATE_FAILS,
    evidence,
    exchange,
    expected,
    problem,
    sending,
    told,
)
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.evaluator import Evaluator, broken_rules
from tollbridge.verify.model.evidence import Answer
from tollbridge.verify.model.expectation import Expectation

USD = {"amount": 4200, "currency": "usd"}


def refusal(place: str) -> Answer:
    """A 400 that blames a member."""
    return problem(400, "invalid-request", f',"errors":[{{"pointer":"{place}","detail":"It is wrong."}}]')


def test_checks_name_rules_of_the_ledger() -> None:
    """Each rule that a check names stands in the contract, and no check names it twice."""
    assert {rule for check in CHECKS.values() for rule in check.rules} <= {rule.id for rule in CONTRACT.rules}
    assert all(len(set(check.rules)) == len(check.rules) for check in CHECKS.values())


CASES: dict[str, tuple[str, Expectation, dict[str, Any], set[str], set[str]]] = {
    "a plain call": (
        "accepts-valid",
        RIGHT,
        {"sent": sending(USD)},
        {"organization.own", "token.optional", "success.status"},
        {"organization.global", "amount.digits", "method.upsert", "path.exact"},
    ),
    "eight digits and a card": (
        "accepts-valid",
        RIGHT,
        {"sent": sending(USD | {"amount": 99_999_999, "payment_method": 4242})},
        {"amount.digits", "method.upsert"},
        {"organization.global"},
    ),
    "a header": (
        "accepts-valid",
        RIGHT,
        {"sent": sending(USD, ["Organization_Id", "7"], account=1)},
        {"organization.global"},
        {"organization.own", "token.optional"},
    ),
    "capitals": (
        "refuses-invalid",
        expected("violations", 400, rules=["currency.supported"]),
        {"sent": sending(USD | {"currency": "USD"})},
        {"currency.case", "currency.supported"},
        {"body.members", "body.null"},
    ),
    "a fault at the update": (
        "documented-under-faults",
        RIGHT,
        {"faults": [UPDATE_FAILS | {"kind": "400"}]},
        {"provider.refusal"},
        {"provider.health"},
    ),
    "a text": (
        "intent-carries-the-request",
        RIGHT,
        {"sent": sending(USD | {"description": "x"})},
        {"description.text"},
        {"email.address", "organization.effective"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_an_exchange_could_have_broken(case: str) -> None:
    """The rules that an exchange could have broken are exercised, the others of the same check are not."""
    check, right, changes, there, missing = CASES[case]
    found = CHECKS[check].exercised(evidence(**changes), right)
    assert there <= found
    assert not missing & found


def test_a_rule_that_the_contract_lacks_is_not_exercised() -> None:
    """Of another contract's ledger only its own rules are counted."""
    right = replace(RIGHT, terms=replace(RIGHT.terms, ledger={"success.status": True}))
    assert CHECKS["accepts-valid"].exercised(evidence(), right) == {"success.status"}


def foreign(e: Expectation) -> Expectation:
    """The expectation of a target that is not held to our choices."""
    previous = foreign(e.previous) if e.previous else None
    return replace(e, terms=FOREIGN, previous=previous, parallel=[foreign(one) for one in e.parallel])


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_found_without_our_choices_breaks_no_rule_that_is_one(fault: str) -> None:
    """A finding on a target that is held to documented and provider rules cites one of them, or holds of any API."""
    _, changes = FAULTS[fault]
    if "faults" in changes and "calls" not in changes:
        changes = changes | {"calls": [told(fault=f"{changes['faults'][0]['kind']} after")]}
    x = exchange(**changes)
    x = replace(x, expectation=foreign(x.expectation))
    for _, check, wrong in Evaluator(CHECKS).judge([x]):
        named = check.exercised(x.evidence, x.expectation) if wrong.rules is None else set(wrong.rules)
        assert not named or broken_rules(check, wrong, x), f"{check.name}: {sorted(named)}, none of which is held"


@pytest.mark.parametrize(
    ("answer", "cited", "not_cited"),
    [
        (refusal("#/receipt_email"), {"email.address"}, {"currency.supported", "amount.digits", "amount.positive"}),
        (refusal("#/currency"), {"currency.supported", "currency.list"}, {"email.address", "amount.positive"}),
        (refusal("#/amount"), {"amount.positive"}, {"currency.supported", "email.address"}),
        (refusal("#/description"), {"description.text"}, {"currency.supported"}),
        (refusal("#/payment_method"), {"method.id"}, {"currency.supported"}),
        (problem(401, "invalid-token"), {"token.optional"}, {"currency.supported", "amount.positive"}),
        (problem(403, "organization-forbidden"), {"organization.own"}, {"currency.supported"}),
        (problem(409, "provider-refused"), {"success.status"}, {"currency.supported", "email.address"}),
    ],
)
def test_a_refusal_of_what_is_right_cites_what_it_is_blamed_on(
    answer: Answer, cited: set[str], not_cited: set[str]
) -> None:
    """Whoever refuses an e-mail address breaks no rule about currencies."""
    sent = sending(USD | {"receipt_email": "yard@example.com", "description": "Dock 4", "payment_method": 4242})
    x = exchange(answer=answer, sent=sent)
    [(_, check, wrong)] = Evaluator(["accepts-valid"]).judge([x])
    rules = {*broken_rules(check, wrong, x)}
    assert cited <= rules
    assert not not_cited & rules
