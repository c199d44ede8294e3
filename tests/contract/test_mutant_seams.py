"""Each place of the server that a mutant changes is one that requests pass through."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from mutants import seams
from mutants.seams import Seam
from tests.contract.conftest import PATH, SETTINGS
from tests.mutant_seams import SEAMS, restored
from tollbridge.compose import Options, compose
from tollbridge.launch import free_port

CONSTANTS = {seams.MAX_BODY: (10, 413), seams.INTEGER: (re.compile("x"), 400)}
"""Seams that are not functions: another value, and the status that a good request then gets."""

BODY = {"amount": 4200, "currency": "usd", "payment_method": 4242}
HEADERS = {"organization_id": "1", "accept": "application/json;q=0.9"}


@contextmanager
def counted() -> Iterator[set[Seam]]:
    """Yield the seams that are called meanwhile."""
    called: set[Seam] = set()
    with restored():
        for seam in SEAMS:
            if seam not in CONSTANTS:
                seam.wrap(partial(_counting, seam, called))
        yield called


def _counting(seam: Seam, called: set[Seam], original: Any, *given: object, **named: object) -> Any:
    called.add(seam)
    return original(*given, **named)


@contextmanager
def client(options: Options) -> Iterator[httpx.Client]:
    """A client of a server that is composed with the seams as they are now."""
    sandbox = compose(options, lambda _exchange: None)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await sandbox.app(scope, receive, send)

    with TestClient(app, base_url="http://localhost:8080", raise_server_exceptions=False) as http:
        token = http.post("/_tollbridge/tokens", json={"account": 1}).json()["access_token"]
        http.headers.update({**HEADERS, "authorization": f"Bearer {token}"})
        yield http


def test_requests_reach_each_seam() -> None:
    """A success, a subscription that cannot be updated, and a Stripe that is away pass through every function."""
    with counted() as called:
        with client(Options(calls=SETTINGS)) as http:
            assert http.post(PATH, json=BODY).status_code == 200
            fault = {"kind": "400", "path": "/v1/subscriptions/{subscription}"}
            assert http.post("/_tollbridge/simulator/faults", json=fault).status_code == 201
            assert http.post(PATH, json=BODY).status_code == 409
        away = f"http://127.0.0.1:{free_port()}"
        with client(Options(calls=replace(SETTINGS, retries=0), stripe=away)) as http:
            assert http.post(PATH, json=BODY).status_code == 503
    assert {seam for seam in SEAMS if seam not in called} == CONSTANTS.keys()


def test_a_request_depends_on_each_constant() -> None:
    """With another value in its place a request that was accepted is refused."""
    with client(Options(calls=SETTINGS)) as http:
        for seam, (value, status) in CONSTANTS.items():
            assert http.post(PATH, json=BODY).status_code == 200
            with restored():
                seam.put(value)
                assert http.post(PATH, json=BODY).status_code == status
