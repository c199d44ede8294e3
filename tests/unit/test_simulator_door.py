"""The HTTP door: what goes through it, what is kept out, and how an answer is lost."""

import asyncio
import json
import time
from collections.abc import Iterable
from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, FORM, INTENTS, KEY, simulator
from tollbridge.simulator import Fault, Simulator, StripeDoor
from tollbridge.simulator.protocol.forms import MAX_BODY

GOOD = b"amount=1000&currency=usd&description=Dock%20%E2%98%82"
HEADERS = [(b"Authorization", f"Bearer {KEY}".encode()), (b"Content-Type", FORM.encode())]
GONE = {"type": "http.disconnect"}


def chunks(*parts: bytes) -> list[dict[str, Any]]:
    """A body as a server hands it over."""
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": number < last} for number, part in enumerate(parts)]


def through(
    stripe: Simulator,
    received: Iterable[dict[str, Any]],
    *,
    method: str = "POST",
    path: bytes = INTENTS.encode(),
    query: bytes = b"",
    root: str = "",
    silence: float = 0.01,
    kind: str = "http",
) -> list[dict[str, Any]]:
    """Run the door once; return what it sent."""
    scope = {
        "type": kind,
        "method": method,
        "path": path.decode("latin-1"),
        "raw_path": path,
        "root_path": root,
        "query_string": query,
        "headers": HEADERS,
    }
    messages = iter(received)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        message = next(messages, None)
        if message is None:
            await asyncio.sleep(3600)
        return dict(message or {})

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(StripeDoor(stripe, silence=silence)(scope, receive, send))
    return sent


def answer(sent: list[dict[str, Any]]) -> tuple[int, Any]:
    """Return status and document of a whole answer."""
    start, body = sent
    lengths = [value for name, value in start["headers"] if name == b"content-length"]
    assert lengths == [str(len(body["body"])).encode()]
    return start["status"], json.loads(body["body"])


def test_a_request_goes_through() -> None:
    """Headers in any case, a body in chunks, and one state with the core."""
    stripe = simulator()
    status, document = answer(through(stripe, chunks(GOOD[:9], b"", GOOD[9:])))
    assert (status, document["description"]) == (200, "Dock ☂")
    assert [row.id for row in stripe.intents()] == [document["id"]]


@pytest.mark.parametrize("root", ["", "/_tollbridge/stripe"])
def test_a_mounted_door_takes_its_own_part_of_the_path(root: str) -> None:
    """Below a mount point the path begins after it; what is quoted stays one step; the query is read."""
    path = f"{root}/v1/customers/{ANN}/payment_methods".encode()
    status, document = answer(through(simulator(), chunks(b""), method="GET", path=path, query=b"limit=1", root=root))
    assert (status, len(document["data"]), document["has_more"]) == (200, 1, True)
    quoted = f"{root}/v1/customers/a%2Fb".encode()
    status, document = answer(through(simulator(), chunks(b""), method="GET", path=quoted, root=root))
    assert (status, document["error"]["message"]) == (404, "No such customer: 'a/b'")


def test_a_query_that_is_no_text_is_refused() -> None:
    """Bytes that are not UTF-8 are a 400, not another customer's page."""
    path = f"/v1/customers/{ANN}/payment_methods".encode()
    sent = through(simulator(), chunks(b""), method="GET", path=path, query=b"starting_after=\xff")
    status, document = answer(sent)
    assert (status, document["error"]["message"][-21:]) == (400, "could not be decoded.")


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    """413 as soon as the bound is passed, and no intent."""
    stripe = simulator()
    endless = ({"type": "http.request", "body": b"a" * 65_536, "more_body": True} for _ in range(1_000))
    status, document = answer(through(stripe, endless))
    assert (status, document["error"]["type"]) == (413, "invalid_request_error")
    assert next(endless, None) is not None
    assert stripe.intents() == []
    assert len(GOOD) < MAX_BODY


def test_half_a_request_is_not_acted_upon() -> None:
    """A client that leaves in the middle of its body has said nothing, though half a form is a form."""
    stripe = simulator()
    half = {"type": "http.request", "body": GOOD, "more_body": True}
    assert through(stripe, [half, GONE]) == []
    assert stripe.intents() == []
    assert len(stripe.record) == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reset_ends_in_the_middle_of_an_answer(when: str) -> None:
    """The answer is begun and not finished; the intent exists only where the reset came after it."""
    stripe = simulator()
    stripe.inject(Fault("POST", INTENTS, kind="reset", when=when))
    sent = through(stripe, chunks(GOOD))
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert len(stripe.intents()) == (when == "after")


@pytest.mark.parametrize("leaves", [True, False])
def test_silence_lasts_until_the_client_leaves_or_its_time_is_over(leaves: bool) -> None:
    """No answer, and no request that hangs for ever."""
    stripe = simulator()
    stripe.inject(Fault("POST", INTENTS, kind="silence"))
    received = [*chunks(GOOD), GONE] if leaves else chunks(GOOD)
    sent = through(stripe, received, silence=30.0 if leaves else 0.01)
    assert "http.response.body" not in [message["type"] for message in sent]


def test_the_door_lives_as_a_server_wants_it_to() -> None:
    """Start-up and shutdown are answered."""
    asked = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    told = [message["type"] for message in through(simulator(), asked, kind="lifespan")]
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_door_speaks_nothing_but_http() -> None:
    """A web socket is refused, not hung."""
    with pytest.raises(NotImplementedError, match="websocket"):
        through(simulator(), [], kind="websocket")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slow_answer_comes_when_its_time_has_passed(when: str) -> None:
    """The door waits, and then gives the answer that it would have given."""
    stripe = simulator()
    stripe.inject(Fault("POST", INTENTS, kind="slow", when=when, seconds=0.2))
    begun = time.monotonic()
    start, body = through(stripe, chunks(GOOD))
    assert time.monotonic() - begun >= 0.2
    assert start["status"] == 200
    assert [row.id for row in stripe.intents()] == [json.loads(body["body"])["id"]]
