"""No secret reaches a log or the record: every kind of secret, in every place where one could stand."""

import io
import json
import logging
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.stripe_calls import FORM, KEY, simulator
from tollbridge.masking import has_secret, holds_card_number, masked
from tollbridge.server.redaction import RedactingFormatter, redacted
from tollbridge.server.request_context import Exchange
from tollbridge.server.requestlog import request_log
from tollbridge.simulator import Request

CANARY = "C4n4ryT0ken9"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0{CANARY}.{CANARY}-_x"
SECRETS = {
    "client secret of a payment intent": (f"pi_3Abc_secret_{CANARY}", CANARY),
    "client secret of a setup intent": (f"seti_1Abc_secret_{CANARY}", CANARY),
    "client secret of a session": (f"cs_test_a1_secret_{CANARY}", CANARY),
    "client secret in a client secret": (f"pi_1_secret_{CANARY}_secret_x", CANARY),
    "secret test key": (f"sk_test_{CANARY}", CANARY),
    "secret live key": (f"sk_live_{CANARY}", CANARY),
    "restricted key": (f"rk_test_{CANARY}", CANARY),
    "ephemeral key": (f"ek_test_{CANARY}", CANARY),
    "signing secret": (f"whsec_{CANARY}+/a=", CANARY),
    "bearer token": (f"Bearer {CANARY}.x", CANARY),
    "bearer token in lower case": (f"bearer {CANARY}", CANARY),
    "key in Basic": (f"Basic c2tfdGVzdF8{CANARY}==", CANARY),
    "key in base64": (f"c2tfdGVzdF8{CANARY}", CANARY),
    "JSON Web Token": (JWT, CANARY),
    "password in an address": (f"postgresql://me:{CANARY}@db/x", CANARY),
    "card number": ("4242424242424242", "4242424242424242"),
    "card number with spaces": ("4242 4242 4242 4242", "4242 4242"),
    "card number with dashes": ("4000-0000-0000-0341", "0000-0341"),
    "card number with dots": ("4000.0000.0000.0341", "0000.0341"),
    "card number as a form has it": ("4242+4242+4242+4242", "4242+4242"),
    "card number after a number": ("42 4242424242424242", "424242424242"),
    "card number before a number": ("4242424242424242 12", "424242424242"),
    "American Express": ("378282246310005", "378282246310005"),
    "thirteen digits": ("4222222222222", "4222222222222"),
    "nineteen digits": ("6205500000000000004", "6205500000000000004"),
}
"""Each with the part that must not be seen."""

AROUND = ["{}", "x {} y", "a={}&b=1", "/v1/{}/confirm", '{{"a":"{}"}}', "({})", "'{}'", "{},{}", "\n{}\n", "café {} ☂"]


def by_secret(function: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize(("secret", "hidden"), SECRETS.values(), ids=list(SECRETS))(function)


@by_secret
@pytest.mark.parametrize("around", AROUND)
def test_a_secret_is_masked_in_every_text(around: str, secret: str, hidden: str) -> None:
    """Whatever stands around it; what stands before it stays."""
    shown = redacted(around.format(secret, secret))
    assert hidden not in shown
    assert "***" in shown
    assert shown.startswith(around.format("SECRET", "").partition("SECRET")[0])


@by_secret
@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_an_encoded_secret_is_masked(secret: str, hidden: str, rounds: int) -> None:
    """Percent-encoding hides nothing, and neither does encoding every sign, or encoding again."""
    for encode in (lambda text: quote(text, safe=""), lambda text: "".join(f"%{byte:02X}" for byte in text.encode())):
        text = secret
        for _ in range(rounds):
            text = encode(text)
        shown = redacted(f"/foo/{text}")
        assert hidden not in shown
        assert text not in shown


@by_secret
@pytest.mark.parametrize("pretty", [True, False])
def test_a_secret_in_an_unknown_path_is_not_in_the_request_log(secret: str, hidden: str, pretty: bool) -> None:
    """Masked before the path is cut, so that no half of it is left at the cut."""
    for filler in range(60, 80):
        stream = io.StringIO()
        path = f"/{'x' * filler}/{secret}"
        request_log(stream, pretty=pretty, colours=False)(Exchange("GET", path, anonymous=True, status=404))
        assert hidden[:8] not in stream.getvalue()


def logged(write: Callable[[logging.Logger], None]) -> str:
    """Return what a logger writes by our formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(colours=False))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    write(logger)
    return stream.getvalue()


@by_secret
def test_a_secret_is_not_logged_however_it_got_into_the_message(secret: str, hidden: str) -> None:
    """As the message, as an argument, in an exception and in the exception behind it."""

    def failing(logger: logging.Logger) -> None:
        try:
            try:
                raise ValueError(secret)
            except ValueError as error:
                raise RuntimeError(f"because of {secret}") from error
        except RuntimeError:
            logger.exception("failed with %r", secret)

    for write in (
        lambda logger: logger.error(secret),
        lambda logger: logger.error("%s and %s", secret, {"key": secret}),
        failing,
    ):
        said = logged(write)
        assert "***" in said
        assert hidden not in said


PLACES: dict[str, Callable[[str], Request]] = {
    "path": lambda text: asked(f"/v1/{quote(text, safe='')}"),
    "path as it is": lambda text: asked(f"/v1/nothing/{text}"),
    "long path": lambda text: asked(f"/v1/{'x' * 490}/{text}"),
    "description": lambda text: asked("/v1/payment_intents", description=text),
    "within a description": lambda text: asked("/v1/payment_intents", description=f"Dock 4, {text}, east"),
    "metadata": lambda text: asked("/v1/payment_intents", **{"metadata[note]": text}),
    "name of metadata": lambda text: asked("/v1/payment_intents", **{f"metadata[{text}]": "x"}),
    "name of a parameter": lambda text: asked("/v1/payment_intents", **{text: "x"}),
    "list": lambda text: asked("/v1/payment_intents", **{"payment_method_types[0]": text}),
    "idempotency key": lambda text: asked("/v1/payment_intents", key=text),
    "query": lambda text: asked("/v1/payment_intents", query=urlencode({"description": text})),
    "card number": lambda text: asked("/v1/payment_methods", type="card", **{"card[number]": text}),
    "every sign escaped": lambda text: asked(
        "/v1/payment_intents", raw="description=" + "".join(f"%{byte:02X}" for byte in text.encode())
    ),
}


def asked(path: str, *, key: str = "k", query: str = "", raw: str | None = None, **form: str) -> Request:
    """A call with a secret in one place."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": FORM, "idempotency-key": key}
    body = urlencode(form) if raw is None else raw
    return Request("POST", path, query, headers, body.encode())


