"""examples/locust sends what the contract shows: each example, whole, and to its operation."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tollbridge.compose import Options
from tollbridge.contract import load_contract

EXAMPLE = Path(__file__).parents[2] / "examples" / "locust"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that reads the contract; it does without Locust."""
    spec = importlib.util.spec_from_file_location("examples_of", EXAMPLE / "examples_of.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "examples_of", module)
    spec.loader.exec_module(module)
    return module


def test_every_example_of_the_contract_is_sent(example: ModuleType) -> None:
    """Its body is the contract's and fits the schema, and an answer of a documented refusal is none of a failure."""
    contract = load_contract(Options().contract)
    [operation] = contract.operations
    shown = example.shown_in(Options().contract)
    body = contract.document["paths"][operation.path]["post"]["requestBody"]["content"]["application/json"]
    assert [one.body for one in shown] == [one["value"] for one in body["examples"].values()]
    assert {(one.method, one.path) for one in shown} == {("POST", operation.path)}
    assert operation.body
    assert all(operation.body.is_valid(one.body) for one in shown)
    assert {200, 402, 409} <= shown[0].documented
    assert not {500, 503} & shown[0].documented


def test_operations_without_examples_are_left_alone(example: ModuleType, tmp_path: Path) -> None:
    """What a contract does not show is not made up."""
    paths = {"/a": {"post": {"operationId": "a", "responses": {"200": {}}}, "parameters": []}}
    paths["/b"] = {
        "put": {"operationId": "b", "responses": {"2XX": {}}, "requestBody": {"content": {"text/plain": {}}}}
    }
    (tmp_path / "openapi.json").write_text(json.dumps({"paths": paths}))
    assert example.shown_in(tmp_path / "openapi.json") == []
