"""The official SDK against the simulator behind a real server: what production's client makes of its answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.consumer import consuming
from tests.unit.stripe_calls import ANN, ANNS, INTENTS, KEY, SEED
from tests.waiting import wait_until
from tollbridge.launch import free_port
from tollbridge.simulator import Delivering, Fault, NoAnswer, Request, Simulator, StripeDoor

BELOW = "/_tollbridge/stripe"
PAY: Any = {"amount": 1000, "currency": "usd", "payment_method_types": ["card"], "confirm": True}


@contextmanager
def served(simulator: Simulator, below: str) -> Iterator[str]:
    """Serve a simulator on loopback, at the top or mounted; give its URL."""
    door = Delivering(StripeDoor(simulator, silence=5.0), simulator, 5.0)
    port = free_port()
    config = uvicorn.Config(
        Starlette(routes=[Mount(below, door)]) if below else door, port=port, log_level="critical", lifespan="on"
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


class Direct(stripe.HTTPClient):
    """The client's transport, without HTTP: what the server has below the SDK."""

    name = "direct"

    def __init__(self, simulator: Simulator) -> None:
        """Go to a simulator."""
        super().__init__()
        self.simulator = simulator

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        """Hand a request over."""
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        body = (post_data or "").encode()
        try:
            reply = self.simulator.handle(Request(method.upper(), parts.path, parts.query, lower, body))
        except NoAnswer as silence:
            raise stripe.APIConnectionError(str(silence), should_retry=True) from None
        return reply.body.decode(), reply.status, reply.headers

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(params=["in process", "", BELOW], ids=["in process", "top", "mounted"])
def client(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[stripe.StripeClient]:
    """The official client, as production has it, at each of the three doors."""
    if request.param == "in process":
        yield stripe.StripeClient(KEY, http_client=Direct(simulator))
        return
    with served(simulator, request.param) as url:
        http = stripe.RequestsClient(timeout=1.0)
        yield stripe.StripeClient(KEY, base_addresses={"api": url}, http_client=http)
        http.close()


def test_the_sdk_meets_declines_and_challenges(client: stripe.StripeClient) -> None:
    """A decline embeds its intent; a challenge waits, or is a refusal where that was asked for."""
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_intents.create(params=PAY | {"payment_method": "pm_card_chargeDeclinedExpiredCard"})
    error = declined.value.error
    assert error is not None
    assert (declined.value.http_status, error.code, error.param) == (402, "expired_card", "exp_month")
    assert error.payment_intent is not None
    assert error.payment_intent.status == "requires_payment_method"
    asked = PAY | {"payment_method": "pm_card_authenticationRequired"}
    assert client.v1.payment_intents.create(params=asked).status == "requires_action"
    for flag, decline_code in (
        ("error_on_requires_action", "authentication_not_handled"),
        ("off_session", "authentication_required"),
    ):
        with pytest.raises(stripe.CardError) as refused:
            client.v1.payment_intents.create(params=asked | {flag: True})
        assert refused.value.error is not None
        assert (refused.value.code, refused.value.error.decline_code) == ("authentication_required", decline_code)


def test_the_sdk_captures_in_part_and_not_too_much(client: stripe.StripeClient) -> None:
    """What is held is taken once, and never more of it."""
    params = PAY | {"customer": ANN, "payment_method": ANNS, "capture_method": "manual"}
    held = client.v1.payment_intents.create(params=params)
    assert (held.status, held.amount_capturable) == ("requires_capture", 1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(held.id, params={"amount_to_capture": 1001})
    assert refused.value.code == "amount_too_large"
    taken = client.v1.payment_intents.capture(held.id, params={"amount_to_capture": 400})
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 400, 0)
    with pytest.raises(stripe.InvalidRequestError) as late:
        client.v1.payment_intents.cancel(held.id)
    assert late.value.code == "payment_intent_unexpected_state"


def test_the_sdk_replays_and_does_not_mix_up_its_keys(client: stripe.StripeClient) -> None:
    """The same key gives the same intent; with other parameters it is refused."""
    options: Any = {"idempotency_key": "once"}
    open_intent: Any = {"amount": 1000, "currency": "usd"}
    first = client.v1.payment_intents.create(params=open_intent, options=options)
    again = client.v1.payment_intents.create(params=open_intent, options=options)
    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(params=open_intent | {"amount": 2000}, options=options)


def test_the_sdk_pages_through_lists_and_expands(client: stripe.StripeClient) -> None:
    """Seven intents in pages of three, the newest first, with their charges in place of ids."""
    customer = client.v1.customers.create(params={"email": "zoe@example.com"})
    made = [
        client.v1.payment_intents.create(params=PAY | {"customer": customer.id, "payment_method": "pm_card_visa"}).id
        for _ in range(7)
    ]
    asked: Any = {"customer": customer.id, "limit": 3, "expand": ["data.latest_charge"]}
    found = list(client.v1.payment_intents.list(params=asked).auto_paging_iter())
    assert [intent.id for intent in found] == made[::-1]
    assert all(isinstance(intent.latest_charge, stripe.Charge) and intent.latest_charge.paid for intent in found)


def test_the_sdk_keeps_a_card_and_subscribes_with_it(client: stripe.StripeClient) -> None:
    """Customer, card, setup, product, price, subscription, and the end of each."""
    customer = client.v1.customers.create(params={"name": "Zoe"})
    card = client.v1.payment_methods.attach("pm_card_mastercard", params={"customer": customer.id})
    wanted: Any = {
        "customer": customer.id,
        "payment_method": card.id,
        "payment_method_types": ["card"],
        "confirm": True,
    }
    assert client.v1.setup_intents.create(params=wanted).status == "succeeded"
    product = client.v1.products.create(params={"name": "Gate"})
    monthly: Any = {"currency": "usd", "unit_amount": 900, "product": product.id, "recurring": {"interval": "month"}}
    price = client.v1.prices.create(params=monthly)
    terms: Any = {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": card.id}
    subscription = client.v1.subscriptions.create(params=terms)
    assert (subscription.status, subscription["items"]["data"][0]["price"]["id"]) == ("active", price.id)
    assert client.v1.subscriptions.cancel(subscription.id).status == "canceled"
    assert client.v1.payment_methods.detach(card.id).customer is None
    assert client.v1.customers.delete(customer.id).deleted


def test_the_sdk_registers_an_endpoint_and_verifies_what_it_is_sent(simulator: Simulator) -> None:
    """By the secret that its creation answered; what it was sent is the event that it retrieves."""
    with consuming() as consumer, served(simulator, "") as url:
        client = stripe.StripeClient(KEY, base_addresses={"api": url})
        wanted: list[Any] = ["payment_intent.succeeded"]
        endpoint = client.v1.webhook_endpoints.create({"url": consumer.url(), "enabled_events": wanted})
        client.v1.payment_intents.create({**PAY, "payment_method": "pm_card_visa"})
        wait_until(lambda: bool(consumer.received))
        one = consumer.received[0]
        event = client.construct_event(one.body, one.headers["Stripe-Signature"], str(endpoint.secret), tolerance=None)
        found = client.v1.events.retrieve(event.id)
        assert (found.type, found.data.object) == ("payment_intent.succeeded", event.data.object)
        with pytest.raises(stripe.SignatureVerificationError):
            client.construct_event(
                one.body + b" ", one.headers["Stripe-Signature"], str(endpoint.secret), tolerance=None
            )


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
        client.v1.payouts.list(options={"max_network_retries": 2})
    assert refused.value.http_status == 501
    assert len(simulator.record) == 1


def test_the_sdk_gives_money_back(client: stripe.StripeClient, simulator: Simulator) -> None:
    """A refund, the charge that it is of, what it moved on the balance, and the refusal of a second one."""
    paid = client.v1.payment_intents.create({**PAY, "customer": ANN, "payment_method": ANNS})
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 400, "expand": ["balance_transaction"]})
    moved: Any = refund.balance_transaction
    assert (refund.status, moved.amount, moved.type) == ("succeeded", -400, "refund")
    charge = client.v1.charges.retrieve(str(paid.latest_charge), {"expand": ["refunds"]})
    assert charge.refunds is not None
    assert (charge.amount_refunded, [one.id for one in charge.refunds.data]) == (400, [refund.id])
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 601})
    assert refused.value.param == "amount"
    simulator.clock.advance(3)
    listed = client.v1.balance_transactions.list({"limit": 1})
    assert [one.amount for one in listed.auto_paging_iter()] == [-400, 1000]


