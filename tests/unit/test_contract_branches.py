"""Branches that one enumerated member tells apart, in every way to write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbridge.contract import SchemaCheck


def branch(codes: list[str], **amount: int) -> dict[str, Any]:
    """Return one branch, as money has them."""
    members = {"amount": {"type": "integer", **amount}, "currency": {"type": "string", "enum": codes}}
    return {"type": "object", "required": ["amount", "currency"], "properties": members}


APART = [branch(["usd", "eur"], minimum=50), branch(["kwd"], minimum=10, multipleOf=10)]
OVERLAPPING = [branch(["usd"], minimum=50), branch(["usd", "eur"], maximum=60)]
OPTIONAL = [{**each, "required": ["amount"]} for each in APART]
FORMS: dict[str, dict[str, Any]] = {
    "anyOf": {"anyOf": APART},
    "oneOf": {"oneOf": APART},
    "oneOf within anyOf": {"anyOf": [{"oneOf": APART}]},
    "anyOf within anyOf": {"anyOf": [{"anyOf": APART}]},
}


@pytest.mark.parametrize("form", FORMS)
def test_exclusive_branches_become_one_any_of(form: str) -> None:
    """Where no two branches can fit, the schema becomes `anyOf`, which stops at the first that does."""
    schema = SchemaCheck(FORMS[form]).schema
    assert list(schema) == ["anyOf"]
    assert len(schema["anyOf"]) == 2


@pytest.mark.parametrize("branches", [OVERLAPPING, OPTIONAL], ids=["overlapping", "optional"])
def test_branches_that_two_may_fit_stay_one_of(branches: list[dict[str, Any]]) -> None:
    """Exactly one is not at least one, where a value is in two branches or the member may be missing."""
    assert "oneOf" in SchemaCheck({"oneOf": branches}).schema
    assert not SchemaCheck({"oneOf": branches}).is_valid({"amount": 50, "currency": "usd"}) or branches is OPTIONAL
    assert SchemaCheck({"anyOf": branches}).is_valid({"amount": 50, "currency": "usd"})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("amount", "currency", "details"),
    [
        (50, "usd", []),
        (49, "eur", ["amount is 49; the minimum for eur is 50. Send at least 50."]),
        (10, "kwd", []),
        (15, "kwd", ["amount is 15; it has to be a multiple of 10 for kwd. Send 10 or 20."]),
    ],
)
def test_the_chosen_branch_speaks_in_every_form(form: str, amount: int, currency: str, details: list[str]) -> None:
    """The sentence names the value that chose the branch."""
    check = SchemaCheck(FORMS[form])
    instance = {"amount": amount, "currency": currency}
    assert [violation.detail for violation in check.violations(instance)] == details
    assert check.is_valid(instance) is (not details)


@pytest.mark.parametrize("form", FORMS)
def test_a_value_that_chooses_no_branch_is_told_where_nothing_else_is(form: str) -> None:
    """Without an enumeration around the branches the failure of all of them is the only thing to say."""
    [violation] = SchemaCheck(FORMS[form]).violations({"amount": 50, "currency": "xxx"})
    assert (violation.pointer, violation.detail) == ("#", "The body breaks the contract's anyOf.")


def test_a_branch_may_require_what_the_schema_around_it_describes() -> None:
    """The missing member is blamed once, in the words of the schema around the branches."""
    strict = {**branch(["usd"]), "required": ["currency", "note"]}
    around = {"type": "object", "properties": {"note": {"type": "string"}}, "anyOf": [strict, branch(["eur"])]}
    [violation] = SchemaCheck(around).violations({"amount": 1, "currency": "usd"})
    assert violation.pointer == "#/note"
    assert violation.detail.startswith("note is missing; send ")


@given(st.integers(-5, 70), st.sampled_from(["usd", "eur", "kwd", "xxx"]))
def test_every_form_has_one_verdict(amount: int, currency: str) -> None:
    """Flattening changes no verdict, and verdict and violations agree."""
    instance = {"amount": amount, "currency": currency}
    checks = [SchemaCheck(schema) for schema in FORMS.values()]
    assert len({check.is_valid(instance) for check in checks}) == 1
    assert all(check.is_valid(instance) == (check.violations(instance) == []) for check in checks)
