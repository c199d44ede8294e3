"""The contract as other tools read it, and its examples."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from connexion.spec import Specification
from openapi_spec_validator import validate

from tests.unit.addresses import ADDRESSES
from tollbridge.contract import SchemaCheck, load_contract
from tollbridge.contract.references import resolved
from tollbridge.problems import catalogue

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = load_contract(ROOT / "openapi.yaml")
[OPERATION] = CONTRACT.operations
assert OPERATION.body is not None
BODY: SchemaCheck = OPERATION.body
SPEC: dict[str, Any] = resolved(CONTRACT.document, CONTRACT.document["paths"]["/api/payment/intent"]["post"])
PROBLEM = "application/problem+json"


def examples(media: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield a media type's examples with their names."""
    if "example" in media:
        yield "example", media["example"]
    yield from ((name, entry["value"]) for name, entry in media.get("examples", {}).items())


REQUESTS = list(examples(SPEC["requestBody"]["content"]["application/json"]))
ANSWERS = [
    (status, kind, name, example)
    for status, response in SPEC["responses"].items()
    for kind, media in response["content"].items()
    for name, example in examples(media)
]


def test_openapi_spec_validator_accepts_it() -> None:
    """The document is OpenAPI 3.0, by the linter that most people run."""
    validate(deepcopy(CONTRACT.document))


def test_connexion_loads_it() -> None:
    """Connexion takes the document as it stands, and finds our operation."""
    specification = Specification.from_dict(deepcopy(CONTRACT.document))
    operation = specification.get_operation("/api/payment/intent", "post")
    assert operation["operationId"] == "create_payment_intent"
    assert operation["x-openapi-router-controller"] == "payment_intents"


def test_it_is_the_documented_endpoint() -> None:
    """Server, path, method and fields are those of the page, in its order."""
    assert CONTRACT.document["servers"] == [{"url": "http://localhost:8080"}]
    assert (OPERATION.method, OPERATION.path) == ("post", "/api/payment/intent")
    assert list(BODY.schema["properties"]) == [
        "amount",
        "currency",
        "description",
        "error_on_requires_action",
        "payment_method",
        "receipt_email",
    ]


def test_operation_ids_are_unique() -> None:
    """No operationId is given twice: Connexion would validate one operation with the other's schema."""
    ids = Counter(operation.operation_id for operation in CONTRACT.operations)
    assert set(ids.values()) == {1}


@pytest.mark.parametrize(("name", "body"), REQUESTS, ids=[name for name, _ in REQUESTS])
def test_a_request_example_is_valid(name: str, body: object) -> None:
    """Every request that the contract shows is one that it accepts."""
    assert BODY.violations(body) == []
    assert BODY.is_valid(body)


def test_the_request_examples_show_what_a_frontend_needs() -> None:
    """A plain one, a saved card, a charge on the server, a zero-decimal and a three-decimal currency."""
    bodies = [body for _, body in REQUESTS if isinstance(body, dict)]
    assert len(bodies) == len(REQUESTS) >= 5
    assert {"amount", "currency"} in [set(body) for body in bodies]
    assert any("payment_method" in body and not body.get("error_on_requires_action") for body in bodies)
    assert any(body.get("error_on_requires_action") is True for body in bodies)
    assert {"usd", "jpy", "kwd"} <= {body["currency"] for body in bodies}


@pytest.mark.parametrize(("status", "kind", "name", "example"), ANSWERS, ids=[f"{row[0]} {row[2]}" for row in ANSWERS])
def test_an_answer_example_is_valid(status: str, kind: str, name: str, example: object) -> None:
    """Every answer that the contract shows is one that it allows, under the rules of its own ledger."""
    check = OPERATION.responses[status].media[kind]
    assert check.violations(example) == []
    assert check.is_valid(example)
    known = {rule.id for rule in CONTRACT.rules}
    errors = example.get("errors", []) if isinstance(example, dict) else []
    assert {error["rule"] for error in errors} <= known


def test_every_answer_has_an_example() -> None:
    """Prism and the docs have something to show for each status."""
    assert {status for status, *_ in ANSWERS} == set(SPEC["responses"])


def test_every_code_of_the_catalogue_is_documented_under_its_status() -> None:
    """The contract's enumerations of `error_code` and the server's problems are one table."""
    documented = {
        (int(status), code)
        for status, response in SPEC["responses"].items()
        if status != "200"
        for part in response["content"][PROBLEM]["schema"]["allOf"]
        for code in part["properties"].get("error_code", {}).get("enum", ())
    }
    assert documented == {(entry.status, entry.error_code) for entry in catalogue() if entry.in_contract}


@pytest.mark.parametrize("status", [status for status in SPEC["responses"] if status != "200"])
def test_a_problem_of_another_status_or_code_is_refused(status: str) -> None:
    """Each refusal's schema holds its own status and codes only, and is open for further members."""
    check = OPERATION.responses[status].media[PROBLEM]
    [document] = [example for answered, _, _, example in ANSWERS if answered == status][:1]
    assert isinstance(document, dict)
    assert check.is_valid({**document, "further": 1})
    assert [broken.pointer for broken in check.violations({**document, "status": 418})] == ["#/status"]
    assert [broken.pointer for broken in check.violations({**document, "error_code": "tea-pot"})] == ["#/error_code"]
    for name in ("type", "title", "status", "detail", "instance", "error_code"):
        without = {key: value for key, value in document.items() if key != name}
        assert [broken.pointer for broken in check.violations(without)] == [f"#/{name}"]


@pytest.mark.parametrize(
    ("status", "header"),
    [("401", "WWW-Authenticate"), ("405", "Allow"), ("503", "Retry-After"), ("200", "Cache-Control")],
)
def test_the_headers_that_a_status_needs_are_documented(status: str, header: str) -> None:
    """Also that 502 has no `Retry-After`: it must not invite a second charge."""
    assert header in OPERATION.responses[status].headers
    assert "Retry-After" not in OPERATION.responses["502"].headers


@pytest.mark.parametrize(
    ("answer", "valid"),
    [
        ({"client_secret": "pi_1_secret_2"}, True),
        ({"client_secret": "pi_1_2_secret_3"}, False),
        ({"client_secret": "pi_1_secret_"}, False),
        ({"client_secret": "seti_1_secret_2"}, False),
        ({"client_secret": "pi_1_secret_2", "id": "pi_1"}, False),
        ({"client_secret": None}, False),
        ({}, False),
    ],
)
def test_a_success_is_the_secret_and_nothing_else(answer: object, valid: bool) -> None:
    """The 200 has one member, of the form that Stripe's mobile SDKs check."""
    assert OPERATION.responses["200"].media["application/json"].is_valid(answer) is valid


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
def test_an_address_has_one_verdict(address: str) -> None:
    """jsonschema-rs, Python's jsonschema and our check agree with the table; ajv is asked in test_readers.py."""
    schema = BODY.schema["properties"]["receipt_email"]
    verdicts = {
        jsonschema_rs.Draft4Validator(schema).is_valid(address),
        jsonschema.Draft4Validator(schema).is_valid(address),
        BODY.is_valid({"amount": 4200, "currency": "usd", "receipt_email": address}),
    }
    assert verdicts == {ADDRESSES[address]}
