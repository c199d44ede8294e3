"""Kill the server with SIGKILL under load, again and again, and look whether anything that it acknowledged is gone.

Each client pays for an organization of its own, one request after the other, with another card each time. After each
kill and restart every client secret that was received has to be there, for its intent, and each subscription has to
have the card of its client's last answer, or of the one request that was under way. In the end a consumer of webhooks
has to have got the event of every intent, signed.
"""

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stripe

from tests.consumer import Consumer, consuming
from tests.postgresql import running
from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 8
CARDS = ("4242424242424242", "5555555555554444", "378282246310005")
SECRET = "whsec_durability"
DELIVERY_SECONDS = 300
STRIPE_KEY = {"Authorization": "Bearer sk_test_durability"}


@dataclass
class Client:
    """One that pays.

    Args:
        organization: for which.
        sent: the method of its newest request.
        answered: the method of its newest answer; None before the first.
        secrets: those that it received since they were looked for last.
    """

    organization: int
    sent: int = 0
    answered: int | None = None
    secrets: list[str] = field(default_factory=list)


def main() -> int:
    """Run the loop on each state; 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="scripts/durability.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="on each state (50)")
    parser.add_argument("--states", default="sqlite,postgresql", help="sqlite,postgresql")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    options = parser.parse_args()
    moments = random.Random(options.seed)
    lost = 0
    for state in options.states.split(","):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tollbridge-durability-")))
            file = f"sqlite:///{folder}/state.db"
            url = stack.enter_context(running()).url if state == "postgresql" else file
            lost += _killed(state, url, folder, options.kills, moments)
    return 1 if lost else 0


def _killed(state: str, url: str, folder: Path, kills: int, moments: random.Random) -> int:
    world = folder / "world.yaml"
    world.write_text(json.dumps(_world()))
    clients = [Client(organization) for organization in range(1, CLIENTS + 1)]
    lost = 0
    acknowledged: set[str] = set()
    with consuming() as consumer:
        for kill in range(kills):
            with _server(url, world, consumer) as (process, port):
                lost += _missing(port, clients)
                acknowledged |= _loaded(port, clients, process, 0.05 + moments.random() * 0.6)
            if sys.stdout.isatty():
                said = f"{kill + 1} of {kills} kills, {len(acknowledged)} acknowledged"
                print(f"\rdurability: {state}: {said}", end="", flush=True)
        with _server(url, world, consumer) as (_, port):
            lost += _missing(port, clients)
            lost += _undelivered(port, consumer, acknowledged)
        total, sent = len(acknowledged), len(consumer.received)
    print(f"\rdurability: {state}: {kills} kills, {total} acknowledged payments, {sent} deliveries, {lost} lost")
    if not total:
        print("durability: nothing was acknowledged: this proves nothing", file=sys.stderr)
        return 1
    return lost


@contextmanager
def _server(url: str, world: Path, consumer: Consumer) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "serve", "--quiet", "--port", str(port)]
    command += ["--state", url, "--world", str(world), "--webhook-to", f"{consumer.url()},payment_intent.created"]
    command += ["--webhook-secret", SECRET, "--webhook-timeout", "1"]
    with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT) as process:
        yield process, port


def _loaded(port: int, clients: list[Client], process: "subprocess.Popen[bytes]", seconds: float) -> set[str]:
    """Let every client pay until the server is killed; return the intents that were acknowledged."""
    token = json.loads(_asked(port, "POST", "/_tollbridge/tokens", {"account": 1})[1])["access_token"]
    threads = [threading.Thread(target=_pays, args=(port, token, client), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join(30)
    process.wait(30)
    return {_intent(secret) for client in clients for secret in client.secrets}


def _pays(port: int, token: str, client: Client) -> None:
    headers = {"Authorization": f"Bearer {token}", "organization_id": str(client.organization)}
    turn = 0
    try:
        while True:
            turn += 1
            client.sent = 10 * client.organization + turn % len(CARDS)
            body = {"amount": 4200, "currency": "usd", "payment_method": client.sent}
            status, content = _asked(port, "POST", "/api/payment/intent", body, headers)
            if status == 200:
                client.secrets.append(json.loads(content)["client_secret"])
                client.answered = client.sent
    except (OSError, http.client.HTTPException, ValueError):
        return


def _intent(secret: str) -> str:
    return secret.partition("_secret_")[0]


def _undelivered(port: int, consumer: Consumer, acknowledged: set[str]) -> int:
    """Return of how many intents no event has come, once nothing waits any more; and say which."""
    until = time.monotonic() + DELIVERY_SECONDS
    while json.loads(_asked(port, "GET", "/_tollbridge/simulator/webhooks")[1])["waiting"]:
        if time.monotonic() > until:
            print(f"durability: deliveries wait after {DELIVERY_SECONDS} seconds", file=sys.stderr)
            break
        time.sleep(0.1)
    sent = [(one.body, one.headers["Stripe-Signature"]) for one in consumer.received]
    events = [stripe.Webhook.construct_event(body, signature, SECRET, tolerance=None) for body, signature in sent]
    missing = acknowledged - {event.data.object["id"] for event in events}
    for intent in sorted(missing):
        print(f"durability: not delivered: {intent}", file=sys.stderr)
    return len(missing)


def _missing(port: int, clients: list[Client]) -> int:
    """Return how much of what was acknowledged is not there, and say what."""
    missing: list[str] = []
    for client in clients:
        for secret in client.secrets:
            intent = _intent(secret)
            path = f"/_tollbridge/stripe/v1/payment_intents/{intent}"
            status, content = _asked(port, "GET", path, headers=STRIPE_KEY)
            if status != 200 or json.loads(content)["client_secret"] != secret:
                missing.append(f"{intent} ({status})")
        path = f"/_tollbridge/stripe/v1/subscriptions/sub_Durability{client.organization:04}"
        method = json.loads(_asked(port, "GET", path, headers=STRIPE_KEY)[1])["default_payment_method"]
        allowed = {_method(number) for number in (client.answered, client.sent) if number}
        if client.answered and method not in allowed:
            missing.append(f"the card of organization {client.organization}: {method}, not {' or '.join(allowed)}")
        client.secrets.clear()
        client.sent = client.answered = None if method is None else int(method[-4:])
    for one in missing:
        print(f"durability: lost: {one}", file=sys.stderr)
    return len(missing)


def _asked(
    port: int, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _method(number: int) -> str:
    return f"pm_{number:024}"


def _world() -> dict[str, Any]:
    organizations = [
        {
            "id": number,
            "customer": {"id": f"cus_Durability{number:04}"},
            "subscription": {"id": f"sub_Durability{number:04}"},
            "payment_methods": [
                {"id": 10 * number + index, "stripe": _method(10 * number + index), "card": card}
                for index, card in enumerate(CARDS)
            ],
        }
        for number in range(1, CLIENTS + 1)
    ]
    return {"default_account": 1, "organizations": organizations, "accounts": [{"id": 1, "role": "ADMIN"}]}


if __name__ == "__main__":
    sys.exit(main())
