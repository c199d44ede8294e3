"""A rule of the ledger is exercised by what could have broken it, and by nothing else."""

from typing import Any

import pytest

from tests.unit.test_verify_checks import CONTRACT, SUBJECT, exchange
from tollbridge.simulator import Fault
from tollbridge.verify.bearing import BEARING, touched
from tollbridge.verify.calls import Call
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.oracle import Expected


def test_the_rules_are_the_ledgers() -> None:
    """Whatever is said to bear on a rule speaks of one that the contract has."""
    assert BEARING.keys() <= {rule.id for rule in CONTRACT.rules}


def asking(document: dict[str, Any], **more: Any) -> Call:
    """A call in dollars."""
    return Call(SUBJECT.operation, {"amount": 4200, "currency": "usd"} | document, **more)


CASES: dict[str, tuple[str, dict[str, Any], set[str], set[str]]] = {
    "a plain call": (
        "accepts-valid",
        {"call": asking({})},
        {"organization.own", "token.optional", "success.status"},
        {"organization.global", "amount.digits", "method.upsert", "path.exact"},
    ),
    "eight digits and a card": (
        "accepts-valid",
        {"call": asking({"amount": 99_999_999, "payment_method": 4242})},
        {"amount.digits", "method.upsert"},
        {"organization.global"},
    ),
    "a header": (
        "accepts-valid",
        {"call": asking({}, headers=(("Organization_Id", "7"),), account=1)},
        {"organization.global"},
        {"organization.own", "token.optional"},
    ),
    "capitals": (
        "refuses-invalid",
        {
            "call": asking({"currency": "USD"}),
            "expected": Expected("violations", frozenset({400}), rules=("currency.supported",)),
        },
        {"currency.case", "currency.supported"},
        {"body.members", "body.null"},
    ),
    "a fault at the update": (
        "documented-under-faults",
        {"faults": (Fault("POST", "/v1/subscriptions/{subscription}", "400"),)},
        {"provider.refusal"},
        {"provider.health"},
    ),
    "a text": (
        "intent-carries-the-request",
        {"call": asking({"description": "x"})},
        {"description.text"},
        {"email.address", "organization.effective"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_an_exchange_bears_on(case: str) -> None:
    """The rules that it touches are there, the others of the same check are not."""
    check, changes, there, missing = CASES[case]
    found = touched(CHECKS[check], exchange(**changes))
    assert there <= found
    assert not missing & found
