"""`tollbridge stripe`: the simulator alone, as a process."""

import json
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.integration.conftest import ROOT
from tests.integration.test_cli import tollbridge
from tollbridge.launch import free_port, launched

KEY = {"Authorization": "Bearer sk_test_0123456789", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a running simulator."""
    with running() as address:
        yield address


@contextmanager
def running(*options: str) -> Iterator[str]:
    """Run the command with options; the address."""
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "stripe", "--port", str(port), "--quiet", *options]
    with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT):
        yield f"http://127.0.0.1:{port}"


def post(url: str, form: dict[str, object], key: str) -> tuple[int, dict[str, Any], bool]:
    """Create an intent under an idempotency key; the status, the body, and whether it was replayed."""
    request = Request(f"{url}/v1/payment_intents", urlencode(form).encode(), KEY | {"Idempotency-Key": key})
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), answer.headers.get("idempotent-replayed") == "true"
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused), False


def listed(url: str, path: str) -> list[dict[str, Any]]:
    """The data of a list."""
    with urlopen(Request(f"{url}{path}", headers=KEY), timeout=60) as answer:
        data: list[dict[str, Any]] = json.load(answer)["data"]
        return data


def kept(url: str) -> Any:
    """How many objects of each kind there are, and how many calls were recorded."""
    with urlopen(f"{url}/_tollbridge/simulator/", timeout=60) as answer:
        state = json.load(answer)
    return state["objects"], state["recorded"]


def test_it_pays_and_remembers(url: str) -> None:
    """A confirmed intent is there on the next request."""
    form = {"amount": 1999, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    body = urlencode(form | {"payment_method_types[]": "card"}).encode()
    with urlopen(Request(f"{url}/v1/payment_intents", body, KEY), timeout=60) as answer:
        made = json.load(answer)
    with urlopen(Request(f"{url}/v1/payment_intents/{made['id']}", headers=KEY), timeout=60) as answer:
        assert json.load(answer) == made
        assert made["status"] == "succeeded"


def test_the_worlds_customers_are_there(url: str) -> None:
    """Those of the bundled world, with their cards."""
    with urlopen(Request(f"{url}/v1/customers/cus_QuayOne0000001/payment_methods", headers=KEY), timeout=60) as answer:
        assert len(json.load(answer)["data"]) == 7


PAID = {
    "amount": 1999,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "payment_method_types[]": "card",
    "confirm": "true",
}


def test_fifty_concurrent_calls_with_one_key_make_one_intent(url: str) -> None:
    """All get the same intent, one of them first; the card is charged once."""
    before = len(listed(url, "/v1/charges?limit=100"))
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: post(url, PAID, "one key"), range(50)))
    assert {status for status, _, _ in answers} == {200}
    assert len({body["id"] for _, body, _ in answers}) == 1
    assert sorted(replayed for _, _, replayed in answers) == [False] + [True] * 49
    assert len(listed(url, "/v1/charges?limit=100")) == before + 1


def test_a_slow_first_call_makes_the_others_wait_their_turn(url: str) -> None:
    """While the first is under way, the others get Stripe's 409 and charge nothing."""
    slow = {"kind": "slow", "method": "POST", "path": "/v1/payment_intents", "seconds": 1.5}
    fault = Request(
        f"{url}/_tollbridge/simulator/faults", json.dumps(slow).encode(), {"Content-Type": "application/json"}
    )
    urlopen(fault, timeout=60).close()
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: post(url, PAID, "a slow key"), range(10)))
    statuses = Counter(status for status, _, _ in answers)
    assert statuses == {200: 1, 409: 9}
    refusals = {body["error"].get("code") for status, body, _ in answers if status == 409}
    assert refusals == {"idempotency_key_in_use"}
    assert post(url, PAID, "a slow key")[2]


def test_many_clients_at_once_get_what_each_asked_for(url: str) -> None:
    """Amounts and keys of one client never reach another's answer."""

    def client(number: int) -> list[tuple[int, int]]:
        amounts = [1_000 + 50 * number + turn for turn in range(20)]
        bodies = [post(url, {**PAID, "amount": amount}, f"client {amount}")[1] for amount in amounts]
        return [(amount, body["amount_received"]) for amount, body in zip(amounts, bodies, strict=True)]

    with ThreadPoolExecutor(8) as threads:
        seen = [pair for pairs in threads.map(client, range(8)) for pair in pairs]
    assert len(seen) == 160
    assert all(asked == received for asked, received in seen)


def test_a_seed_repeats_ids_and_the_record_has_its_bound() -> None:
    """Two runs with one seed make the same intent; the third call pushes the first out of a record of two."""
    made = []
    for _ in range(2):
        with running("--seed", "7", "--recorded", "2") as address:
            made.append([post(address, PAID, f"k{number}")[1]["id"] for number in range(3)])
            with urlopen(f"{address}/_tollbridge/simulator/record", timeout=60) as answer:
                assert [call["number"] for call in json.load(answer)["data"]] == [2, 3]
    assert made[0] == made[1]


def test_browsers_of_every_origin_are_answered_as_stripe_does(url: str) -> None:
    """On a route of Stripe.js a preflight passes, and a refusal can be read; with a secret key nothing is done."""
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    path = f"{url}/v1/payment_methods"
    preflight = Request(path, headers=asked | {"Access-Control-Request-Headers": "authorization"}, method="OPTIONS")
    with urlopen(preflight, timeout=60) as answer:
        assert answer.headers["access-control-allow-headers"] == "authorization"
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(path, b"", {"Origin": "https://shop.example"}), timeout=60)
    assert (refused.value.code, refused.value.headers["access-control-allow-origin"]) == (401, "*")
    refused.value.close()
    card = b"type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2040&card[cvc]=123"
    before = kept(url)
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(path, card, KEY | {"Origin": "https://shop.example"}), timeout=60)
    assert (refused.value.code, refused.value.headers["access-control-allow-origin"]) == (403, None)
    assert json.load(refused.value)["error"]["code"] == "origin_not_allowed"
    refused.value.close()
    assert kept(url) == before
    urlopen(Request(path, card, KEY), timeout=60).close()
    assert kept(url) != before


def test_the_command_has_the_gate(url: str) -> None:
    """A foreign name is refused by Stripe's API and by the control API, each in its own shape; probes are there."""
    for path, key in {"/v1/customers": "error", "/_tollbridge/simulator/record": "error_code"}.items():
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{url}{path}", headers=KEY | {"Host": "evil.example"}), timeout=60)
        assert refused.value.code == 421
        assert key in json.load(refused.value)
        refused.value.close()
    for probe in ("health", "ready"):
        with urlopen(f"{url}/_tollbridge/{probe}", timeout=60) as answer:
            assert answer.status == 200
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_help_says_how_to_point_a_client_at_it() -> None:
    """Options, examples, exit codes, and the two most used clients."""
    said = tollbridge("stripe", "--help").stdout
    for word in (
        "--port",
        "--world",
        "--seed",
        "--recorded",
        "Examples:",
        "Exit codes:",
        "base_addresses",
        "new Stripe(",
    ):
        assert word in said


def test_a_taken_port_or_a_bad_world_is_a_sentence() -> None:
    """Exit 1, and nothing but the reason."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tollbridge("stripe", "--port", str(taken.getsockname()[1]))
    world = tollbridge("stripe", "--world", "openapi.yaml")
    for refused, reason in ((done, "Error: Cannot listen on 127.0.0.1 port"), (world, "Error: openapi.yaml")):
        assert (refused.returncode, refused.stdout, refused.stderr.startswith(reason)) == (1, "", True)
        assert "Traceback" not in refused.stderr
