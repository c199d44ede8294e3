"""Every row of the strict-wire table, in process."""

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


def test_a_refused_token_says_how_to_authenticate(module_server: Server) -> None:
    """401 has `WWW-Authenticate`."""
    answer = module_server.http.post(PATH, content=GOOD, headers=[JSON, ("Authorization", "Bearer x")])
    assert answer.headers["www-authenticate"].startswith("Bearer")
