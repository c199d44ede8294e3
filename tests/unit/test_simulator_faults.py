"""Faults on demand, before and after the effect."""

import json

import pytest
from stripe import ErrorObject

from tests.unit.stripe_calls import INTENTS, KEY, SUBSCRIPTION, call, create, simulator
from tollbridge.simulator import Fault, Late, NoAnswer, Request, Simulator
from tollbridge.simulator.model.errors import DECLINES, INJECTED
from tollbridge.simulator.protocol.faults import KINDS, LOST

CREATE = ("POST", INTENTS)
ERRORS = {
    "409": (409, "invalid_request_error", "idempotency_key_in_use"),
    "424": (424, "api_error", None),
    "429": (429, "invalid_request_error", "rate_limit"),
    "lock_timeout": (429, "invalid_request_error", "lock_timeout"),
    "500": (500, "api_error", None),
    "503": (503, "api_error", None),
    "400": (400, "invalid_request_error", None),
    "401": (401, "invalid_request_error", None),
    "403": (403, "invalid_request_error", "account_invalid"),
    "501": (501, "api_error", None),
    **{code: (402, "card_error", code) for code in DECLINES},
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_an_injected_error_is_stripes_and_comes_before_or_after_the_effect(kind: str, when: str) -> None:
    """Status, type and code are Stripe's (rows 30 to 32); the intent exists only if the fault came after."""
    stripe = simulator()
    stripe.inject(Fault(*CREATE, kind=kind, when=when))
    failed = create(stripe)
    assert (failed.status, failed.error["type"], failed.error.get("code")) == ERRORS[kind]
    assert failed.error["message"]
    assert len(stripe.intents()) == (when == "after")
    assert create(stripe).status == 200


def test_every_kind_of_error_is_tried() -> None:
    """The rows above are all that can be injected, beside what is lost and garbage."""
    assert ERRORS.keys() == INJECTED.keys()
    assert set(KINDS) == ERRORS.keys() | {*LOST, "garbage", "slow"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", LOST)
def test_an_answer_can_be_lost(kind: str, when: str) -> None:
    """Nothing comes back, the record has status 0, and the next call is answered."""
    stripe = simulator()
    stripe.inject(Fault(*CREATE, kind=kind, when=when))
    with pytest.raises(NoAnswer) as lost:
        create(stripe)
    assert lost.value.kind == kind
    assert len(stripe.intents()) == (when == "after")
    [told] = stripe.record
    assert (told.status, told.fault, len(told.effects)) == (0, f"{kind} {when}", when == "after")
    assert create(stripe).status == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_can_be_garbage(when: str) -> None:
    """A 200 that is no JSON."""
    stripe = simulator()
    stripe.inject(Fault(*CREATE, kind="garbage", when=when))
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/x-www-form-urlencoded"}
    reply = stripe.handle(Request(*CREATE, "", headers, b"amount=1000&currency=usd"))
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(reply.body)
    assert len(stripe.intents()) == (when == "after")


def test_a_fault_meets_its_own_route_as_often_as_it_says() -> None:
    """Other routes and other methods pass; two faults that wait for one route come one after the other."""
    stripe = simulator()
    stripe.inject(Fault("POST", "/v1/subscriptions/{subscription}", kind="500", times=2))
    stripe.inject(Fault("POST", "/v1/subscriptions/{subscription}", kind="424"))
    path = f"/v1/subscriptions/{SUBSCRIPTION}"
    assert create(stripe).status == 200
    assert call(stripe, "GET", path).status == 200
    assert [call(stripe, "POST", path).status for _ in range(4)] == [500, 500, 424, 200]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("method", "PUT"),
        ("kind", "teapot"),
        ("when", "later"),
        ("times", 0),
        ("share", 0.0),
        ("share", 1.5),
        ("seconds", -1.0),
        ("seconds", 601.0),
    ],
)
def test_a_fault_that_no_call_could_have_is_refused(member: str, value: object) -> None:
    """A typing error is told where it is made, by the member that has it and its value."""
    with pytest.raises(ValueError, match=f"^{member} is '{value}'; send "):
        Fault(**{"method": "POST", "path": INTENTS, "kind": "500", member: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/charges"), ("DELETE", INTENTS), ("GET", f"/v1/subscriptions/{SUBSCRIPTION}"), ("POST", "")],
)
def test_a_fault_that_waits_for_no_route_is_refused(method: str, path: str) -> None:
    """A path in place of its template would wait for ever, and a test with it would pass for nothing."""
    with pytest.raises(ValueError, match="A fault waits for a route"):
        simulator().inject(Fault(method, path, kind="500"))


def test_a_fault_can_be_injected_again() -> None:
    """What a simulator counts down is its own: the same fault serves twice, and serves two simulators."""
    one, other = simulator(), simulator()
    fault = Fault(*CREATE, kind="500")
    for stripe in (one, other, one):
        stripe.inject(fault)
    assert [create(one).status for _ in range(3)] == [500, 500, 200]
    assert [create(other).status for _ in range(2)] == [500, 200]


@pytest.mark.parametrize("kind", sorted(INJECTED))
def test_an_injected_error_has_the_members_that_stripes_errors_have(kind: str) -> None:
    """What a fault answers looks like what Stripe answers."""
    provider = simulator()
    provider.inject(Fault(*CREATE, kind=kind))
    assert create(provider).error.keys() <= ErrorObject.__annotations__.keys()


def test_a_fault_may_be_for_every_call_until_it_is_forgiven() -> None:
    """Without method, path and number it hits whatever comes."""
    stripe = simulator()
    stripe.inject(Fault(None, None, "500", times=None))
    assert [create(stripe).status, call(stripe, "GET", INTENTS).status, create(stripe).status] == [500, 500, 500]
    stripe.forgive()
    assert create(stripe).status == 200


def test_a_share_of_the_calls_is_hit_and_a_run_repeats_itself() -> None:
    """About half of them, the same ones in every run; what passes gets the same ids in every run."""
    runs, ids = [], []
    for _ in range(2):
        stripe = simulator()
        stripe.inject(Fault(*CREATE, kind="429", times=None, share=0.5))
        answers = [create(stripe) for _ in range(60)]
        runs.append([answer.status for answer in answers])
        ids.append([answer.document.get("id") for answer in answers])
    assert runs[0] == runs[1]
    assert ids[0] == ids[1]
    assert 15 < runs[0].count(429) < 45
    assert set(runs[0]) == {200, 429}


def met_by(stripe: Simulator, faults: int = 1, calls: int = 200) -> list[int]:
    """Let faults with a share wait, and return the statuses of many calls."""
    for status in ("429", "500")[:faults]:
        stripe.inject(Fault(*CREATE, kind=status, times=None, share=0.5))
    return [create(stripe).status for _ in range(calls)]


def test_draws_repeat_where_ids_do() -> None:
    """After a reset with one seed they are the same, after another seed or none they are others."""
    stripe = simulator()
    runs = []
    for seed in (7, 7, 8, None, None):
        stripe.reset(seed)
        runs.append(tuple(met_by(stripe)))
    assert runs[0] == runs[1]
    assert len(set(runs)) == 4


def test_two_shares_draw_apart() -> None:
    """Of what the first fault spares, the second hits its half."""
    statuses = met_by(simulator(), faults=2)
    assert 65 < statuses.count(429) < 135
    assert 20 < statuses.count(500) < 80
    assert statuses.count(200) > 20


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slow_answer_holds_its_idempotency_key(when: str) -> None:
    """While it is under way the key is in use (409, not stored); afterwards it replays."""
    stripe = simulator()
    stripe.inject(Fault(*CREATE, kind="slow", when=when, seconds=2.5))
    form = {"amount": 1000, "currency": "usd"}
    with pytest.raises(Late) as late:
        call(stripe, "POST", INTENTS, form, idempotency_key="k")
    assert late.value.seconds == 2.5
    assert len(stripe.intents()) == (when == "after")
    meanwhile = call(stripe, "POST", INTENTS, form, idempotency_key="k")
    assert (meanwhile.status, meanwhile.error["code"]) == (409, "idempotency_key_in_use")
    assert call(stripe, "POST", INTENTS, form, idempotency_key="other").status == 200
    made = json.loads(late.value.answer().body)
    again = call(stripe, "POST", INTENTS, form, idempotency_key="k")
    assert (again.document["id"], again.headers["idempotent-replayed"]) == (made["id"], "true")
    assert len(stripe.intents()) == 2


@pytest.mark.parametrize(("header", "status", "made"), [("500", 500, 0), ("429 after", 429, 1), ("424 before", 424, 0)])
def test_a_call_may_ask_for_its_own_fault(header: str, status: int, made: int) -> None:
    """The header `Tollbridge-Fault` is for that call alone."""
    stripe = simulator()
    form = {"amount": 1000, "currency": "usd"}
    assert call(stripe, "POST", INTENTS, form, tollbridge_fault=header).status == status
    assert len(stripe.intents()) == made
    assert create(stripe).status == 200


@pytest.mark.parametrize(
    "header", ["", "nope", "500 sometimes", "slow before long", "slow before 1 2", "slow after 1e9"]
)
def test_an_unreadable_header_is_told(header: str) -> None:
    """A 400 with the syntax, and nothing happens."""
    stripe = simulator()
    refused = call(stripe, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, tollbridge_fault=header)
    assert (refused.status, "KIND [before|after] [SECONDS]" in refused.error["message"]) == (400, True)
    assert stripe.intents() == []
