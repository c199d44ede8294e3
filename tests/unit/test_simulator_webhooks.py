"""Webhooks: endpoints, signed deliveries, and what becomes of them where an endpoint fails."""

import asyncio
import json
import logging
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import stripe as sdk
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.consumer import Consumer, an_endpoint, consuming
from tests.unit.stripe_calls import NOW, call, create, on, simulator
from tollbridge.simulator import Simulator, control
from tollbridge.simulator.model.pages import page_token
from tollbridge.simulator.resources.deliveries import RETRY_AFTER
from tollbridge.simulator.state.memory import MemoryStore
from tollbridge.simulator.webhooks.deliverer import Deliverer
from tollbridge.simulator.webhooks.lifespan import Delivering

ENDPOINTS = "/v1/webhook_endpoints"
PAID = {"confirm": "true", "payment_method": "pm_card_visa"}
PAYMENT = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
PATIENCE = 30.0
HOSTILE = ("hangs", "drips", "huge", "heads", "nonsense", "resets", "redirects")


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    """A consumer of webhooks."""
    with consuming() as server:
        yield server


def deliver(stripe: Simulator, *, timeout: float = 2.0, **more: Any) -> None:
    """Deliver until nothing is due any more."""

    async def delivering() -> None:
        deliverer = Deliverer(stripe, timeout=timeout, **more)
        task = asyncio.create_task(deliverer.run())
        async with asyncio.timeout(PATIENCE):
            while stripe.outbox.ready() or deliverer.busy:  # noqa: ASYNC110 - others see no more than that
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(delivering())


def types(consumer: Consumer, path: str | None = None) -> list[str]:
    """The types of what was received, in the order of arrival."""
    return [json.loads(one.body)["type"] for one in consumer.received if path in (None, one.path)]


def test_an_endpoint_is_made_shown_changed_and_deleted() -> None:
    """Its members are Stripe's; its secret is in the answer to its creation only, and in a replay of that."""
    stripe = simulator(alone=True)
    form = {"url": "https://shop.example/hook", "enabled_events[]": ["charge.succeeded"], "description": "Shop"}
    made = call(stripe, "POST", ENDPOINTS, form | {"metadata[a]": "b"}, idempotency_key="k").document
    assert list(made) == [
        "id", "object", "api_version", "application", "created", "description", "enabled_events", "livemode",
        "metadata", "secret", "status", "url",
    ]  # fmt: skip
    assert (made["id"][:3], len(made["secret"]), made["secret"][:6], made["status"]) == ("we_", 38, "whsec_", "enabled")
    replayed = call(stripe, "POST", ENDPOINTS, form | {"metadata[a]": "b"}, idempotency_key="k").document
    assert replayed == made
    plain = {name: value for name, value in made.items() if name != "secret"}
    path = f"{ENDPOINTS}/{made['id']}"
    assert call(stripe, "GET", path).document == plain
    assert call(stripe, "GET", ENDPOINTS).document["data"] == [plain]
    update = {"disabled": "true", "enabled_events[]": ["*"], "url": "http://127.0.0.1:1/x", "description": ""}
    changed = call(stripe, "POST", path, update).document
    assert changed == plain | {
        "status": "disabled", "enabled_events": ["*"], "url": "http://127.0.0.1:1/x", "description": None,
    }  # fmt: skip
    assert call(stripe, "DELETE", path).document == {"id": made["id"], "object": "webhook_endpoint", "deleted": True}
    assert call(stripe, "GET", path).status == 404
    assert call(stripe, "GET", ENDPOINTS).document["data"] == []


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"url": "https://a.example"}, "enabled_events"),
        ({"enabled_events[]": "*"}, "url"),
        ({"url": "https://a.example", "enabled_events[]": ["*", "payment_intent.updated"]}, "enabled_events[1]"),
        ({"url": "https://a.example", "enabled_events[]": "*", "api_version": "2020-01-01"}, "api_version"),
        *(
            ({"url": url, "enabled_events[]": "*"}, "url")
            for url in (
                "shop.example/hook",
                "ftp://a.example",
                "https://",
                "https://a b/",
                "http://a:99999/",
                "http://[/",
            )
        ),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(form: dict[str, Any], param: str) -> None:
    """Without an address or types, with a type that Stripe does not have, or what is no address: 400 with its name."""
    answer = call(simulator(), "POST", ENDPOINTS, form)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_the_version_of_an_endpoint_cannot_be_changed() -> None:
    """It is no parameter of an update."""
    stripe = simulator()
    made = an_endpoint(stripe, "https://a.example")
    answer = call(stripe, "POST", f"{ENDPOINTS}/{made['id']}", {"api_version": "2026-08-26.dahlia"})
    assert (answer.status, answer.error["code"]) == (400, "parameter_unknown")


