"""Checkout in a real browser: the hosted page at `session.url`, and the same page within a shop's own."""

import json
from urllib.parse import urlencode

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.shop import ASKED, GOOD, ORIGIN, Shop

pytestmark = pytest.mark.browser

DECLINED = "4000000000009995"
BACK = f"{ORIGIN}/done?session={{CHECKOUT_SESSION_ID}}"
SHIRT = {
    "mode": "payment",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][product_data][name]": "T-shirt",
    "line_items[0][price_data][unit_amount]": 2000,
    "line_items[0][quantity]": 1,
}


def fill(page: Page | FrameLocator, number: str) -> None:
    """Fill the page as suites that are written for Stripe's do, and send it."""
    page.locator("#email").fill("ann@example.com")
    page.locator("#cardNumber").fill(number)
    page.locator("#cardExpiry").fill("12 / 34")
    page.locator("#cardCvc").fill("123")
    page.locator("#billingName").fill("Ann")
    page.locator("#billingCountry").select_option("US")
    page.locator("#billingPostalCode").fill("94107")
    page.locator(".SubmitButton").click()


def test_a_session_is_paid_on_its_page(shop: Shop) -> None:
    """A decline is told, another card asks its holder, and the browser comes back to the shop with the session's id."""
    shop.pages["/done"] = ("<h1>Thank you</h1>", {})
    made = shop.stripe("checkout/sessions", urlencode(SHIRT | {"success_url": BACK, "cancel_url": f"{ORIGIN}/cart"}))
    shop.served.append(made["url"].partition("/_tollbridge")[0])
    shop.page.goto(made["url"])
    fill(shop.page, DECLINED)
    expect(shop.page.get_by_role("alert")).to_have_text("Your card has insufficient funds.")
    expect(shop.page.get_by_label("Email")).to_have_value("ann@example.com")
    fill(shop.page, ASKED)
    shop.page.get_by_role("button", name="Complete").click()
    expect(shop.page.get_by_role("heading")).to_have_text("Thank you")
    assert shop.page.url == BACK.format(CHECKOUT_SESSION_ID=made["id"])
    done = shop.stripe(f"checkout/sessions/{made['id']}", "")
    assert (done["status"], done["payment_status"]) == ("complete", "paid")


def test_a_session_is_canceled_by_going_back(shop: Shop) -> None:
    """The link leads to the shop; the session stays open."""
    shop.pages["/cart"] = ("<h1>Cart</h1>", {})
    made = shop.stripe("checkout/sessions", urlencode(SHIRT | {"success_url": BACK, "cancel_url": f"{ORIGIN}/cart"}))
    shop.served.append(made["url"].partition("/_tollbridge")[0])
    shop.page.goto(made["url"])
    shop.page.get_by_role("link", name="Back").click()
    expect(shop.page.get_by_role("heading")).to_have_text("Cart")
    assert shop.stripe(f"checkout/sessions/{made['id']}", "")["status"] == "open"


@pytest.mark.parametrize("method", ["initEmbeddedCheckout", "createEmbeddedCheckoutPage"])
def test_a_session_is_paid_within_a_page_of_the_shops(shop: Shop, method: str) -> None:
    """3-D Secure stays in the frame; the shop's page goes on to `return_url` when the session is complete."""
    shop.pages["/done"] = ("<h1>Thank you</h1>", {})
    made = shop.stripe("checkout/sessions", urlencode(SHIRT | {"ui_mode": "embedded_page", "return_url": BACK}))
    shop.open('<div id="checkout"></div>')
    secret = json.dumps(made["client_secret"])
    shop.page.evaluate(
        f"async () => {{ (await Stripe('pk_test_1234').{method}({{fetchClientSecret: async () => {secret}}}))"
        ".mount('#checkout'); }"
    )
    frame = shop.page.frame_locator("iframe[name=embedded-checkout]")
    fill(frame, ASKED)
    frame.get_by_role("button", name="Complete").click()
    expect(shop.page.get_by_role("heading")).to_have_text("Thank you")
    assert shop.page.url == BACK.format(CHECKOUT_SESSION_ID=made["id"])


def test_a_shop_is_told_that_a_session_is_complete(shop: Shop) -> None:
    """Where the browser stays, `onComplete` is called once; an element that is unmounted is gone, and mounts again."""
    said = {"ui_mode": "embedded_page", "redirect_on_completion": "never"}
    made = shop.stripe("checkout/sessions", urlencode(SHIRT | said))
    shop.open('<div id="checkout"></div>')
    shop.page.evaluate(
        """async (clientSecret) => {
          window.told = 0;
          const onComplete = () => { told += 1; };
          window.checkout = await Stripe('pk_test_1234').initEmbeddedCheckout({clientSecret, onComplete});
          checkout.mount('#checkout');
          checkout.unmount();
          window.gone = !document.querySelector('iframe');
          checkout.mount(document.getElementById('checkout'));
        }""",
        made["client_secret"],
    )
    assert shop.page.evaluate("gone")
    frame = shop.page.frame_locator("iframe[name=embedded-checkout]")
    fill(frame, GOOD)
    expect(frame.get_by_role("heading")).to_have_text("Payment complete")
    shop.page.wait_for_function("told > 0")
    assert shop.page.evaluate("told") == 1


def test_a_secret_of_something_else_is_refused(shop: Shop) -> None:
    """As an error of the shop's programmer."""
    shop.open()
    name, words = shop.result("Stripe('pk_test_1234').initEmbeddedCheckout({clientSecret: 'nonsense'})")
    assert name == "IntegrationError"
    assert words.startswith("Invalid value for stripe.initEmbeddedCheckout()")
