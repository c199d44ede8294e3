"""`stripe.js` in a real browser, as suites written for Stripe use it: every way to a frame and a field, every outcome."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.shop import ASKED, GOOD, ORIGIN, STRIPES, Shop, fill_card, fill_payment, shop_in

pytestmark = pytest.mark.browser

FORM = '<form id="checkout"><label for="element">Card</label><div id="element"></div><button>Pay</button></form>'
BACK = f"{ORIGIN}/back"
DECLINED = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000000069": ("expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
}
FAILED = (
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)


def pay(secret: str) -> str:
    """The call that pays with the card of `window.element`."""
    return f"stripe.confirmCardPayment('{secret}', {{payment_method: {{card: element}}, return_url: '{BACK}'}})"


def confirm(secret: str = "") -> str:
    """The call that confirms what a Payment Element holds."""
    given = f"clientSecret: '{secret}', " if secret else ""
    return f"stripe.confirmPayment({{elements: group, {given}redirect: 'if_required', confirmParams: {{return_url: '{BACK}'}}}})"


TO_THE_FRAME = {
    "name begins": "iframe[name^='__privateStripeFrame']",
    "name has": "iframe[name*='privateStripeFrame']",
    "title": "iframe[title='Secure card payment input frame']",
    "title in any case": "iframe[title*='secure card payment' i]",
    "container": "#element iframe",
    "class of Stripe's": ".StripeElement iframe",
    "private class": ".__PrivateStripeElement iframe",
    "first": "iframe >> nth=0",
    "source": "iframe[src*='elements-inner-card']",
    "source from its start": "iframe[src^='https://js.stripe.com/v3/elements-inner-card']",
    "allow": "iframe[allow*='payment *']",
    "role": "iframe[role='presentation']",
}
TO_THE_FIELDS = {
    "name": ("[name=cardnumber]", "[name=exp-date]", "[name=cvc]", "[name=postal]"),
    "placeholder": ("[placeholder='Card number']", "[placeholder='MM / YY']", "[placeholder='CVC']", "[placeholder='ZIP']"),
    "stable name": tuple(
        f"[data-elements-stable-field-name={name}]" for name in ("cardNumber", "cardExpiry", "cardCvc", "postalCode")
    ),
    "autocomplete": tuple(f"[autocomplete={name}]" for name in ("cc-number", "cc-exp", "cc-csc", "postal-code")),
    "aria-label": (
        "[aria-label='Credit or debit card number']", "[aria-label='Credit or debit card expiration date']",
        "[aria-label='Credit or debit card CVC/CVV']", "[aria-label='ZIP']",
    ),
    "class": tuple(f".ElementsApp .InputElement >> nth={index}" for index in range(4)),
}  # fmt: skip


def test_every_way_to_the_frame_leads_there(shop: Shop) -> None:
    """What public suites select frames by finds the one of the Card Element, and only that."""
    shop.open(FORM)
    shop.element("card")
    for way, frame in TO_THE_FRAME.items():
        assert shop.page.locator(frame).count() == 1, way
        expect(shop.page.frame_locator(frame).locator("[name=cardnumber]")).to_be_visible()


@pytest.mark.parametrize("fields", TO_THE_FIELDS.values(), ids=TO_THE_FIELDS)
def test_every_way_to_the_fields_pays(shop: Shop, fields: tuple[str, ...]) -> None:
    """What public suites select fields by finds each, and what is filled in is paid with."""
    shop.open(FORM)
    frame = shop.element("card")
    for field, value in zip(fields, (GOOD, "1234", "123", "94107"), strict=True):
        frame.locator(field).fill(value)
    intent = shop.result(pay(shop.secret()))["paymentIntent"]
    assert (intent["status"], intent["amount"], intent["client_secret"][:3]) == ("succeeded", 4200, "pi_")
    method = shop.stripe(f"payment_methods/{intent['payment_method']}", "")
    assert (method["card"]["exp_month"], method["card"]["exp_year"]) == (12, 2034)
    assert method["billing_details"]["address"]["postal_code"] == "94107"


@pytest.mark.parametrize("wait", [0, 5], ids=["at once", "like a person"])
def test_keys_are_not_lost_and_the_focus_moves_on(shop: Shop, wait: int) -> None:
    """Typed in one go into the first field, all four are filled, formatted as Stripe does."""
    shop.open(FORM)
    frame = shop.element("card")
    frame.locator("[name=cardnumber]").press_sequentially("4242424242424242123412394107"[:16], delay=wait)
    shop.page.keyboard.type("123412394107", delay=wait)
    values = [field.input_value() for field in frame.locator("input").all()]
    assert values == ["4242 4242 4242 4242", "12 / 34", "123", "94107"]


def test_split_fields_are_found_by_their_titles_and_do_not_move_on(shop: Shop) -> None:
    """Number, date and code in frames of their own; `confirmCardPayment` is given the number and finds the others."""
    shop.open('<div id="element"></div><div id="expiry"></div><div id="cvc"></div>')
    shop.element("cardNumber", '{"showIcon": true}')
    shop.page.evaluate(
        "() => { for (const [kind, at] of [['cardExpiry', '#expiry'], ['cardCvc', '#cvc']]) group.create(kind).mount(at); }"
    )
    titles = ("Secure card number input frame", "Secure expiration date input frame", "Secure CVC input frame")
    names, values = ("cardnumber", "exp-date", "cvc"), ("378282246310005", "1234", "1234")
    for title, name, value in zip(titles, names, values, strict=True):
        field = shop.page.frame_locator(f"iframe[title='{title}']").locator(f"[name={name}]")
        field.press_sequentially(value)
        expect(field).to_be_focused()
    number = shop.page.frame_locator("iframe >> nth=0").get_by_placeholder("1234 1234 1234 1234")
    assert number.input_value() == "3782 822463 10005"
    assert shop.result(pay(shop.secret()))["paymentIntent"]["status"] == "succeeded"


def in_payment(page: Page, style: str) -> None:
    """Fill a Payment Element, as public suites do."""
    frame = page.frame_locator("iframe[title='Secure payment input frame']")
    if style == "labels":
        frame.get_by_label("Card number").fill(GOOD)
        frame.get_by_label("Expiration date MM / YY").fill("12 / 34")
        frame.get_by_label("Security code").fill("123")
        frame.get_by_label("Country").select_option("United States")
        frame.get_by_label("ZIP code").fill("94107")
    elif style == "roles":
        frame.get_by_role("textbox", name="Card number").fill(GOOD)
        frame.get_by_role("textbox", name="Expiration date").fill("1234")
        frame.get_by_role("textbox", name="Security code").fill("123")
        frame.get_by_role("combobox", name="Country").select_option("US")
        frame.get_by_role("textbox", name="ZIP code").fill("94107")
    elif style == "placeholders":
        frame.get_by_placeholder("1234 1234 1234 1234").fill(GOOD)
        frame.get_by_placeholder("MM / YY").fill("12/34")
        frame.get_by_placeholder("CVC").fill("123")
        frame.get_by_placeholder("12345").fill("94107")
    else:
        prefix, suffix = {"ids": ("#payment-", "Input"), "names": ("[name=", "]")}[style]
        for name, value in {"number": GOOD, "expiry": "1234", "cvc": "123", "postalCode": "94107"}.items():
            frame.locator(f"{prefix}{name}{suffix}").fill(value)


@pytest.mark.parametrize(
    ("style", "deferred"),
    [("labels", False), ("roles", True), ("placeholders", False), ("ids", True), ("names", False)],
)
def test_a_payment_element_is_filled_in_every_style(shop: Shop, style: str, deferred: bool) -> None:
    """With a client secret, and deferred: submit, then confirm with the secret that the server gives."""
    shop.open(FORM)
    secret = shop.secret()
    group = {"mode": "payment", "amount": 4200, "currency": "usd"} if deferred else {"clientSecret": secret}
    shop.element("payment", group=json.dumps(group))
    in_payment(shop.page, style)
    if deferred:
        assert shop.result("group.submit()") == {"selectedPaymentMethod": "card"}
    assert shop.result(confirm(secret if deferred else ""))["paymentIntent"]["status"] == "succeeded"


# 3-D Secure.

TO_THE_CHALLENGE = [
    ("body > div > iframe", "iframe[name='stripe-challenge-frame']"),
    ("xpath=/html/body/div[1]/iframe", "#challengeFrame"),
    ("xpath=(//iframe[contains(@name,'__privateStripeFrame')])[1]", "iframe[name='stripe-challenge-frame']"),
    ("iframe[src*='three-ds-2-challenge']", "#challengeFrame"),
    ("iframe[src^='https://js.stripe.com/v3/three-ds-2-challenge']", "iframe >> nth=0"),
]


@pytest.mark.parametrize(("outer", "inner"), TO_THE_CHALLENGE)
def test_every_way_to_the_challenge_completes_it(shop: Shop, outer: str, inner: str) -> None:
    """The dialog is body's first child; Complete pays, and the frame goes."""
    shop.open(FORM)
    fill_card(shop.element("card"), ASKED)
    shop.start(pay(shop.secret()))
    challenge = shop.page.frame_locator(outer).frame_locator(inner)
    expect(challenge.get_by_role("heading")).to_have_text("3D Secure 2 Test Page")
    challenge.get_by_role("button", name="Complete").click()
    assert shop.result()["paymentIntent"]["status"] == "succeeded"
    expect(shop.page.locator("iframe[src*='three-ds-2-challenge']")).to_have_count(0)