def test_a_delivery_is_what_stripes_sdk_verifies(consumer: Consumer) -> None:
    """The body as it is printed, signed with the endpoint's secret, and with no other; v0 is a wrong scheme."""
    stripe = simulator()
    secret = an_endpoint(stripe, consumer.url())["secret"]
    create(stripe, description="Grüße", **PAID)
    deliver(stripe)
    assert types(consumer) == PAYMENT
    for one in consumer.received:
        signature = one.headers["Stripe-Signature"]
        event = sdk.Webhook.construct_event(one.body, signature, secret, tolerance=None)
        shown = call(stripe, "GET", f"/v1/events/{event.id}").document
        assert json.loads(one.body) == shown | {"pending_webhooks": 1}
        assert shown["pending_webhooks"] == 0
        with pytest.raises(sdk.SignatureVerificationError):
            sdk.Webhook.construct_event(one.body, signature, "whsec_another", tolerance=None)
        with pytest.raises(sdk.SignatureVerificationError):
            sdk.Webhook.construct_event(one.body, signature.replace("v1=", "v2=").replace("v0=", "v1="), secret, None)
        assert one.body.startswith(b'{\n  "id": "evt_')
        assert one.body.endswith(b"\n}")
    assert "Grüße".encode() in consumer.received[0].body
    first = consumer.received[0].headers
    assert first["Stripe-Signature"].startswith(f"t={NOW},v1=")
    assert first["Content-Type"] == "application/json; charset=utf-8"
    assert first["User-Agent"] == "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
    assert first["Accept"] == "*/*; q=0.5, application/xml"
    assert (first["Accept-Encoding"], first["Cache-Control"]) == ("gzip", "no-cache")


def test_an_endpoint_gets_what_it_asks_for(consumer: Consumer) -> None:
    """Its types only; nothing from before it was there; each endpoint its own delivery with its own secret."""
    stripe = simulator(alone=True)
    create(stripe, **PAID)
    an_endpoint(stripe, consumer.url("/ok"), "charge.succeeded", "customer.created")
    an_endpoint(stripe, consumer.url("/next"), "charge.succeeded")
    create(stripe, **PAID)
    [event] = call(stripe, "GET", "/v1/events", {"type": "charge.succeeded", "limit": 1}).document["data"]
    assert event["pending_webhooks"] == 2
    deliver(stripe)
    assert (types(consumer, "/ok"), types(consumer, "/next")) == (["charge.succeeded"], ["charge.succeeded"])
    signatures = {one.headers["Stripe-Signature"] for one in consumer.received}
    assert len(signatures) == 2


def test_the_order_of_arrival_is_that_of_real_consumers(consumer: Consumer) -> None:
    """The creation comes after what followed from it, a late charge.updated later still: by the clock."""
    stripe = simulator()
    stripe.outbox.set_order("arrival")
    an_endpoint(stripe, consumer.url())
    create(stripe, **PAID)
    deliver(stripe)
    expected = ["charge.succeeded", "payment_intent.succeeded", "payment_intent.created"]
    assert types(consumer) == expected
    stripe.clock.advance(2)
    deliver(stripe)
    assert types(consumer) == [*expected, "charge.updated"]
    with pytest.raises(ValueError, match="logical and arrival"):
        stripe.outbox.set_order("random")


def test_each_event_comes_twice_where_duplicates_are_asked_for(consumer: Consumer) -> None:
    """The same event with the same body; what failed is not sent twice."""
    stripe = simulator()
    stripe.outbox.set_order(duplicates=True)
    an_endpoint(stripe, consumer.url(), "charge.succeeded")
    create(stripe, **PAID)
    deliver(stripe)
    first, second = consumer.received
    assert first.body == second.body