@by_secret
@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_not_in_the_record(place: str, secret: str, hidden: str) -> None:
    """Wherever a call had it, the record has a keyed hash, or was cut before it; the same secret has the same one."""
    stripe = simulator()
    for _ in range(2):
        stripe.handle(PLACES[place](secret))
    first, second = (str((told.path, told.parameters, told.form, told.idempotency_key)) for told in stripe.record)
    assert hidden[:8] not in first
    assert first == second
    assert "hmac:" in first or place == "long path"


PLAIN = [
    "nothing to hide",
    "pk_test_51Abc",
    "pi_3Abc",
    "pm_QuayOne00000000000000042",
    "cus_4242424242424242",
    "0123456789012",
    "1795822788123",
    "a basic idea, and a bearer",
    "https://shop.example/a?b=100%",
    "secret",
    "2026-11-27T23:11:07Z",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    """Ids, publishable keys, times, addresses and numbers that no card has are not touched."""
    assert redacted(text) == text


@given(st.text())
@example("%")
@example("%25")
@example("%E4 sk_test")
def test_a_text_without_signs_comes_back_as_it_is(text: str) -> None:
    """Masking never fails, and changes nothing where there is nothing to mask."""
    if not has_secret(text) and "%" not in text:
        assert redacted(text) == text
    else:
        redacted(text)


@given(st.text(), st.sampled_from(sorted(SECRETS)), st.text())
def test_every_secret_shows_a_sign(before: str, name: str, after: str) -> None:
    """What the quick look lets through has no secret that the table knows."""
    text = f"{before} {SECRETS[name][0]} {after}"
    assert has_secret(text)
    assert SECRETS[name][1] not in masked(text, lambda kept, _: kept)


@given(st.lists(st.integers(0, 9), min_size=12, max_size=18))
def test_luhns_digit_makes_a_card_number(digits: list[int]) -> None:
    """Of the ten last digits exactly one makes a number of 13 to 19 digits a card's."""
    start = "".join(map(str, digits))
    assert sum(holds_card_number(f"{start}{last}") for last in range(10)) == 1


@pytest.mark.parametrize(
    "text",
    ["1 " * 50_000, "9" * 60_000, "_secret_" * 8_000, "a" * 100_000, "%25" * 10_000, "://" * 30_000, "a://" * 20_000],
)
def test_hostile_texts_are_masked_in_linear_time(text: str) -> None:
    """No text makes the search go back and forth: twice the text is not four times the work.

    What would hang here hangs: there is no clock in this test.
    """
    assert len(redacted(text)) <= len(text)


def test_the_record_of_a_whole_run_is_json_without_secrets() -> None:
    """Of all places and secrets together nothing is left."""
    stripe = simulator()
    for place in PLACES.values():
        for secret, _ in SECRETS.values():
            stripe.handle(place(secret))
    text = json.dumps([(told.path, told.parameters, told.idempotency_key) for told in stripe.record])
    assert CANARY not in text
    assert "4242424242424242" not in text


@given(st.text(alphabet="%25aFé ", max_size=40))
@example("%2525 and %252525")
def test_without_a_secret_a_text_stays_as_it_was_encoded(text: str) -> None:
    """However often it is percent-encoded."""
    assert redacted(text) == text
