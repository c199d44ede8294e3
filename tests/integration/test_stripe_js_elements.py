"""What elements tell and how they look: events, classes, keyboard, mistakes, appearance, and what reads them aloud."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.shop import ASKED, Shop, fill_card, fill_payment, shop_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "browser/node_modules/axe-core/axe.min.js"
FORM = (
    '<form id="checkout"><label for="element">Card</label><div id="element"></div><input id="after" aria-label="after">'
    "<button>Pay</button></form>"
)
DEFERRED = '{"mode": "payment", "amount": 4200, "currency": "usd"}'


def told(shop: Shop, event: str) -> Any:
    """The payloads of an event, oldest first."""
    return shop.page.evaluate("(event) => log.filter(([name]) => name === event).map(([, payload]) => payload)", event)


def classes(shop: Shop) -> set[str]:
    """What the container is said to be."""
    names = (shop.page.locator("#element").get_attribute("class") or "").split()
    return {name.removeprefix("StripeElement--") for name in names}


def test_a_card_element_tells_what_happens_to_it(shop: Shop) -> None:
    """Events with Stripe's payloads, and classes on the container, from empty to complete and back by `clear`."""
    shop.open(FORM)
    frame = shop.element("card")
    assert told(shop, "ready") == [{"elementType": "card"}]
    assert classes(shop) == {"StripeElement", "empty"}
    frame.locator("[name=cardnumber]").fill("4242")
    assert told(shop, "change")[-1] == {
        "elementType": "card", "empty": False, "complete": False, "brand": "visa", "value": {"postalCode": ""},
        "error": None,
    }  # fmt: skip
    assert told(shop, "focus") == [{"elementType": "card"}]
    assert classes(shop) == {"StripeElement", "focus"}
    shop.page.locator("#after").focus()
    error = {"type": "validation_error", "code": "incomplete_number", "message": "Your card number is incomplete."}
    assert told(shop, "change")[-1]["error"] == error
    expect(shop.page.locator("#element.StripeElement--invalid:not(.StripeElement--focus)")).to_have_count(1)
    assert told(shop, "blur") == [{"elementType": "card"}]
    fill_card(frame, "5555555555554444")
    last = told(shop, "change")[-1]
    assert (last["complete"], last["brand"], last["value"]) == (True, "mastercard", {"postalCode": "94107"})
    assert "complete" in classes(shop)
    shop.page.evaluate("() => element.clear()")
    assert told(shop, "change")[-1]["empty"] is True
    assert "empty" in classes(shop)


def test_handlers_are_taken_off_and_one_that_throws_stops_nobody(shop: Shop) -> None:
    """`once`, `off` with and without a handler; what a shop's handler throws reaches the page as its own error."""
    shop.open(FORM)
    frame = shop.element("card")
    shop.page.evaluate(
        """() => { window.seen = [];
          const gone = () => seen.push('gone');
          element.on('change', gone).off('change', gone).once('change', () => seen.push('once'));
          element.on('change', () => { throw new Error('the shop\\'s own'); });
          element.on('change', () => seen.push('after')); }"""
    )
    frame.locator("[name=cardnumber]").fill("4")
    frame.locator("[name=cardnumber]").fill("5")
    assert shop.page.evaluate("() => seen") == ["once", "after", "after"]
    shop.page.wait_for_timeout(10)
    assert all("the shop's own" in error for error in shop.errors)
    shop.errors.clear()
    shop.page.evaluate("() => element.off('change')")
    frame.locator("[name=cardnumber]").fill("3")
    assert len(shop.page.evaluate("() => seen")) == 3


