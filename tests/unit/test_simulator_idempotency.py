"""Idempotency keys: what is replayed, what is refused, and what is forgotten."""

import json
import random
from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, FORM, INTENTS, KEY, NOW, SEED, SUBSCRIPTION, call, on, read, simulator
from tollbridge.simulator import Fault, NoAnswer, Request, Simulator
from tollbridge.simulator.engine import PRUNE_EVERY
from tollbridge.simulator.state.idempotency import KEPT_SECONDS
from tollbridge.simulator.state.memory import MemoryStore
from tollbridge.simulator.state.snapshot import KEY as KEY_LINE

CREATE = ("POST", INTENTS)
PAY = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"}


def test_a_repeated_key_gives_the_first_answer() -> None:
    """Byte for byte, told by two headers, without a second effect; a later change to the object does not show."""
    stripe = simulator()
    first = call(stripe, *CREATE, PAY, idempotency_key="k")
    call(stripe, "POST", f"{INTENTS}/{first.document['id']}/cancel")
    again = call(stripe, *CREATE, PAY, idempotency_key="k")
    assert again.document == first.document
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] == first.headers["original-request"]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"] == "k"
    assert "idempotent-replayed" not in first.headers
    assert len(stripe.intents()) == 1
    assert [bool(told.effects) for told in stripe.record] == [True, True, False]


def test_a_decline_is_replayed_too() -> None:
    """A 402 began to execute, so it is stored."""
    stripe = simulator()
    form = PAY | {"confirm": "true", "payment_method": "pm_card_chargeDeclined"}
    first, again = (call(stripe, *CREATE, form, idempotency_key="k") for _ in range(2))
    assert (first.status, again.status) == (402, 402)
    assert again.document == first.document
    assert len(stripe.intents()) == 1


def test_a_refused_card_at_attach_is_replayed_too() -> None:
    """Attaching a card that declines is a 402 like another."""
    stripe = simulator()
    path = "/v1/payment_methods/pm_card_chargeDeclined/attach"
    answers = [call(stripe, "POST", path, {"customer": ANN}, idempotency_key="k") for _ in range(2)]
    assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_found_again_by_its_key(when: str) -> None:
    """A retry after a fault has one effect in all, whichever side of the effect the fault was."""
    stripe = simulator()
    stripe.inject(Fault(*CREATE, kind="reset", when=when))
    with pytest.raises(NoAnswer):
        call(stripe, *CREATE, PAY, idempotency_key="k")
    again = call(stripe, *CREATE, PAY, idempotency_key="k")
    assert again.status == 200
    assert ("idempotent-replayed" in again.headers) == (when == "after")
    assert [row.id for row in stripe.intents()] == [again.document["id"]]


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        (INTENTS, PAY | {"amount": 1001}, "can only be used with the same parameters they were first used with"),
        (
            f"/v1/subscriptions/{SUBSCRIPTION}",
            {},
            "can only be used for the same endpoint they were first used for "
            f"('/v1/subscriptions/{SUBSCRIPTION}' vs '{INTENTS}')",
        ),
    ],
)
def test_a_key_is_for_one_request_only(path: str, form: dict[str, Any], said: str) -> None:
    """Other parameters or another endpoint: 400 idempotency_error without a code, and no effect."""
    stripe = simulator()
    call(stripe, *CREATE, PAY, idempotency_key="k")
    refused = call(stripe, "POST", path, form, idempotency_key="k")
    assert (refused.status, refused.error["type"]) == (400, "idempotency_error")
    assert refused.error["message"] == (
        f"Keys for idempotent requests {said}. Try using a key other than 'k' if you meant to execute a different "
        "request."
    )
    assert {"code", "param"}.isdisjoint(refused.error)
    assert len(stripe.intents()) == 1


def test_a_refused_request_may_be_mended_under_its_key() -> None:
    """Validation failures are not stored."""
    stripe = simulator()
    assert call(stripe, *CREATE, PAY | {"amount": 1}, idempotency_key="k").status == 400
    assert call(stripe, *CREATE, PAY, idempotency_key="k").status == 200


