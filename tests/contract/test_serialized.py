"""Parameters and bodies that are not plain texts and JSON: arrays, objects, cookies, forms."""

from typing import Any

import pytest

from tests.contract.any_contract import document, serving
from tests.contract.conftest import Server

INTEGERS = {"type": "array", "items": {"type": "integer"}, "maxItems": 3}
RANGE = {
    "type": "object",
    "properties": {"gte": {"type": "integer"}, "lt": {"type": "integer"}},
    "additionalProperties": False,
}
PARAMETERS: list[dict[str, Any]] = [
    {"name": "ids[]", "in": "query", "schema": INTEGERS},
    {"name": "one_by_one", "in": "query", "schema": INTEGERS},
    {"name": "commas", "in": "query", "explode": False, "schema": INTEGERS},
    {"name": "bars", "in": "query", "style": "pipeDelimited", "explode": False, "schema": INTEGERS},
    {"name": "created", "in": "query", "style": "deepObject", "schema": RANGE},
    {"name": "session", "in": "cookie", "schema": {"type": "integer"}},
    {"name": "X-Ids", "in": "header", "schema": INTEGERS},
    {"name": "kind", "in": "query", "schema": {"oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]}},
]
FORM = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["To"],
                "additionalProperties": False,
                "properties": {
                    "To": {"type": "string", "pattern": "^[+]"},
                    "Attempts": {"type": "integer", "maximum": 5},
                    "Record": {"type": "boolean"},
                    "MediaUrl": {"type": "array", "items": {"type": "string"}},
                },
            }
        }
    },
}
OK = {"200": {"description": "ok", "content": {"application/json": {"example": {}}}}}
HANDLERS = """
async def listed(ids, one_by_one=(), commas=(), bars=(), created=None, session=0, x_ids=(), kind=''):
    return 200, [one_by_one, commas, bars, created, session, x_ids, kind]


async def called(body):
    return 200, body
"""
CALLS = document(
    {
        "/list": {"get": {"operationId": "listed", "parameters": PARAMETERS[1:], "responses": OK}},
        "/brackets": {"get": {"operationId": "brackets", "parameters": PARAMETERS[:1], "responses": OK}},
        "/calls": {"post": {"operationId": "called", "requestBody": FORM, "responses": OK}},
        "/matrix/{id}": {
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True, "style": "matrix", "schema": INTEGERS}],
                "responses": OK,
            }
        },
    }
)
TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The contract with handlers that answer what they are given."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "handlers").mkdir()
    source = HANDLERS.replace("ids, one_by_one", "one_by_one")
    (folder / "handlers" / "operations.py").write_text(source)
    with serving(folder, CALLS) as server:
        yield server


def test_arrays_objects_and_cookies_are_read(calls: Server) -> None:
    """Each in its style, with items and members of their types."""
    query = "one_by_one=1&one_by_one=2&commas=3,4&bars=5|6&created[gte]=7&created[lt]=8&kind=b"
    headers = {"Cookie": "theme=dark; session=9", "X-Ids": "10,11"}
    answer = calls.http.get(f"/list?{query}", headers=headers)
    assert answer.json() == [[1, 2], [3, 4], [5, 6], {"gte": 7, "lt": 8}, 9, [10, 11], "b"]
    assert calls.http.get("/list").json() == [[], [], [], None, 0, [], ""]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("one_by_one=1&one_by_one=x", "one_by_one"),
        ("commas=1,2,3,4", "commas"),
        ("created[gte]=soon", "created"),
        ("created[gte]=1&created[gte]=2", "created"),
        ("created[until]=1", "created"),
    ],
)
def test_what_breaks_their_schemas_is_refused(calls: Server, query: str, wrong: str) -> None:
    """An item of another type, too many of them, an unknown member, a member that is sent twice."""
    answer = calls.http.get(f"/list?{query}")
    assert (answer.status_code, [error["parameter"] for error in answer.json()["errors"]]) == (400, [wrong])


def test_a_name_with_brackets_is_a_name(calls: Server) -> None:
    """Many APIs call arrays so."""
    assert calls.http.get("/brackets?ids[]=1&ids[]=2").status_code == 200
    assert calls.http.get("/brackets?ids[]=x").status_code == 400


def test_a_form_is_read_as_its_schema_says(calls: Server) -> None:
    """Texts, numbers, booleans, and lists of what is sent more than once."""
    content = "To=%2B1555&Attempts=3&Record=true&MediaUrl=a&MediaUrl=b"
    answer = calls.http.post("/calls", content=content, headers=TYPE)
    assert answer.json() == {"To": "+1555", "Attempts": 3, "Record": True, "MediaUrl": ["a", "b"]}


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ("", ["#/To"]),
        ("To=1&Attempts=many&Sender=x", ["#/To", "#/Attempts", "#/Sender"]),
        ("To=%2B1&To=%2B2", ["#/To"]),
        ("To=%2B1&Attempts=6", ["#/Attempts"]),
    ],
)
def test_a_form_that_breaks_its_schema_is_refused(calls: Server, content: str, places: list[str]) -> None:
    """Every field that is wrong is named at once."""
    answer = calls.http.post("/calls", content=content, headers=TYPE)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == places


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (b"To=%FF", TYPE, "malformed-form"),
        (b"a&" * 1001, TYPE, "malformed-form"),
        (b"{}", {"Content-Type": "application/json"}, "unsupported-media-type"),
        (b"To=1", {**TYPE, "Content-Encoding": "gzip"}, "unsupported-media-type"),
    ],
)
def test_what_is_not_a_form_is_a_problem(calls: Server, content: bytes, headers: dict[str, str], code: str) -> None:
    """Another type, another encoding of text or of the body, and thousands of fields."""
    assert calls.http.post("/calls", content=content, headers=headers).json()["error_code"] == code


def test_a_style_that_is_not_read_is_said_at_the_start(calls: Server) -> None:
    """It is that operation's reason not to be served."""
    answer = calls.http.get("/matrix/;id=1")
    assert answer.status_code == 501
    assert "the parameter 'id' is not one that this server reads" in answer.json()["detail"]
