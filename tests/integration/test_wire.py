"""The strict-wire table over a real socket, and the clients that no in-process test can be."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.wire_rows import FRAMED, GOOD, PATH, ROWS, Framed, Row, statuses
from tollbridge.compose import Options
from tollbridge.verify.target.stripe_double import StripeDouble
from tollbridge.world import load_world

HEAD_LIMIT = 32_768


def raw(url: str, sent: bytes, *, within: float = 60.0) -> bytes:
    """Send bytes, return all that comes back until the server closes."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=within) as connection:
        connection.sendall(sent)
        return everything(connection)


def everything(connection: socket.socket) -> bytes:
    received = b""
    try:
        while chunk := connection.recv(65_536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def request(row: Row) -> bytes:
    lines = [f"{row.method} {row.path} HTTP/1.1".encode(), b"Host: localhost", b"Connection: close"]
    lines += [name.encode() + b": " + value.encode() for name, value in row.headers]
    if row.body or row.method == "POST":
        lines.append(b"Content-Length: " + str(len(row.body)).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + row.body


def head(body_headers: bytes) -> bytes:
    return (
        b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + body_headers
    )


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:80]
    return int(answer.split(b" ", 2)[1])


def still_serves(url: str) -> bool:
    return status(raw(url, head(b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(GOOD)) + GOOD)) == 200


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_of_the_wire_table(server_url: str, row: Row) -> None:
    """The stated answer comes within its time, and blames the stated places."""
    answer = raw(server_url, request(row))
    assert status(answer) == row.status
    if row.error_code is not None:
        document = json.loads(answer.split(b"\r\n\r\n", 1)[1])
        assert document["error_code"] == row.error_code
        assert {error.get("pointer") or error["header"] for error in document.get("errors", ())} == row.places


def test_the_server_survived_the_table(server_url: str) -> None:
    """After all of it the next request is served."""
    assert still_serves(server_url)


def test_an_announced_giant_is_refused_without_being_read(server_url: str) -> None:
    """413 comes before a byte of the body is sent."""
    answer = raw(server_url, head(b"Content-Length: 10000000000\r\n\r\n"))
    assert status(answer) == 413
    assert b"body-too-large" in answer


def test_an_endless_chunked_body_is_cut_off(server_url: str) -> None:
    """One byte too many is 413, and the connection ends though the client goes on."""
    address = urlsplit(server_url)
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head(b"Transfer-Encoding: chunked\r\n\r\n"))
        sent = 0
        try:
            while sent < 50_000_000:
                sent += connection.send(chunk)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert sent < 20_000_000
    assert still_serves(server_url)


def test_a_chunked_body_just_too_large_gets_its_answer(server_url: str) -> None:
    """A client that stops and listens reads the 413; it asks for the end, as a body read whole keeps the connection."""
    body = b"".join(b"4000\r\n" + b" " * 0x4000 + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"
    answer = raw(server_url, head(b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n") + body)
    assert status(answer) == 413
    assert b"body-too-large" in answer


@pytest.mark.parametrize("fill", [b"X-Filler: " + b"x" * 70_000, b"X-A: 1\r\n" * 20_000], ids=["long", "many"])
def test_a_head_that_is_too_long_is_431(server_url: str, fill: bytes) -> None:
    """One endless header and endless headers are cut off alike."""
    answer = raw(server_url, head(fill))
    assert status(answer) == 431
    assert still_serves(server_url)


def test_a_head_just_within_the_limit_is_read(server_url: str) -> None:
    """The limit is on the head, not on the body that comes with it."""
    room = HEAD_LIMIT - len(head(b"Connection: close\r\nContent-Length: 32\r\nX-F: \r\n\r\n")) - 10
    sent = head(b"Connection: close\r\nContent-Length: %d\r\nX-F: " % len(GOOD) + b"x" * room + b"\r\n\r\n") + GOOD
    assert status(raw(server_url, sent)) == 200


@pytest.fixture(scope="module")
def harness_url() -> Iterator[str]:
    """The Stripe that the harness is for a target."""
    with StripeDouble(load_world(Options().world), None) as side:
        yield side.url


@pytest.mark.parametrize("row", FRAMED["api"], ids=lambda row: row.name)
def test_a_row_of_the_framing_table(server_url: str, row: Framed) -> None:
    """The stated answers come, in their order, and the connection ends."""
    assert statuses(raw(server_url, row.sent)) == row.statuses


@pytest.mark.parametrize("row", FRAMED["stripe"], ids=lambda row: row.name)
def test_a_row_of_the_framing_table_at_the_simulator(stripe_url: str, row: Framed) -> None:
    """`tollbridge stripe` frames requests as the API does."""
    assert statuses(raw(stripe_url, row.sent)) == row.statuses


@pytest.mark.parametrize("row", FRAMED["stripe"], ids=lambda row: row.name)
def test_a_row_of_the_framing_table_at_the_harness(harness_url: str, row: Framed) -> None:
    """So does the harness's Stripe: a target's client is not the harness's to choose."""
    assert statuses(raw(harness_url, row.sent)) == row.statuses


STOPS = {
    "nothing": b"",
    "half a head": b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nX-Slow:",
    "half a body": head(b"Content-Length: 50\r\n\r\n{"),
    "half a chunked body": head(b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
}


def test_a_slow_client_is_cut_off(server_url: str) -> None:
    """A client that stops in the middle gets a 408 and loses its connection, after ten seconds and not before."""

    def stopped(sent: bytes) -> tuple[int, float]:
        began = time.monotonic()
        return status(raw(server_url, sent)), time.monotonic() - began

    with ThreadPoolExecutor(len(STOPS)) as pool:
        for where, (answered, took) in zip(STOPS, pool.map(stopped, STOPS.values()), strict=True):
            assert answered == 408, where
            assert 8 < took < 60, where


def test_an_unread_body_ends_the_connection(server_url: str) -> None:
    """A refusal before the body was read does not leave the connection to an endless one."""
    answer = raw(server_url, b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{")
    assert status(answer) == 404
    assert b"connection: close" in answer.lower()


def test_a_connection_is_kept_between_requests(server_url: str) -> None:
    """Two requests, one of them refused, go over one connection; the second is pipelined."""
    one = head(b"Content-Length: %d\r\n\r\n" % len(GOOD)) + GOOD
    bad = head(b"Content-Length: 2\r\n\r\n{}")
    last = head(b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(GOOD)) + GOOD
    answers = raw(server_url, one + bad + last)
    assert [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]] == [b"200", b"400", b"200"]


def test_expect_100_continue_is_honoured_only_for_what_is_read(server_url: str) -> None:
    """A giant is refused without an interim answer; a good body is asked for."""
    giant = raw(server_url, head(b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"))
    assert status(giant) == 413
    good = raw(
        server_url,
        head(b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(GOOD)) + GOOD,
    )
    assert [part[:3] for part in good.split(b"HTTP/1.1 ")[1:]] == [b"100", b"200"]
