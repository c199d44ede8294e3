"""Steering an answer by `Prefer`: any documented one, with nothing done at Stripe."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.conftest import PATH, SETTINGS, Server, served
from tests.contract.test_second_contract import options as second_options
from tollbridge.compose import Options
from tollbridge.contract import load_contract
from tollbridge.problems import SurfaceProblem, catalogue
from tollbridge.server.preferences import preferences

BODY = {"amount": 4200, "currency": "usd"}
OPERATION = load_contract(Options().contract).operations[0]
SHOWN = [(status, one.name) for status, response in OPERATION.responses.items() for one in response.examples]


def asked(server: Server, prefer: str | list[str], body: object = BODY) -> httpx.Response:
    """Send a right request with `Prefer`."""
    values = [prefer] if isinstance(prefer, str) else prefer
    return server.http.post(PATH, json=body, headers=[("Prefer", value) for value in values])


def told(server: Server) -> int:
    """How many calls the simulator has received."""
    return server.stripe.record.total


def test_the_contract_shows_every_problem_once() -> None:
    """Each status and code of the catalogue is a named answer of the operation, with the catalogue's title."""
    problems = {(entry.status, entry.error_code): entry.title for entry in catalogue() if entry.in_contract}
    shown = {
        (int(status), one.name): one.value
        for status, response in OPERATION.responses.items()
        for one in response.examples
        if int(status) >= 400
    }
    assert shown.keys() == problems.keys()
    for (status, code), value in shown.items():
        assert isinstance(value, dict)
        assert (value["status"], value["error_code"], value["title"]) == (status, code, problems[status, code])
        assert value["type"] == f"/_tollbridge/problems/{code}"


@pytest.mark.parametrize(("status", "name"), SHOWN, ids=str)
def test_every_answer_that_the_contract_shows_can_be_had(module_server: Server, status: str, name: str) -> None:
    """Status, media type, documented headers and document are the contract's; the instance is the request's own id."""
    before = told(module_server)
    answer = asked(module_server, f"code={status}, example={name}")
    assert answer.status_code == int(status)
    response = OPERATION.responses[status]
    [media_type] = response.media
    assert answer.headers["content-type"] == media_type
    assert {header for header in response.headers if header not in answer.headers} == set()
    assert response.media[media_type].is_valid(answer.json())
    assert answer.json().get("instance", answer.headers["x-request-id"]) == answer.headers["x-request-id"]
    assert answer.json().get("error_code", name) == name
    assert answer.headers["preference-applied"] == f"code={status}, example={name}"
    assert told(module_server) == before


def test_a_code_alone_gives_the_first_answer_of_the_status(module_server: Server) -> None:
    """`code=402` is the decline that the contract shows first, and the log has its code."""
    answer = asked(module_server, "code=402")
    assert (answer.status_code, answer.json()["error_code"]) == (402, "card-declined")
    assert answer.headers["preference-applied"] == "code=402"
    assert (module_server.notes[-1].status, module_server.notes[-1].error_code) == (402, "card-declined")


def test_a_name_alone_is_looked_for_under_every_status(module_server: Server) -> None:
    """One that is under two statuses is refused with both."""
    answer = asked(module_server, "example=expired-card")
    assert (answer.status_code, answer.json()["error_code"]) == (402, "expired-card")
    assert answer.headers["preference-applied"] == "example=expired-card"
    both = asked(module_server, "example=authentication-required")
    assert both.status_code == 400
    assert "send code=401 or code=402 with it" in both.json()["detail"]
    assert asked(module_server, "code=401, example=authentication-required").status_code == 401


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=418", ["code=418", "code=200 with example=created", "code=402 with example=card-declined"]),
        ("code=402, example=none", ["code=402 example=none", "code=402 with example=card-declined"]),
        ("example=none", ["example=none", "code=503 with example=provider-unavailable"]),
        ("code=abc", ["code is 'abc'"]),
        ("code=100", ["code is '100'"]),
        ("code=600", ["code is '600'"]),
        ("code=4020", ["code is '4020'"]),
        ("wait=soon", ["wait is 'soon'", "from 0 to 60"]),
        ("wait=-1", ["wait is '-1'"]),
        ("wait=61", ["wait is '61'"]),
        ("wait=60.001", ["wait is '60.001'"]),
        ("wait=1e1", ["wait is '1e1'"]),
        ("code=402, wait=61", ["wait is '61'"]),
        ('example="<b>\t"', ["example=<b>"]),
    ],
)
def test_what_the_contract_does_not_show_is_refused_with_what_there_is(
    module_server: Server, prefer: str, said: list[str]
) -> None:
    """A 400 that names the header, applies nothing and does nothing."""
    before = told(module_server)
    answer = asked(module_server, prefer)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid-request")
    [error] = answer.json()["errors"]
    assert error["header"] == "Prefer"
    for part in said:
        assert part in error["detail"]
    assert "preference-applied" not in answer.headers
    assert OPERATION.responses["400"].media["application/problem+json"].is_valid(answer.json())
    assert told(module_server) == before


