"""What handlers may say: any documented status, no content, headers, other media types; and what is withheld."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.any_contract import document, serving
from tests.contract.conftest import SETTINGS, Server, served
from tollbridge.compose import CANNOT_START, Options, compose
from tollbridge.payments import Reply
from tollbridge.server.handlers import HandlerError

TEXT = {"type": "string"}
NEEDS_A = {"type": "object", "required": ["a"]}
OPERATION: dict[str, Any] = {
    "operationId": "refund",
    "x-openapi-router-controller": "refunds",
    "parameters": [
        {"name": "refund-id", "in": "path", "required": True, "schema": TEXT},
        {"name": "Idempotency-Key", "in": "header", "schema": TEXT},
        {"name": "dryRun", "in": "query", "required": True, "schema": {"type": "boolean"}},
        {"name": "from", "in": "query", "schema": TEXT},
    ],
    "responses": {
        "200": {
            "description": "ok",
            "content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}},
        },
        "202": {"description": "later", "content": {"application/vnd.later+json": {"schema": TEXT}, "text/plain": {}}},
        "204": {"description": "gone"},
        "301": {"description": "moved"},
        "302": {"description": "a picture", "content": {"image/png": {}}},
    },
}
PATH = "/refunds/12-b"


def contract(folder: Path, **changes: Any) -> Path:
    """Write a contract with one operation."""
    operation = deepcopy(OPERATION) | changes
    path = folder / "openapi.json"
    path.write_text(json.dumps(document({"/refunds/{refund-id}": {"post": operation}})))
    return path


def options(folder: Path, source: str, **changes: Any) -> Options:
    """Return the options of a server with one handler."""
    (folder / "refunds.py").write_text(source)
    return Options(contract=contract(folder, **changes), handlers=folder, calls=SETTINGS)


def answered(folder: Path, returned: str, **request: Any) -> httpx.Response:
    """Return what is answered where a handler returns an expression."""
    source = f"from tollbridge.payments import Reply\n\n\nasync def refund():\n    return {returned}\n"
    answers: list[httpx.Response] = []
    for server in served(options(folder, source)):
        answers.append(asked(server, **request))
    return answers[0]


def asked(server: Server, **request: Any) -> httpx.Response:
    """Send a right request."""
    return server.http.post(PATH, params={"dryRun": "true"}, follow_redirects=False, **request)


@pytest.mark.parametrize(
    ("returned", "status", "media", "body"),
    [
        ("200, {'a': 1}", 200, "application/json", b'{"a":1}'),
        ("Reply(200, {'a': 1})", 200, "application/json", b'{"a":1}'),
        ("Reply(204)", 204, None, b""),
        ("204, None", 204, None, b""),
        ("Reply(301, headers={'Location': '/elsewhere'})", 301, None, b""),
        ("202, 'soon', {'Content-Type': 'application/vnd.later+json'}", 202, "application/vnd.later+json", b'"soon"'),
        ("202, 'soon'", 202, "text/plain", b"soon"),
        ("202, 'soon', {'content-type': 'text/plain'}", 202, "text/plain", b"soon"),
        ("302, b'\\x89PNG'", 302, "image/png", b"\x89PNG"),
    ],
)
def test_a_handler_answers_what_the_contract_documents(
    tmp_path: Path, returned: str, status: int, media: str | None, body: bytes
) -> None:
    """Any status, with or without content, in each documented media type."""
    answer = answered(tmp_path, returned)
    told = answer.headers.get("content-type")
    assert (answer.status_code, told and told.partition(";")[0], answer.content) == (status, media, body)
    assert ("content-length" in answer.headers) == (status != 204)


def test_a_handlers_headers_are_sent(tmp_path: Path) -> None:
    """Texts and numbers, under any name that is not the server's own."""
    answer = answered(
        tmp_path, "200, {'a': 1}, {'Location': '/refunds/1', 'X-RateLimit-Remaining': 7, 'Set-Cookie': 'a=b'}"
    )
    assert (answer.headers["location"], answer.headers["x-ratelimit-remaining"]) == ("/refunds/1", "7")
    assert answer.headers["set-cookie"] == "a=b"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("None", "returned NoneType"),
        ("{'a': 1}", "returned dict"),
        ("'canary'", "returned str"),
        ("(200,)", "returned tuple"),
        ("(200, {}, {}, 'canary')", "returned tuple"),
        ("'200', {'a': 'canary'}", "returned tuple"),
        ("True, {'a': 'canary'}", "returned tuple"),
        ("404, {'a': 'canary'}", "answered 404, which the contract does not document"),
        ("204, {'a': 'canary'}", "answered a body to a 204 that has none"),
        ("301, 'canary'", "answered a body to a 301 that has none"),
        ("302, {'a': 'canary'}", "answered JSON to a 302 that has none"),
        ("200, {'canary': 1}", "breaks the contract at #/a"),
        ("200, None", "breaks the contract at #"),
        ("200, {'a': {1, 2}}", "what JSON cannot say"),
        ("200, {'a': 2 ** 70}", "what JSON cannot say"),
        ("202, 7, {'Content-Type': 'application/vnd.later+json'}", "breaks the contract at #"),
        ("202, 'canary', {'Content-Type': 'text/html'}", "answered text/html, which is not documented for 202"),
        ("200, {'a': 1}, ['canary']", "headers that are not a mapping"),
        ("200, {'a': 1}, {'X-Bad': 'canary\\r\\nSet-Cookie: a=b'}", "the header X-Bad, which cannot be sent"),
        ("200, {'a': 1}, {'X Bad': 'canary'}", "the header X Bad, which cannot be sent"),
        ("200, {'a': 1}, {'X-Bad': None}", "the header X-Bad, which cannot be sent"),
        ("200, {'a': 1}, {5: 'canary'}", "the header 5, which cannot be sent"),
        ("200, {'a': 1}, {'Content-Length': '3'}", "the header Content-Length, which the server sends itself"),
        ("200, {'a': 1}, {'Transfer-Encoding': 'chunked'}", "the header Transfer-Encoding, which the server sends"),
    ],
)
def test_what_the_contract_does_not_allow_is_withheld(tmp_path: Path, returned: str, told: str) -> None:
    """A 500 problem says what is wrong, and none of the values."""
    answer = answered(tmp_path, returned)
    assert (answer.status_code, answer.json()["error_code"]) == (500, "contract-breach")
    assert told in answer.json()["detail"]
    assert "canary" not in answer.text


