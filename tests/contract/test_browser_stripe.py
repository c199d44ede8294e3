"""The browser's Stripe over HTTP: the script at every path that a loader asks, and the page that asks a cardholder."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from tests.contract.conftest import PATH, Server, in_this_process
from tollbridge.browser.script import COMMENT, FOLDER, PARTS, SPACED
from tollbridge.compose import Options, compose_stripe
from tollbridge.contract import load_contract
from tollbridge.server.areas import is_script
from tollbridge.server.routes import documents

STRIPE = "/_tollbridge/stripe/v1"
KEY = {"Authorization": "Bearer pk_test_0123456789"}
SECRET_KEY = {"Authorization": "Bearer sk_test_0123456789"}
SCRIPTS = ["/_tollbridge/stripe.js", "/v3", "/v3/", "/endive/stripe.js", "/basil/stripe.js"]
EVIL = "https://evil.example"
LIMIT = 60_000
"""Bytes of the script, uncompressed."""


@pytest.fixture(scope="module")
def alone() -> Iterator[httpx.Client]:
    """The simulator served alone."""
    with TestClient(compose_stripe(Options()), base_url="http://localhost:12111") as http:
        yield http


@pytest.mark.parametrize("path", SCRIPTS)
def test_the_script_is_at_every_path_that_a_loader_asks(module_server: Server, alone: httpx.Client, path: str) -> None:
    """By both commands, as JavaScript, with the address of the API in it: the request's own, which Stripe's has not."""
    for http, api in (
        (module_server.http, "http://localhost:8080/_tollbridge/stripe"),
        (alone, "http://localhost:12111"),
    ):
        answer = http.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert f"const SERVED = {json.dumps({'api': api})};" in answer.text
        assert answer.text.endswith("})();\n")
    assert http.get(path, params={"advancedFraudSignals": "false"}).status_code == 200


def test_the_script_is_small_and_plain(module_server: Server) -> None:
    """Under 60 kB, and ASCII: whatever encoding a page has, it is read as it was written."""
    content = module_server.http.get("/v3/").content
    assert len(content) < LIMIT
    assert content.isascii()


def test_no_string_of_the_script_is_changed_as_it_is_served() -> None:
    """White space goes from code: no string has an operator between spaces, or what begins a comment."""
    string = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""")
    strings = [found for part in PARTS for found in string.findall((FOLDER / f"{part}.js").read_text())]
    assert len(strings) > 500
    assert [one for one in strings if SPACED.search(one) or COMMENT.search(one)] == []


def test_stripes_api_is_called_where_a_suite_awaits_calls_to_it(module_server: Server) -> None:
    """`?api=stripe` writes Stripe's own address in, for suites that intercept both; nothing else is taken."""
    assert '{"api": "https://api.stripe.com"}' in module_server.http.get("/v3/", params={"api": "stripe"}).text
    assert "evil" not in module_server.http.get("/v3/", params={"api": "https://evil.example"}).text


