"""Problems of handlers' own, and what becomes of problems that the contract does not document."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.any_contract import document
from tests.contract.conftest import SETTINGS, served
from tollbridge.compose import Options, compose
from tollbridge.contract import ContractError, load_contract
from tollbridge.problems import catalogue
from tollbridge.server.undocumented import OF_THE_PATH, possible

PROBLEM = "application/problem+json"
SHUT = {"status": 409, "title": "The gate is shut", "meaning": "The gate is shut at night. Come back in the morning."}
OPERATION: dict[str, Any] = {
    "operationId": "open_gate",
    "x-openapi-router-controller": "gates",
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
    "responses": {"204": {"description": "open"}},
}
RAISES = """from tollbridge.problems import NotFound


async def open_gate({takes}):
    raise {raised}
"""


def options(
    folder: Path, raised: str = "problems['gate-shut']('Gate 12 is shut.')", takes: str = "problems", **changes: Any
) -> Options:
    """Return the options of a server with one operation, whose handler raises an expression."""
    made = document({"/gate": {"post": deepcopy(OPERATION) | changes}}, **{"x-problems": {"gate-shut": SHUT}})
    (folder / "openapi.json").write_text(json.dumps(made, indent=1))
    (folder / "gates.py").write_text(RAISES.format(takes=takes, raised=raised))
    return Options(contract=folder / "openapi.json", handlers=folder, calls=SETTINGS)


def refused(asking: Options) -> httpx.Response:
    """Return the answer to a right request."""
    answers = [server.http.post("/gate", json={}) for server in served(asking)]
    return answers[0]


def test_a_handler_raises_a_problem_that_the_contract_declares(tmp_path: Path) -> None:
    """Status, title and type are declared; detail, members and headers are the occurrence's."""
    raised = "problems['gate-shut']('Gate 12 is shut.', members={'gate': 12}, headers={'Retry-After': '60'})"
    answer = refused(options(tmp_path, raised))
    assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
    assert answer.headers["retry-after"] == "60"
    assert answer.json() | {"instance": ""} == {
        "type": "/_tollbridge/problems/gate-shut",
        "title": "The gate is shut",
        "status": 409,
        "detail": "Gate 12 is shut.",
        "instance": "",
        "error_code": "gate-shut",
        "gate": 12,
    }


def test_a_declared_problem_has_its_page(tmp_path: Path) -> None:
    """Its `type` leads to what the contract says that it means, and the list has it."""
    for server in served(options(tmp_path)):
        page = server.http.get("/_tollbridge/problems/gate-shut").text
        assert "409 The gate is shut" in page
        assert "Come back in the morning." in page
        assert "gate-shut" in server.http.get("/_tollbridge/problems").text