def test_the_challenge_is_found_by_its_frames_url(shop: Shop) -> None:
    """`frame.url()` has Stripe's address in it, though nothing was loaded from there."""
    shop.open(FORM)
    fill_card(shop.element("card"), ASKED)
    shop.start(pay(shop.secret()))
    shop.dialog().locator("#test-source-authorize-3ds").wait_for()
    found = [frame for frame in shop.page.frames if "js.stripe.com/v3/three-ds-2-challenge" in frame.url]
    assert len(found) == 1
    found[0].child_frames[0].click("#test-source-authorize-3ds")
    assert shop.result()["paymentIntent"]["status"] == "succeeded"


@pytest.mark.parametrize("how", ["Fail", "Cancel", "Escape"])
def test_a_failed_or_closed_challenge_is_an_error_and_can_be_retried(shop: Shop, how: str) -> None:
    """All alike: the intent waits for another card, and the next try with a good one succeeds."""
    shop.open(FORM)
    frame = shop.element("card")
    fill_card(frame, ASKED)
    secret = shop.secret()
    shop.start(pay(secret))
    shop.dialog().get_by_role("button", name="Fail").wait_for()
    if how == "Fail":
        shop.dialog().locator("#test-source-fail-3ds").click()
    elif how == "Cancel":
        shop.page.frame_locator("body > div > iframe").get_by_role("button", name="Cancel").click()
    else:
        shop.page.keyboard.press("Escape")
    error = shop.result()["error"]
    assert ((error["code"], error["message"]), error["type"]) == (FAILED, "invalid_request_error")
    assert error["payment_intent"]["status"] == "requires_payment_method"
    fill_card(frame)
    assert shop.result(pay(secret))["paymentIntent"]["status"] == "succeeded"


