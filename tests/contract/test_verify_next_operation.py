"""The next operation, `GET /api/payment/intent/{id}`: a right server is not accused, and broken ones are found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.judged import SDK_WARNS, UNCLOSED, bench
from tests.next_operation import EXAMPLE, next_contract
from tollbridge.verify.cases import cases
from tollbridge.verify.evaluator import Tally

pytestmark = [pytest.mark.filterwarnings(SDK_WARNS), pytest.mark.filterwarnings(UNCLOSED)]
ID = "get_payment_intent"
Edit = Callable[[int, dict[str, Any]], tuple[int, dict[str, Any]]]


class Editing:
    """The server, with the answers of the GET changed."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the server, and change nothing yet."""
        self._app = app

    edit: Edit | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        asked = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/api/")
        if not (asked and self.edit):
            await self._app(scope, receive, send)
            return
        started: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            assert Editing.edit
            status, document = Editing.edit(started[0]["status"], json.loads(message["body"]))
            body = json.dumps(document).encode()
            media = b"application/json" if status < 300 else b"application/problem+json"
            mine = {b"content-length": str(len(body)).encode(), b"content-type": media}
            headers = [(name, value) for name, value in started[0]["headers"] if name not in mine]
            await send({**started[0], "status": status, "headers": [*headers, *mine.items()]})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, sending)


def found_at(folder: Path, edit: Edit | None = None) -> tuple[list[str], Tally]:
    """The checks that find something at the GET of a server with the operation, and what was counted."""
    Editing.edit = edit
    with bench(change=Editing, contract=next_contract(folder), handlers=EXAMPLE / "handlers") as server:
        context = server.run.contexts[-1]
        assert context.subject.operation.operation_id == ID
        found = server.found([case for *_, case in cases(context)], context)
        return found, server.run.evaluator.tally


def test_a_right_server_is_not_accused(tmp_path: Path) -> None:
    """It is asked for an intent that was made before, for one that nobody made, and for ids of other forms."""
    found, tally = found_at(tmp_path)
    assert found == []
    assert tally.successes[ID]
    assert tally.held["serves-only-what-is-there"] == 2


def when(status: int, **changes: Any) -> Edit:
    """Change the members of answers of a status."""
    return lambda came, document: (came, {**document, **changes} if came == status else document)


def instead_of_200(status: int) -> Edit:
    """Answer another status where a success is right."""
    return lambda came, document: (status if came == 200 else came, document)


def lost(status: int, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Find nothing where something is."""
    problem = {"type": "x", "title": "Gone", "status": 404, "detail": "It is gone.", "instance": "i"}
    return (404, problem | {"error_code": "not-found"}) if status == 200 else (status, document)


FINE = {"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "usd"}


def instead_of(status: int) -> Edit:
    """Serve an intent where a refusal of a status is right."""
    return lambda came, document: (200, FINE) if came == status else (came, document)


WRONG: dict[str, tuple[Edit, str]] = {
    "an amount as text": (when(200, amount="4200"), "answer-schema"),
    "a client secret": (when(200, client_secret="pi_1_secret_a1b2c3"), "secret-in-its-place"),
    "a failure": (instead_of_200(500), "no-server-error"),
    "an intent that is lost": (lost, "serves-what-is-documented"),
    "an intent that nobody made": (instead_of(404), "serves-only-what-is-there"),
    "a token of nobody that is served": (instead_of(401), "judges-tokens"),
    "an id of another form that is served": (instead_of(400), "refuses-invalid"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_broken_server_is_found(name: str, tmp_path: Path) -> None:
    """What is wrong with the answers of the GET is found by the check that is for it."""
    edit, check = WRONG[name]
    assert check in found_at(tmp_path, edit)[0]
