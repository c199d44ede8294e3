"""The console and the checkout as a person uses them, in Chromium."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.consumer import consuming
from tests.integration.conftest import READERS, ROOT, serve_command
from tollbridge.launch import free_port, launched
from tollbridge.server.journal import MAX_KEPT

pytestmark = pytest.mark.browser

PATH = "/api/payment/intent"
BODY = {"amount": 4200, "currency": "usd", "payment_method": 4242}
TOKEN = "the-control-token"
CARDS = {"4242424242424242": "pays", "4000002760003184": "asks", "4000000000000002": "declined"}
SECOND = ("--contract", "tests/second/openapi.yaml", "--handlers", "tests/second/handlers")
MARKUP = "<img src=x onerror=alert(1)><b>bold</b>"


@contextmanager
def started(*arguments: str, port: int | None = None) -> Iterator[str]:
    """A server of its own, as a user starts it."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    with launched(serve_command(port, "--quiet", *arguments), ready=f"{url}/_tollbridge/health", cwd=ROOT):
        yield url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """One server for the tests of the module."""
    with started() as url:
        yield url


@pytest.fixture(scope="module")
def guarded_url() -> Iterator[str]:
    """A server that asks for a control token."""
    with started("--control-token", TOKEN) as url:
        yield url


@contextmanager
def opened(browser: Browser, url: str, path: str, *, dark: bool = False, width: int = 1280) -> Iterator[Page]:
    """A page of ours: it logs no error, breaks no rule of its policy, and asks no other origin."""
    context = browser.new_context(color_scheme="dark" if dark else "light", viewport={"width": width, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(10_000)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(url + path)
    yield page
    context.close()
    assert [one for one in asked if not one.startswith(url)] == []
    # an answer that is a refusal is logged by the browser itself; a server without Stripe.js has none at its address
    assert [one for one in said if "Failed to load resource" not in one and "stripe.js" not in one] == []


def post(url: str, body: object, **headers: str) -> int:
    """Send a request as a program does; return the status."""
    request = Request(url + PATH, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    try:
        with urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def rows(page: Page) -> Any:
    """The list's visible rows, the newest first."""
    return page.locator("#list li:visible button")


def test_an_exchange_comes_by_itself_and_opens_with_both_sides(browser: Browser, url: str) -> None:
    """What a client sends appears without a reload, opens by a click, and is text wherever it stands."""
    with opened(browser, url, "/_tollbridge/") as page:
        expect(page.locator("#state")).to_have_text("Live")
        post(url, BODY | {"description": MARKUP}, **{"X-Shop": MARKUP, "Authorization": "Bearer none"})
        assert post(url, BODY | {"description": MARKUP}, **{"X-Shop": MARKUP}) == 200
        expect(rows(page).first).to_contain_text("200")
        rows(page).first.click()
        expect(page.locator("#client-side")).to_contain_text(f"x-shop: {MARKUP}")
        expect(page.locator("#client-side")).to_contain_text('"description": "<img src=x onerror=alert(1)>')
        expect(page.locator("#stripe-side")).to_contain_text("POST /v1/payment_intents")
        expect(page.locator("#stripe-side")).to_contain_text(f"description={MARKUP}")
        expect(page.locator("#client-side")).to_contain_text("_secret_***")
        assert page.locator("main img, main b").count() == 0


def test_an_exchange_is_sent_again(browser: Browser, url: str) -> None:
    """The same request is answered once more, and stands in the list."""
    with opened(browser, url, "/_tollbridge/") as page:
        post(url, BODY | {"amount": 4711})
        expect(rows(page).first).to_contain_text("200")
        rows(page).first.click()
        page.get_by_role("button", name="Send it again").click()
        expect(page.locator("#replay-says")).to_have_text("Sent again: 200.")
        page.get_by_role("button", name="Clear the list").click()
        page.wait_for_function("document.querySelectorAll('#list li').length === 0")
        expect(page.locator("#none")).to_be_visible()


def test_the_list_is_filtered(browser: Browser, url: str) -> None:
    """By status, path and code; the count says how many of how many."""
    with opened(browser, url, "/_tollbridge/") as page:
        page.get_by_role("button", name="Clear the list").click()
        for method in (99, 4242, 99):
            post(url, BODY | {"payment_method": method})
        expect(rows(page)).to_have_count(3)
        page.get_by_label("Filter").fill("payment-method-not-found 404")
        expect(rows(page)).to_have_count(2)
        expect(page.locator("#count")).to_have_text("2 of 3")


def test_the_next_payment_fails_once_or_until_switched_off(browser: Browser, url: str) -> None:
    """A problem that is chosen comes once, and waits no more; a fault at Stripe for ever, until it is switched off."""
    with opened(browser, url, "/_tollbridge/") as page:
        page.get_by_role("combobox", name="With").select_option(label="503 provider-unavailable")
        page.get_by_role("button", name="Let it fail").click()
        expect(page.locator("#waiting li")).to_have_count(1)
        expect(page.locator("#waiting")).to_contain_text("503 to POST /v1/payment_intents, before it is done, for 3")
        assert [post(url, BODY), post(url, BODY)] == [503, 200]
        expect(page.locator("#waiting li")).to_have_count(0)
        expect(page.locator("#fault-says")).to_be_hidden()
        page.get_by_role("combobox", name="With").select_option("expired_card")
        page.get_by_role("combobox", name="At").select_option(label="creating an intent")
        page.get_by_label("until switched off").check()
        page.get_by_role("button", name="Let it fail").click()
        expect(page.locator("#waiting")).to_contain_text("until switched off")
        assert [post(url, BODY | {"error_on_requires_action": True}) for _ in range(3)] == [402] * 3
        page.get_by_role("button", name="Switch all off").click()
        expect(page.locator("#waiting li")).to_have_count(0)
        assert post(url, BODY) == 200


def test_a_delivery_is_shown_and_made_again(browser: Browser, url: str) -> None:
    """The newest deliveries come by themselves, with what came of them; what a consumer answers is text."""
    with consuming() as consumer, opened(browser, url, "/_tollbridge/") as page:
        expect(page.get_by_text("Nothing was delivered.")).to_be_visible()
        stripe = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({"url": consumer.url(), "enabled_events[]": "payment_intent.created"}).encode()
        with urlopen(Request(f"{url}/_tollbridge/stripe/v1/webhook_endpoints", form, stripe)) as answer:
            endpoint = json.load(answer)["id"]
        assert post(url, BODY) == 200
        row = page.locator("#deliveries tbody tr").first
        expect(row).to_contain_text("payment_intent.created")
        expect(row).to_contain_text(consumer.url())
        page.get_by_role("button", name="Deliver payment_intent.created again").first.click()
        expect(page.locator("#delivery-says")).to_have_text("payment_intent.created is delivered again.")
        expect(row).to_contain_text("delivered")
        page.wait_for_function("() => !document.querySelector('#deliveries').textContent.includes('waiting')")
        assert len(consumer.received) == 2
        gone = Request(f"{url}/_tollbridge/stripe/v1/webhook_endpoints/{endpoint}", headers=stripe, method="DELETE")
        urlopen(gone).close()


def test_everything_starts_over(browser: Browser, url: str) -> None:
    """A reset takes the intents away."""
    post(url, BODY)
    with opened(browser, url, "/_tollbridge/") as page:
        page.get_by_role("button", name="Reset").click()
        expect(page.locator("#reset-says")).to_contain_text("at the beginning")
    with urlopen(f"{url}/_tollbridge/simulator/", timeout=10) as answer:
        assert json.load(answer)["objects"].get("PaymentIntent", 0) == 0


def test_a_token_is_copied(browser: Browser, url: str) -> None:
    """The clipboard has a token with which that account may call."""
    with opened(browser, url, "/_tollbridge/") as page:
        page.get_by_role("button", name="Copy a token of Quay Seven admin").click()
        expect(page.locator("#token-says")).to_contain_text("Quay Seven admin")
        token = page.evaluate("navigator.clipboard.readText()")
    assert post(url, BODY | {"payment_method": 74242}, Authorization=f"Bearer {token}") == 200


def test_the_console_works_by_keyboard(browser: Browser, url: str) -> None:
    """Arrows go through the list, Enter opens, Escape closes and goes back to where one was."""
    with opened(browser, url, "/_tollbridge/") as page:
        page.get_by_role("button", name="Clear the list").click()
        for method in (4242, 99):
            post(url, BODY | {"payment_method": method})
        expect(rows(page)).to_have_count(2)
        rows(page).first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#detail")).to_be_focused()
        expect(page.locator("#client-side")).to_contain_text('"payment_method": 4242')
        page.keyboard.press("Escape")
        expect(page.locator("#detail")).to_be_hidden()
        expect(rows(page).nth(1)).to_be_focused()


def test_a_thousand_exchanges_stay(browser: Browser, url: str) -> None:
    """So many are shown and no more, the newest first, and the filter finds one among them."""
    connection = HTTPConnection(url.removeprefix("http://"))
    for number in range(MAX_KEPT + 50):
        connection.request("GET", f"/n{number}")
        connection.getresponse().read()
    connection.close()
    with opened(browser, url, "/_tollbridge/") as page:
        expect(page.locator("#count")).to_have_text(str(MAX_KEPT))
        assert page.locator("#list li").count() == MAX_KEPT
        post(url, BODY)
        expect(rows(page).first).to_contain_text(PATH)
        expect(page.locator("#count")).to_have_text(str(MAX_KEPT))
        page.get_by_label("Filter").fill("/n1000")
        expect(rows(page)).to_have_count(1)


def test_a_server_that_starts_again_is_followed_again(browser: Browser) -> None:
    """The list says that nobody answers; then it is that of the new server, and what comes there appears once."""
    port = free_port()
    with ExitStack() as stack:
        with started(port=port) as first:
            page = stack.enter_context(opened(browser, first, "/_tollbridge/"))
            for _ in range(3):
                post(first, BODY)
            expect(rows(page)).to_have_count(3)
        expect(page.locator("#state")).to_have_text("The server does not answer. Trying again …")
        with started(port=port) as second:
            expect(page.locator("#state")).to_have_text("Live")
            expect(rows(page)).to_have_count(0)
            post(second, BODY)
            expect(rows(page)).to_have_count(1)


def test_the_control_token_is_asked_for(browser: Browser, guarded_url: str) -> None:
    """Without it nothing is shown; a wrong one is refused; with the right one the list comes to life."""
    with opened(browser, guarded_url, "/_tollbridge/") as page:
        expect(page.locator("#refusal")).to_contain_text("Tollbridge-Control-Token")
        for token in ("wrong", TOKEN):
            page.get_by_label("Control token").fill(token)
            page.get_by_role("button", name="Use it").click()
            expect(page.locator("#state")).to_have_text("Live" if token == TOKEN else "Control is closed.")
        expect(page.locator("#accounts tbody tr")).not_to_have_count(0)
        post(guarded_url, BODY)
        expect(rows(page).first).to_contain_text("200")
        page.reload()
        expect(page.locator("#state")).to_have_text("Live")


def test_the_checkout_pays_with_a_saved_card(browser: Browser, url: str) -> None:
    """Charged on the server; beside it stand the call, the answer and what Stripe was told."""
    with opened(browser, url, "/_tollbridge/checkout") as page:
        page.get_by_role("combobox", name="Card", exact=True).select_option("4242")
        page.get_by_label("Charge on the server").check()
        page.get_by_label("Description").fill(MARKUP)
        expect(page.locator("#code")).to_contain_text('"payment_method":4242')
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#outcome")).to_have_text("Paid: the card was charged on the server.")
        expect(page.locator("#happened")).to_contain_text("_secret_***")
        expect(page.locator("#happened")).to_contain_text("error_on_requires_action=true")
        assert page.locator("main img, main b").count() == 0


def test_the_checkout_pays_with_a_new_card(browser: Browser, url: str) -> None:
    """By Stripe.js: a good card pays, one that asks for 3-D Secure asks, and a declined one is told."""
    with opened(browser, url, "/_tollbridge/checkout") as page:
        if page.evaluate("typeof Stripe") == "undefined":
            pytest.skip("this server has no Stripe.js")
        fields = page.frame_locator("#element iframe")
        for number, said in CARDS.items():
            fields.locator("[name=cardnumber]").fill(number)
            fields.locator("[name=exp-date]").fill("12/34")
            fields.locator("[name=cvc]").fill("123")
            page.get_by_role("button", name="Pay").click()
            if said == "asks":
                outer = page.frame_locator("body > div > iframe").first
                outer.frame_locator("[name=stripe-challenge-frame]").locator("button", has_text="Complete").click()
            expect(page.locator("#outcome")).to_have_text("Not paid: Your card was declined." if said == "declined"
                                                          else "Paid: the PaymentIntent succeeded.")  # fmt: skip
            expect(page.locator("#happened")).to_contain_text("The browser and Stripe")


def test_the_checkout_says_that_a_payment_is_on_its_way(browser: Browser, url: str) -> None:
    """An intent that is neither refused nor paid is shown with its status."""

    def answer(route: Route) -> None:
        answered = route.fetch()
        route.fulfill(response=answered, json=answered.json() | {"status": "processing"})

    with opened(browser, url, "/_tollbridge/checkout") as page:
        page.route("**/v1/payment_intents/*/confirm", answer)
        page.get_by_role("combobox", name="Card", exact=True).select_option("4242")
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#outcome")).to_have_text("Not paid yet: the PaymentIntent is processing.")


def test_the_checkout_makes_the_payment_of_another_contract(browser: Browser) -> None:
    """Path, parameter, members and secret are those that its `x-stripe` names; what it does not name is not offered."""
    with started(*SECOND) as url, opened(browser, url, "/_tollbridge/checkout") as page:
        expect(page.locator("#card option")).to_have_text(["a new card"])
        for hidden in ("#charge-label", "#description-label"):
            expect(page.locator(hidden)).to_be_hidden()
        page.get_by_label("gate").fill("12")
        expect(page.locator("#code")).to_contain_text(f"'{url}/v2/gates/12/fees'")
        expect(page.locator("#code")).to_contain_text('{"price":4200,"unit":"usd"}')
        page.get_by_role("tab", name="generated client").click()
        expect(page.locator("#code")).to_contain_text('params: { path: {"gate":"12"} }')
        fields = page.frame_locator("#element iframe")
        fields.locator("[name=cardnumber]").fill("4242424242424242")
        fields.locator("[name=exp-date]").fill("12/34")
        fields.locator("[name=cvc]").fill("123")
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#outcome")).to_have_text("Paid: the PaymentIntent succeeded.")
        expect(page.locator("#happened")).to_contain_text("description=Gate 12")


def test_the_checkout_says_where_a_contract_has_no_payment(browser: Browser, tmp_path: Path) -> None:
    """The page says what is missing and offers nothing to press."""
    without = (ROOT / "tests/second/openapi.yaml").read_text().replace("creates: payment_intent", "creates: customer")
    (tmp_path / "openapi.yaml").write_text(without)
    of_another = ("--contract", str(tmp_path / "openapi.yaml"), "--handlers", str(ROOT / "tests/second/handlers"))
    with started(*of_another) as url, opened(browser, url, "/_tollbridge/checkout") as page:
        expect(page.locator("#outcome")).to_contain_text("No operation of this contract")
        expect(page.get_by_role("button", name="Pay")).to_be_disabled()


def test_the_checkout_shows_refusals(browser: Browser, url: str) -> None:
    """A decline, every broken rule, and an answer by Prefer are told in the page."""
    with opened(browser, url, "/_tollbridge/checkout") as page:
        page.get_by_role("combobox", name="Card", exact=True).select_option("341")
        page.get_by_label("Charge on the server").check()
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#outcome")).to_contain_text("402 card-declined")
        page.get_by_label("Amount").fill("1.5")
        page.get_by_label("Currency").fill("zzz")
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#errors li")).to_have_count(2)
        page.get_by_label("Amount").fill("4200")
        page.get_by_label("Currency").fill("usd")
        page.get_by_label("Answer by Prefer").fill("code=503")
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#outcome")).to_contain_text("503 provider-unavailable")


def test_the_checkout_acts_for_another_organization(browser: Browser, url: str) -> None:
    """Its cards are offered, and the call has a token of it, when it is copied too."""
    with opened(browser, url, "/_tollbridge/checkout") as page:
        page.get_by_role("combobox", name="Organization").select_option("7")
        page.get_by_role("combobox", name="Card", exact=True).select_option("74242")
        page.get_by_label("Charge on the server").check()
        expect(page.locator("#code")).to_contain_text("Authorization: Bearer TOKEN")
        page.get_by_role("button", name="Copy").click()
        expect(page.locator("#copied")).to_have_text("Copied.")
        command = page.evaluate("navigator.clipboard.readText()")
        page.get_by_role("button", name="Pay").click()
        expect(page.locator("#outcome")).to_contain_text("Paid")
        expect(page.locator("#happened")).to_contain_text("cus_QuaySeven00007")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True)
    assert list(json.loads(done.stdout)) == ["client_secret"]


def test_the_call_of_the_checkout_works_as_it_is_copied(browser: Browser, url: str) -> None:
    """As curl, run by a shell; the other words have the same body."""
    with opened(browser, url, "/_tollbridge/checkout") as page:
        page.get_by_role("combobox", name="Card", exact=True).select_option("4242")
        page.get_by_label("Description").fill("it's $(id) `id`")
        page.get_by_role("button", name="Copy").click()
        expect(page.locator("#copied")).to_have_text("Copied.")
        command = page.evaluate("navigator.clipboard.readText()")
        page.get_by_role("tab", name="curl").focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="fetch")).to_be_focused()
        answer = page.evaluate(f"(async () => {{ {page.locator('#code').inner_text()}; return document; }})()")
        assert list(answer) == ["client_secret"]
        page.get_by_role("tab", name="generated client").click()
        expect(page.locator("#code")).to_contain_text("createClient<paths>")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True)
    assert list(json.loads(done.stdout)) == ["client_secret"]