def test_a_card_that_is_declined_after_the_challenge_says_so(shop: Shop) -> None:
    """Complete, then insufficient funds."""
    shop.open(FORM)
    fill_card(shop.element("card"), "4000008260003178")
    shop.start(pay(shop.secret()))
    shop.dialog().get_by_role("button", name="Complete").click()
    assert shop.result()["error"]["decline_code"] == "insufficient_funds"


def test_the_dialog_works_by_keyboard(shop: Shop) -> None:
    """Complete has the focus; what had it before has it again afterwards."""
    shop.open(FORM)
    frame = shop.element("card")
    fill_card(frame, ASKED)
    shop.page.locator("button").focus()
    shop.start(pay(shop.secret()))
    expect(shop.dialog().get_by_role("button", name="Complete")).to_be_focused()
    shop.page.keyboard.press("Enter")
    assert shop.result()["paymentIntent"]["status"] == "succeeded"
    expect(shop.page.locator("button")).to_be_focused()


def test_a_reload_during_the_dialog_loses_nothing(shop: Shop) -> None:
    """The intent still waits; `handleNextAction` asks again."""
    shop.open(FORM)
    fill_card(shop.element("card"), ASKED)
    secret = shop.secret()
    shop.start(pay(secret))
    shop.dialog().get_by_role("button", name="Complete").wait_for()
    shop.page.reload()
    shop.page.evaluate("() => { window.stripe = Stripe('pk_test_0123456789'); }")
    assert shop.result(f"stripe.retrievePaymentIntent('{secret}')")["paymentIntent"]["status"] == "requires_action"
    shop.start(f"stripe.handleNextAction({{clientSecret: '{secret}'}})")
    shop.dialog().get_by_role("button", name="Complete").click()
    assert shop.result()["paymentIntent"]["status"] == "succeeded"
    name, message = shop.result(f"stripe.handleCardAction('{secret}')")
    assert (name, "is not in the requires_action state" in message) == ("IntegrationError", True)


