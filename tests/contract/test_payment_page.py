"""The page where a session of Checkout is paid, over HTTP: what it shows, what it takes, and where the browser goes."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from tollbridge.compose import Options, compose_stripe

SECRET_KEY = {"Authorization": "Bearer sk_test_0123456789"}
BASE = "http://localhost:12111"
SUCCESS, CANCEL = "https://shop.example/done?session={CHECKOUT_SESSION_ID}", "https://shop.example/cart?a=1&b=2"
SHIRTS = {
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][product_data][name]": "T-shirt",
    "line_items[0][price_data][unit_amount]": "2000",
    "line_items[0][quantity]": "2",
}
MONTHLY = {"line_items[0][price]": "price_TollbridgeYardMonthly01", "line_items[0][quantity]": "1"}
GOOD, ASKED, DECLINED, ASKED_THEN_DECLINED = (
    *("4242424242424242", "4000002760003184"),
    *("4000000000009995", "4000008260003178"),
)
POOR = "Your card has insufficient funds."
ENTERED = {
    "email": "ann@example.com",
    "cardNumber": "4242 4242 4242 4242",
    "cardExpiry": "12 / 40",
    "cardCvc": "123",
    "billingName": "Ann <Doe>",
    "billingCountry": "AT",
    "billingPostalCode": "8010",
}
PAYS: dict[str, dict[str, str]] = {
    "payment": {"mode": "payment", **SHIRTS},
    "subscription": {"mode": "subscription", **MONTHLY},
    "setup": {"mode": "setup"},
}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """The simulator served alone."""
    with TestClient(compose_stripe(Options(local_url=BASE)), base_url=BASE, follow_redirects=False) as client:
        yield client


class Seen(HTMLParser):
    """What a page has: the names of its elements, and their attributes by id."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[str] = []
        self.by_id: dict[str, dict[str, str | None]] = {}
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        known = dict(attrs)
        self.tags.append(tag)
        self.by_id[str(known.get("id"))] = known
        if tag == "a":
            self.links.append(known["href"])


def session(http: httpx.Client, **form: str) -> dict[str, Any]:
    """Create a session."""
    whole = {"mode": "payment", "success_url": SUCCESS, "cancel_url": CANCEL} | form
    sent = {name: value for name, value in whole.items() if value}
    answer = http.post("/v1/checkout/sessions", data=sent, headers=SECRET_KEY)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def read(http: httpx.Client, path: str) -> dict[str, Any]:
    """Retrieve an object."""
    found: dict[str, Any] = http.get(f"/v1/{path}", headers=SECRET_KEY).json()
    return found


def pay(http: httpx.Client, url: str, card: str = GOOD, **entered: str) -> httpx.Response:
    """Fill the form in and send it."""
    return http.post(url, data=ENTERED | {"cardNumber": card} | entered)


def test_the_page_shows_what_is_bought_and_runs_nothing(http: httpx.Client) -> None:
    """The lines, the total, the way back, a label for each field; no script, and headers that forbid one."""
    answer = http.get(session(http, **SHIRTS)["url"])
    assert answer.status_code == 200
    assert "T-shirt × 2" in answer.text  # noqa: RUF001 - as the page writes it
    assert answer.text.count("$40.00 USD") == 3  # line, total, button
    seen = Seen(answer.text)
    assert seen.links == [CANCEL]
    fields = ("email", "cardNumber", "cardExpiry", "cardCvc", "billingName", "billingCountry", "billingPostalCode")
    assert all(f'for="{name}"' in answer.text and seen.by_id[name]["name"] == name for name in fields)
    assert "script" not in seen.tags
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("mode", PAYS)
def test_a_good_card_completes_the_session_and_goes_on(http: httpx.Client, mode: str) -> None:
    """To the success URL with the session's id in it; the session knows who paid, and what came of it."""
    made = session(http, **PAYS[mode])
    answer = pay(http, made["url"])
    assert (answer.status_code, answer.headers["location"]) == (303, SUCCESS.format(CHECKOUT_SESSION_ID=made["id"]))
    done = read(http, f"checkout/sessions/{made['id']}")
    paid = "no_payment_required" if mode == "setup" else "paid"
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", paid, None)
    details = done["customer_details"]
    assert (details["email"], details["name"]) == ("ann@example.com", "Ann <Doe>")
    assert (details["address"]["country"], details["address"]["postal_code"]) == ("AT", "8010")
    if mode == "subscription":
        assert read(http, f"subscriptions/{done['subscription']}")["status"] == "active"
        assert read(http, f"customers/{done['customer']}")["email"] == "ann@example.com"
        assert done["invoice"].startswith("in_")
    else:
        kind = f"{mode}_intent"
        assert read(http, f"{kind}s/{done[kind]}")["status"] == "succeeded"
        assert done["customer"] is None
    again = http.get(made["url"])
    assert (again.status_code, "Payment complete" in again.text) == (200, True)