@pytest.mark.parametrize("path", ["/_tollbridge/stripe.js", "/v3/"])
def test_any_page_loads_the_script_and_its_headers_keep_the_rest(module_server: Server, path: str) -> None:
    """From every origin, as a script and with `crossorigin`; a foreign name is refused, and other methods are."""
    answer = module_server.http.get(path, headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert module_server.http.get(path, headers={"Host": "evil.example"}).status_code == 421
    assert module_server.http.post(path).status_code == 405
    assert module_server.http.post(path, headers={"Origin": EVIL}).status_code == 403


@in_this_process  # a client of HTTP would be refused by the connection before
def test_a_name_in_host_cannot_become_code(module_server: Server) -> None:
    """What reaches the script of a request is a host that the gate let in, written as a string."""
    for host in ('localhost"};alert(1);//', "localhost\\u2028x", "a'b"):
        answer = module_server.http.get("/v3/", headers={"Host": host})
        assert answer.status_code == 421
        assert "alert" not in answer.text.partition("const SERVED")[2]


def test_a_path_of_the_contract_stays_the_contracts(tmp_path: Path) -> None:
    """Where a contract documents `/v3`, or a template that matches, the script is not in its place."""
    text = (
        '{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/v3": {"get": {"operationId": "a", '
        '"x-openapi-router-controller": "c", "responses": {"200": {"description": "d"}}}}, "/{x}/stripe.js": {"get": '
        '{"operationId": "b", "parameters": [{"name": "x", "in": "path", "required": true, "schema": {"type": '
        '"string"}}], "x-openapi-router-controller": "c", "responses": {"200": {"description": "d"}}}}}}'
    )
    (tmp_path / "openapi.json").write_text(text)
    contract = load_contract(tmp_path / "openapi.json")
    taken = [path for path in SCRIPTS[1:] if documents(contract, path)]
    assert taken == ["/v3", "/endive/stripe.js", "/basil/stripe.js"]
    assert all(is_script(path) for path in taken)


# The page that asks a cardholder.


def asked(http: httpx.Client, stripe: str = STRIPE, **form: str) -> dict[str, Any]:
    """An intent that waits for its cardholder, who is sent to a page; as a browser without Stripe.js confirms it."""
    made = http.post(
        f"{stripe}/payment_intents",
        data={"amount": "1000", "currency": "usd", "payment_method_types[]": "card"},
        headers=SECRET_KEY,
    ).json()
    sent = {"client_secret": made["client_secret"], "return_url": "https://shop.example/back?order=7#done"} | form
    sent = {"payment_method": "pm_card_threeDSecure2Required"} | sent
    confirmed: dict[str, Any] = http.post(
        f"{stripe}/payment_intents/{made['id']}/confirm", data=sent, headers=KEY
    ).json()
    assert confirmed.get("status") == "requires_action", confirmed
    return confirmed


def page_of(intent: dict[str, Any]) -> str:
    url: str = intent["next_action"]["redirect_to_url"]["url"]
    return url


@pytest.mark.parametrize(
    ("outcome", "status", "end"),
    [("succeed", "succeeded", "succeeded"), ("fail", "failed", "requires_payment_method")],
)
def test_the_page_ends_the_challenge_and_goes_back(server: Server, outcome: str, status: str, end: str) -> None:
    """Its two buttons are a form; the answer leads to the return URL with Stripe's query after what it has."""
    intent = asked(server.http)
    url = page_of(intent)
    assert re.fullmatch(r"http://localhost:8080/_tollbridge/3d-secure/pi_\w+/[0-9a-f]{32}", url)
    assert intent["client_secret"] not in url
    page = server.http.get(url)
    assert page.status_code == 200
    assert 'id="test-source-authorize-3ds"' in page.text
    assert 'id="test-source-fail-3ds"' in page.text
    done = server.http.post(url, data={"outcome": outcome}, follow_redirects=False)
    assert done.status_code == 303
    back = urlsplit(done.headers["location"])
    assert (back.netloc, back.path, back.fragment) == ("shop.example", "/back", "done")
    assert parse_qsl(back.query) == [
        ("order", "7"),
        ("payment_intent", intent["id"]),
        ("payment_intent_client_secret", intent["client_secret"]),
        ("redirect_status", status),
    ]
    assert server.http.get(f"{STRIPE}/payment_intents/{intent['id']}", headers=SECRET_KEY).json()["status"] == end


def test_a_setup_intent_has_its_own_query(server: Server) -> None:
    """`setup_intent` and its secret take the place of the payment's."""
    http = server.http
    made = http.post(f"{STRIPE}/setup_intents", data={"payment_method_types[]": "card"}, headers=SECRET_KEY).json()
    sent = {"client_secret": made["client_secret"], "return_url": "https://shop.example/"}
    sent["payment_method"] = "pm_card_authenticationRequired"
    intent = http.post(f"{STRIPE}/setup_intents/{made['id']}/confirm", data=sent, headers=KEY).json()
    done = http.post(page_of(intent), data={"outcome": "succeed"}, follow_redirects=False)
    said = dict(parse_qsl(urlsplit(done.headers["location"]).query))
    assert said == {
        "setup_intent": made["id"], "setup_intent_client_secret": made["client_secret"], "redirect_status": "succeeded",
    }  # fmt: skip


def test_a_challenge_is_answered_once(server: Server) -> None:
    """A second answer, and the page opened again, say that it is over."""
    url = page_of(asked(server.http))
    server.http.post(url, data={"outcome": "succeed"}, follow_redirects=False)
    assert server.http.post(url, data={"outcome": "fail"}, follow_redirects=False).status_code == 410
    assert server.http.get(url).status_code == 410


def test_only_the_address_that_was_given_opens_the_page(server: Server) -> None:
    """Another intent's token, none, and an unknown intent are 404 or over, and change nothing."""
    first, second = asked(server.http), asked(server.http)
    token = page_of(second).rsplit("/", 1)[1]
    for url in (
        page_of(first).rsplit("/", 1)[0] + "/" + token,
        page_of(first)[:-1] + "é",
        f"/_tollbridge/3d-secure/pi_nope/{token}",
    ):
        assert server.http.get(url).status_code == 404
        assert server.http.post(url, data={"outcome": "succeed"}, follow_redirects=False).status_code == 410
    left = server.http.get(f"{STRIPE}/payment_intents/{first['id']}", headers=SECRET_KEY).json()
    assert left["status"] == "requires_action"


def test_an_answer_that_is_none_asks_again(server: Server) -> None:
    """Neither button: the page is shown again, with 400; a long body is refused."""
    url = page_of(asked(server.http))
    assert server.http.post(url, data={"outcome": "maybe"}).status_code == 400
    assert server.http.post(url).status_code == 400
    assert server.http.post(url, content=b"x" * 10_000).status_code == 413
    assert server.http.get(url).status_code == 200


def test_the_page_shows_nothing_that_anybody_sent_and_runs_nothing(server: Server) -> None:
    """It is one of our files, under a policy without scripts; another site cannot answer for the cardholder."""
    intent = asked(server.http, return_url="https://shop.example/<script>alert(1)</script>")
    page = server.http.get(page_of(intent))
    assert "<script" not in page.text
    assert "shop.example" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert page.headers["cache-control"] == "no-store"
    answered = {"data": {"outcome": "succeed"}, "follow_redirects": False}
    assert server.http.post(page_of(intent), headers={"Origin": EVIL}, **answered).status_code == 403
    assert server.http.post(page_of(intent), headers={"Sec-Fetch-Site": "cross-site"}, **answered).status_code == 403


@pytest.mark.parametrize("scheme", ["javascript", "DATA", "vbscript"])
def test_a_return_url_that_would_run_code_is_not_gone_to(server: Server, scheme: str) -> None:
    """The challenge stays as it is; an app's own scheme is gone to."""
    url = page_of(asked(server.http, return_url=f"{scheme}://%0aalert(1)"))
    assert server.http.post(url, data={"outcome": "succeed"}, follow_redirects=False).status_code == 410
    url = page_of(asked(server.http, return_url="myshop://back"))
    done = server.http.post(url, data={"outcome": "succeed"}, follow_redirects=False)
    assert done.headers["location"].startswith("myshop://back?payment_intent=pi_")


def test_the_pages_style_is_there(module_server: Server) -> None:
    """As CSS."""
    answer = module_server.http.get("/_tollbridge/3d-secure/challenge.css")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_the_simulator_alone_has_the_page(alone: httpx.Client) -> None:
    """At its own address, which the browser's call came to."""
    intent = asked(alone, "/v1")
    assert page_of(intent).startswith("http://localhost:12111/_tollbridge/3d-secure/")
    done = alone.post(page_of(intent), data={"outcome": "succeed"}, follow_redirects=False)
    assert done.status_code == 303


def test_a_servers_call_names_the_address_that_was_set() -> None:
    """A server may know this one by a name that no browser does: `--public-url` wins, else the address listened on."""
    form = {
        "amount": "1000", "currency": "usd", "payment_method_types[]": "card", "confirm": "true",
        "payment_method": "pm_card_threeDSecure2Required", "return_url": "https://shop.example/",
    }  # fmt: skip
    options = Options(local_url="http://localhost:5555")
    for given, base in (
        (options, "http://localhost:5555"),
        (replace(options, public_url="https://mock.example/"), "https://mock.example"),
    ):
        with TestClient(compose_stripe(given), base_url="http://localhost:12111") as http:
            made = http.post("/v1/payment_intents", data=form, headers=SECRET_KEY).json()
        assert page_of(made).startswith(f"{base}/_tollbridge/3d-secure/")


def test_the_api_confirms_without_a_page_of_its_own(server: Server) -> None:
    """The documented endpoint never sends a return URL, so nobody is redirected by it."""
    body = {"amount": 4200, "currency": "usd", "payment_method": 3184, "error_on_requires_action": True}
    assert server.http.post(PATH, json=body).status_code == 402