def test_actions_that_the_shop_handles_show_no_dialog(shop: Shop) -> None:
    """`handleActions: false` resolves at requires_action; `handleCardAction` goes on."""
    shop.open(FORM)
    fill_card(shop.element("card"), ASKED)
    secret = shop.secret()
    asked = shop.result(pay(secret)[:-1] + ", {handleActions: false})")
    assert asked["paymentIntent"]["next_action"]["type"] == "use_stripe_sdk"
    assert shop.page.locator("body > div > iframe").count() == 0
    shop.start(f"stripe.handleCardAction('{secret}')")
    shop.dialog().get_by_role("button", name="Complete").click()
    assert shop.result()["paymentIntent"]["status"] == "succeeded"


# What goes wrong.


@pytest.mark.parametrize("number", DECLINED)
def test_a_decline_is_stripes_error_and_the_next_card_pays(shop: Shop, number: str) -> None:
    """Code, decline code and message; the same intent takes the next card."""
    shop.open(FORM)
    frame = shop.element("card")
    fill_card(frame, number)
    secret = shop.secret()
    error = shop.result(pay(secret))["error"]
    assert (error["code"], error["decline_code"], error["message"]) == DECLINED[number]
    assert (error["type"], error["payment_intent"]["status"]) == ("card_error", "requires_payment_method")
    frame.locator("[name=cardnumber]").fill(GOOD)
    assert shop.result(pay(secret))["paymentIntent"]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("cardnumber", "", "incomplete_number"),
        ("cardnumber", "4242", "incomplete_number"),
        ("cardnumber", "4242424242424241", "invalid_number"),
        ("exp-date", "1", "incomplete_expiry"),
        ("exp-date", "1220", "invalid_expiry_year_past"),
        ("cvc", "12", "incomplete_cvc"),
        ("postal", "9410", "incomplete_zip"),
    ],
)
def test_what_is_wrong_or_unfinished_makes_no_call(shop: Shop, field: str, value: str, code: str) -> None:
    """The first error resolves, and the container says invalid; Stripe is not asked."""
    shop.open(FORM)
    frame = shop.element("card")
    fill_card(frame)
    frame.locator(f"[name={field}]").fill(value)
    error = shop.result(pay(shop.secret()))["error"]
    assert (error["type"], error["code"]) == ("validation_error", code)
    assert error["message"].endswith(".")
    assert "StripeElement--invalid" in (shop.page.locator("#element").get_attribute("class") or "")
    assert frame.locator(f"[name={field}]").get_attribute("aria-invalid") == "true"
    assert shop.calls == []


def test_the_payment_element_shows_what_is_wrong_below_the_field(shop: Shop) -> None:
    """`elements.submit()` checks every field; messages are where suites look, and go when it is mended."""
    shop.open(FORM)
    frame = shop.element("payment", group='{"mode": "payment", "amount": 100, "currency": "usd"}')
    assert shop.result("group.submit()")["error"]["code"] == "incomplete_number"
    expect(frame.locator("#Field-numberError")).to_have_text("Your card number is incomplete.")
    assert frame.locator("p.p-FieldError.Error:visible").count() == 4
    fill_payment(frame)
    expect(frame.locator("p.p-FieldError:visible")).to_have_count(0)


def test_the_server_gone_in_the_middle_is_a_connection_error(shop: Shop) -> None:
    """Before the confirmation, and during the dialog; afterwards the same page pays."""
    shop.open(FORM)
    frame = shop.element("card")
    fill_card(frame)
    secret = shop.secret()
    shop.context.route("**/v1/**", lambda route: route.abort())
    assert shop.result(pay(secret))["error"]["type"] == "api_connection_error"
    shop.context.unroute("**/v1/**")
    fill_card(frame, ASKED)
    shop.start(pay(secret))
    shop.dialog().get_by_role("button", name="Complete").wait_for()
    shop.context.route("**/v1/**", lambda route: route.abort())
    shop.dialog().get_by_role("button", name="Complete").click()
    assert shop.result()["error"]["type"] == "api_connection_error"
    shop.context.unroute("**/v1/**")
    shop.start(f"stripe.handleNextAction({{clientSecret: '{secret}'}})")
    shop.dialog().get_by_role("button", name="Complete").click()
    assert shop.result()["paymentIntent"]["status"] == "succeeded"


