"""Routing, two requests in one task: Connexion's context of the first must not serve the second."""

import anyio
import httpx
import pytest

from tests.contract.conftest import PATH, SETTINGS
from tollbridge.compose import Options, compose

GOOD = {"amount": 4200, "currency": "usd"}


@pytest.mark.parametrize("second", ["/api/unknown", "/api", PATH + "/", "/"])
def test_an_unknown_path_after_a_good_request_is_unknown(second: str) -> None:
    """connexion 3.3.0 keeps its context in the task; there an unknown path would run the handler before."""

    async def two_requests() -> tuple[int, int, int]:
        sandbox = compose(Options(calls=SETTINGS), lambda _exchange: None)
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
            first = await http.post(PATH, json=GOOD)
            then = await http.post(second, json=GOOD)
        assert sandbox.simulator is not None
        return first.status_code, then.status_code, len(sandbox.simulator.intents())

    assert anyio.run(two_requests) == (200, 404, 1)


def test_a_request_is_routed_the_second_time_as_the_first() -> None:
    """Where a path leads is remembered for its method and spelling alone: others are refused as before it was."""
    asked = [
        ("POST", PATH),
        ("GET", PATH),
        ("HEAD", PATH),
        ("POST", PATH.upper()),
        ("POST", PATH + "/"),
        ("POST", "/api"),
    ]

    async def twice() -> list[list[int]]:
        sandbox = compose(Options(calls=SETTINGS), lambda _exchange: None)
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
            return [[(await http.request(*one, json=GOOD)).status_code for one in asked] for _ in range(2)]

    first, second = anyio.run(twice)
    assert first == second == [200, 405, 405, 404, 404, 404]