def test_a_failed_delivery_is_tried_again_on_a_schedule(consumer: Consumer) -> None:
    """Three times, each when the simulator's clock has come to it; the event is pending until it is acknowledged."""
    stripe = simulator()
    an_endpoint(stripe, consumer.url("/next"), "charge.succeeded")
    consumer.answers = [500, 404, 301]
    create(stripe, **PAID)
    deliver(stripe)
    for count, seconds in enumerate(RETRY_AFTER, 1):
        assert len(consumer.received) == count
        [event] = call(stripe, "GET", "/v1/events", {"delivery_success": "false"}).document["data"]
        assert event["pending_webhooks"] == 1
        stripe.clock.advance(seconds - 1)
        deliver(stripe)
        assert len(consumer.received) == count
        stripe.clock.advance(1)
        deliver(stripe)
    assert len(consumer.received) == 4
    assert len({json.loads(one.body)["id"] for one in consumer.received}) == 1
    assert call(stripe, "GET", "/v1/events", {"delivery_success": "false"}).document["data"] == []
    [shown] = stripe.outbox.newest(10)
    assert (shown["status"], shown["tries"], shown["due"]) == ("delivered", 4, None)
    assert [attempt["status"] for attempt in shown["attempts"]] == [500, 404, 301, 200]
    assert shown["attempts"][0]["answer"] == "as you say"


def test_a_delivery_that_always_fails_is_given_up_and_can_be_made_again(consumer: Consumer) -> None:
    """After the last retry it fails; by Stripe's CLI's route, or the control API's, it is tried once more."""
    stripe = simulator()
    endpoint = an_endpoint(stripe, consumer.url("/next"), "charge.succeeded")["id"]
    consumer.answers = [500] * 5
    create(stripe, **PAID)
    for seconds in (0, *RETRY_AFTER, 10**6):
        stripe.clock.advance(seconds)
        deliver(stripe)
    assert len(consumer.received) == 4
    [shown] = stripe.outbox.newest(10)
    assert (shown["status"], shown["due"]) == ("failed", None)
    [event] = call(stripe, "GET", "/v1/events", {"delivery_success": "false"}).document["data"]
    retry = f"/v1/events/{event['id']}/retry"
    assert call(stripe, "POST", retry, {"webhook_endpoint": "we_nope"}).status == 400
    assert call(stripe, "POST", "/v1/events/evt_nope/retry").status == 404
    call(stripe, "POST", retry, {"webhook_endpoint": endpoint})
    deliver(stripe)
    assert (len(consumer.received), stripe.outbox.newest(1)[0]["status"]) == (5, "failed")
    stripe.outbox.deliver_again(shown["id"])
    deliver(stripe)
    assert (len(consumer.received), stripe.outbox.newest(1)[0]["status"]) == (6, "delivered")


@pytest.mark.parametrize("ends", ["delete", "disable"])
def test_nothing_is_delivered_to_an_endpoint_that_has_ended(consumer: Consumer, ends: str) -> None:
    """What waits for it ends, and what happens later is not for it."""
    stripe = simulator()
    path = f"{ENDPOINTS}/{an_endpoint(stripe, consumer.url(), 'charge.succeeded')['id']}"
    create(stripe, **PAID)
    call(stripe, *("DELETE", path) if ends == "delete" else ("POST", path, {"disabled": "true"}))
    create(stripe, **PAID)
    deliver(stripe)
    assert consumer.received == []
    assert [one["status"] for one in stripe.outbox.newest(10)] == ["ended"]
    assert call(stripe, "GET", "/v1/events", {"delivery_success": "false"}).document["data"] == []


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_endpoint_that_misbehaves_costs_others_nothing(consumer: Consumer, kind: str) -> None:
    """It fails within the time-out, a bounded part of what it says is read, and others get their events meanwhile."""
    stripe = simulator()
    an_endpoint(stripe, consumer.url(f"/{kind}"), "charge.succeeded")
    an_endpoint(stripe, consumer.url("/next"))
    create(stripe, **PAID)
    deliver(stripe, timeout=2.0)
    shown = {one["url"].rpartition("/")[2]: one for one in stripe.outbox.newest(10)}
    assert types(consumer, "/next") == PAYMENT
    assert (shown[kind]["status"], shown[kind]["tries"], shown[kind]["due"]) == ("waiting", 1, NOW + RETRY_AFTER[0])
    [attempt] = shown[kind]["attempts"]
    assert (attempt["status"] is None) == (attempt["error"] is not None)
    assert attempt["milliseconds"] < 5000
    assert len(attempt["answer"]) <= 200
    assert "/ok" not in [one.path for one in consumer.received]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/refused", "http://nobody.invalid/", "https://127.0.0.1:1/"])
