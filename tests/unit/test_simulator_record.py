"""The record of what the simulator was told: whole, bounded, and without a secret."""

import random
from typing import Any

import pytest

from tests.unit.stripe_calls import INTENTS, KEY, call, create, simulator
from tollbridge.simulator import Request
from tollbridge.simulator.state.call_log import MAX_TEXT

CREATE = ("POST", INTENTS)
PAY = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"}


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
    assert len(cut.form) <= MAX_TEXT
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