TAKES = """async def refund({takes}):
    return 200, {{"a": [{gives}]}}
"""


@pytest.mark.parametrize(
    ("takes", "gives", "expected"),
    [
        ("refund_id", "refund_id", ["12-b"]),
        ("idempotency_key=None", "idempotency_key", ["k1"]),
        ("dry_run, dryRun", "dry_run, dryRun", [True, True]),
        ("from_=None", "from_", [None]),
        ("*, refund_id, dry_run", "refund_id, dry_run", ["12-b", True]),
    ],
)
def test_parameters_have_names_in_snake_case(tmp_path: Path, takes: str, gives: str, expected: list[object]) -> None:
    """`Idempotency-Key` is `idempotency_key`, `{refund-id}` is `refund_id`, a word of Python's has an underscore."""
    for server in served(options(tmp_path, TAKES.format(takes=takes, gives=gives))):
        answer = asked(server, headers={"Idempotency-Key": "k1"})
        assert answer.json() == {"a": expected}, answer.text


BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"amount": {"type": "integer"}},
                    "allOf": [{"properties": {"memo": TEXT}}],
                }
            }
        },
    }
}
USES = """from dataclasses import dataclass


@dataclass
class Refund:
    amount: int


class Desk:
    def take(self, *, amount):
        return amount


desk = Desk()


def take(amount, memo=None):
    return amount


def take_all(**members):
    return members


async def refund(body, payments):
    {call}(**body)
    return 204, None
"""


@pytest.mark.parametrize(
    ("call", "left"),
    [
        ("Refund", "memo"),
        ("desk.take", "memo"),
        ("payments.create_intent", "memo"),
        ("take", None),
        ("take_all", None),
        ("dict", None),
        ("desk.gone", None),
        ("(lambda **members: members)", None),
    ],
)
def test_a_handler_that_takes_less_than_the_body_is_told_at_the_start(
    tmp_path: Path, call: str, left: str | None
) -> None:
    """Where a member would be a TypeError in what the body is passed to, the server does not start, and says which."""
    asking = options(tmp_path, USES.format(call=call), **BODY)
    if left is None:
        compose(asking, lambda _exchange: None).close()
        return
    with pytest.raises(HandlerError, match=rf"refund in .*: it passes the body to {call}, which does not take {left};"):
        compose(asking, lambda _exchange: None)


