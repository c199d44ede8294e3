"""Several processes on one PostgreSQL are one server: its suite, one of them killed, one key at all of them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.conftest import ROOT
from tests.postgresql import Postgres, running
from tollbridge.launch import free_port, launched

BODY = {"amount": 4200, "currency": "usd", "payment_method": 42}
PAYING = (
    b"POST /api/payment/intent HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s"
) % (len(json.dumps(BODY)), json.dumps(BODY).encode())
KEY = {"Authorization": "Bearer sk_test_replicas"}
PAID = {"amount": 1999, "currency": "usd", "payment_method": "pm_card_visa", "payment_method_types[]": "card"}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of the module."""
    with running() as server:
        yield server


def asked(
    port: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any, dict[str, str]]:
    """Send one request; status, document, headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {"Content-Type": "application/json"})
        answer = connection.getresponse()
        document = json.loads(answer.read() or b"null")
        return answer.status, document, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def started(stack: ExitStack, url: str, *more: str) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a server on a state."""
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "serve", "--quiet", "--port", str(port), "--state", url, *more]
    process = stack.enter_context(launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT))
    return process, port


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so, up to a minute: how soon it is depends on the machine."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def pay_until(stop: threading.Event, ports: list[int], first: int, secrets: list[str]) -> None:
    """Pay at each in turn; at the next where one is gone. The secrets that are received are added."""
    for port in cycle(ports[first:] + ports[:first]):
        if stop.is_set():
            return
        try:
            status, document, _ = asked(port, "POST", "/api/payment/intent", json.dumps(BODY))
        except (OSError, http.client.HTTPException):
            continue
        assert status == 200, document
        secrets.append(document["client_secret"])


@pytest.mark.long
def test_the_contracts_suite_passes_on_three_processes() -> None:
    """The same tests as on one in memory, each request to the next of three processes."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract"],
        cwd=ROOT,
        env={**os.environ, "TOLLBRIDGE_TEST_REPLICAS": "3", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(done.stdout.split(" passed")[0].split()[-1]) > 400


@pytest.mark.long
def test_one_of_three_is_killed_under_load_and_nothing_is_lost(postgres: Postgres) -> None:
    """Whatever was acknowledged by any of them is known to each of those that are left."""
    url = postgres.emptied()
    with ExitStack() as stack:
        servers = [started(stack, url) for _ in range(3)]
        ports = [port for _, port in servers]
        stop = threading.Event()
        with ThreadPoolExecutor(6) as threads:
            secrets: list[str] = []
            paying = [threads.submit(pay_until, stop, ports, number % 3, secrets) for number in range(6)]
            try:
                wait_for(lambda: len(secrets) >= 30)
                os.kill(servers[0][0].pid, signal.SIGKILL)
                before = len(secrets)
                wait_for(lambda: len(secrets) >= before + 30)
            finally:
                stop.set()
            for client in paying:
                client.result()
        assert len(set(secrets)) == len(secrets)
        for number, secret in enumerate(secrets):
            path = f"/_tollbridge/stripe/v1/payment_intents/{secret.partition('_secret_')[0]}"
            status, document, _ = asked(ports[1 + number % 2], "GET", path, headers=KEY)
            assert (status, document["client_secret"]) == (200, secret)


def test_one_key_at_three_processes_makes_one_object(postgres: Postgres) -> None:
    """Thirty calls at once, ten at each; one of them first, the others replayed."""
    url = postgres.emptied()
    with ExitStack() as stack:
        ports = [started(stack, url)[1] for _ in range(3)]
        headers = {**KEY, "Idempotency-Key": "one", "Content-Type": "application/x-www-form-urlencoded"}

        def call(number: int) -> tuple[int, Any, dict[str, str]]:
            path = "/_tollbridge/stripe/v1/payment_intents"
            return asked(ports[number % 3], "POST", path, urlencode(PAID), headers)

        with ThreadPoolExecutor(30) as threads:
            answers = list(threads.map(call, range(30)))
        assert {status for status, _, _ in answers} == {200}
        assert len({document["id"] for _, document, _ in answers}) == 1
        assert sum("idempotent-replayed" in sent for _, _, sent in answers) == 29
        counted = asked(ports[0], "GET", "/_tollbridge/simulator/")[1]["objects"]
        assert counted["PaymentIntent"] == 1


def test_a_token_of_one_is_good_at_all(postgres: Postgres) -> None:
    """The secret is kept with the state; another state's is another."""
    url = postgres.emptied()
    with ExitStack() as stack:
        ports = [started(stack, url)[1] for _ in range(2)]
        ports.append(started(stack, "memory")[1])
        token = asked(ports[0], "POST", "/_tollbridge/tokens", json.dumps({"account": 3}))[1]["access_token"]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        statuses = [asked(port, "POST", "/api/payment/intent", json.dumps(BODY), headers)[0] for port in ports]
        assert statuses == [200, 200, 401]


