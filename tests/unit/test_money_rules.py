"""The money rules: generated from three sources, the same in the contract and in the simulator's table."""

import importlib.util
import json
import re
import sys
from fractions import Fraction
from math import ceil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.money import ROOT, TABLE
from tollbridge.contract import SchemaCheck, load_contract

MOST = 99_999_999
DATA = ROOT / "scripts/data"
STRIPE = json.loads((DATA / "stripe-currencies.json").read_text())
PEGS = yaml.safe_load((DATA / "pegs.yaml").read_text())
CONTRACT = load_contract(ROOT / "openapi.yaml")


def loaded_generator() -> ModuleType:
    """Return the script as a module; it is no part of the package."""
    spec = importlib.util.spec_from_file_location("generate_money_rules", ROOT / "scripts/generate_money_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


GENERATOR = loaded_generator()


def body() -> SchemaCheck:
    """Return the schema of the operation's body."""
    check = CONTRACT.operations[0].body
    assert check is not None
    return check


BODY = body()


def fits(amount: int, rule: dict[str, Any]) -> bool:
    """Return the table's verdict on an amount."""
    return bool(rule["minimum"] <= amount <= MOST and amount % rule["step"] == 0)


def test_both_generated_places_are_fresh() -> None:
    """Regenerating in memory gives what is committed, byte by byte."""
    table = GENERATOR.money_table()
    contract = (ROOT / "openapi.yaml").read_text()
    assert GENERATOR.with_branches(contract, table) == contract
    assert GENERATOR.table_text(table) == (ROOT / "tollbridge/simulator/protocol/currencies.json").read_text()


def test_check_tells_a_stale_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """`--check` names the stale file, exits 1, and writes nothing."""
    monkeypatch.setattr(sys, "argv", ["generate_money_rules.py", "--check"])
    assert GENERATOR.main() == 0
    stale = tmp_path / "openapi.yaml"
    stale.write_text((ROOT / "openapi.yaml").read_text().replace("minimum: 50,", "minimum: 51,"))
    before = stale.read_text()
    monkeypatch.setattr(GENERATOR, "ROOT", tmp_path)
    monkeypatch.setattr(GENERATOR, "CONTRACT", stale)
    monkeypatch.setattr(GENERATOR, "TABLE", tmp_path / "currencies.json")
    (tmp_path / "currencies.json").write_text(GENERATOR.table_text(GENERATOR.money_table()))
    assert GENERATOR.main() == 1
    assert "openapi.yaml is stale" in capsys.readouterr().out
    assert stale.read_text() == before


def test_every_supported_currency_is_in_exactly_one_branch() -> None:
    """The enumeration of `currency`, the table, Stripe's list and the branches are one set."""
    enum = CONTRACT.document["components"]["schemas"]["Currency"]["enum"]
    branched = [code for branch in BODY.schema["anyOf"] for code in branch["properties"]["currency"]["enum"]]
    assert enum == sorted(set(enum)) == sorted(branched) == sorted(TABLE) == sorted(STRIPE["presentment_currencies"])
    assert len(enum) == 139


def test_branches_say_something_of_their_own() -> None:
    """No two branches have one minimum and one step: their currencies would belong together."""
    amounts = [branch["properties"]["amount"] for branch in BODY.schema["anyOf"]]
    rules = {(amount["minimum"], amount.get("multipleOf", 1)) for amount in amounts}
    assert len(rules) == len(amounts)


@pytest.mark.parametrize("currency", sorted(TABLE))
def test_amounts_around_the_bounds(currency: str) -> None:
    """Around minimum, step and maximum the contract's verdict, its violations and the table agree."""
    rule = TABLE[currency]
    least, step = rule["minimum"], rule["step"]
    around = (0, 1, least - 1, least, least + 1, least + step, least + step - 1, MOST - MOST % step, MOST, MOST + 1)
    for amount in around:
        sent = {"amount": amount, "currency": currency}
        found = {violation.rule for violation in BODY.violations(sent)}
        expected = {
            "amount.minimum": amount < least,
            "amount.digits": amount > MOST,
            "amount.step": amount % step != 0,
        }
        assert found == {rule_id for rule_id, broken in expected.items() if broken}, sent
        assert BODY.is_valid(sent) == fits(amount, rule), sent


@given(st.sampled_from(sorted(TABLE)), st.integers(-10, MOST + 10))
def test_the_contracts_verdict_is_the_tables(currency: str, amount: int) -> None:
    """Any amount in any currency."""
    assert BODY.is_valid({"amount": amount, "currency": currency}) == fits(amount, TABLE[currency])


def test_the_largest_source_decides() -> None:
    """A published minimum gives way to a larger converted one, and stands above a smaller."""
    rated = {code for code, rule in TABLE.items() if rule["minimum_source"] == "rate"}
    assert TABLE["usd"] | {"minimum": 50, "minimum_source": "published"} == TABLE["usd"]
    assert TABLE["eur"] | {"minimum": 50, "minimum_source": "published"} == TABLE["eur"]
    assert "gbp" in rated
    assert TABLE["gbp"]["minimum"] > STRIPE["minimum"]["gbp"]
    assert all(TABLE[code]["minimum"] >= least for code, least in STRIPE["minimum"].items())


def test_a_minimum_is_the_least_amount_worth_half_a_dollar() -> None:
    """By its own rate or peg a minimum is worth USD 0.50, and one step less is not, unless Stripe publishes more."""
    units = GENERATOR.units_per_dollar()
    for currency, (per_dollar, source) in units.items():
        rule = TABLE.get(currency)
        if rule is None:
            continue
        worth = Fraction(rule["minimum"], 10 ** rule["exponent"]) / per_dollar
        less = Fraction(rule["minimum"] - rule["step"], 10 ** rule["exponent"]) / per_dollar
        assert worth >= Fraction(1, 2)
        assert rule["minimum_source"] == "published" or (less < Fraction(1, 2) and rule["minimum_source"] == source)


def test_no_float_comes_near_an_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates, pegs and what is rounded are fractions; the table's and the branches' numbers are integers."""
    rounded = []
    monkeypatch.setattr(GENERATOR, "ceil", lambda exact: rounded.append(exact) or ceil(exact))
    GENERATOR.money_table()
    assert {type(exact) for exact in rounded} == {Fraction}
    assert {type(units) for units, _ in GENERATOR.units_per_dollar().values()} == {Fraction}
    numbers = {name: {type(rule[name]) for rule in TABLE.values()} for name in TABLE["usd"]}
    assert numbers.pop("minimum_source") == {str}
    assert numbers == {name: {int} for name in ("minimum", "step", "exponent", "maximum")}
    bounds = [branch["properties"]["amount"] for branch in BODY.schema["anyOf"]]
    assert {type(bound[name]) for bound in bounds for name in bound if name not in ("type", "format")} == {int}


def test_thirty_currencies_are_rated() -> None:
    """A rate counts when it is at most a year older than the newest; rouble and lev have none."""
    rated = {currency for currency, (_, source) in GENERATOR.units_per_dollar().items() if source == "rate"}
    assert len(rated) == 30
    assert not rated & {"rub", "bgn"}
    assert rated < set(TABLE)


def test_a_currency_without_rate_and_peg_has_one_step_for_a_minimum() -> None:
    """Nothing is made up for it, and the ledger's waiver counts these currencies rightly."""
    free = {code: rule for code, rule in TABLE.items() if rule["minimum_source"] == "none"}
    assert all(rule["minimum"] == rule["step"] for rule in free.values())
    assert not free.keys() & {peg["currency"] for peg in PEGS}
    [waiver] = [rule.waiver for rule in CONTRACT.rules if rule.id == "amount.minimum.unrated"]
    assert re.search(rf"\b{len(free)} currencies\b", waiver or "")


def test_every_peg_is_sourced_exact_and_used() -> None:
    """Each peg is one currency's, to a rated one, in a number that is no float, and says who keeps it."""
    units = GENERATOR.units_per_dollar()
    codes = [peg["currency"] for peg in PEGS]
    assert len(codes) == len(set(codes))
    for peg in PEGS:
        assert isinstance(peg["units"], str)
        assert len(peg["source"]) > 5
        assert peg["currency"] in TABLE
        assert units[peg["to"]][1] == "rate"
        assert units[peg["currency"]] == (Fraction(peg["units"]) * units[peg["to"]][0], "peg")


@pytest.mark.parametrize(
    ("currency", "exponent", "step"),
    [("usd", 2, 1), ("jpy", 0, 1), ("kwd", 3, 10), ("bhd", 3, 10), ("isk", 2, 100), ("ugx", 2, 100), ("huf", 2, 1)],
)
def test_units_and_steps_are_stripes(currency: str, exponent: int, step: int) -> None:
    """Zero-decimal, three-decimal and special currencies are counted as Stripe counts them."""
    assert (TABLE[currency]["exponent"], TABLE[currency]["step"]) == (exponent, step)
