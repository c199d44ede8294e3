"""Faults on demand, before and after the effect; idempotency keys; the record of what was told."""

import json
import random
from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, INTENTS, KEY, NOW, SEED, SUBSCRIPTION, call, create, simulator
from tollbridge.simulator import Fault, NoAnswer, Simulator
from tollbridge.simulator.failures import INJECTED
from tollbridge.simulator.faults import KINDS, LOST
from tollbridge.simulator.idempotency import KEPT_SECONDS, MOST
from tollbridge.simulator.record import MOST_TEXT

CREATE = ("POST", INTENTS)
PAY = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"}
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
    assert set(KINDS) == ERRORS.keys() | {*LOST, "garbage"}


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
    from tollbridge.simulator import Request

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


@pytest.mark.parametrize(("kind", "when"), [("teapot", "before"), ("500", "later")])
def test_a_fault_that_no_call_could_have_is_refused(kind: str, when: str) -> None:
    """A typing error is told where it is made."""
    with pytest.raises(ValueError, match="before or after"):
        Fault(*CREATE, kind=kind, when=when)


def test_a_repeated_key_gives_the_first_answer() -> None:
    """Byte for byte, told by two headers, without a second effect; a later change to the object does not show."""
    stripe = simulator()
    first = create(stripe, idempotency_key=None) and call(stripe, *CREATE, PAY, idempotency_key="k")
    call(stripe, "POST", f"{INTENTS}/{first.document['id']}/cancel")
    again = call(stripe, *CREATE, PAY, idempotency_key="k")
    assert again.document == first.document
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] == first.headers["original-request"]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"] == "k"
    assert "idempotent-replayed" not in first.headers
    assert len(stripe.intents()) == 2
    assert [bool(told.effects) for told in stripe.record] == [True, True, True, False]


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


def test_keys_are_bounded_in_number() -> None:
    """The oldest gives way to the newest."""
    stripe = simulator(recorded=1)
    for number in range(MOST + 1):
        call(stripe, *CREATE, PAY, idempotency_key=f"k{number}")
    assert "idempotent-replayed" in call(stripe, *CREATE, PAY, idempotency_key="k1").headers
    assert "idempotent-replayed" not in call(stripe, *CREATE, PAY, idempotency_key="k0").headers


def test_a_key_means_nothing_to_a_read() -> None:
    """Idempotency keys are for POST."""
    stripe = simulator()
    answers = [call(stripe, "GET", f"/v1/customers/{ANN}", idempotency_key="k") for _ in range(2)]
    assert all("idempotent-replayed" not in answer.headers for answer in answers)
    assert all("original-request" not in answer.headers for answer in answers)


def test_the_record_tells_what_was_told() -> None:
    """Method, path, route, parameters, key, status, effects and faults of each call, in order."""
    stripe = simulator()
    made = call(stripe, *CREATE, PAY | {"metadata[a]": "☂"}, idempotency_key="k").document["id"]
    call(stripe, "GET", f"{INTENTS}/{made}")
    call(stripe, "GET", "/v1/nope")
    first, read, unknown = stripe.record
    assert (first.method, first.path, first.route, first.status) == ("POST", INTENTS, INTENTS, 200)
    assert first.parameters == {
        "amount": "1000",
        "currency": "usd",
        "payment_method_types": ["card"],
        "metadata": {"a": "☂"},
    }
    assert (first.idempotency_key, first.effects, first.fault) == ("k", (("payment_intent.created", made),), None)
    assert (read.path, read.route, read.effects) == (f"{INTENTS}/{made}", f"{INTENTS}/{{intent}}", ())
    assert (unknown.path, unknown.route, unknown.status) == ("/v1/nope", "", 404)
    assert first.key == read.key == stripe.record.fingerprint(KEY)


def test_the_record_is_bounded_in_number_and_in_size() -> None:
    """The oldest calls go; what is very long is cut at a whole parameter."""
    stripe = simulator(recorded=3)
    for _ in range(5):
        create(stripe)
    assert len(stripe.record) == 3
    long = {f"metadata[k{number}]": "☂" * 500 for number in range(50)}
    call(stripe, *CREATE, PAY | long)
    call(stripe, "GET", "/v1/" + "x" * 100_000)
    _, cut, path = stripe.record
    assert len(cut.form) <= MOST_TEXT
    kept = cut.parameters["metadata"]
    assert 1 <= len(kept) < 50
    assert set(kept.values()) == {"☂" * 500}
    assert len(path.path) <= 600
    stripe.record.clear()
    assert len(stripe.record) == 0


SECRETS = ["pi_AAAAAAAAAAAAAAAAAAAAAAAA_secret_BBBBBBBBBBBBBBBBBBBBBBBBB", "sk_live_0123456789abcdef"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    ("path", "form", "headers"),
    [
        (f"{INTENTS}/pi_x", {"client_secret": "SECRET"}, {}),
        (INTENTS, PAY | {"metadata[a]": "see SECRET."}, {}),
        (INTENTS, PAY | {"metadata[SECRET]": "1"}, {}),
        (INTENTS, PAY | {"SECRET": "1"}, {}),
        (INTENTS, PAY | {"payment_method_types[]": "SECRET"}, {}),
        (f"{INTENTS}/SECRET/confirm", {}, {}),
        ("/v1/SECRET", {}, {}),
        (INTENTS, PAY, {"idempotency_key": "SECRET"}),
        (INTENTS, PAY, {"authorization": "Bearer SECRET"}),
    ],
)
def test_the_record_holds_no_secret(secret: str, path: str, form: dict[str, Any], headers: dict[str, str]) -> None:
    """Wherever a client secret or a key was sent, the record has a keyed hash in its place."""

    def with_secret(value: dict[str, Any]) -> dict[str, Any]:
        return {k.replace("SECRET", secret): str(v).replace("SECRET", secret) for k, v in value.items()}

    stripe = simulator()
    method = "GET" if "client_secret" in form else "POST"
    call(stripe, method, path.replace("SECRET", secret), with_secret(form), **with_secret(headers))
    [told] = stripe.record
    assert secret not in str(told)
    assert secret[-10:] not in str(told)
    assert stripe.record.fingerprint(secret) in str(told)


def test_a_percent_sign_hides_no_secret() -> None:
    """What is spelt with escapes is masked as well."""
    stripe = simulator()
    from tollbridge.simulator import Request

    headers = {"authorization": f"Bearer {KEY}"}
    stripe.handle(Request("GET", f"{INTENTS}/pi_x", "cl%69ent_secre%74=pi_x%5Fsecre%74_y12345", headers, b""))
    [told] = stripe.record
    assert "y12345" not in str(told)
    assert told.parameters["client_secret"] == stripe.record.fingerprint("pi_x_secret_y12345")


def test_card_numbers_are_no_less_secret() -> None:
    """Raw numbers and codes, which the simulator does not take, are not kept either."""
    stripe = simulator()
    call(stripe, *CREATE, PAY | {"payment_method_data[card][number]": "4242424242424242"})
    [told] = stripe.record
    assert "4242" not in str(told)


def test_hashes_tell_equal_secrets_within_one_record_only() -> None:
    """A reader can tell whether a returned secret is the one issued; another record's hashes tell nothing."""
    one, other = simulator(), simulator(randomness=random.Random(8))
    assert one.record.fingerprint("s") == one.record.fingerprint("s") != one.record.fingerprint("t")
    assert one.record.fingerprint("s") != other.record.fingerprint("s")