def test_an_element_is_mounted_unmounted_and_destroyed(shop: Shop) -> None:
    """Unmounting takes the frame; destroying frees the type in the group; calls on it then say what is wrong."""
    page = shop.open(FORM + '<div id="other"></div>')
    fill_card(shop.element("card"))
    page.evaluate("() => element.unmount()")
    assert page.locator("iframe").count() == 0
    assert page.locator("#element").get_attribute("class") == ""
    assert "still mounted" in shop.result("stripe.createToken(element)")[1]
    page.evaluate("() => new Promise((resolve) => { element.once('ready', resolve).mount('#other'); })")
    assert page.frame_locator("#other iframe").locator("[name=cardnumber]").input_value() == ""
    assert shop.result("(async () => group.create('card'))()") == [
        "IntegrationError", "Can only create one Element of type card.",
    ]  # fmt: skip
    page.evaluate("() => { element.destroy(); window.element = group.create('card'); element.mount('#element'); }")
    expect(page.frame_locator("#element iframe").locator("[name=cardnumber]")).to_be_visible()
    assert page.locator("#other iframe").count() == 0
    page.evaluate("() => { element.destroy(); }")
    assert "already been destroyed" in shop.result("(async () => element.mount('#element'))()")[1]


def test_labels_and_keys_work(shop: Shop) -> None:
    """A click on the label focuses the first field; Tab goes through them all; Escape is told; Enter submits the form."""
    page = shop.open(FORM)
    page.evaluate(
        """() => { window.submits = 0;
          document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); submits += 1; }); }"""
    )
    frame = shop.element("card")
    page.get_by_text("Card", exact=True).click()
    expect(frame.locator("[name=cardnumber]")).to_be_focused()
    for name in ("exp-date", "cvc", "postal"):
        page.keyboard.press("Tab")
        expect(frame.locator(f"[name={name}]")).to_be_focused()
    page.keyboard.press("Escape")
    assert told(shop, "escape") == [{"elementType": "card"}]
    page.evaluate("() => { document.querySelector('button').disabled = true; }")
    page.keyboard.press("Enter")
    assert page.evaluate("() => submits") == 1
    page.keyboard.press("Tab")
    expect(page.locator("#after")).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "keys", "shown"),
    [
        ("1", [], "1"),
        ("12", [], "12 / "),
        ("4", [], "04 / "),
        ("1/3", [], "01 / 3"),
        ("13", [], "01 / 3"),
        ("1234", ["Backspace"] * 2, "12 / "),
        ("1234", ["Backspace"] * 3, "1"),
    ],
)
def test_a_date_is_formatted_while_it_is_typed_and_deleted(shop: Shop, typed: str, keys: list[str], shown: str) -> None:
    """As `MM / YY`, whatever way the digits come and go."""
    shop.open(FORM)
    field = shop.element("cardExpiry").locator("input")
    field.press_sequentially(typed)
    for key in keys:
        field.press(key)
    assert field.input_value() == shown


def test_a_digit_is_put_in_the_middle_and_the_caret_stays_there(shop: Shop) -> None:
    """What follows is typed where the customer is."""
    shop.open(FORM)
    field = shop.element("cardNumber").locator("input")
    field.fill("424242")
    for key in ("Home", "ArrowRight", "1", "2"):
        field.press(key)
    assert field.input_value() == "4122 4242"


MISTAKES = {
    "Stripe()": "Missing value for Stripe(): apiKey should be a string.",
    "Stripe('sk_test_1')": "You should not use your secret key with Stripe.js.",
    "stripe.elements().create('cart')": "A valid Element name must be provided.",
    "stripe.elements().create('iban')": "A valid Element name must be provided.",
    "stripe.elements({clientSecret: 'x'})": "Invalid value for elements(): clientSecret should be a client secret of",
    "stripe.elements().create('payment')": "In order to create a payment element, you must pass a clientSecret or mode",
    "stripe.elements().create('card').mount('#nowhere')": "The selector you specified (#nowhere) applies to no DOM",
    "stripe.retrievePaymentIntent('seti_1_secret_2')": "Invalid value for stripe.retrievePaymentIntent intent secret: value "
    "should be a PaymentIntent client secret. You specified: a SetupIntent client secret.",
    "stripe.confirmCardPayment()": "Invalid value for stripe.confirmCardPayment intent secret: value should be a client secret "
    "of the form ${id}_secret_${secret}. You specified: undefined.",
    "stripe.confirmPayment({elements: stripe.elements()})": "Invalid value for stripe.confirmPayment(): elements should have a "
    "mounted Payment Element or Express Checkout Element.",
    "stripe.createToken({})": "Invalid value for the card",
    "stripe.confirmIdealPayment('pi_1_secret_2')": "Tollbridge's Stripe.js does not have stripe.confirmIdealPayment().",
    "stripe.initCheckout({})": "Tollbridge's Stripe.js does not have stripe.initCheckout().",
    "stripe.initEmbeddedCheckout()": "Invalid value for stripe.initEmbeddedCheckout(): value should be the client secret",
    "stripe.initEmbeddedCheckout({})": "Invalid value for stripe.initEmbeddedCheckout(): value should be the client secret",
    "stripe.createPaymentMethod({type: 'ideal'})": "Invalid value for stripe.createPaymentMethod(): type should be card",
}  # fmt: skip