def test_an_endpoint_that_is_not_there_is_tried_again(url: str) -> None:
    """The attempt says why nothing was delivered."""
    stripe = simulator()
    an_endpoint(stripe, url, "charge.succeeded")
    create(stripe, **PAID)
    deliver(stripe)
    [shown] = stripe.outbox.newest(10)
    assert (shown["status"], shown["attempts"][0]["status"]) == ("waiting", None)
    assert shown["attempts"][0]["error"]


def test_more_endpoints_than_slots_are_all_served(consumer: Consumer) -> None:
    """A slot is taken again as soon as an endpoint has got what was due, or has let its time go by."""
    stripe = simulator()
    for number in range(6):
        an_endpoint(stripe, consumer.url("/hangs" if number < 2 else "/ok"), "charge.succeeded")
    create(stripe, **PAID)
    deliver(stripe, timeout=1.5, slots=2)
    assert len(types(consumer, "/ok")) == 4
    assert sorted(one["status"] for one in stripe.outbox.newest(10)) == ["delivered"] * 4 + ["waiting"] * 2


def test_an_account_has_a_bounded_number_of_endpoints() -> None:
    """Sixteen (unverified), disabled ones too; where one is deleted there is room again."""
    stripe = simulator()
    made = [an_endpoint(stripe, f"http://127.0.0.1:1/{number}")["id"] for number in range(16)]
    call(stripe, "POST", f"{ENDPOINTS}/{made[0]}", {"disabled": "true"})
    form = {"url": "http://127.0.0.1:1/", "enabled_events[]": "*"}
    before = stripe.counts()
    refused = call(stripe, "POST", ENDPOINTS, form)
    assert (refused.status, "maximum of 16" in refused.error["message"]) == (400, True)
    assert stripe.counts() == before
    call(stripe, "DELETE", f"{ENDPOINTS}/{made[1]}")
    assert call(stripe, "POST", ENDPOINTS, form).status == 200
    assert call(stripe, "POST", ENDPOINTS, form).status == 400


class Asked(MemoryStore):
    """A store that keeps what it is asked."""

    def __init__(self) -> None:
        super().__init__(recorded=10)
        self.names: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        """Keep the name of each method of the class's own."""
        if name in ("waiting", "ready", "excess", "take", "shared", "work"):
            self.names.append(name)
        return super().__getattribute__(name)


def test_an_idle_server_asks_its_state_one_question_for_deliveries() -> None:
    """Each server asks each second, for ever; only where something waits is more asked."""
    store = Asked()
    stripe = on(store)
    store.names.clear()
    stripe.turn()
    assert stripe.outbox.ready() == []
    assert store.names == ["waiting"]
    endpoint = an_endpoint(stripe, "http://127.0.0.1:1/", "charge.succeeded")["id"]
    create(stripe, **PAID)
    assert stripe.outbox.ready() == [endpoint]


def test_too_many_deliveries_are_dropped_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """The last to be tried go first; an event with a dropped delivery was not delivered."""
    stripe = simulator()
    stripe.outbox._most = 5
    for _ in range(3):
        an_endpoint(stripe, "http://127.0.0.1:1/", "charge.succeeded")
    for _ in range(3):
        create(stripe, **PAID)
    with caplog.at_level(logging.WARNING):
        stripe.outbox.ready()
    assert "4 deliveries of events were dropped: more than 5 waited." in caplog.text
    newest = stripe.outbox.newest(10)
    assert [one["status"] for one in newest] == ["dropped"] * 4 + ["waiting"] * 5
    assert stripe.outbox.waiting() == 5
    assert len(call(stripe, "GET", "/v1/events", {"delivery_success": "false"}).document["data"]) == 3