def test_a_problem_that_is_not_declared_is_the_handlers_defect(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A 500, and the log has those that there are."""
    answer = refused(options(tmp_path, "problems['gate-open']('x')"))
    assert (answer.status_code, answer.json()["error_code"]) == (500, "internal-error")
    assert "have no 'gate-open'; there are: gate-shut." in caplog.text


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (5, "x-problems: is a number; it has to be an object."),
        ({"Gate Shut": SHUT}, "Gate Shut"),
        ({"gate-shut": {**SHUT, "status": 200}}, "x-problems.gate-shut.status"),
        ({"gate-shut": {"status": 409, "title": "x"}}, "meaning is missing"),
        ({"gate-shut": {**SHUT, "more": 1}}, "more"),
    ],
)
def test_declared_problems_of_another_shape_are_told_with_their_line(
    tmp_path: Path, declared: object, told: str
) -> None:
    """A sentence at the start."""
    path = options(tmp_path).contract
    path.write_text(json.dumps(json.loads(path.read_text()) | {"x-problems": declared}, indent=1))
    with pytest.raises(ContractError, match=r"openapi\.json:\d+: ") as caught:
        load_contract(path)
    assert told in str(caught.value)


def responses(asking: Options) -> dict[str, Any]:
    """Return the responses of the operation in the contract as it is served, references followed."""
    for server in served(asking):
        told = server.http.get("/_tollbridge/openapi.json").json()
        assert json.loads(server.http.get("/_tollbridge/openapi.yaml").text) == told
        shown = told["paths"]["/gate"]["post"]["responses"]
        known = told["components"]["responses"]
    return {status: known.get(str(one.get("$ref")).rpartition("/")[2], one) for status, one in shown.items()}


def test_what_the_contract_does_not_document_is_added_as_it_is_served(tmp_path: Path) -> None:
    """Each status that the operation may refuse with, the handler's own problems among them; the file stays."""
    asking = options(tmp_path)
    before = asking.contract.read_bytes()
    found = responses(asking)
    assert {*found} == {"204", *["400", "401", "403", "404", "406", "408", "409", "413", "415", "500"]}
    assert all(one["x-tollbridge-added"] and PROBLEM in one["content"] for one in found.values() if one != found["204"])
    assert "`gate-shut`" in found["409"]["description"]
    assert found["204"] == {"description": "open"}
    assert asking.contract.read_bytes() == before


def test_a_documented_response_gets_the_media_type_only(tmp_path: Path) -> None:
    """What the contract says of a status stays beside the problem; a default that has problems covers all."""
    own = {"description": "mine", "content": {"application/json": {"schema": {"type": "object"}}}}
    found = responses(options(tmp_path, responses={"204": {"description": "open"}, "409": own}))
    assert found["409"]["description"] == "mine"
    assert {*found["409"]["content"]} == {"application/json", PROBLEM}
    every = {"default": {"description": "any", "content": {PROBLEM: {}}}}
    for server in served(options(tmp_path, responses=every)):
        told = server.http.get("/_tollbridge/openapi.json").json()
        assert told == server.sandbox.contract.document
        assert server.http.get("/_tollbridge/openapi.yaml").content == server.sandbox.contract.content


def test_the_served_contract_is_one_that_can_be_served(tmp_path: Path) -> None:
    """What was added documents everything: the contract as it is served starts where nothing may be added."""
    asking = options(tmp_path)
    for server in served(asking):
        text = server.http.get("/_tollbridge/openapi.json").text
    asking.contract.write_text(text)
    strict = Options(contract=asking.contract, handlers=tmp_path, calls=SETTINGS, undocumented="refuse")
    compose(strict, lambda _exchange: None).close()


def test_the_bundled_contract_documents_every_problem() -> None:
    """It starts where nothing may be added."""
    compose(Options(undocumented="refuse"), lambda _exchange: None).close()


def test_a_contract_is_refused_at_the_start_on_request(tmp_path: Path) -> None:
    """With its line, the operation, and each problem that it does not document."""
    asking = options(tmp_path)
    strict = Options(contract=asking.contract, handlers=tmp_path, undocumented="refuse")
    with pytest.raises(ContractError) as caught:
        compose(strict, lambda _exchange: None)
    line = 1 + next(n for n, text in enumerate(asking.contract.read_text().splitlines()) if '"post"' in text)
    told = str(caught.value)
    assert told.startswith(f"{asking.contract}:")
    assert int(told.split(":")[1]) in (line, line + 1)
    assert "open_gate does not document " in told
    assert "413 body-too-large" in told
    assert "409 gate-shut" in told
    assert "card-declined" not in told
    assert "--undocumented-problems add" in told


@pytest.mark.parametrize(
    ("raised", "changes", "told"),
    [
        ("NotFound('canary')", {}, "raised not-found (404), which the contract does not document."),
        (
            "problems['gate-shut']('canary')",
            {"409": {"description": "x", "content": {PROBLEM: {"schema": {"required": ["gate"]}}}}},
            "raised gate-shut (409), and it breaks the contract at #/gate.",
        ),
    ],
)
def test_what_is_raised_is_held_to_the_contract(
    tmp_path: Path, raised: str, changes: dict[str, Any], told: str
) -> None:
    """A problem of another status, or that breaks the schema of its status, is withheld as an answer would be."""
    answer = refused(options(tmp_path, raised, responses={"204": {"description": "open"}, **changes}))
    assert (answer.status_code, answer.json()["error_code"]) == (500, "contract-breach")
    assert told in answer.json()["detail"]
    assert "canary" not in answer.text


def test_what_is_raised_as_documented_is_answered(tmp_path: Path) -> None:
    """A documented status, and a default, let a problem through."""
    documented = {"description": "x", "content": {PROBLEM: {"schema": {"required": ["status"]}}}}
    for status in ("404", "4XX", "default"):
        answer = refused(options(tmp_path, "NotFound('Gone.')", responses={status: documented}))
        assert (answer.status_code, answer.json()["error_code"]) == (404, "not-found")


def test_every_problem_of_the_catalogue_is_one_that_an_operation_may_answer() -> None:
    """An operation with a body, parameters and payments may answer all but those of paths: none is forgotten."""
    [operation] = load_contract(Options().contract).operations
    listed = possible(operation, {"payments"}, (), catalogue())
    assert {*listed} == {entry for entry in catalogue() if entry.in_contract and entry.error_code not in OF_THE_PATH}
    assert len({*listed}) == len(listed)