def test_only_the_statuses_answer_is_listed_where_the_status_is_right(module_server: Server) -> None:
    """Of a wrong name beside a right status, the names of that status are told, and no others."""
    [error] = asked(module_server, "code=402, example=none").json()["errors"]
    assert "incorrect-cvc" in error["detail"]
    assert "provider-unavailable" not in error["detail"]


@pytest.mark.parametrize(
    "prefer",
    [
        "respond-async",
        "return=minimal",
        "dynamic=true",
        "handling=lenient; strict",
        "code",
        "code=",
        'example=""',
        ",",
        "=402",
    ],
)
def test_what_is_not_ours_is_ignored(module_server: Server, prefer: str) -> None:
    """Other preferences, and those without a value, change nothing, as RFC 7240 asks."""
    answer = asked(module_server, prefer)
    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["code=402"], {"code": "402"}),
        (["Code = 402 ; x=1,wait=2"], {"code": "402", "wait": "2"}),
        (["code=402", "code=403, example=a"], {"code": "402", "example": "a"}),
        (['example="a, b; c", code=4'], {"example": "a, b; c", "code": "4"}),
        (["respond-async, wait=10"], {"respond-async": "", "wait": "10"}),
        (['example="open'], {}),
    ],
)
def test_the_header_is_read_as_rfc_7240_has_it(values: list[str], found: dict[str, str]) -> None:
    """Lists, several lines, quoted values, parameters; of what is sent twice the first counts."""
    assert preferences(value.encode() for value in values) == found