def test_mistakes_are_integration_errors_with_the_known_sentence(shop: Shop) -> None:
    """Each names what was wrong; none is `undefined is not a function`, and no call is made."""
    shop.open(FORM)
    shop.page.evaluate("() => { window.stripe = Stripe('pk_test_1'); }")
    for call, sentence in MISTAKES.items():
        name, message = shop.result(f"(async () => {call})()")
        assert (name, message[: len(sentence)]) == ("IntegrationError", sentence), call
    assert shop.calls == []


def test_what_looks_at_the_object_finds_what_it_looks_for(shop: Shop) -> None:
    """It is not a promise, `new` makes no difference, wrappers register, and wallets are absent."""
    shop.open(FORM)
    seen = shop.page.evaluate(
        """async () => { const stripe = new Stripe('pk_test_1'); const awaited = await stripe;
          stripe.registerAppInfo({name: 'x'}); stripe._registerWrapper({name: 'x'});
          const request = stripe.paymentRequest({country: 'US', currency: 'usd', total: {label: 'x', amount: 1}});
          return [awaited === stripe, stripe.then, typeof stripe.elements, 'then' in stripe, await request.canMakePayment(), Stripe.version]; }"""
    )
    assert seen == [True, None, "function", False, None, 3]


def test_wallets_come_to_ready_with_nothing_available(shop: Shop) -> None:
    """Express Checkout says so, so that shops hide it; the request button says what to check first."""
    shop.open(FORM)
    shop.element("expressCheckout", group=DEFERRED)
    assert told(shop, "ready") == [{"elementType": "expressCheckout", "availablePaymentMethods": None}]
    total = "{country: 'US', currency: 'usd', total: {label: 'x', amount: 1}}"
    button = (
        f"group.create('paymentRequestButton', {{paymentRequest: stripe.paymentRequest({total})}}).mount('#element')"
    )
    assert "you must first check availability" in shop.result(f"(async () => {button})()")[1]


def test_an_address_and_an_email_belong_to_the_payment(shop: Shop) -> None:
    """What is entered beside the Payment Element is billed; `getValue` and events tell it."""
    shop.open(FORM + '<div id="email"></div><div id="address"></div>')
    secret = shop.secret()
    frame = shop.element("payment", group=json.dumps({"clientSecret": secret}))
    shop.page.evaluate(
        """() => Promise.all([['linkAuthentication', {}, '#email'], ['address', {mode: 'billing', fields: {phone: 'always'}}, '#address']]
          .map(([kind, options, at]) => new Promise((resolve) => { group.create(kind, options).on('ready', resolve).mount(at); })))"""
    )
    fill_payment(frame)
    shop.page.frame_locator("iframe[title='Secure email input frame']").get_by_placeholder("you@example.com").fill(
        "a@b.co"
    )
    address = shop.page.frame_locator("iframe[title='Secure address input frame']")
    for name, value in {
        "name": "Ann Bee", "addressLine1": "Road 1", "locality": "Bern", "administrativeArea": "BE", "postalCode": "94107",
        "phone": "5550100",
    }.items():  # fmt: skip
        address.locator(f"[name={name}]").fill(value)
    value = shop.result("group.getElement('address').getValue()")
    assert (value["complete"], value["value"]["address"]["line1"]) == (True, "Road 1")
    done = shop.result(
        "stripe.confirmPayment({elements: group, redirect: 'if_required', confirmParams: {return_url: 'http://localhost:4999/b'}})"
    )
    billing = shop.stripe(f"payment_methods/{done['paymentIntent']['payment_method']}", "")["billing_details"]
    assert (billing["email"], billing["name"], billing["phone"]) == ("a@b.co", "Ann Bee", "5550100")
    assert (billing["address"]["city"], billing["address"]["country"]) == ("Bern", "US")


