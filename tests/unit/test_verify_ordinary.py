"""Operations that say nothing of Stripe, by a contract with one GET and one POST: a right target, and wrong ones."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.plain_target import Answer, Answering, Asked, found, judged, serving
from tollbridge.compose import Options
from tollbridge.verify import VerifyError, VerifyOptions, verify

FEE = {
    "type": "object",
    "required": ["id", "amount"],
    "properties": {
        "id": {"type": "string"},
        "amount": {"type": "integer"},
        "note": {"type": "string", "maxLength": 20},
    },
}
NEW_FEE = {
    "type": "object",
    "required": ["amount"],
    "additionalProperties": False,
    "properties": {"amount": {"type": "integer", "minimum": 1}, "note": {"type": "string", "maxLength": 20}},
}
CURRENCY = {"type": "string", "enum": ["eur", "usd"]}
PROBLEM = {"description": "A refusal.", "content": {"application/json": {"schema": {"type": "object"}}}}
CONTRACT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Fees", "version": "1"},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "paths": {
        "/fees": {
            "get": {
                "parameters": [
                    {
                        "name": "currency",
                        "in": "query",
                        "required": True,
                        "schema": {"enum": ["eur", "usd"], "type": "string"},
                    },
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                ],
                "responses": {
                    "200": {
                        "description": "The fees.",
                        "headers": {"X-Total": {"required": True, "schema": {"type": "integer"}}},
                        "content": {"application/json": {"schema": {"type": "array", "items": FEE}}},
                    },
                    "400": PROBLEM,
                },
            },
            "post": {
                "security": [{"key": []}],
                "requestBody": {"required": True, "content": {"application/json": {"schema": NEW_FEE}}},
                "responses": {
                    "201": {"description": "A fee.", "content": {"application/json": {"schema": FEE}}},
                    "400": PROBLEM,
                    "401": PROBLEM,
                },
            },
        }
    },
}


def right(asked: Asked) -> Answer:
    """Answer as the contract says."""
    if asked.path != "/fees":
        return Answer(404, {})
    if asked.method == "GET":
        limit = asked.query.get("limit", ["1"])
        good = asked.query.get("currency") in (["eur"], ["usd"]) and limit[0].isdigit() and 1 <= int(limit[0]) <= 100
        fees = [{"id": "fee_1", "amount": 100}]
        return Answer(200, fees, {"X-Total": "1"}) if good else Answer(400, {})
    if asked.method != "POST":
        return Answer(405, {})
    if "x-key" not in asked.headers:
        return Answer(401, {})
    return Answer(201, {"id": "fee_2", "amount": 1}) if _is_fee(asked) else Answer(400, {})


def _is_fee(asked: Asked) -> bool:
    try:
        sent = json.loads(asked.body)
    except ValueError:
        return False
    if asked.headers.get("content-type") != "application/json" or not isinstance(sent, dict):
        return False
    amount, note = sent.get("amount"), sent.get("note", "")
    whole = type(amount) is int and amount >= 1
    return sent.keys() <= {"amount", "note"} and whole and isinstance(note, str) and len(note) <= 20


def when(method: str, instead: Callable[[Asked, Answer], Answer]) -> Answering:
    """Answer rightly, but successes of a method in another way."""

    def answering(asked: Asked) -> Answer:
        answer = right(asked)
        return instead(asked, answer) if asked.method == method and answer.status < 300 else answer

    return answering


def without(status: int, instead: Answer) -> Answering:
    """Answer rightly, but for one status."""

    def answering(asked: Asked) -> Answer:
        answer = right(asked)
        return instead if answer.status == status else answer

    return answering


def ignores_the_currency(asked: Asked) -> Answer:
    """Take any currency, and none."""
    return right(replace(asked, query={**asked.query, "currency": ["eur"]}))


def takes_any_amount(asked: Asked) -> Answer:
    """Look at no value of a body."""
    try:
        if asked.method == "POST" and isinstance(asked.document, dict):
            asked = replace(asked, body=b'{"amount": 1}')
    except ValueError:
        pass
    return right(asked)


def asks_for_no_key(asked: Asked) -> Answer:
    """Take calls without a key."""
    return right(replace(asked, headers={"x-key": "any", **asked.headers}))


WRONG: dict[str, tuple[Answering, str]] = {
    "a 500": (when("GET", lambda _x, _a: Answer(500, {})), "no-server-error"),
    "an undocumented success": (when("POST", lambda _x, a: replace(a, status=202)), "documented-status"),
    "an undocumented refusal of a right call": (when("GET", lambda _x, _a: Answer(418, {})), "documented-status"),
    "another media type": (when("GET", lambda _x, a: replace(a, media_type="text/html")), "media-type"),
    "a body without a required member": (when("POST", lambda _x, _a: Answer(201, {"id": "fee_2"})), "answer-schema"),
    "no required header": (when("GET", lambda _x, a: replace(a, headers={})), "documented-headers"),
    "a required parameter that is ignored": (ignores_the_currency, "refuses-invalid"),
    "a wrong body that is accepted": (takes_any_amount, "refuses-invalid"),
    "a call without a key that is accepted": (asks_for_no_key, "judges-tokens"),
    "a refusal of another media type": (without(400, Answer(400, b"no", media_type="text/plain")), "media-type"),
    "a path of nobody that is served": (without(404, Answer(200, {})), "wire-verdict"),
    "a stack in a refusal": (without(400, Answer(400, {"detail": 'File "a.py", line 3'})), "nothing-of-the-inside"),
    "a documented operation that is not there": (when("POST", lambda _x, _a: Answer(405, {})), "documented-status"),
}


def test_a_right_target_is_clean(tmp_path: Path) -> None:
    """A target that does what a contract without a word of Stripe says is exit code 0."""
    report = judged(right, CONTRACT, tmp_path)
    assert (found(report), list(report.unexercised), report.unfinished) == (set(), [], None)
    assert report.exit_code == 0
    assert {*report.tally.successes} == {"get_fees", "post_fees"}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_target_is_found(name: str, tmp_path: Path) -> None:
    """What is wrong with it is what is found, and nothing else."""
    target, check = WRONG[name]
    report = judged(target, CONTRACT, tmp_path)
    assert found(report) == {check}
    assert report.exit_code == 1


BASED = CONTRACT | {"servers": [{"url": "https://api.example.com/v1"}]}


def below_its_base(asked: Asked) -> Answer:
    """Answer below the contract's base path only."""
    return right(replace(asked, path=asked.path.removeprefix("/v1"))) if asked.path != "/fees" else Answer(404, {})