@pytest.mark.parametrize("mode", PAYS)
@pytest.mark.parametrize("outcome", ["succeed", "fail"])
def test_a_cardholder_is_asked_and_comes_back(http: httpx.Client, mode: str, outcome: str) -> None:
    """By our page for that; who passes goes on to the shop, who fails is told so and can pay with another card."""
    made = session(http, **PAYS[mode])
    challenge = pay(http, made["url"], ASKED).headers["location"]
    assert challenge.startswith(f"{BASE}/_tollbridge/3d-secure/")
    assert read(http, f"checkout/sessions/{made['id']}")["status"] == "open"
    back = http.post(challenge, data={"outcome": outcome}).headers["location"]
    assert back.startswith(made["url"])
    answer = http.get(back)
    if outcome == "succeed":
        assert answer.headers["location"] == SUCCESS.format(CHECKOUT_SESSION_ID=made["id"])
    else:
        assert answer.status_code == 402
        assert "We are unable to authenticate your payment method." in answer.text
        assert pay(http, made["url"]).headers["location"] == SUCCESS.format(CHECKOUT_SESSION_ID=made["id"])
    assert read(http, f"checkout/sessions/{made['id']}")["status"] == "complete"


@pytest.mark.parametrize("mode", PAYS)
def test_a_declined_card_leaves_the_session_open(http: httpx.Client, mode: str) -> None:
    """The page says why, with all that was entered but the card; another card is taken."""
    made = session(http, **PAYS[mode])
    answer = pay(http, made["url"], DECLINED)
    assert (answer.status_code, POOR in answer.text) == (402, True)
    seen = Seen(answer.text)
    assert (seen.by_id["email"]["value"], seen.by_id["billingName"]["value"]) == ("ann@example.com", "Ann <Doe>")
    assert seen.by_id["refusal"]["role"] == "alert"
    assert DECLINED not in answer.text
    assert pay(http, made["url"]).status_code == 303


@pytest.mark.parametrize("mode", ["payment", "subscription"])
def test_a_card_is_declined_after_its_holder_was_asked(http: httpx.Client, mode: str) -> None:
    """The page says so when the customer comes back, and the same session is paid with another card."""
    made = session(http, **PAYS[mode])
    challenge = pay(http, made["url"], ASKED_THEN_DECLINED).headers["location"]
    back = http.post(challenge, data={"outcome": "succeed"}).headers["location"]
    assert parse_qs(urlsplit(back).query)["redirect_status"] == ["failed"]
    assert POOR in http.get(back).text
    assert pay(http, made["url"]).status_code == 303
    assert read(http, f"checkout/sessions/{made['id']}")["payment_status"] == "paid"


