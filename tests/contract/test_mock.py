"""Operations without a handler: the contract itself answers."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.any_contract import answering, document, serving
from tests.contract.conftest import Server

PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "minLength": 1},
        "secret": {"type": "string", "writeOnly": True},
        "parent": {"$ref": "#/components/schemas/Pet"},
    },
}
REF = {"$ref": "#/components/schemas/Pet"}
BY_ID = [{"name": "petId", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}]
REX, TOM = {"id": 1, "name": "Rex"}, {"id": 2, "name": "Tom"}
BODY = {
    "required": True,
    "content": {"application/json": {"schema": REF, "examples": {"tom": {"value": {"id": 9, "name": "Tomcat"}}}}},
}
NAMED = {"rex": {"value": REX}, "tom": {"value": TOM}}
PETS: dict[str, Any] = document(
    {
        "/pets/{petId}": {
            "parameters": BY_ID,
            "get": {
                "responses": answering(REF) | {"404": {"description": "none", "content": {"application/json": {}}}}
            },
        },
        "/named/{petId}": {"parameters": BY_ID, "get": {"responses": answering(REF, examples=NAMED)}},
        "/pets": {
            "post": {"requestBody": BODY, "responses": answering(REF, examples=NAMED)},
            "get": {"operationId": "list_pets", "responses": answering({"type": "array", "items": REF}, example=[REX])},
        },
        "/wrong": {"get": {"responses": answering(REF, example={"name": 5})}},
        "/impossible": {
            "get": {"responses": answering({"allOf": [{"type": "string"}, {"type": "integer"}]}, example=1)}
        },
        "/empty": {"delete": {"responses": {"204": {"description": "gone"}}}},
        "/plain": {
            "get": {"responses": {"200": {"description": "ok", "content": {"text/plain": {"example": "pong"}}}}}
        },
        "/bad": {"get": {"responses": answering({"type": "string", "pattern": "("})}},
    },
    components={"schemas": {"Pet": PET}},
)


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The contract of pets, without a handler."""
    with serving(tmp_path_factory.mktemp("pets"), PETS) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "body", "origin"),
    [
        ("/pets", [REX], "example"),
        ("/named/2", TOM, "example"),
        ("/named/7", {"id": 7, "name": "Rex"}, "example"),
    ],
)
def test_a_documented_example_answers(pets: Server, path: str, body: object, origin: str) -> None:
    """The named one that fits the request best, with the path's id where it has such a member; a header says it."""
    answer = pets.http.get(path)
    assert (answer.status_code, answer.json(), answer.headers["tollbridge-mock"]) == (200, body, origin)


def test_the_example_of_the_requests_own_name_answers_it(pets: Server) -> None:
    """A body that is the request's example `tom` is answered by the response's example `tom`."""
    assert pets.http.post("/pets", json={"id": 9, "name": "Tomcat"}).json() == TOM
    assert pets.http.post("/pets", json={"id": 9, "name": "Rex"}).json() == REX


def test_without_an_example_the_answer_is_made_for_the_schema(pets: Server) -> None:
    """It fits, is the same each time, has the path's id, and no member that is only written."""
    first, second = pets.http.get("/pets/12"), pets.http.get("/pets/12")
    assert first.json() == second.json()
    assert first.headers["tollbridge-mock"] == "generated"
    assert first.json()["id"] == 12
    assert first.json()["name"]
    assert "secret" not in first.json()


def test_an_example_that_breaks_its_schema_gives_way_to_one_that_is_made(pets: Server) -> None:
    """Where none can be made it answers all the same, and the header says what is wrong."""
    made = pets.http.get("/wrong")
    assert made.headers["tollbridge-mock"] == "generated"
    assert isinstance(made.json()["name"], str)
    wrong = pets.http.get("/impossible")
    assert (wrong.status_code, wrong.json(), wrong.headers["tollbridge-mock"]) == (200, 1, "example-breaks-schema")


def test_a_mock_answers_without_a_body_and_in_plain_text(pets: Server) -> None:
    """As the contract documents it."""
    gone, plain = pets.http.delete("/empty"), pets.http.get("/plain")
    assert (gone.status_code, gone.content, "content-type" in gone.headers) == (204, b"", False)
    assert (plain.status_code, plain.text, plain.headers["content-type"]) == (200, "pong", "text/plain")


def test_the_request_is_judged_before_a_mock_answers(pets: Server) -> None:
    """Body and parameters, every rule at once."""
    answer = pets.http.post("/pets", json={"id": "x"})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, ["#/id", "#/name"])
    answer = pets.http.get("/pets/abc")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "petId")
    assert pets.http.get("/pets/0").status_code == 400


def test_of_a_query_that_breaks_thousands_of_rules_the_first_are_listed(tmp_path: Path) -> None:
    """Each item of a list is judged; all are counted, and the answer does not grow with the request."""
    items = {"type": "array", "items": {"type": "integer"}}
    described = {"name": "q", "in": "query", "explode": False, "schema": items}
    contract = document({"/p": {"get": {"parameters": [described], "responses": answering({})}}})
    with serving(tmp_path, contract) as server:
        reply = server.http.get("/p?q=" + ",".join(["x"] * 5_000))
    assert reply.status_code == 400
    assert len(reply.json()["errors"]) == 100
    assert reply.json()["detail"].startswith("The request breaks 5000 rules; errors lists the first 100")


def test_prefer_chooses_among_the_answers_of_a_mock(pets: Server) -> None:
    """By status and by name; a status that has a schema and no example is answered by a value made for it."""
    chosen = pets.http.get("/named/1", headers={"Prefer": "example=tom"})
    assert (chosen.json(), chosen.headers["preference-applied"], chosen.headers["tollbridge-mock"]) == (
        TOM,
        "example=tom",
        "example",
    )
    made = pets.http.get("/pets/1", headers={"Prefer": "code=404"})
    assert (made.status_code, made.headers["tollbridge-mock"]) == (404, "generated")
    assert pets.http.get("/pets/1", headers={"Prefer": "code=409"}).status_code == 400


def test_an_operation_that_is_not_served_is_a_501_problem(pets: Server) -> None:
    """It says why; the others are served."""
    answer = pets.http.get("/bad")
    assert (answer.status_code, answer.json()["error_code"]) == (501, "operation-not-served")
    assert "the pattern '(' is not one that can be compiled" in answer.json()["detail"]


HANDLERS = "async def list_pets():\n    return 200, [{'id': 3, 'name': 'Kit'}]\n"


@pytest.mark.parametrize(
    ("mock", "names", "marked"), [("missing", ["Kit"], False), ("all", ["Rex"], True)], ids=["missing", "all"]
)
def test_handlers_replace_mocks_one_by_one(tmp_path: Path, mock: str, names: list[str], marked: bool) -> None:
    """A function by the operation's id in `operations.py` answers in the mock's place, unless all are mocked."""
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers" / "operations.py").write_text(HANDLERS)
    with serving(tmp_path, PETS, mock=mock) as server:
        answer = server.http.get("/pets")
        assert [pet["name"] for pet in answer.json()] == names
        assert ("tollbridge-mock" in answer.headers) is marked
        assert server.http.get("/named/1").json() == REX