def test_an_answer_that_is_not_json_is_a_connection_error(shop: Shop) -> None:
    """Whatever stands in front of the server may answer with a page."""
    shop.open(FORM)
    fill_card(shop.element("card"))
    secret = shop.secret()
    shop.context.route("**/v1/**", lambda route: route.fulfill(status=502, body="<html>bad gateway</html>"))
    assert shop.result(pay(secret))["error"]["type"] == "api_connection_error"


def test_two_tabs_pay_at_once_and_one_of_them_is_told(shop: Shop, browser: Browser) -> None:
    """Both open the same payment: one succeeds, the other learns that it has."""
    secret = shop.secret()
    with shop_in(browser, shop.server) as other:
        for one in (shop, other):
            one.open(FORM)
            fill_card(one.element("card"))
            one.start(pay(secret))
        results = [shop.result(), other.result()]
    assert sum("paymentIntent" in result for result in results) == 1
    assert [r["error"]["code"] for r in results if "error" in r] == ["payment_intent_unexpected_state"]


def test_an_api_that_refuses_to_ask_the_cardholder_is_a_402(shop: Shop) -> None:
    """`error_on_requires_action` is the server's: the page reads the problem, and no dialog is shown."""
    page = shop.open(FORM)
    seen = page.evaluate(
        """async (url) => {
          const sent = {amount: 4200, currency: 'usd', payment_method: 3184, error_on_requires_action: true};
          const answer = await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(sent)});
          return [answer.status, (await answer.json()).error_code];
        }""",
        f"{shop.server}/api/payment/intent",
    )
    assert seen == [402, "authentication-required"]
    assert page.locator("iframe").count() == 0


# Saving, tokens, and where a browser goes.


def test_cards_are_saved_and_payment_methods_and_tokens_made(shop: Shop) -> None:
    """`confirmCardSetup`, `createPaymentMethod` in its forms, `createToken`, and a payment with an id."""
    shop.open(FORM)
    fill_card(shop.element("card"))
    setup = shop.stripe("setup_intents", "payment_method_types[]=card")["client_secret"]
    done = shop.result(
        f"stripe.confirmCardSetup('{setup}', {{payment_method: {{card: element, billing_details: {{name: 'Ann'}}}}}})"
    )
    assert done["setupIntent"]["status"] == "succeeded"
    assert shop.result(f"stripe.retrieveSetupIntent('{setup}')")["setupIntent"]["id"] == done["setupIntent"]["id"]
    for call in (
        "stripe.createPaymentMethod({type: 'card', card: element, billing_details: {email: 'a@b.co'}})",
        "stripe.createPaymentMethod({element, params: {billing_details: {email: 'a@b.co'}}})",
        "stripe.createPaymentMethod('card', element, {billing_details: {email: 'a@b.co'}})",
    ):
        method = shop.result(call)["paymentMethod"]
        assert (method["card"]["last4"], method["billing_details"]["email"]) == ("4242", "a@b.co")
        assert method["billing_details"]["address"]["postal_code"] == "94107"
    token = shop.result("stripe.createToken(element, {name: 'Ann'})")["token"]
    assert (token["object"], token["card"]["name"], token["card"]["address_zip"]) == ("token", "Ann", "94107")
    with_token = shop.result(f"stripe.createPaymentMethod({{type: 'card', card: {{token: '{token['id']}'}}}})")
    secret = shop.secret()
    paid = shop.result(
        f"stripe.confirmCardPayment('{secret}', {{payment_method: '{with_token['paymentMethod']['id']}', return_url: '{BACK}'}})"
    )
    assert paid["paymentIntent"]["status"] == "succeeded"


