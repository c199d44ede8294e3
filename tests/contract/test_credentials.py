"""Security schemes of another contract: what they ask for has to be there, and of its form."""

from typing import Any

import pytest

from tests.contract.any_contract import document, serving
from tests.contract.conftest import Server

SCHEMES = {
    "header_key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query_key": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie_key": {"type": "apiKey", "in": "cookie", "name": "session"},
    "basic": {"type": "http", "scheme": "Basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
    "open_id": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com/.well-known"},
}
OK = {"responses": {"200": {"description": "ok", "content": {"application/json": {"example": {}}}}}}
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    **{name: [{name: []}] for name in SCHEMES},
    "both": [{"header_key": [], "query_key": []}],
    "either": [{"header_key": []}, {"oauth": ["read"]}],
    "optional": [{}, {"header_key": []}],
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A contract with a path for each scheme, and for several together."""
    paths = {f"/{name}": {"get": {**OK, "security": wanted}} for name, wanted in SECURITY.items()}
    contract = document(paths, components={"securitySchemes": SCHEMES})
    with serving(tmp_path_factory.mktemp("guarded"), contract) as server:
        yield server


GOOD = [
    ("/header_key", {"X-Key": "any"}),
    ("/query_key?key=any", {}),
    ("/cookie_key", {"Cookie": "session=any"}),
    ("/basic", {"Authorization": "Basic bWU6c2VjcmV0"}),
    ("/oauth", {"Authorization": "Bearer any"}),
    ("/open_id", {"Authorization": "bearer any"}),
    ("/both?key=any", {"X-Key": "any"}),
    ("/either", {"Authorization": "Bearer any"}),
    ("/either", {"X-Key": "any"}),
    ("/optional", {}),
]
BAD = [
    ("/header_key", {}, "Send a key in the header X-Key."),
    ("/header_key", {"X-Key": ""}, "Send a key in the header X-Key."),
    ("/query_key?key=1&key=2", {}, "Send a key in the query key."),
    ("/cookie_key", {}, "Send a key in the cookie session."),
    ("/basic", {"Authorization": "Basic me:secret"}, "Send Authorization: Basic …."),
    ("/oauth", {"Authorization": "Basic bWU6c2VjcmV0"}, "Send Authorization: Bearer …."),
    ("/both", {"X-Key": "any"}, "Send a key in the header X-Key and a key in the query key."),
    ("/either", {}, "Send a key in the header X-Key; or Authorization: Bearer …."),
]


@pytest.mark.parametrize(("path", "headers"), GOOD)
def test_what_a_scheme_asks_for_lets_a_request_in(guarded: Server, path: str, headers: dict[str, str]) -> None:
    """Whatever its value is: a sandbox cannot know it."""
    assert guarded.http.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize(("path", "headers", "said"), BAD)
def test_a_request_without_it_is_told_what_to_send(
    guarded: Server, path: str, headers: dict[str, str], said: str
) -> None:
    """401 with each alternative in words."""
    answer = guarded.http.get(path, headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "authentication-required")
    assert answer.json()["detail"].startswith(said)


def test_a_bearer_scheme_alone_is_this_servers_tokens(guarded: Server) -> None:
    """As ever: one that this server did not issue is refused."""
    assert guarded.http.get("/bearer", headers={"Authorization": "Bearer any"}).json()["error_code"] == "invalid-token"
