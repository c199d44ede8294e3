"""Servers of a contract: several, with variables, and of paths and operations of their own."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.any_contract import answering, document, serving
from tests.unit.test_contract_load import DOCUMENT, OPERATION, read
from tollbridge.contract import ContractError

ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "maximum": 9}}]
ANSWERS = answering({"type": "object"}, example={"id": 1})
VERSIONED = {
    "url": "https://{region}.example.com/{version}/api",
    "variables": {
        "region": {"default": "eu", "enum": ["eu", "us"]},
        "version": {"default": "v2", "enum": ["v1", "v2"]},
    },
}


def test_an_operation_is_served_below_each_of_its_servers(tmp_path: Path) -> None:
    """By the operation's own servers, or its path's, or the document's; with every value that a variable may have."""
    get = {"parameters": ID, "responses": ANSWERS}
    contract = document(
        {
            "/all/{id}": {"get": get},
            "/path/{id}": {
                "servers": [{"url": "/p"}],
                "get": get,
                "put": {**get, "servers": [{"url": "/o"}, {"url": "/q"}]},
            },
        },
        servers=[VERSIONED, {"url": "http://localhost:8080"}],
    )
    with serving(tmp_path, contract) as server:
        for path in ("/v2/api/all/1", "/v1/api/all/1", "/all/1", "/p/path/1"):
            assert server.http.get(path).json() == {"id": 1}, path
            assert server.http.get(path[:-1] + "10").status_code == 400, path
        for path in ("/eu/all/1", "/v3/api/all/1", "/path/1", "/v2/api/path/1"):
            assert server.http.get(path).status_code == 404, path
        assert [server.http.put(path).status_code for path in ("/o/path/2", "/q/path/2")] == [200, 200]
        assert [server.http.put(path).status_code for path in ("/p/path/2", "/path/2")] == [405, 404]
        [whole, *_] = server.sandbox.contract.operations
        assert (whole.path, whole.also) == ("/v2/api/all/{id}", ("/v1/api/all/{id}", "/all/{id}"))


def test_a_path_that_two_operations_have_is_the_first_ones(tmp_path: Path) -> None:
    """One that has no path of its own left says so; one that has keeps that."""
    of = {"responses": OPERATION["responses"]}
    paths: dict[str, Any] = {
        "/p": {"post": {**of, "servers": [{"url": "/v1"}]}},
        "/v1/p": {"post": of},
        "/x/v1/p": {"post": {**of, "servers": [{"url": "/"}, {"url": "/other"}]}},
        "/y/v1/p": {"post": {**of, "servers": [{"url": "/y"}, {"url": "/x"}]}},
    }
    first, second, third, fourth = read(tmp_path, DOCUMENT | {"paths": paths}).operations
    assert (first.paths, first.unserved) == (("/v1/p",), None)
    assert second.unserved
    assert second.unserved.reason == "another operation has the same method and path, below its server."
    assert third.paths == ("/x/v1/p", "/other/x/v1/p")
    assert fourth.paths == ("/y/y/v1/p", "/x/y/v1/p")


def test_too_many_paths_of_servers_are_a_reason(tmp_path: Path) -> None:
    """Values of variables multiply; an operation with servers of its own is served."""
    many = {"url": "/{a}/{b}", "variables": {name: {"default": "0", "enum": [*map(str, range(99))]} for name in "ab"}}
    paths = {"/p": {"post": OPERATION, "put": {"servers": [{"url": "/"}], "responses": OPERATION["responses"]}}}
    post, put = read(tmp_path, DOCUMENT | {"servers": [many], "paths": paths}).operations
    assert post.unserved
    assert post.unserved.reason == "its servers have more than 20 paths."
    assert put.unserved is None


@pytest.mark.parametrize(
    ("servers", "said"),
    [
        ([{"url": "/"}, {"url": "http://[::1"}], "servers[1].url: is not a URL (Invalid IPv6 URL)."),
        ([{"url": "/{a}"}], "servers[0].url: the variable 'a' has no default."),
    ],
)
def test_what_is_wrong_with_a_server_of_an_operation_is_told(tmp_path: Path, servers: Any, said: str) -> None:
    """By its place."""
    with pytest.raises(ContractError) as caught:
        read(tmp_path, DOCUMENT | {"paths": {"/p": {"post": {**OPERATION, "servers": servers}}}})
    assert str(caught.value).endswith(f": paths./p.post.{said}")
