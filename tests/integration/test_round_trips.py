"""What a call costs on PostgreSQL: turns of question and answer, and flushes to the disk."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tests.postgresql import Postgres, running
from tests.stores import PAID
from tests.unit.stripe_calls import ANN, ANNS, FORM, INTENTS, KEY, SUBSCRIPTION, call, on
from tollbridge.simulator import Request, Simulator
from tollbridge.simulator.state.sql import SqlStore, state_url

CHARGED = {**PAID, "customer": ANN, "payment_method": ANNS, "confirm": "true"}
TIED = {"default_payment_method": ANNS}
CALLS = (
    ("POST", INTENTS, CHARGED),
    ("POST", INTENTS, PAID),
    ("POST", f"/v1/subscriptions/{SUBSCRIPTION}", TIED),
    ("GET", f"/v1/customers/{ANN}/payment_methods/{ANNS}", {}),
)


@dataclass
class Tap:
    """A way to a server that counts how often the client asks after it was answered.

    Args:
        port: where clients connect.
        turns: how often they asked.
    """

    port: int
    turns: int = 0
    asking: bool = False

    def pass_on(self, source: socket.socket, target: socket.socket, *, asks: bool) -> None:
        """Carry one direction of a connection until it ends."""
        while data := _received(source):
            self.turns += asks and not self.asking
            self.asking = asks
            target.sendall(data)
        target.close()


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(1_000_000)
    except OSError:
        return b""


@contextmanager
def tapped(port: int) -> Iterator[Tap]:
    """Listen in front of a port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        tap = Tap(listening.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                server = socket.create_connection(("127.0.0.1", port))
                for ends, asks in (((client, server), True), ((server, client), False)):
                    threading.Thread(target=tap.pass_on, args=ends, kwargs={"asks": asks}, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield tap


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of the module."""
    with running() as server:
        yield server


@pytest.fixture
def tap(postgres: Postgres) -> Iterator[Tap]:
    """A way to an empty database."""
    postgres.emptied()
    with tapped(postgres.port) as tap:
        yield tap


@pytest.fixture
def stripe(tap: Tap) -> Iterator[Simulator]:
    """A simulator on it, which is connected already."""
    with closing(SqlStore(state_url(f"postgresql://postgres@127.0.0.1:{tap.port}/postgres"), recorded=100)) as store:
        yield on(store)


def flushes(postgres: Postgres, calls: Callable[[Simulator], object]) -> int:
    """How often the log was flushed by a store that was opened for some calls, and closed: then its session tells."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        before = flushed(connection)
        with closing(SqlStore(state_url(postgres.url), recorded=100)) as store:
            calls(on(store))
        return flushed(connection) - before


def flushed(connection: "psycopg.Connection[Any]") -> int:
    """How often the log was flushed, as all sessions that ended have told."""
    time.sleep(1)
    row = connection.execute("SELECT wal_sync FROM pg_stat_wal").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(("method", "path", "form"), CALLS)
def test_a_call_of_the_api_is_two_round_trips(
    stripe: Simulator, tap: Tap, method: str, path: str, form: dict[str, str]
) -> None:
    """One begins and reads all that is needed, one writes and commits; statements are prepared by then."""
    for turn in range(3):
        tap.turns = 0
        key = f"k{turn}" if method == "POST" else None
        assert call(stripe, method, path, form, idempotency_key=key).status == 200
    assert tap.turns == 2


def test_calls_at_the_same_time_share_round_trips(stripe: Simulator, tap: Tap) -> None:
    """Thirty that wait while one is done take two turns together, and each has its own answer."""
    call(stripe, "POST", INTENTS, CHARGED, idempotency_key="first")
    tap.turns = 0
    ids = asyncio.run(charged_together(stripe, 31))
    assert len(set(ids)) == 31
    assert tap.turns <= 8


def test_a_charge_is_flushed_once_and_many_at_the_same_time_fewer_times(postgres: Postgres) -> None:
    """What is acknowledged is on the disk, at the cost of one flush; give or take those that the server makes."""
    postgres.emptied()
    flushes(postgres, Simulator.counts)
    opened = flushes(postgres, Simulator.counts)
    one_by_one = flushes(postgres, lambda stripe: [stripe.handle(charge(f"k{number}")) for number in range(30)])
    together = flushes(postgres, lambda stripe: asyncio.run(charged_together(stripe, 30)))
    assert 25 <= one_by_one - opened <= 40
    assert 1 <= together - opened <= 10


async def charged_together(stripe: Simulator, count: int) -> list[Any]:
    """Create and charge so many intents at once; their ids."""
    replies = await asyncio.gather(*(stripe.answer(charge(f"together{number}")) for number in range(count)))
    assert {reply.status for reply in replies} == {200}
    return [json.loads(reply.body)["id"] for reply in replies]


def charge(key: str) -> Request:
    """A request that creates and confirms, under a key."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": FORM, "idempotency-key": key}
    return Request("POST", INTENTS, "", headers, urlencode(CHARGED).encode())


def test_a_list_is_a_round_trip_more(stripe: Simulator, tap: Tap) -> None:
    """No request names what is in it; an event loop does not wait for the database, and gets the same answer."""
    made = [call(stripe, "POST", INTENTS, PAID).document["id"] for _ in range(3)]
    listing = Request("GET", INTENTS, "", {"authorization": f"Bearer {KEY}"}, b"")
    stripe.handle(listing)
    tap.turns = 0
    document = json.loads(asyncio.run(stripe.answer(listing)).body)
    assert [shown["id"] for shown in document["data"]] == made[::-1]
    assert tap.turns == 3