def test_workers_share_sockets_and_are_replaced(postgres: Postgres) -> None:
    """Four of them answer on one port; one that is killed comes back; all end with the command."""
    with ExitStack() as stack:
        process, port = started(stack, postgres.emptied(), "--workers", "4")
        pids = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        assert len(pids) == 4
        os.kill(pids[0], signal.SIGKILL)
        secrets = set()
        for _ in range(40):
            try:
                status, document, _ = asked(port, "POST", "/api/payment/intent", json.dumps(BODY))
            except (OSError, http.client.HTTPException):
                continue  # it was on the killed one's connection
            assert status == 200
            secrets.add(document["client_secret"])
        assert len(secrets) >= 38
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        for pid in pids[1:]:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_workers_share_the_connections_that_come_at_once(postgres: Postgres) -> None:
    """A client that opens two dozen, pays over each and keeps them is served by both of two workers."""
    with ExitStack() as stack:
        process, port = started(stack, postgres.emptied(), "--workers", "2")
        pids = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        wait_for(lambda: all(any("eventpoll" in file for file in files(pid)) for pid in pids))
        time.sleep(1)
        for _ in range(24):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(PAYING)  # a worker that is at work takes no more meanwhile
        wait_for(lambda: sum(served(pid, port) for pid in pids) >= 24)
        assert min(served(pid, port) for pid in pids) >= 3


def files(pid: int) -> list[str]:
    """What a process has open."""
    return [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()]


def served(pid: int, port: int) -> int:
    """How many connections to a port of this machine's a process has accepted."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    accepted = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01"}
    return sum(file in accepted for file in files(pid))


def test_memory_is_not_shared_by_workers() -> None:
    """Refused with a sentence that says what to do."""
    command = [sys.executable, "-m", "tollbridge", "serve", "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "--state sqlite:///FILE" in done.stderr


def test_the_database_crashes_under_load_and_comes_back(postgres: Postgres) -> None:
    """503 problems meanwhile, nothing acknowledged is lost, and nothing but the database is started again."""
    url = postgres.emptied()
    with ExitStack() as stack:
        port = started(stack, url, "--answer-within", "2")[1]
        seen: list[tuple[int, Any]] = []
        stop = threading.Event()

        def pay() -> None:
            while not stop.is_set():
                status, document, _ = asked(port, "POST", "/api/payment/intent", json.dumps(BODY))
                seen.append((status, document))

        threads = [threading.Thread(target=pay) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            wait_for(lambda: 200 in [status for status, _ in seen])
            postgres.stop(signal.SIGQUIT)
            crashed = len(seen)
            wait_for(lambda: 503 in [status for status, _ in seen[crashed:]])
            postgres.start()
            back = len(seen)
            wait_for(lambda: 200 in [status for status, _ in seen[back:]])
        finally:
            stop.set()
        for thread in threads:
            thread.join(30)
        statuses = {status for status, _ in seen}
        assert statuses == {200, 503}
        assert {document["error_code"] for status, document in seen if status == 503} == {"provider-unavailable"}
        assert asked(port, "POST", "/api/payment/intent", json.dumps(BODY))[0] == 200
        for secret in [document["client_secret"] for status, document in seen if status == 200]:
            path = f"/_tollbridge/stripe/v1/payment_intents/{secret.partition('_secret_')[0]}"
            status, document, _ = asked(port, "GET", path, headers=KEY)
            assert (status, document["client_secret"]) == (200, secret)


def test_a_key_in_use_at_one_server_is_in_use_at_all(postgres: Postgres) -> None:
    """Stripe's 409 at the other server while the slow answer is under way; afterwards it replays there."""
    url = postgres.emptied()
    with ExitStack() as stack:
        ports = [started(stack, url)[1] for _ in range(2)]
        path = "/_tollbridge/stripe/v1/payment_intents"
        headers = {**KEY, "Idempotency-Key": "slow", "Content-Type": "application/x-www-form-urlencoded"}
        late = {**headers, "Tollbridge-Fault": "slow before 3"}
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(asked, ports[0], "POST", path, urlencode(PAID), late)
            time.sleep(1)
            status, document, _ = asked(ports[1], "POST", path, urlencode(PAID), headers)
            assert (status, document["error"]["code"]) == (409, "idempotency_key_in_use")
            made = first.result()
        again = asked(ports[1], "POST", path, urlencode(PAID), headers)
        assert (made[0], again[0], again[1]["id"]) == (200, 200, made[1]["id"])
        assert again[2]["idempotent-replayed"] == "true"


def test_a_server_without_its_database_lives_and_is_not_ready(postgres: Postgres) -> None:
    """`health` stays 200, `ready` is a 503 problem while the database is away, and 200 when it is back."""
    url = postgres.emptied()
    with ExitStack() as stack:
        port = started(stack, url, "--answer-within", "2")[1]

        def probes() -> list[int]:
            return [asked(port, "GET", f"/_tollbridge/{probe}")[0] for probe in ("health", "ready")]

        assert probes() == [200, 200]
        postgres.stop(signal.SIGQUIT)
        assert probes() == [200, 503]
        status, document, headers = asked(port, "GET", "/_tollbridge/ready")
        assert (status, document["error_code"], headers["retry-after"]) == (503, "not-ready", "1")
        assert document["detail"] == "The state cannot be reached; the server's log says why."
        postgres.start()
        wait_for(lambda: probes() == [200, 200])