def test_endpoints_go_with_the_state(consumer: Consumer) -> None:
    """A snapshot has them, and what waits; a reset has those of the seed only."""
    planted = {"id": "we_Planted", "url": consumer.url("/ok"), "enabled_events": ["*"], "secret": "whsec_x"}
    stripe = simulator(seed={"webhook_endpoints": [planted]})
    an_endpoint(stripe, consumer.url("/next"), "charge.succeeded")
    create(stripe, **PAID)
    lines = list(stripe.snapshot())
    other = simulator(seed={"webhook_endpoints": [planted]})
    other.restore(lines)
    assert other.outbox.waiting() == 5
    deliver(other)
    assert (len(types(consumer, "/ok")), len(types(consumer, "/next"))) == (3, 1)
    create(other, **PAID)
    assert other.outbox.waiting() == 1 + 5
    other.reset()
    assert other.outbox.waiting() == 0
    create(other, **PAID)
    assert other.outbox.waiting() == 4


def test_a_delivery_of_a_process_that_died_is_taken_by_another(consumer: Consumer) -> None:
    """Once its time is over by the machine's clock; until then nobody else takes one of the same endpoint."""
    now = [NOW]
    stripe = simulator()
    stripe.clock._source = lambda: now[0]
    endpoint = an_endpoint(stripe, consumer.url())["id"]
    create(stripe)
    taken = stripe.outbox.take(endpoint, 25)
    now[0] += 24
    assert (stripe.outbox.ready(), stripe.outbox.take(endpoint, 25)) == ([], None)
    now[0] += 1
    assert (stripe.outbox.ready(), stripe.outbox.take(endpoint, 25)) == ([endpoint], taken)


def test_whoever_delivers_is_woken_by_a_clock_that_moves_and_by_new_events_alone() -> None:
    """Not by the page of an intent, which only looks."""
    stripe, woken = simulator(), list[int]()
    call(stripe, "POST", ENDPOINTS, {"url": "http://127.0.0.1:1/", "enabled_events[]": "*"})
    asked = create(stripe, confirm="true", payment_method="pm_card_authenticationRequired").document
    stripe.outbox.wake_by(lambda: woken.append(1))
    assert stripe.is_asking(asked["id"], page_token(asked["client_secret"]))
    assert len(woken) == 0
    stripe.authenticate(asked["id"], passes=True)
    assert len(woken) == 1
    stripe.clock.advance(60)
    assert len(woken) == 2


def test_the_control_api_shows_and_repeats_deliveries(consumer: Consumer) -> None:
    """The order can be chosen, what was delivered is listed, and is delivered again."""
    stripe = simulator()
    an_endpoint(stripe, consumer.url(), "charge.succeeded")
    with TestClient(control(stripe)) as http:
        chosen = {"order": "arrival", "duplicates": True}
        assert http.put("/webhooks", json=chosen).json() == chosen | {"waiting": 0}
        for wrong in ({"order": "x"}, {"duplicates": 1}, {"other": 1}):
            assert http.put("/webhooks", json=wrong).status_code == 400
        http.put("/webhooks", json={"duplicates": False})
        create(stripe, **PAID)
        assert http.get("/webhooks").json() == {"order": "arrival", "duplicates": False, "waiting": 1}
        deliver(stripe)
        [shown] = http.get("/deliveries").json()["data"]
        assert (shown["status"], shown["url"], shown["type"]) == ("delivered", consumer.url(), "charge.succeeded")
        assert "whsec" not in http.get("/deliveries").text
        assert http.post(f"/deliveries/{shown['id']}/redeliver").json()["status"] == "waiting"
        assert http.post("/deliveries/nothing/redeliver").status_code == 404
    deliver(stripe)
    assert types(consumer) == ["charge.succeeded"] * 2


def test_deliveries_end_before_the_application_does(consumer: Consumer) -> None:
    """When the server is told that the application has shut down, nothing is under way, and no connection is open."""
    stripe = simulator()
    an_endpoint(stripe, consumer.url("/hangs"))
    create(stripe)
    said: list[str] = []
    left: list[set[asyncio.Task[Any]]] = []

    async def receive() -> dict[str, Any]:
        if "lifespan.startup.complete" not in said:
            return {"type": "lifespan.startup"}
        async with asyncio.timeout(PATIENCE):
            while not consumer.received:  # noqa: ASYNC110 - the consumer is a thread
                await asyncio.sleep(0.01)
        return {"type": "lifespan.shutdown"}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message["type"])
        left.append(asyncio.all_tasks() - {asyncio.current_task()})

    asyncio.run(Delivering(Starlette(), stripe, timeout=PATIENCE)({"type": "lifespan"}, receive, send))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert [len(tasks) for tasks in left] == [1, 0]
