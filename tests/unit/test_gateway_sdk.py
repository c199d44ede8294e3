"""What is taken from the SDK's inside does what its `StripeClient` does."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from tollbridge.gateway.attempts import Attempts
from tollbridge.gateway.sdk import API_VERSION, Sdk, form_encoded
from tollbridge.gateway.transport import CallableTransport

BASE, KEY = "http://stripe.invalid", "sk_test_compared"
INTENT = json.dumps({"id": "pi_1", "client_secret": "pi_1_secret_2", "metadata": {}, "amount": 1}).encode()
CALLS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("get", "/v1/customers/cus_1/payment_methods/pm_1", {}, None),
    ("post", "/v1/payment_intents/pi_1/cancel", {}, "key-1"),
    (
        "post",
        "/v1/payment_intents",
        {"amount": 2**63 - 1, "description": "ü & = +", "payment_method_types": ["card"], "confirm": True},
        "key-2",
    ),
]
ANSWERS: list[tuple[int, bytes]] = [
    (200, INTENT),
    (200, b"[]"),
    (200, b'{"id": NaN, "description": "\\ud800"}'),
    (200, b'{"id": 1, "id": 2}'),
    (200, b"\xff"),
    (200, b"<html>"),
    (204, b""),
    (302, b"{}"),
    *((status, b'{"error":{"message":"no","type":"card_error","code":"x"}}') for status in (400, 401, 402, 404, 409)),
    *((status, b'{"error":{"message":"no","type":"api_error"}}') for status in (403, 424, 429, 500, 501, 503)),
    (400, b'{"error":{"message":"no","type":"idempotency_error"}}'),
    (400, b'{"error":"text"}'),
    (400, b'{"error":{}}'),
    (400, b"null"),
    (500, b"<html>"),
]


class Stand:
    """A Stripe that answers always the same, and remembers what it was sent."""

    def __init__(self, status: int = 200, body: bytes = INTENT) -> None:
        self.sent: list[tuple[str, str, Mapping[str, str], bytes]] = []
        self._answer = status, {"request-id": "req_1"}, body
        self.transport = CallableTransport(self._exchange, longest_pause=0)

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Any:
        self.sent.append((method, url, dict(headers), body))
        return self._answer


def ours(stand: Stand, method: str, path: str, params: Mapping[str, Any], key: str | None) -> Any:
    """Make a call as this package does."""
    sdk = Sdk(KEY, BASE, stand.transport, retries=2)
    return asyncio.run(sdk.ask(method, path, params, key, Attempts()))


def theirs(stand: Stand, method: str, path: str, params: Mapping[str, Any], key: str | None) -> Any:
    """Make a call as the SDK's client does."""
    client = stripe.StripeClient(
        KEY,
        stripe_version=API_VERSION,
        base_addresses={"api": BASE},
        max_network_retries=2,
        http_client=stand.transport.noting(Attempts()),
    )
    options = {"idempotency_key": key} if key else {}
    return asyncio.run(client.raw_request_async(method, path, **params, **options)).data


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_a_call_sends_what_the_sdks_client_sends(call: tuple[str, str, dict[str, Any], str | None]) -> None:
    """Method, address, headers and body are the SDK's own, for the first call and for those after it."""
    one, other = Stand(), Stand()
    sdk = Sdk(KEY, BASE, one.transport, retries=2)

    async def twice() -> None:
        for _ in range(2):
            await sdk.ask(*call, Attempts())

    asyncio.run(twice())
    theirs(other, *call)
    assert one.sent == [other.sent[0]] * 2


def test_a_call_has_its_own_idempotency_key() -> None:
    """What is kept of the headers has no key: neither a read nor another write gets the first one's."""
    stand = Stand()
    sdk = Sdk(KEY, BASE, stand.transport, retries=0)

    async def four() -> None:
        for method, key in (("post", "key-1"), ("post", "key-2"), ("post", None), ("get", None)):
            await sdk.ask(method, "/v1/payment_intents", {}, key, Attempts())

    asyncio.run(four())
    assert [headers.get("Idempotency-Key") for _, _, headers, _ in stand.sent] == ["key-1", "key-2", None, None]


@pytest.mark.parametrize(("status", "body"), ANSWERS)
def test_an_answer_is_read_as_the_sdks_client_reads_it(status: int, body: bytes) -> None:
    """The same JSON comes back, or the same class of exception with the same status and code, after as many tries."""
    seen = []
    for ask in (ours, theirs):
        stand = Stand(status, body)
        try:
            result = ("answered", json.dumps(ask(stand, *CALLS[-1])))
        except Exception as error:  # whatever it is, it has to be the same
            result = (type(error).__name__, str((getattr(error, "http_status", None), getattr(error, "code", None))))
        seen.append((*result, len(stand.sent)))
    assert seen[0] == seen[1]


def test_calls_at_once_note_their_own_attempts() -> None:
    """Each call's notes are of its own attempts, though all share one transport."""

    async def exchange(_method: str, url: str, _headers: Mapping[str, str], _body: bytes) -> Any:
        await asyncio.sleep(0)
        return (404 if url.endswith("/missing") else 200), {}, b"{}"

    sdk = Sdk(KEY, BASE, CallableTransport(exchange, longest_pause=0), retries=0)

    async def both() -> list[int | None]:
        notes = [Attempts(), Attempts()]
        paths = ["/v1/customers/missing", "/v1/customers/cus_1"]
        calls = [sdk.ask("get", path, {}, None, note) for path, note in zip(paths, notes, strict=True)]
        await asyncio.gather(*calls, return_exceptions=True)
        return [note.status for note in notes]

    assert asyncio.run(both()) == [404, 200]


VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.booleans() | st.floats() | st.none()


@given(st.lists(st.tuples(st.text("ab[]é%+ \n"), VALUES)))
def test_a_form_is_encoded_as_the_standard_library_encodes_it(pairs: list[tuple[str, object]]) -> None:
    """Whatever is in names and values, the form is `urlencode`'s, byte for byte."""
    assert form_encoded(pairs) == urlencode(pairs)