def test_a_country_asks_for_what_its_cards_have(shop: Shop) -> None:
    """Poland has no postal code to enter, Great Britain one with letters; `never` leaves the fields out."""
    shop.open(FORM)
    frame = shop.element("payment", group=DEFERRED)
    fill_payment(frame)
    frame.get_by_label("Country").select_option("PL")
    expect(frame.locator("[name=postalCode]")).to_be_hidden()
    frame.get_by_label("Country").select_option("GB")
    frame.get_by_label("Postal code").fill("sw1a 1aa")
    assert frame.locator("[name=postalCode]").input_value() == "SW1A 1AA"
    assert shop.result("group.submit()") == {"selectedPaymentMethod": "card"}
    shop.page.evaluate("() => element.destroy()")
    never = '{"fields": {"billingDetails": {"address": {"country": "never", "postalCode": "never"}}}}'
    frame = shop.element("payment", never, DEFERRED)
    expect(frame.locator("[name=country]")).to_be_hidden()
    expect(frame.locator("[name=postalCode]")).to_be_hidden()


def test_a_secret_that_the_api_refuses_is_a_load_error(shop: Shop) -> None:
    """`loaderror` has the API's error; the element does not come to `ready`."""
    shop.open(FORM)
    shop.element("payment", group='{"clientSecret": "pi_nope_secret_nope"}')
    (payload,) = told(shop, "loaderror")
    assert payload["error"]["code"] == "resource_missing"
    assert told(shop, "ready") == []


def test_a_number_that_is_too_long_for_its_field_shows_its_end(shop: Shop) -> None:
    """In a narrow place a customer who has gone on to the next field still sees the last digits."""
    shop.open('<div id="element" style="width: 260px"></div>')
    frame = shop.element("card")
    number = frame.locator("[name=cardnumber]")
    number.fill("4242424242424242")
    frame.locator("[name=cvc]").focus()
    start, seen, whole = number.evaluate(
        "field => new Promise((done) => setTimeout(() => done([field.scrollLeft, field.clientWidth, field.scrollWidth])))"
    )
    assert start > 0
    assert start + seen >= whole - 1


def test_appearance_and_style_really_style_the_fields(shop: Shop) -> None:
    """Theme, variables and rules of a group, and the states of a card's `style`; an update changes them."""
    shop.open(FORM)
    appearance = {
        "theme": "night", "variables": {"borderRadius": "11px", "colorDanger": "rgb(9, 8, 7)"},
        "rules": {".Input": {"borderColor": "rgb(1, 2, 3)"}, ".Input:focus": {"color": "rgb(4, 5, 6)"}},
    }  # fmt: skip
    group = json.loads(DEFERRED) | {"appearance": appearance}
    frame = shop.element("payment", group=json.dumps(group))
    number = frame.locator("[name=number]")
    expect(number).to_have_css("border-radius", "11px")
    expect(number).to_have_css("background-color", "rgb(48, 49, 61)")
    expect(number).to_have_css("border-color", "rgb(1, 2, 3)")
    number.focus()
    expect(number).to_have_css("color", "rgb(4, 5, 6)")
    shop.page.evaluate("() => group.update({appearance: {variables: {borderRadius: '2px'}}})")
    expect(number).to_have_css("border-radius", "2px")
    shop.page.evaluate("() => element.destroy()")
    style = {
        "base": {"fontSize": "21px", "::placeholder": {"color": "rgb(7, 7, 7)"}},
        "invalid": {"color": "rgb(8, 8, 8)"},
    }
    frame = shop.element("card", json.dumps({"style": style}))
    field = frame.locator("[name=cardnumber]")
    expect(field).to_have_css("font-size", "21px")
    field.fill("4242424242424241")
    expect(field).to_have_css("color", "rgb(8, 8, 8)")


