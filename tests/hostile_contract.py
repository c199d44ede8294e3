"""The bundled contract and the example's world, with hostile text behind every name and text that takes it."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.hostile import attacked, payload, renamed, strings
from tollbridge.contract import Contract, ContractError, load_contract
from tollbridge.contract.extensions import EFFECTIVE_ORGANIZATION
from tollbridge.verify import VerifyError
from tollbridge.verify.model.subject import Subject, subjects
from tollbridge.world import WorldError, load_world, world_schema

ROOT = Path(__file__).parent.parent

WORDS = """
openapi info title version description servers url paths post operationId summary tags parameters name in header path
query schema required type format minimum maximum multipleOf minLength maxLength minItems maxItems pattern enum items
properties additionalProperties allOf anyOf oneOf nullable object string integer number boolean array int64 example
examples value default requestBody content responses headers components schemas securitySchemes security scheme
bearerFormat http $ref x-rules x-stripe x-form x-unknown-members x-openapi-router-controller id statement origin
documented provider choice enforced_by waiver decision rival reason error_code creates amount currency payment_method
confirm receipt_email secret customer subscription caller request response usd eur application/json
application/problem+json
"""
LANGUAGE = frozenset(WORDS.split()) | {EFFECTIVE_ORGANIZATION, "x-rule", "3.0.3", *map(str, range(100, 600))}
"""Words of OpenAPI, and of our extensions: what they name is attacked."""

MEMBERS = {"amount": "sum", "currency": "unit", "payment_method": "card", "receipt_email": "mail"}
"""Other names for the members that are called as their roles are."""


def hostile_contract(canary: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    """Write the contract; return its file, and what each of its texts became."""
    document = _with_members(yaml.safe_load((ROOT / "openapi.yaml").read_text()))
    path = folder / "contract.json"
    right = _shape(_loaded(document, path))

    def stands(changed: dict[str, Any]) -> bool:
        try:
            return _shape(_loaded(changed, path)) == right
        except (ContractError, VerifyError, LookupError, TypeError, AttributeError, ValueError):
            return False

    made, words = attacked(document, payload(canary), stands, LANGUAGE)
    _loaded(made, path)
    return path, words


def _with_members(document: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with short lists and other names for some members, and the roles' own names."""
    document = pruned(document)
    made: dict[str, Any] = renamed(document, MEMBERS)
    (before,), (after,) = ([*one["paths"].values()] for one in (document, made))
    after["post"]["x-stripe"] = {role: renamed(said, MEMBERS) for role, said in before["post"]["x-stripe"].items()}
    return made


def pruned(document: Any) -> Any:
    """Return a document whose lists are short: each of their items is attacked in the same way."""
    if isinstance(document, dict):
        return {name: pruned(value) for name, value in document.items()}
    return [pruned(value) for value in document[:3]] if isinstance(document, list) else document


def _loaded(document: dict[str, Any], path: Path) -> Contract:
    path.write_text(json.dumps(document))
    return load_contract(path)


def _shape(contract: Contract) -> list[object]:
    """What a contract says, counted: a changed one says as much."""
    rules = [(rule.origin, len(rule.enforced_by), bool(rule.waiver), bool(rule.decision)) for rule in contract.rules]
    return [rules, *(_shape_of(subject) for subject in subjects(contract))]


def _shape_of(subject: Subject) -> list[object]:
    operation = subject.operation
    answers = [(status[0], len(r.media), len(r.headers)) for status, r in operation.responses.items()]
    schemas = [check.schema for response in operation.responses.values() for check in response.media.values()]
    return [
        *(len(operation.parameters), subject.organization is not None, answers, len(subject.codes)),
        *(sorted(subject.members), bool(subject.secret), len(subject.caller), len(list(subject.money()))),
        *map(_constraints, [subject.schema, *schemas]),
    ]


def _constraints(schema: Any) -> int:
    """How many words of OpenAPI a schema has."""
    if isinstance(schema, dict):
        return sum((name in LANGUAGE) + _constraints(value) for name, value in schema.items())
    return sum(map(_constraints, schema)) if isinstance(schema, list) else 0


def hostile_world(canary: Path, folder: Path) -> tuple[Path, dict[str, str]]:
    """Write the example's world; return its file, and what each of its texts became."""
    path = folder / "world.json"

    def stands(changed: dict[str, Any]) -> bool:
        path.write_text(json.dumps(changed))
        try:
            return bool(load_world(path).seed())
        except WorldError:
            return False

    document = yaml.safe_load((ROOT / "examples" / "world.yaml").read_text())
    made, words = attacked(document, payload(canary), stands, set(strings(json.loads(world_schema()))))
    path.write_text(json.dumps(made))
    return path, words
