"""A rule of the ledger is exercised by an exchange that could have broken it, and by no other."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.test_verify_checks import CONTRACT, RIGHT, UPDATE_FAILS, evidence, expected, sending
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.model.expectation import Expectation

USD = {"amount": 4200, "currency": "usd"}


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