@pytest.mark.node
@pytest.mark.parametrize("path", ["/_tollbridge/", "/_tollbridge/checkout", "/_tollbridge/problems"])
def test_axe_finds_nothing(browser: Browser, url: str, node: Any, path: str) -> None:
    """In light and dark, on a wide and a narrow screen, with an exchange that is open."""
    axe = (READERS / "node_modules/axe-core/axe.min.js").read_text()
    urlopen(Request(f"{url}/_tollbridge/console/exchanges", method="DELETE"), timeout=10).close()
    post(url, BODY)
    for dark, width in ((False, 1280), (True, 390)):
        with opened(browser, url, path, dark=dark, width=width) as page:
            if path == "/_tollbridge/":
                rows(page).first.click()
                expect(page.locator("#detail")).to_be_visible()
            page.evaluate(axe)
            violations = page.evaluate("axe.run().then(found => found.violations)")
            assert [(one["id"], [n["html"] for n in one["nodes"]][:3]) for one in violations] == []
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_followed_list_ends_with_the_server() -> None:
    """A server that is told to end finishes the stream, and does not cut it."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    with launched(serve_command(port, "--quiet"), ready=f"{url}/_tollbridge/health", cwd=ROOT) as process:
        stream = urlopen(f"{url}/_tollbridge/console/events", timeout=10)
        assert stream.readline() == b"event: journal\n"
        process.terminate()
        stream.read()  # which raises where the last chunk is missing
        assert process.wait(10) == 0


def test_the_docs_page_sends_the_contracts_example(browser: Browser) -> None:
    """What "Execute" sends is the example as it stands, below the path of the contract's server."""
    with started(*SECOND) as url, opened(browser, url, "/_tollbridge/docs") as page:
        page.locator(".opblock-summary").first.click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_placeholder("gate").fill("12")
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            page.get_by_role("button", name="Execute").click()
        assert sent.value.url == f"{url}/v2/gates/12/fees"
        assert json.loads(sent.value.request.post_data or "") == {"price": 4200, "unit": "eur"}
        assert sent.value.status == 201
