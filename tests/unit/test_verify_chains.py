"""Ids in paths, by a contract of a shop's orders and their lines: a right target is clean, and wrong ones are found."""

import json
from collections.abc import Callable
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.plain_target import Answer, Asked, found, judged
from tollbridge.contract import load_contract
from tollbridge.verify.model.sources import Source, sources_of, taken
from tollbridge.verify.target.filling import altered

NEW = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}}}
TEXT = {"type": "string"}
ORDER = {"type": "object", "required": ["id", "name"], "properties": {"id": TEXT, "name": TEXT}}
LINE = {"type": "object", "required": ["line_no"], "properties": {"line_no": {"type": "integer"}}}
ID = {"name": "orderId", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^o-[0-9]+$"}}
NUMBER = {"name": "lineNo", "in": "path", "required": True, "schema": {"type": "integer"}}


def answer(schema: Any) -> dict[str, Any]:
    """A documented body."""
    return {"description": "It.", "content": {"application/json": {"schema": schema}}}


MISSING = {"description": "Not there."}
BODY = {"required": True, "content": {"application/json": {"schema": NEW}}}
CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/orders": {"post": {"requestBody": BODY, "responses": {"201": answer(ORDER)}}},
        "/orders/{orderId}": {
            "parameters": [ID],
            "get": {"responses": {"200": answer(ORDER), "404": MISSING}},
            "put": {"requestBody": BODY, "responses": {"200": answer(ORDER), "404": MISSING}},
            "patch": {"requestBody": BODY, "responses": {"200": answer(ORDER), "404": MISSING}},
            "delete": {"responses": {"204": {"description": "Gone."}, "404": MISSING}},
        },
        "/orders/{orderId}/lines": {
            "parameters": [ID],
            "post": {"responses": {"201": answer(LINE), "404": MISSING}},
        },
        "/orders/{orderId}/lines/{lineNo}": {
            "parameters": [ID, NUMBER],
            "get": {"responses": {"200": answer(LINE), "404": MISSING}},
        },
    },
}


class Orders:
    """A target that keeps orders, with whatever is wrong with it."""

    def __init__(self, **wrong: bool) -> None:
        self._wrong = wrong
        self._orders: dict[str, set[int]] = {}
        self._numbers = count(1)

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        steps = asked.path.strip("/").split("/")
        if steps[0] != "orders" or len(steps) > 4 or (len(steps) > 2 and steps[2] != "lines"):
            return Answer(404)
        if (asked.method in ("PUT", "PATCH") or asked.path == "/orders") and not _is_new(asked):
            return Answer(400)
        return self._served(asked.method, steps[1:])

    def _served(self, method: str, steps: list[str]) -> Answer:
        if not steps:
            identity = f"o-{next(self._numbers)}"
            self._orders[identity] = set()
            return Answer(201, {"id": identity, "name": "n"})
        if steps[0] not in self._orders and not self._serves_anything(method, steps[0]):
            return Answer(404)
        if len(steps) == 1:
            return self._of_one(method, steps[0])
        if len(steps) == 2:
            number = next(self._numbers)
            self._orders[steps[0]].add(number)
            return Answer(201, {"line_no": number})
        lines = self._orders.get(steps[0], set())
        there = steps[2].isdigit() and (int(steps[2]) in lines or self._serves_anything(method, steps[0]))
        return Answer(200, {"line_no": 1}) if there and not self._wrong.get("loses lines") else Answer(404)

    def _serves_anything(self, method: str, order: str) -> bool:
        return bool(self._wrong.get("serves anything")) and method == "GET" and order.startswith("o-")

    def _of_one(self, method: str, identity: str) -> Answer:
        if self._wrong.get(f"fails at {method}"):
            return Answer(500)
        if method == "DELETE":
            if not self._wrong.get("keeps what is deleted"):
                self._orders.pop(identity, None)
            return Answer(204)
        if self._wrong.get(f"forgets the name at {method}"):
            return Answer(200, {"id": identity})
        return Answer(200, {"id": identity, "name": "n"})


def _is_new(asked: Asked) -> bool:
    try:
        sent = asked.document
    except ValueError:
        return False
    named = isinstance(sent, dict) and isinstance(sent.get("name"), str) and sent["name"]
    return bool(named) and asked.headers.get("content-type") == "application/json"