@pytest.mark.parametrize(("target", "said"), [(below_its_base, 0), (right, 1)])
def test_a_base_path_is_looked_for_first(target: Answering, said: int, tmp_path: Path) -> None:
    """A target may serve the contract's paths below the base path, or without it; the report says so then."""
    report = judged(target, BASED, tmp_path)
    assert (found(report), report.exit_code, len(report.not_judged)) == (set(), 0, said)


def test_a_url_may_end_with_the_base_path(tmp_path: Path) -> None:
    """What the URL has is not sent twice."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(BASED))
    with serving(below_its_base) as url:
        report = verify(VerifyOptions(path, tmp_path, Options().world, f"{url}/v1", max_examples=0))
    assert (found(report), report.exit_code) == (set(), 0)


def test_what_cannot_be_called_is_named(tmp_path: Path) -> None:
    """An operation that we cannot send a request to is exit code 2, with the reason."""
    odd = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"not": {}}}}}}
    put = odd | {"responses": {"200": {"description": "Done."}}}
    contract = CONTRACT | {"paths": {"/fees": CONTRACT["paths"]["/fees"] | {"put": put}}}
    report = judged(right, contract, tmp_path)
    assert [*report.unexercised] == ["the operation put_fees: it was not called: no body is found that fits its schema"]
    assert report.exit_code == 2


def test_a_contract_of_which_nothing_can_be_called_is_told(tmp_path: Path) -> None:
    """It is an error with the reason of each operation."""
    odd = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"not": {}}}}}}
    contract = CONTRACT | {"paths": {"/fees": {"put": odd | {"responses": {"200": {"description": "Done."}}}}}}
    with pytest.raises(VerifyError, match="put_fees: no body is found"):
        judged(right, contract, tmp_path)


def refuses_by_words(asked: Asked) -> Answer:
    """Refuse wrong amounts of the kinds that our tables send, and take lists and objects."""
    try:
        sent = asked.document if asked.method == "POST" else None
    except ValueError:
        return right(asked)
    if isinstance(sent, dict) and isinstance(sent.get("amount"), list | dict):
        return right(replace(asked, body=b'{"amount": 1}'))
    return right(asked)


def numbers_by_name(asked: Asked) -> Answer:
    """Answer a header with a value that its schema does not have."""
    answer = right(asked)
    return replace(answer, headers={"X-Total": "many"}) if answer.headers else answer


RANDOM = [(right, set()), (refuses_by_words, {"refuses-invalid"}), (numbers_by_name, {"documented-headers"})]


@pytest.mark.parametrize(("target", "check"), RANDOM)
def test_schemathesis_checks_stand_in_the_same_report(target: Answering, check: set[str], tmp_path: Path) -> None:
    """What its own random requests and checks find beyond ours is a finding of the check that asserts the same."""
    report = judged(target, CONTRACT, tmp_path, max_examples=80)
    assert found(report) == check
    assert all("Schemathesis" in finding.wrong.cause for finding in report.findings)
    assert report.generated > 40
