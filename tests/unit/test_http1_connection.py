"""Connections: how they end, and clients that are slow, that do not read, or that leave."""

import asyncio
import logging
from contextlib import suppress

import pytest
from starlette.types import Receive, Scope, Send

from tests.unit.served import connected
from tests.wire_rows import API, statuses
from tollbridge.http1.connection import LINGER_BYTES
from tollbridge.http1.protocol import LimitedProtocol

PIECE, PIECES = 65_536, 200


class Hasty(LimitedProtocol):
    """The same with less patience."""

    head_within = 0.05
    read_within = 0.1
    end_within = 0.1


class Patient(LimitedProtocol):
    """The same with patience for a machine that does other things too."""

    read_within = 0.7


async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with 13 MB."""
    headers = [(b"content-length", b"%d" % (PIECE * PIECES))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(PIECES):
        await send({"type": "http.response.body", "body": b"x" * PIECE, "more_body": number < PIECES - 1})


async def short(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with nothing much."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def test_a_client_that_does_not_read_is_dropped() -> None:
    """The application goes on to its end, and the connection is gone, with what was kept for it."""

    async def served() -> None:
        async with connected(large, Hasty) as client:
            await client.send(API.request())
            await client.dropped()
            await client.idle()

    asyncio.run(served())


def test_a_client_that_does_not_read_the_last_answer_is_dropped() -> None:
    """So it is where the application has long ended, and only the transport has something to send."""

    async def whole(_scope: Scope, _receive: Receive, send: Send) -> None:
        body = b"x" * 4_000_000
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4000000")]})
        await send({"type": "http.response.body", "body": body})

    async def served() -> None:
        async with connected(whole, Hasty) as client:
            await client.send(API.last)
            await client.idle()
            await client.dropped()

    asyncio.run(served())


def test_a_client_that_reads_slowly_gets_everything() -> None:
    """Whoever takes some in time, and then some more, is not cut off."""

    async def served() -> int:
        async with connected(large, Patient) as client:
            await client.send(API.last)
            size = 0
            while piece := await client.receive(100_000):
                size += len(piece)
                await asyncio.sleep(0.01)
            return size

    assert asyncio.run(served()) > PIECE * PIECES


def test_a_client_that_stays_after_the_last_answer_is_dropped() -> None:
    """The server ends its half at once, and the connection when it has waited for the client's."""

    async def served() -> bytes:
        async with connected(short, Hasty) as client:
            await client.send(API.last)
            answer = await client.everything()
            await client.dropped()
            return answer

    assert statuses(asyncio.run(served())) == (200,)


def test_a_client_that_goes_on_after_a_refusal_is_dropped() -> None:
    """It gets its answer, and then a bounded part of what it sends is read."""

    async def served() -> bytes:
        async with connected(short) as client:
            await client.send(API.request(hosts=()))
            answer = await client.everything()
            with suppress(ConnectionError):
                for _ in range(40 * LINGER_BYTES // PIECE):
                    await client.send(b"x" * PIECE)
                pytest.fail("everything was read")
            return answer

    assert statuses(asyncio.run(served())) == (400,)


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"POST", API.request() + b"POST"])
def test_half_a_head_is_408(sent: bytes) -> None:
    """A head that does not come to its end is refused in time, the first and a further one."""

    async def served() -> bytes:
        async with connected(short, Hasty) as client:
            await client.send(sent)
            return await client.everything()

    assert statuses(asyncio.run(served())) == ((200, 408) if len(sent) > 10 else (408,))


def test_nobody_waits_for_a_head_while_something_is_answered() -> None:
    """A request that takes long gets its answer, though half of another stands behind it."""

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.2)
        await short(scope, receive, send)

    async def served() -> bytes:
        async with connected(slow, Hasty) as client:
            await client.send(API.request() + b"POST")
            return await client.everything()

    assert statuses(asyncio.run(served())) == (200, 408)


def test_every_request_is_told_that_its_client_left() -> None:
    """The one that is being served hears of it, though others came behind it."""
    told: list[str] = []

    async def listening(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (message := await receive())["type"] != "http.disconnect":
            pass
        told.append(message["type"])

    async def served() -> None:
        async with connected(listening) as client:
            await client.send(API.request() * 3)
            await asyncio.sleep(0.01)
            assert client.state.tasks
            client.socket.close()
            await client.idle()

    asyncio.run(served())
    assert told == ["http.disconnect"]


def test_a_client_that_leaves_prints_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Wherever it leaves: in its head, in its body, in its answer."""

    async def served(sent: bytes) -> None:
        async with connected(large) as client:
            await client.send(sent)
            await asyncio.sleep(0.01)
            client.socket.close()
            await client.dropped()
            await client.idle()

    with caplog.at_level(logging.WARNING):
        for sent in (b"POST", API.request(b"X-A: 1")[:-10], API.request(), API.request() * 5):
            asyncio.run(served(sent))
    assert caplog.records == []


def test_an_idle_connection_ends_when_the_server_does() -> None:
    """A server that stops waits for nobody who asks nothing."""

    async def served() -> bytes:
        async with connected(short) as client:
            await client.send(API.request())
            first = await client.receive()
            client.protocol.shutdown()
            await client.dropped()
            return first + await client.everything()

    assert statuses(asyncio.run(served())) == (200,)
