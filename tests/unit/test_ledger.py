"""The ledger: every statement of the page has a rule, and every rule is enforced or waived."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tollbridge.contract import Contract, Rule, load_contract
from tollbridge.contracts.enforcement import ledger_complaints
from tollbridge.verify import CHECKS

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = load_contract(ROOT / "openapi.yaml")
RULES = {rule.id: rule for rule in CONTRACT.rules}

PAGE = {
    "the title": "page.title",
    "create or update an association": "method.upsert",
    "the method is already the provider's customer's": "method.attached",
    "only tied to the current subscription": "method.subscription",
    "the header, for two roles": "organization.effective",
    "the header is global, where it makes sense": "organization.global",
    "the amount is an integer in the smallest unit": "amount.positive",
    "zero-decimal currencies": "amount.unit",
    "the minimum": "amount.minimum",
    "eight digits": "amount.digits",
    "three letters, ISO": "currency.supported",
    "in lower case": "currency.case",
    "a supported one": "currency.supported",
    "an arbitrary string": "description.text",
    "fail on requires_action": "confirm.fails",
    "for simpler integrations": "confirm.advice",
    "only with confirm=true": "confirm.absent",
    "the id of a payment method": "method.id",
    "a PaymentMethod, Card or Source": "method.kinds",
    "the default source": "method.default",
    "better to send it": "method.advice",
    "where the receipt goes": "email.address",
    "a receipt in live mode": "email.receipt",
    "POST at localhost, JSON": "page.request",
    "its example": "page.example",
    "the answer": "secret.form",
}
"""Each statement of the documented page, in its order and our words, with the rule that it became."""

CONTRADICTIONS = {
    "the title is another endpoint's": "page.title",
    "the example breaks the page's own rules": "page.example",
    "payment_method is an integer, Stripe's are strings": "method.id",
    "confirm is missing": "confirm.absent",
    "nothing is marked as required": "body.required",
    "the header's name is not shown": "organization.header",
    "no status is shown": "success.status",
    "no token is sent": "token.optional",
}


@pytest.mark.parametrize("statement", PAGE)
def test_each_statement_of_the_page_is_a_documented_rule(statement: str) -> None:
    """What the page says is in the ledger, and counted as the page's word."""
    assert RULES[PAGE[statement]].origin == "documented"


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_each_contradiction_is_decided_and_says_what_else_it_could_be(contradiction: str) -> None:
    """The ledger has the decision, the rival reading and the reason."""
    rule = RULES[CONTRADICTIONS[contradiction]]
    assert rule.decision
    assert rule.rival
    assert rule.reason


def test_the_ledger_is_sound() -> None:
    """Every rule is enforced by what exists, or waived; no id is given twice."""
    assert ledger_complaints(CONTRACT.rules, ROOT, frozenset(CHECKS)) == []


def test_every_violation_of_the_schema_can_name_its_rule() -> None:
    """Each keyword that a body can break, at each of its members, is some rule's."""
    body = CONTRACT.operations[0].body
    assert body is not None
    for name, member in body.schema["properties"].items():
        enforced = {key for rule in member["x-rules"] for entry in rule["enforced_by"] for key in [entry.get("schema")]}
        broken = {"type", "minimum", "enum", "minLength", "maxLength", "pattern"} & member.keys()
        assert broken <= enforced, name


SOUND = {
    "id": "a.b",
    "statement": "It is so.",
    "origin": "choice",
    "enforced_by": [{"schema": "minimum"}],
}


def ledger(tmp_path: Path, **changes: Any) -> tuple[Rule, ...]:
    """Return the rules of a small contract, whose one rule is changed."""
    entry = {name: value for name, value in (SOUND | changes).items() if value is not None}
    schema = {"type": "integer", "minimum": 1, "x-rules": [entry], "oneOf": [{"properties": {"x": {"maximum": 3}}}]}
    media = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "pay",
        "x-openapi-router-controller": "pays",
        "requestBody": {"content": media},
        "responses": {"200": {"description": "ok"}},
    }
    path = tmp_path / "openapi.yaml"
    document = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/p": {"post": operation}}}
    path.write_text(str(document))
    return loaded(path).rules


def loaded(path: Path) -> Contract:
    """Load a contract; Python's own spelling of the document is YAML."""
    return load_contract(path)


def test_a_rule_knows_its_place(tmp_path: Path) -> None:
    """The place is the pointer to what holds the rule."""
    [rule] = ledger(tmp_path)
    assert rule.place == "#/paths/~1p/post/requestBody/content/application~1json/schema"
    assert ledger_complaints((rule,), tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"enforced_by": []}, "a.b: nothing enforces it, and no waiver says why."),
        ({"enforced_by": None}, "a.b: nothing enforces it, and no waiver says why."),
        ({"origin": "rumour"}, "a.b: the origin 'rumour' is none of documented, provider, choice."),
        ({"decision": "So."}, "a.b: a decision needs its rival reading and a reason."),
        ({"decision": "So.", "rival": "Not so."}, "a.b: a decision needs its rival reading and a reason."),
        ({"enforced_by": [{"schema": "maximum"}]}, "a.b: the schema 'maximum' does not exist."),
        ({"enforced_by": [{"schema": "oneOf/minimum"}]}, "a.b: the schema 'oneOf/minimum' does not exist."),
        (
            {"enforced_by": [{"code": "tollbridge.contract:gone"}]},
            "a.b: the code 'tollbridge.contract:gone' does not exist.",
        ),
        (
            {"enforced_by": [{"code": "tollbridge.world:__name__"}]},
            "a.b: the code 'tollbridge.world:__name__' does not exist.",
        ),
        ({"enforced_by": [{"code": "tollbridge.gone:x"}]}, "a.b: the code 'tollbridge.gone:x' does not exist."),
        ({"enforced_by": [{"test": "tests/t.py::test_gone"}]}, "a.b: the test 'tests/t.py::test_gone' does not exist."),
        (
            {"enforced_by": [{"test": "gone.py::test_is"}]},
            "a.b: the test 'gone.py::test_is' does not exist.",
        ),
        ({"enforced_by": [{"check": "gone"}]}, "a.b: the check 'gone' does not exist."),
        ({"enforced_by": [{"hope": "x"}]}, "a.b: 'hope' is no kind of enforcement."),
    ],
)
def test_an_unsound_rule_is_complained_of(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    """Each way to be unsound has its sentence, and is the only one said."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/t.py").write_text("def test_is() -> None:\n    pass\n")
    assert ledger_complaints(ledger(tmp_path, **changes), tmp_path) == [complaint]


@pytest.mark.parametrize(
    "changes",
    [
        {"enforced_by": [], "waiver": "Advice."},
        {"enforced_by": [{"schema": "oneOf/maximum"}]},
        {"enforced_by": [{"code": "tollbridge.contract:SchemaCheck.violations"}]},
        {"enforced_by": [{"test": "tests/t.py::test_is"}]},
        {"decision": "So.", "rival": "Not so.", "reason": "Because."},
    ],
)
def test_a_sound_rule_is_not(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A waiver, a branch's keyword, code and tests that exist, and a whole decision are fine."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/t.py").write_text("def test_is() -> None:\n    pass\n")
    assert ledger_complaints(ledger(tmp_path, **changes), tmp_path) == []


def test_an_id_given_twice_is_complained_of(tmp_path: Path) -> None:
    """Ids are what problems name, so they are unique."""
    [rule] = ledger(tmp_path)
    twin = replace(rule, statement="Another.")
    assert ledger_complaints((rule, twin), tmp_path) == ["a.b: the id is given 2 times."]
