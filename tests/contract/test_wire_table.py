"""Every row of the strict-wire table, in process."""

import json
import re
from urllib.parse import unquote

import pytest

from tests.contract.conftest import Server
from tests.wire_rows import BODIES, GOOD, HEADERS, JSON, PATH, PATHS, Row


@pytest.mark.parametrize("row", BODIES + HEADERS + PATHS, ids=lambda row: row.name)
def test_a_row_of_the_wire_table(module_server: Server, row: Row) -> None:
    """The stated answer comes, blames the stated places, and the next request is served."""
    headers = [(name, value.encode()) for name, value in row.headers]
    answer = module_server.http.request(row.method, row.path, content=row.body, headers=headers)
    assert answer.status_code == row.status
    if row.error_code is not None:
        document = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (document["status"], document["error_code"]) == (row.status, row.error_code)
        assert document["instance"] == answer.headers["x-request-id"]
        assert {error.get("pointer") or error["header"] for error in document.get("errors", ())} == row.places
    following = module_server.http.post(PATH, content=GOOD, headers=[JSON])
    assert following.status_code == 200


def test_a_wrong_method_names_the_right_ones(module_server: Server) -> None:
    """405 has `Allow`."""
    assert module_server.http.get(PATH).headers["allow"] == "POST"


def test_a_head_request_is_no_post(module_server: Server) -> None:
    """HEAD is a wrong method too."""
    assert module_server.http.head(PATH).status_code == 405


@pytest.mark.parametrize(("length", "status"), [(65_536, 400), (65_537, 413)])
def test_the_body_limit_is_exact(module_server: Server, length: int, status: int) -> None:
    """65,536 bytes are read, one more is refused, announced or not."""
    body = b'{"description":"' + b"x" * (length - 18) + b'"}'
    assert len(body) == length
    assert module_server.http.post(PATH, content=body, headers=[JSON]).status_code == status
    chunks = iter([body[:1000], body[1000:]])
    assert module_server.http.post(PATH, content=chunks, headers=[JSON]).status_code == status


def thousands(member: str) -> bytes:
    """Return a body of almost 64 kB, full of a member; in it `{n}` stands for its number."""
    times = 60_000 // len(member.replace("{n}", "0000,").encode())
    members = (member.replace("{n}", f"{number:04x}") for number in range(times))
    return b'{"amount":4200,"currency":"usd",' + ",".join(members).encode() + b"}"


@pytest.mark.parametrize(
    "body",
    [
        thousands('"{n}":1'),
        thousands('"{n}":NaN'),
        thousands('"a{n}":1,"a{n}":1'),
        thousands(r'"\ud800{n}":1'),
        b'{"amount":4200,"currency":"usd","x":[' + b",".join([b"NaN"] * 15_000) + b"]}",
        thousands('"{n}' + "☂" * 60 + '":1'),
        b'{"' + b"y" * 60_000 + b'":[' + b",".join([b"NaN"] * 500) + b"]}",
    ],
    ids=["unknown", "NaN", "doubled", "surrogates", "in a list", "long names", "below a long name"],
)
def test_a_problem_is_bounded(module_server: Server, body: bytes) -> None:
    """Of thousands of faults the first hundred are listed, names cut, and the detail says how many there are."""
    answer = module_server.http.post(PATH, content=body, headers=[JSON])
    document = answer.json()
    assert (answer.status_code, len(document["errors"])) == (400, 100)
    told = re.fullmatch(
        r"The request breaks (\d+) rules; errors lists the first 100 and leaves (\d+) out\.", document["detail"]
    )
    assert told
    assert int(told[1]) == 100 + int(told[2])
    assert len(answer.content) < 65_536
    assert max(len(unquote(error["pointer"])) for error in document["errors"]) < 70


def test_faults_up_to_the_bound_are_all_listed(module_server: Server) -> None:
    """A hundred unknown members are a hundred entries, each with its place; one more is counted."""
    for count, left_out in ((100, False), (101, True)):
        body = json.dumps({"amount": 4200, "currency": "usd"} | {f"x{n}": 1 for n in range(count)}).encode()
        document = module_server.http.post(PATH, content=body, headers=[JSON]).json()
        assert {error["pointer"] for error in document["errors"]} == {f"#/x{n}" for n in range(100)}
        assert ("leaves 1 out" in document["detail"]) == left_out


def test_a_refused_token_says_how_to_authenticate(module_server: Server) -> None:
    """401 has `WWW-Authenticate`."""
    answer = module_server.http.post(PATH, content=GOOD, headers=[JSON, ("Authorization", "Bearer x")])
    assert answer.headers["www-authenticate"].startswith("Bearer")