@pytest.mark.parametrize(
    ("entered", "field", "words"),
    [
        ({"email": ""}, "email", "Your email is incomplete."),
        ({"email": "x"}, "email", "Invalid email address: x"),
        ({"cardNumber": ""}, "cardNumber", "Your card number is incomplete."),
        ({"cardNumber": "4242424242424241"}, "cardNumber", "Your card number is incorrect."),
        ({"cardExpiry": ""}, "cardExpiry", "Your card&#x27;s expiration date is incomplete."),
        ({"cardExpiry": "01/20"}, "cardExpiry", "Your card&#x27;s expiration year is invalid."),
        ({"cardExpiry": "soon"}, "cardExpiry", "Your card&#x27;s expiration year is invalid."),
        ({"cardCvc": "12"}, "cardCvc", "Your card&#x27;s security code is invalid."),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    http: httpx.Client, entered: dict[str, str], field: str, words: str
) -> None:
    """A 402 whose words stand beside the form, with the field marked; nothing is kept."""
    made = session(http, **SHIRTS)
    answer = (
        pay(http, made["url"], **entered)
        if "cardNumber" not in entered
        else pay(http, made["url"], card=entered["cardNumber"])
    )
    assert (answer.status_code, words in answer.text) == (402, True), answer.text
    assert Seen(answer.text).by_id[field]["aria-invalid"] == "true"
    assert read(http, f"checkout/sessions/{made['id']}")["payment_intent"] is None


@pytest.mark.parametrize("expiry", ["12/40", "1240", "12 / 2040", " 12-40 "])
def test_an_expiry_is_taken_as_people_write_it(http: httpx.Client, expiry: str) -> None:
    """With a slash, a hyphen, spaces or nothing between, and two or four digits of the year."""
    made = session(http, **PAYS["setup"])
    assert pay(http, made["url"], cardExpiry=expiry).status_code == 303


def test_foreign_text_is_text(http: httpx.Client) -> None:
    """Names, addresses and what was entered cannot end an attribute or begin an element."""
    evil = '"><script>alert(1)</script>'
    made = session(
        http,
        **SHIRTS
        | {
            "line_items[0][price_data][product_data][name]": evil,
            "cancel_url": f"https://x.example/{evil}".replace(" ", ""),
        },
    )
    answer = pay(http, made["url"], email=evil, billingName=evil, billingPostalCode=evil, billingCountry=evil)
    for html in (http.get(made["url"]).text, answer.text):
        assert "<script" not in html
        assert Seen(html).tags.count("input") == 6


def test_an_expired_session_is_not_paid(http: httpx.Client) -> None:
    """Its page is 410, before and after somebody tries; a session that does not exist has none."""
    made = session(http, **SHIRTS)
    http.post(f"/v1/checkout/sessions/{made['id']}/expire", headers=SECRET_KEY)
    for answer in (http.get(made["url"]), pay(http, made["url"])):
        assert (answer.status_code, "Session expired" in answer.text) == (410, True)
    assert read(http, f"checkout/sessions/{made['id']}")["payment_intent"] is None
    for method in ("GET", "POST"):
        assert http.request(method, "/_tollbridge/pay/cs_test_nope").status_code == 404


def test_an_embedded_page_stays_in_its_frame(http: httpx.Client) -> None:
    """It may be framed; the browser comes back to it, and Stripe.js, which knows the secret, learns how it went."""
    there = "https://shop.example/back/{CHECKOUT_SESSION_ID}"
    made = session(http, **SHIRTS, ui_mode="embedded_page", return_url=there, success_url="", cancel_url="")
    assert made["url"] is None
    page = f"{BASE}/_tollbridge/pay/{made['id']}"
    shown = http.get(page)
    assert "frame-ancestors" not in shown.headers["content-security-policy"]
    assert "x-frame-options" not in shown.headers
    key = {"Authorization": "Bearer pk_test_0123456789"}
    path, secret = f"/v1/payment_pages/{made['id']}", {"client_secret": made["client_secret"]}
    assert http.get(path, params=secret, headers=key).json()["status"] == "open"
    assert pay(http, page).headers["location"] == page
    assert http.get(path, params=secret, headers=key).json() == {
        "id": made["id"],
        "object": "payment_page",
        "status": "complete",
        "return_url": there.format(CHECKOUT_SESSION_ID=made["id"]),
    }
    assert http.get(path, params={"client_secret": "x"}, headers=key).status_code == 404


def test_a_page_of_another_site_cannot_pay(http: httpx.Client) -> None:
    """It may lead there; a form of its own is refused."""
    url = session(http, **SHIRTS)["url"]
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert http.get(url, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert http.post(url, data=ENTERED, headers=foreign).status_code == 403
