"""The official SDK against the simulator behind a real server: what production's client makes of its answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.unit.stripe_calls import ANN, ANNS, INTENTS, KEY, SEED
from tollbridge.launch import free_port
from tollbridge.simulator import Fault, Simulator, StripeDoor

BELOW = "/_tollbridge/stripe"
PAY: Any = {"amount": 1000, "currency": "usd", "payment_method_types": ["card"], "confirm": True}


@contextmanager
def served(simulator: Simulator, below: str) -> Iterator[str]:
    """Serve a simulator on loopback, at the top or mounted; give its URL."""
    door = StripeDoor(simulator, silence=5.0)
    port = free_port()
    config = uvicorn.Config(
        Starlette(routes=[Mount(below, door)]) if below else door, port=port, log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.01)
        yield f"http://127.0.0.1:{port}{below}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def simulator() -> Simulator:
    """The simulator that the client below talks to."""
    return Simulator(SEED)


@pytest.fixture(params=["", BELOW], ids=["top", "mounted"])
def client(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[stripe.StripeClient]:
    """The official client, as production has it, with another address."""
    with served(simulator, request.param) as url:
        http = stripe.RequestsClient(timeout=1.0)
        yield stripe.StripeClient(KEY, base_addresses={"api": url}, http_client=http)
        http.close()


def test_the_sdk_creates_confirms_retrieves_and_cancels(client: stripe.StripeClient) -> None:
    """Its objects have what the simulator keeps, through forms, lists and nested names."""
    paid = client.v1.payment_intents.create(
        params=PAY | {"customer": ANN, "payment_method": ANNS, "metadata": {"order": "☂ & 7"}}
    )
    assert (paid.status, paid.amount_received, paid.metadata["order"]) == ("succeeded", 1000, "☂ & 7")
    assert client.v1.payment_intents.retrieve(paid.id).client_secret == paid.client_secret
    waiting = client.v1.payment_intents.create(params={"amount": 1000, "currency": "usd"})
    assert client.v1.payment_intents.cancel(waiting.id).status == "canceled"
    cards = client.v1.customers.payment_methods.list(ANN, params={"limit": 1})
    assert [card.id for card in cards.auto_paging_iter()][-1] == ANNS


def test_the_sdk_raises_a_declined_card(client: stripe.StripeClient) -> None:
    """A decline is its CardError, with decline code and intent."""
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_intents.create(params=PAY | {"payment_method": "pm_card_chargeDeclinedExpiredCard"})
    error = refused.value
    assert (error.http_status, error.code, error.param) == (402, "expired_card", "exp_month")
    assert error.error is not None
    assert error.error.decline_code == "expired_card"
    assert error.error.payment_intent is not None
    assert error.error.payment_intent.status == "requires_payment_method"
    assert error.request_id is not None
    assert error.request_id.startswith("req_")


def test_a_lost_answer_is_found_again_and_paid_once(client: stripe.StripeClient, simulator: Simulator) -> None:
    """The SDK gives up on half an answer; the same key then gives the intent that was made."""
    simulator.inject(Fault("POST", INTENTS, kind="reset", when="after"))
    options: Any = {"idempotency_key": "yard-7"}
    params = PAY | {"payment_method": "pm_card_visa"}
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(params=params, options=options)
    made = client.v1.payment_intents.create(params=params, options=options)
    assert [row.id for row in simulator.intents()] == [made.id]
    assert [bool(told.effects) for told in simulator.record] == [True, False]


@pytest.mark.parametrize("kind", ["reset", "silence"])
def test_the_sdk_reports_a_connection_that_ends(client: stripe.StripeClient, simulator: Simulator, kind: str) -> None:
    """A reset and a silence are its APIConnectionError, and nothing has happened."""
    simulator.inject(Fault("POST", INTENTS, kind=kind))
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(params=PAY)
    assert simulator.intents() == []


def test_the_sdk_does_not_repeat_what_is_not_simulated(client: stripe.StripeClient, simulator: Simulator) -> None:
    """A 501 says that trying again is of no use, and the SDK does as it is told."""
    with pytest.raises(stripe.APIError) as refused:
        client.v1.invoices.list(options={"max_network_retries": 2})
    assert refused.value.http_status == 501
    assert len(simulator.record) == 1
