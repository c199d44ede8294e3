"""A shop in a real browser: a page of another local port that uses Stripe's script from our server, and nothing else."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, sync_playwright

ORIGIN = "http://localhost:4999"
"""Nobody listens there: the browser's requests to it are answered by the test."""

STRIPES = "https://js.stripe.com/v3/"
KEY = "pk_test_0123456789"
GOOD = "4242424242424242"
ASKED = "4000002760003184"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    # A page that a test answers has no address: Chromium would take it for one of the internet, which has to ask.
    "--disable-features=LocalNetworkAccessChecks",
)
MARKUP = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Shop</title></head><body><main><h1>Checkout</h1>{body}</main>{script}</body></html>"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; Playwright's own is not needed."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("Chromium is not here: install the package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Shop:
    """A shop with one page open.

    Args:
        page: that is open.
        server: our server's address.
        pages: what the shop has, by path: a document, or its headers with it.
        served: other addresses of this machine that have pages of the shop.
        strays: requests to anywhere else, which were refused.
        calls: the requests to Stripe's API: method and path.
        errors: what the page's scripts threw, and what was logged as an error.
    """

    page: Page
    server: str
    context: BrowserContext
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    intercepts: bool = True

    def answer(self, route: Route) -> None:
        """Answer a request of the browser's: the shop's own, Stripe's from our server, ours; no other leaves."""
        url = urlsplit(route.request.url)
        origin = f"{url.scheme}://{url.netloc}"
        stripes = {"https://js.stripe.com": "", "https://api.stripe.com": "/_tollbridge/stripe"}
        if "/v1/" in url.path:
            self.calls.append(f"{route.request.method} {url.path.partition('/v1')[2]}")
        if origin == ORIGIN:
            document, headers = self.pages.get(url.path, ("", {}))
            route.fulfill(body=document, headers={"content-type": "text/html; charset=utf-8"} | headers)
        elif origin in stripes and self.intercepts:
            target = f"{self.server}{stripes[origin]}{url.path}" + (f"?{url.query}" if url.query else "")
            route.fulfill(response=route.fetch(url=target))
        elif origin in (self.server, *self.served):
            route.continue_()
        else:
            self.strays.append(route.request.url)
            route.abort()

    def open(self, body: str = "", *, script: str | None = None, policy: str | None = None, path: str = "/") -> Page:
        """Open a page of the shop's.

        Args:
            body: what is in it.
            script: the address of Stripe's script; None for our own, "" for none.
            policy: its Content-Security-Policy.
            path: of the page.
        """
        source = f"{self.server}/_tollbridge/stripe.js" if script is None else script
        tag = f'<script src="{source}"></script>' if source else ""
        headers = {"content-security-policy": policy} if policy else {}
        self.pages[path] = (MARKUP.format(body=body, script=tag), headers)
        self.page.goto(ORIGIN + path)
        return self.page

    def asked(self, path: str, body: dict[str, Any]) -> Any:
        """Ask our API as the shop's server would."""
        sent = Request(self.server + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urlopen(sent, timeout=10) as answer:
            return json.load(answer)

    def secret(self, amount: int = 4200, **more: Any) -> str:
        """Return the client secret of a new payment."""
        made: str = self.asked("/api/payment/intent", {"amount": amount, "currency": "usd", **more})["client_secret"]
        return made

    def stripe(self, path: str, form: str) -> Any:
        """Call Stripe's API as a server does, with a secret key."""
        headers = {"Authorization": "Bearer sk_test_1234", "Content-Type": "application/x-www-form-urlencoded"}
        url = f"{self.server}/_tollbridge/stripe/v1/{path}"
        with urlopen(Request(url, form.encode() or None, headers), timeout=10) as answer:
            return json.load(answer)

    def element(self, kind: str, options: str = "{}", group: str = "{}") -> FrameLocator:
        """Mount an element into `#element`, as `window.element` of `window.group`; return its frame."""
        self.page.evaluate(
            """([kind, options, said]) => new Promise((resolve) => {
              window.stripe = window.stripe || Stripe('pk_test_0123456789');
              window.group = stripe.elements(said);
              window.element = window.group.create(kind, options);
              window.log = [];
              const events = 'loaderstart ready change focus blur escape loaderror networkschange';
              for (const name of events.split(' ')) {
                element.on(name, (event) => log.push([name, event]));
              }
              element.on('ready', resolve);
              element.on('loaderror', resolve);
              element.mount('#element');
            })""",
            [kind, json.loads(options), json.loads(group)],
        )
        return self.page.frame_locator("#element iframe")

    def start(self, call: str) -> None:
        """Begin a call that will show a dialog."""
        self.page.evaluate(f"() => {{ window.pending = {call}; }}")

    def result(self, call: str = "pending") -> Any:
        """Return what a call of `stripe` resolves to; of what it rejects with, name and message."""
        return self.page.evaluate(
            f"async () => {{ try {{ return await {call}; }} catch (error) {{ return [error.name, error.message]; }} }}"
        )

    def dialog(self) -> FrameLocator:
        """Return the frame with the challenge's buttons."""
        outer = self.page.frame_locator("iframe[src*='three-ds-2-challenge']")
        return outer.frame_locator("iframe[name='stripe-challenge-frame']")


@contextmanager
def shop_in(browser: Browser, server: str, **options: Any) -> Iterator[Shop]:
    """A new shop; at its end no request has left this machine, and nothing was thrown that a test did not expect."""
    context = browser.new_context(**options)
    context.set_default_timeout(5_000)
    shop = Shop(context.new_page(), server, context)
    context.route("**/*", shop.answer)
    context.on("weberror", lambda error: shop.errors.append(str(error.error)))
    yield shop
    context.close()
    assert shop.strays == []
    assert shop.errors == []


def fill_card(frame: FrameLocator, number: str = GOOD) -> None:
    """Fill a Card Element."""
    frame.locator("[name=cardnumber]").fill(number)
    frame.locator("[name=exp-date]").fill("12 / 34")
    frame.locator("[name=cvc]").fill("123")
    frame.locator("[name=postal]").fill("94107")


def fill_payment(frame: FrameLocator, number: str = GOOD) -> None:
    """Fill a Payment Element."""
    frame.locator("[name=number]").fill(number)
    frame.locator("[name=expiry]").fill("12/34")
    frame.locator("[name=cvc]").fill("123")
    frame.locator("[name=country]").select_option("US")
    frame.locator("[name=postalCode]").fill("94107")