@pytest.mark.parametrize(("key", "status"), [("", 400), ("k" * 256, 400), ("k" * 255, 200)])
def test_a_key_is_1_to_255_characters(key: str, status: int) -> None:
    """The refusal tells the length."""
    answered = call(simulator(), *CREATE, PAY, idempotency_key=key)
    assert answered.status == status
    if status == 400:
        assert answered.error["message"].startswith(f"Idempotent key length is {len(key)}, which is outside accepted")


def test_keys_are_forgotten_after_a_day() -> None:
    """Within 24 hours a key replays, after them it begins anew."""
    now = [NOW]
    stripe = Simulator(SEED, clock=lambda: now[0], randomness=random.Random(7))
    first = call(stripe, *CREATE, PAY, idempotency_key="k").document["id"]
    now[0] += KEPT_SECONDS
    assert call(stripe, *CREATE, PAY, idempotency_key="k").document["id"] == first
    now[0] += 1
    assert call(stripe, *CREATE, PAY, idempotency_key="k").document["id"] != first


def test_calls_throw_old_keys_away() -> None:
    """Every so many calls, what both clocks are a day beyond; what only the simulator's is beyond stays."""
    now = [NOW]
    stripe = Simulator(SEED, clock=lambda: now[0], randomness=random.Random(7))
    call(stripe, *CREATE, PAY, idempotency_key="old")
    now[0] += KEPT_SECONDS + 1
    call(stripe, *CREATE, PAY, idempotency_key="young")
    stripe.clock.advance(9 * KEPT_SECONDS)
    for _ in range(PRUNE_EVERY):
        call(stripe, "GET", f"/v1/customers/{ANN}")
    lines = [json.loads(line) for line in b"".join(stripe.snapshot()).splitlines()]
    kept = {line[1] for line in lines[1:] if line[0] == KEY_LINE}
    assert kept == {"young"}


def test_other_keys_make_no_key_forgotten() -> None:
    """With a hundred thousand others, the first one replays."""
    store = MemoryStore(recorded=1)
    stripe = on(store)
    call(stripe, *CREATE, PAY, idempotency_key="first")
    kept = store.key("first")
    assert kept is not None
    with store.work() as work:
        for number in range(100_000):
            work.keep(f"k{number}", kept)
    store.prune(NOW, NOW)
    assert "idempotent-replayed" in call(stripe, *CREATE, PAY, idempotency_key="first").headers


def test_a_key_means_nothing_to_a_read() -> None:
    """Idempotency keys are for POST."""
    stripe = simulator()
    answers = [call(stripe, "GET", f"/v1/customers/{ANN}", idempotency_key="k") for _ in range(2)]
    assert all("idempotent-replayed" not in answer.headers for answer in answers)
    assert all("original-request" not in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        (("", "amount=1000&currency=usd"), ("", "currency=usd&amount=1000"), True),
        (("", "amount=1000&currency=usd"), ("currency=usd", "amount=1000"), True),
        (("currency=usd", "amount=1000"), ("currency=eur", "amount=1000"), False),
        (("", "amount=1000&amount=2000&currency=usd"), ("", "amount=2000&amount=1000&currency=usd"), False),
        (("", "amount=1000&currency=usd"), ("", "amount=1000&currency=usd&description=x"), False),
    ],
)
def test_parameters_are_the_same_in_whatever_order(first: tuple[str, str], again: tuple[str, str], same: bool) -> None:
    """Names may change places, and their place between address and body; values of one name may not."""
    stripe = simulator()
    headers = {"authorization": f"Bearer {KEY}", "content-type": FORM, "idempotency-key": "k"}
    one, other = (
        read(stripe.handle(Request(*CREATE, query, headers, body.encode()))) for query, body in (first, again)
    )
    assert one.status == 200
    assert other.status == (200 if same else 400)
    assert (other.document == one.document) == same
    assert len(stripe.intents()) == 1