HOSTILE = "red; } * { background: url(https://evil.example/x) } </style><img src=x onerror=alert(1)>"


def test_no_option_becomes_a_rule_markup_or_a_request(shop: Shop) -> None:
    """Values and selectors that would break out of a style, and texts that look like HTML, stay what they are."""
    shop.open(FORM)
    appearance = {
        "variables": {"colorText": HOSTILE, "fontFamily": "url(https://evil.example/f)"},
        "rules": {".Input": {"background": "url(https://evil.example/y)", "color": HOSTILE}, f".x {{}} {HOSTILE}": {"color": "red"}},
    }  # fmt: skip
    group = json.loads(DEFERRED) | {"appearance": appearance}
    options = {"defaultValues": {"billingDetails": {"address": {"country": "US", "postal_code": HOSTILE}}}}
    frame = shop.element("payment", json.dumps(options), json.dumps(group))
    assert frame.locator("img").count() == 0
    shop.page.evaluate("() => element.destroy()")
    frame = shop.element("card", json.dumps({"placeholder": HOSTILE, "style": {"base": {"color": HOSTILE}}}))
    assert frame.locator("img").count() == 0
    shop.page.wait_for_timeout(50)
    assert shop.strays == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_phone(browser: Browser, server_url: str, scheme: Any, tmp_path: Path) -> None:
    """Card, Payment Element with messages, and the dialog, in light and dark, 320 pixels wide: nothing is cut off."""
    style = "<style>:root { color-scheme: light dark; } body { margin: 8px; }</style>"
    with shop_in(browser, server_url, color_scheme=scheme, viewport={"width": 320, "height": 640}) as shop:
        page = shop.open(style + FORM + '<div id="payment"></div>')
        frame = shop.element("card")
        theme = "night" if scheme == "dark" else "stripe"
        page.evaluate(
            """([theme]) => { window.second = stripe.elements({mode: 'payment', amount: 1, currency: 'usd', appearance: {theme}});
              return new Promise((resolve) => { second.create('payment').on('ready', resolve).mount('#payment'); }); }""",
            [theme],
        )
        page.evaluate("() => second.submit()")
        assert_accessible(shop, scheme)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        inner = (
            page.frame_locator("#payment iframe")
            .locator("form")
            .evaluate("(form) => form.ownerDocument.documentElement.scrollWidth")
        )
        assert inner <= 304
        fill_card(frame, ASKED)
        shop.start(
            f"stripe.confirmCardPayment('{shop.secret()}', {{payment_method: {{card: element}}, return_url: 'http://localhost:4999/'}})"
        )
        shop.dialog().get_by_role("button", name="Complete").wait_for()
        assert_accessible(shop, scheme)
        shop.dialog().get_by_role("button", name="Complete").click()
        assert shop.result()["paymentIntent"]["status"] == "succeeded"


def assert_accessible(shop: Shop, scheme: str) -> None:
    """Run axe in every frame."""
    for frame in shop.page.frames:
        frame.evaluate(AXE.read_text())
        # A frame without a background of its own shows the page's, which axe does not see from within.
        rules = {"color-contrast": {"enabled": frame.parent_frame is None or scheme == "light"}}
        found = frame.evaluate("(rules) => axe.run(document, {iframes: false, rules})", rules)
        serious = [
            (rule["id"], [node["html"] for node in rule["nodes"]])
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert serious == [], frame.url