def test_a_member_that_a_handler_takes_out_is_not_passed_on(tmp_path: Path) -> None:
    """`body.pop("memo")` is the handler's word that it knows the member."""
    source = USES.format(call="Refund").replace("    Refund(", "    body.pop('memo', None)\n    Refund(")
    assert "pop" in source
    compose(options(tmp_path, source, **BODY), lambda _exchange: None).close()


def test_the_bundled_handler_is_told_of_a_new_member(tmp_path: Path) -> None:
    """One more optional member in the bundled contract stops the start, where it was a 500."""
    text = Options().contract.read_text()
    member = "        description:\n          type: string"
    assert text.count(member) == 1
    path = tmp_path / "openapi.yaml"
    path.write_text(text.replace(member, "        memo: {type: string}\n" + member))
    with pytest.raises(CANNOT_START, match=r"passes the body to payments\.create_intent, which does not take memo"):
        compose(Options(contract=path), lambda _exchange: None)


@pytest.mark.parametrize(
    ("takes", "told"),
    [
        ("idempotency_key", "a request may leave Idempotency-Key out; give idempotency_key a default"),
        ("from_", "a request may leave from out; give from_ a default"),
        (
            "refund",
            "it may have body, caller, dryRun, dry_run, from_, idempotency_key, payments, problems, refund_id",
        ),
    ],
)
def test_a_handler_that_would_fail_on_a_right_request_stops_the_start(tmp_path: Path, takes: str, told: str) -> None:
    """What a request may leave out needs a default; what nobody has cannot be asked for."""
    with pytest.raises(HandlerError, match=told):
        compose(options(tmp_path, TAKES.format(takes=takes, gives="1")), lambda _exchange: None)


def test_a_reply_has_no_body_and_no_headers_unless_it_says_so() -> None:
    """`Reply(204)` is enough."""
    assert Reply(204) == (204, None, {})


HEADERS = {
    "Location": {"required": True, "schema": {"type": "string", "pattern": "^/"}},
    "X-Left": {"schema": {"type": "integer", "minimum": 0}},
    "X-Tags": {"schema": {"type": "array", "items": {"type": "integer"}}},
    "X-Request-ID": {"required": True, "schema": {"type": "string"}},
    "Content-Type": {"required": True, "schema": {"type": "integer"}},
}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Location": "/a"}, ""),
        ({"location": "/a", "X-Left": 0, "X-Tags": "1, 2"}, ""),
        ({}, "lacks the header Location"),
        ({"X-Left": 1}, "lacks the header Location"),
        ({"Location": "canary"}, "has a header Location that breaks its schema"),
        ({"Location": "/a", "X-Left": "canary"}, "has a header X-Left that breaks its schema"),
        ({"Location": "/a", "X-Left": -1}, "has a header X-Left that breaks its schema"),
        ({"Location": "/a", "X-Tags": "1,canary"}, "has a header X-Tags that breaks its schema"),
    ],
)
def test_documented_headers_hold_for_a_handlers_answer(tmp_path: Path, headers: dict[str, object], told: str) -> None:
    """One that every answer has is there, and each fits its schema; else the answer is withheld as for its body."""
    contract = document({"/p": {"get": {"operationId": "see", "responses": {"200": {**OK_BODY, "headers": HEADERS}}}}})
    (tmp_path / "handlers").mkdir()
    source = f"async def see():\n    return 200, {{}}, {headers!r}\n"
    (tmp_path / "handlers" / "operations.py").write_text(source)
    with serving(tmp_path, contract) as server:
        answer = server.http.get("/p")
    assert answer.status_code == (500 if told else 200)
    assert "canary" not in answer.text
    assert told in (answer.json()["detail"] if told else "")


def test_a_mock_has_the_headers_that_every_answer_has(tmp_path: Path) -> None:
    """With values that fit."""
    responses = {"200": {**OK_BODY, "headers": {"X-Left": {"required": True, "schema": {"type": "integer"}}}}}
    with serving(tmp_path, document({"/p": {"get": {"responses": responses}}})) as server:
        assert server.http.get("/p").headers["x-left"].isdigit()


OK_BODY = {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}