def test_a_payment_element_saves_makes_methods_and_tokens(shop: Shop) -> None:
    """`confirmSetup`, `createPaymentMethod({elements})` and `createConfirmationToken`, deferred."""
    shop.open(FORM)
    setup = shop.stripe("setup_intents", "payment_method_types[]=card")["client_secret"]
    fill_payment(shop.element("payment", group=json.dumps({"clientSecret": setup})))
    done = shop.result("stripe.confirmSetup({elements: group, redirect: 'if_required'})")
    assert done["setupIntent"]["status"] == "succeeded"
    shop.page.evaluate("() => element.destroy()")
    manual = {"mode": "payment", "amount": 100, "currency": "usd", "paymentMethodCreation": "manual"}
    fill_payment(shop.element("payment", group=json.dumps(manual)))
    assert "submit() must be called" in shop.result("stripe.createPaymentMethod({elements: group})")[1]
    shop.result("group.submit()")
    method = shop.result("stripe.createPaymentMethod({elements: group, params: {billing_details: {name: 'Ann'}}})")
    billing = method["paymentMethod"]["billing_details"]
    assert (billing["name"], billing["address"]["country"]) == ("Ann", "US")
    token = shop.result(f"stripe.createConfirmationToken({{elements: group, params: {{return_url: '{BACK}'}}}})")
    assert token["confirmationToken"]["id"].startswith("ctoken_")


def test_confirm_payment_leaves_for_the_return_url(shop: Shop) -> None:
    """With Stripe's query, after what the URL has; a shop without a script finds the intent there."""
    shop.open(FORM)
    secret = shop.secret()
    fill_payment(shop.element("payment", group=json.dumps({"clientSecret": secret})))
    shop.start(f"stripe.confirmPayment({{elements: group, confirmParams: {{return_url: '{BACK}?order=7'}}}})")
    shop.page.wait_for_url("**/back?**")
    intent = secret.partition("_secret_")[0]
    query = f"?order=7&payment_intent={intent}&payment_intent_client_secret={secret}&redirect_status=succeeded"
    assert shop.page.url == BACK + query


def test_the_page_that_asks_works_without_any_script(browser: Browser, server_url: str) -> None:
    """`redirect_to_url`: the page at our own host, with scripts turned off, leads back to the shop."""
    with shop_in(browser, server_url, java_script_enabled=False) as shop:
        shop.open("<h1>Back</h1>", script="", path="/back")
        form = "amount=100&currency=usd&payment_method_types[]=card&confirm=true&payment_method=pm_card_threeDSecure2Required"
        made = shop.stripe("payment_intents", f"{form}&return_url={BACK}")
        url = made["next_action"]["redirect_to_url"]["url"].replace("localhost", "127.0.0.1")
        shop.page.goto(url)
        expect(shop.page.get_by_role("heading")).to_have_text("3D Secure 2 Test Page")
        shop.page.get_by_role("button", name="Complete").click()
        shop.page.wait_for_url("**/back?**")
        assert "redirect_status=succeeded" in shop.page.url


@pytest.mark.parametrize("stripes", [True, False], ids=["as js.stripe.com", "from our address"])
def test_a_shops_own_policy_is_kept(shop: Shop, stripes: bool) -> None:
    """Under the policy that Stripe documents, with both hosts intercepted, and under one that names our server."""
    allowed = "https://js.stripe.com https://api.stripe.com" if stripes else shop.server
    page = shop.open(
        FORM,
        script=STRIPES if stripes else None,
        policy=f"default-src 'self'; script-src {allowed}; connect-src {allowed}; frame-src https://js.stripe.com https://hooks.stripe.com; "
        "style-src 'self'",
    )
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    fill_card(shop.element("card", '{"style": {"base": {"color": "rgb(1, 2, 3)"}}}'), ASKED)
    shop.start(pay(shop.secret()))
    shop.dialog().get_by_role("button", name="Complete").click()
    assert shop.result()["paymentIntent"]["status"] == "succeeded"
    assert len([text for text in refused if "connect" not in text.lower()]) == 0, refused


def test_suites_that_await_stripes_own_calls_see_them(shop: Shop) -> None:
    """With `?api=stripe` the calls go to api.stripe.com, and the same interception sends them to the door."""
    shop.open(FORM, script=f"{STRIPES}?api=stripe")
    fill_card(shop.element("card"))
    with shop.page.expect_response("https://api.stripe.com/v1/payment_intents/*/confirm") as confirmed:
        assert shop.result(pay(shop.secret()))["paymentIntent"]["status"] == "succeeded"
    sent = confirmed.value.request.post_data or ""
    assert "key=pk_test_0123456789" in sent
    assert "use_stripe_sdk=true" in sent