READ, READ_LINE = "get_orders_orderId", "get_orders_orderId_lines_lineNo"
WRONG = {
    "serves anything": {("serves-only-what-is-there", READ), ("serves-only-what-is-there", READ_LINE)},
    "keeps what is deleted": {("serves-only-what-is-there", READ)},
    "loses lines": {("serves-what-is-documented", READ_LINE)},
    "fails at PUT": {("no-server-error", "put_orders_orderId")},
    "fails at DELETE": {("no-server-error", "delete_orders_orderId")},
    "forgets the name at PATCH": {("answer-schema", "patch_orders_orderId")},
}


def test_a_right_target_is_clean_and_every_operation_is_served(tmp_path: Path) -> None:
    """Ids come from earlier answers, through two levels, so each operation gets a 2xx."""
    report = judged(Orders(), CONTRACT, tmp_path)
    assert (found(report), [*report.unexercised], report.exit_code) == (set(), [], 0)
    assert len(report.tally.successes) == 7


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_target_is_found(name: str, tmp_path: Path) -> None:
    """What is wrong behind an id is found at its operation, and nothing else."""
    report = judged(Orders(**{name: True}), CONTRACT, tmp_path)
    assert {(one.check.name, one.exchange.operation) for one in report.findings} == WRONG[name]


def contract_with(folder: Path, change: Callable[[dict[str, Any]], None]) -> dict[tuple[str, str], Source]:
    """The sources of the contract's ids, after a change of it."""
    document = deepcopy(CONTRACT)
    change(document)
    path = folder / "openapi.json"
    path.write_text(json.dumps(document))
    return sources_of(load_contract(path))


def test_a_link_of_the_contract_comes_before_names(tmp_path: Path) -> None:
    """It says which operation answers an id, and where in its body, by the operation's id or its place."""

    def linking(document: dict[str, Any]) -> None:
        paths = document["paths"]
        paths["/orders/{orderId}/lines/{lineNo}"]["get"]["operationId"] = "read_line"
        made = paths["/orders/{orderId}/lines"]["post"]["responses"]["201"]
        reference = "#/paths/~1orders~1{orderId}/get"
        made["links"] = {
            "order": {"operationRef": reference, "parameters": {"orderId": "$response.body#/order/id"}},
            "line": {"operationId": "read_line", "parameters": {"path.lineNo": "$response.body#/n"}},
            "elsewhere": {"operationId": "nobody", "parameters": {"x": "$request.path.id"}},
        }

    found = contract_with(tmp_path, linking)
    post = "post_orders_orderId_lines"
    assert found["get_orders_orderId", "orderId"] == Source(post, ("order", "id"))
    assert found["put_orders_orderId", "orderId"] == Source("post_orders")
    assert found["read_line", "lineNo"] == Source(post, ("n",))


@pytest.mark.parametrize(
    ("document", "name", "value"),
    [
        ({"id": "o-1"}, "orderId", "o-1"),
        ({"order_id": 7, "id": "o-1"}, "orderId", "7"),
        ({"data": {"id": "o-1"}}, "id", "o-1"),
        ([{"id": "o-1"}, {"id": "o-2"}], "orderId", "o-1"),
        ({"order": {"lago_id": "o-1", "code": "c"}}, "code", "c"),
        ({"bookings": [{"id": "b"}], "links": {}}, "bookingId", "b"),
        ({"name": "n"}, "orderId", None),
        ({"id": True}, "id", None),
        ({"id": ""}, "id", None),
        ({"id": "x" * 1_000}, "id", None),
        ("o-1", "id", None),
        (None, "id", None),
    ],
)
def test_an_id_is_taken_by_its_name(document: Any, name: str, value: str | None) -> None:
    """The parameter's own name comes before `id`, the body before what it wraps; what is no id is not taken."""
    assert taken(document, name, None) == value


@pytest.mark.parametrize("value", ["o-1", "1234567890", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "pi_3QaB"])
def test_an_altered_id_has_the_form_of_the_first(value: str) -> None:
    """It is another one, as long, with digits for digits."""
    other = altered(value)
    assert other != value
    assert [one.isdigit() for one in other] == [one.isdigit() for one in value]