def test_a_wrong_request_is_told_what_is_wrong(module_server: Server) -> None:
    """Wire, token and contract are judged before: a steered answer hides no fault of the request."""
    answer = asked(module_server, "code=503", {"amount": 1, "currency": "usd"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/amount")
    both = asked(module_server, "code=418", {"amount": 1, "currency": "usd"})
    assert [error.get("pointer") or error["header"] for error in both.json()["errors"]] == ["#/amount", "Prefer"]
    headers = {"Prefer": "code=200", "Authorization": "Bearer x"}
    assert module_server.http.post(PATH, json=BODY, headers=headers).status_code == 401


def test_a_wait_delays_the_answer_that_follows(module_server: Server) -> None:
    """The handler's answer and a chosen one both come after it, and say so."""
    for prefer, status in (("wait=0.2", 200), ("wait=0.2, code=503", 503)):
        began = time.monotonic()
        answer = asked(module_server, prefer)
        assert time.monotonic() - began >= 0.2
        assert (answer.status_code, answer.headers["preference-applied"]) == (status, prefer)


def test_a_problem_of_the_handlers_says_what_was_applied(module_server: Server) -> None:
    """`Preference-Applied` stands in a refusal too, where the handler gives it."""
    answer = asked(module_server, "wait=0.001", BODY | {"payment_method": 99})
    assert (answer.status_code, answer.headers["preference-applied"]) == (404, "wait=0.001")


def test_a_page_may_send_it_and_read_what_was_applied(module_server: Server) -> None:
    """CORS lets a page of this machine steer, and shows it the header of the answer."""
    page = {"Origin": "http://localhost:3000"}
    preflight = page | {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,prefer",
    }
    assert "prefer" in module_server.http.options(PATH, headers=preflight).headers["access-control-allow-headers"]
    answer = module_server.http.post(PATH, json=BODY, headers=page | {"Prefer": "code=402"})
    assert "Preference-Applied" in answer.headers["access-control-expose-headers"]


def test_without_prefer_the_header_is_nothing() -> None:
    """Right, wrong and unreadable preferences are all ignored where the server was started with --no-prefer."""
    for server in served(Options(calls=SETTINGS, steers=False)):
        for prefer in ("code=402", "code=418", "wait=99", "example=expired-card"):
            answer = asked(server, prefer)
            assert answer.status_code == 200
            assert "preference-applied" not in answer.headers
        assert told(server) == 4


ANSWERS = """
        "2XX":
          description: d
          headers:
            X-Good: {schema: {type: string}, example: good}
            X-Split: {schema: {type: string}, example: "a\\r\\nX-Evil: 1"}
            "X Bad": {schema: {type: string}, example: a}
            Content-Length: {schema: {type: integer}, example: 7}
            Transfer-Encoding: {schema: {type: string}, example: chunked}
          content:
            application/json:
              schema: {type: object}
              examples:
                huge: {value: {number: 123456789012345678901234567890, text: "<b>\\u2028"}}
                elsewhere: {externalValue: "http://127.0.0.1:9/"}
            "text/html": {schema: {type: string}, example: "<script>alert(1)</script>"}
        "102": {description: d, content: {application/json: {schema: {}, example: 1}}}
        "204": {description: d}
        "422": {description: d, content: {application/json: {schema: {type: object}, example: [1]}}}
        default: {description: d, content: {application/json: {schema: {type: object}, example: {a: 1}}}}
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A contract whose examples and headers are those of somebody who wants the server's answers to break."""
    options = second_options()
    text = options.contract.read_text()
    head, responses, rest = text.partition("      responses:\n")
    below = rest[rest.index("components:") :] if "components:" in rest else ""
    path: Path = tmp_path_factory.mktemp("hostile") / "openapi.yaml"
    path.write_text(head + responses + ANSWERS.lstrip("\n") + below)
    yield from served(Options(contract=path, handlers=options.handlers, calls=SETTINGS))


def fee(server: Server, prefer: str) -> httpx.Response:
    """Ask the second contract's operation."""
    return server.http.post("/v2/gates/12/fees", json={"price": 4200, "unit": "eur"}, headers={"Prefer": prefer})


def test_an_example_cannot_break_the_answer(hostile: Server) -> None:
    """Headers that split or frame an answer are left out; integers of any length are sent; ranges document a status."""
    answer = fee(hostile, "code=201, example=huge")
    assert answer.status_code == 201
    assert answer.json() == {"number": 123456789012345678901234567890, "text": "<b>\u2028"}
    assert answer.headers["x-good"] == "good"
    assert {"x-split", "x-evil", "x bad", "transfer-encoding"} & set(answer.headers) == set()
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_an_answer_without_a_body_has_none(hostile: Server) -> None:
    """A documented 204 has no content, and needs no example."""
    answer = fee(hostile, "code=204")
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_example_that_breaks_its_own_schema_is_withheld(hostile: Server) -> None:
    """What a handler may not answer, an example may not either."""
    assert fee(hostile, "code=422").json()["error_code"] == "contract-breach"


def test_what_is_not_json_or_at_a_url_is_not_given(hostile: Server) -> None:
    """An example at another URL, of another media type, or of a status that only announces an answer is not there."""
    for prefer in ("code=200, example=elsewhere", "code=102"):
        assert fee(hostile, prefer).status_code == 400
    assert fee(hostile, "code=503").json() == {"a": 1}


def test_surface_problems_are_not_of_the_operation() -> None:
    """What only our own pages and control give is not among the operation's answers."""
    names = {name for _, name in SHOWN}
    assert not {cls.error_code for cls in SurfaceProblem.__subclasses__()} & names