def test_the_sdk_subscribes_and_pays_in_the_browser(client: stripe.StripeClient, simulator: Simulator) -> None:
    """A subscription whose first payment is confirmed with the secret of its invoice, and its renewal."""
    product = client.v1.products.create({"name": "Gate"})
    price = client.v1.prices.create(
        {"currency": "usd", "unit_amount": 900, "product": product.id, "recurring": {"interval": "month"}}
    )
    subscription = client.v1.subscriptions.create(
        {
            "customer": ANN,
            "items": [{"price": price.id}],
            "payment_behavior": "default_incomplete",
            "payment_settings": {"save_default_payment_method": "on_subscription"},
            "expand": ["latest_invoice.confirmation_secret"],
        }
    )
    invoice: Any = subscription.latest_invoice
    intent = invoice.confirmation_secret.client_secret.partition("_secret_")[0]
    client.v1.payment_intents.confirm(intent, {"payment_method": ANNS})
    active = client.v1.subscriptions.retrieve(subscription.id)
    assert (active.status, active.default_payment_method) == ("active", ANNS)
    simulator.clock.advance(30 * 24 * 3600)
    invoices = client.v1.invoices.list({"subscription": subscription.id}).data
    assert [(one.status, one.billing_reason) for one in invoices] == [
        ("paid", "subscription_cycle"),
        ("paid", "subscription_create"),
    ]


def test_the_sdk_sells_by_checkout(client: stripe.StripeClient, simulator: Simulator) -> None:
    """A session is made, shown with its lines, paid by a customer, and found; another one is expired."""
    line: Any = {
        "price_data": {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "T-shirt"}},
        "quantity": 2,
    }
    params: Any = {"mode": "payment", "line_items": [line], "success_url": "https://shop.example/{CHECKOUT_SESSION_ID}"}
    sessions = client.v1.checkout.sessions
    made = sessions.create(params=params | {"client_reference_id": "cart 7"})
    assert (made.status, made.amount_total, made.client_reference_id) == ("open", 4000, "cart 7")
    [bought] = sessions.line_items.list(made.id).data
    assert (bought.description, bought.quantity, bought.amount_total) == ("T-shirt", 2, 4000)
    card = {"email": "zoe@example.com", "number": "4242424242424242", "exp_month": "1", "exp_year": "40", "cvc": "123"}
    paid = simulator.pay(made.id, card, "http://localhost/_tollbridge/pay/x")
    assert paid.address == f"https://shop.example/{made.id}"
    done = sessions.retrieve(made.id, params={"expand": ["payment_intent", "line_items"]})
    assert (done.status, done.payment_status) == ("complete", "paid")
    assert isinstance(done.payment_intent, stripe.PaymentIntent)
    assert done.payment_intent.amount_received == 4000
    assert sessions.list(params={"payment_intent": done.payment_intent.id}).data[0].id == made.id
    assert sessions.expire(sessions.create(params=params).id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        sessions.expire(made.id)
