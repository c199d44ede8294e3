"""How much of what Stripe takes: metadata, statement descriptors, and the details of a card."""

from typing import Any
from uuid import uuid4

import pytest

from tests.unit.stripe_calls import ANN, INTENTS, NOW, SUBSCRIPTION, Answered, call, create, simulator

METHODS = "/v1/payment_methods"
CARD = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2030}
EVERY = {
    "an intent": lambda stripe: f"{INTENTS}/{create(stripe).document['id']}",
    "a customer": lambda _stripe: f"/v1/customers/{ANN}",
    "a subscription": lambda _stripe: f"/v1/subscriptions/{SUBSCRIPTION}",
}
"""Objects whose metadata is changed, each by its path."""


def refused(answer: Answered) -> tuple[int, Any, Any]:
    """What a refusal is known by."""
    return answer.status, answer.error.get("code"), answer.error.get("param")


@pytest.mark.parametrize("path_of", EVERY.values(), ids=EVERY)
def test_n1_metadata_has_bounds(path_of: Any) -> None:
    """The longest key and value are kept; one more character is refused with both lengths and what was sent."""
    stripe = simulator()
    path = path_of(stripe)
    key, value = "k" * 40, "v" * 500
    assert call(stripe, "POST", path, {f"metadata[{key}]": value}).document["metadata"][key] == value
    long_key = call(stripe, "POST", path, {f"metadata[{key}k]": "v"})
    long_value = call(stripe, "POST", path, {"metadata[k]": value + "v"})
    assert refused(long_key) == refused(long_value) == (400, None, None)
    assert long_key.error["message"] == (
        "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. Invalid key: "
        f"{key}k"
    )
    assert long_value.error["message"] == (
        "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters. Invalid "
        f"value: {value}v"
    )


@pytest.mark.parametrize("path_of", EVERY.values(), ids=EVERY)
def test_n2_metadata_has_fifty_keys_whenever_they_came(path_of: Any) -> None:
    """The fiftieth is kept, the next one refused although it comes alone, and taken once another is unset."""
    stripe = simulator()
    path = path_of(stripe)
    fifty = {f"metadata[{n}]": "v" for n in range(50)}
    assert len(call(stripe, "POST", path, fifty).document["metadata"]) == 50
    more = call(stripe, "POST", path, {"metadata[more]": "v"})
    assert more.status == 400
    assert more.error["message"] == (
        "Metadata can have up to 50 keys, but you've set 51. Email us at support+metadata@stripe.com for more "
        "information."
    )
    assert len(call(stripe, "GET", path).document["metadata"]) == 50
    assert call(stripe, "POST", path, {"metadata[more]": "v", "metadata[0]": ""}).status == 200


def test_n2_metadata_of_a_new_object_has_fifty_keys() -> None:
    """The same at creation."""
    assert create(simulator(), **{f"metadata[{n}]": "v" for n in range(51)}).status == 400


@pytest.mark.parametrize("metadata", [{f"metadata[{'k' * 41}]": "v"}, {"metadata[k]": "v" * 501}], ids=["key", "value"])
def test_n1_metadata_of_a_new_object_has_bounds(metadata: dict[str, str]) -> None:
    """The same at creation; nothing is made."""
    stripe = simulator()
    answer = create(stripe, **metadata)
    assert refused(answer) == (400, None, None)
    assert answer.error["message"].startswith("Metadata ")
    assert call(stripe, "GET", INTENTS).document["data"] == []


@pytest.mark.parametrize("types", [{}, {"payment_method_types[]": None}], ids=["for cards", "automatic methods"])
def test_n3_a_whole_descriptor_is_not_for_cards(types: dict[str, None]) -> None:
    """Refused at create, update and capture in Stripe's words; an empty one, which unsets it, is taken."""
    stripe = simulator()
    form = {"statement_descriptor": "YARD"}
    back = {"return_url": "https://shop.example"} if types else {}
    paid = create(stripe, **types, **back, capture_method="manual", confirm="true", payment_method="pm_card_visa")
    path = f"{INTENTS}/{create(stripe, **types).document['id']}"
    answers = [
        create(stripe, **types, **form),
        call(stripe, "POST", path, form),
        call(stripe, "POST", f"{INTENTS}/{paid.document['id']}/capture", form),
    ]
    for answer in answers:
        assert answer.status == 400
        assert answer.error["message"].startswith(
            "The statement_descriptor parameter is not supported for the payment_method_type `card`. To continue"
        )
    assert call(stripe, "GET", path).document["statement_descriptor"] is None
    assert call(stripe, "POST", path, {"statement_descriptor": ""}).status == 200


@pytest.mark.parametrize("name", ["statement_descriptor", "statement_descriptor_suffix"])
@pytest.mark.parametrize("bad", ["x" * 23, "12345", *(f"YARD{sign}" for sign in "<>\\'\"*")])
def test_n4_what_a_statement_can_show(name: str, bad: str) -> None:
    """Texts that are too long, without a letter, or with one of six signs are refused at their parameter."""
    assert refused(create(simulator(), **{name: bad}))[::2] == (400, name)


def test_n4_a_long_descriptor_is_told_with_its_length() -> None:
    """The sentence is Stripe's; the longest suffix is kept, and an empty one unsets it."""
    stripe = simulator()
    long = create(stripe, statement_descriptor="NOODLEFINGERS.WPCOMSTAGING.COM")
    assert long.error["message"] == (
        "The statement descriptor must be at most 22 characters. NOODLEFINGERS.WPCOMSTAGING.COM is 30 characters long."
    )
    made = create(stripe, statement_descriptor_suffix="A" * 22).document
    assert made["statement_descriptor_suffix"] == "A" * 22
    path = f"{INTENTS}/{made['id']}"
    cleared = call(stripe, "POST", path, {"statement_descriptor_suffix": ""}).document
    assert cleared["statement_descriptor_suffix"] is None


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"card[exp_month]": None}, (400, "parameter_missing", "card[exp_month]")),
        ({"card[exp_year]": None}, (400, "parameter_missing", "card[exp_year]")),
        ({"card[exp_month]": 0}, (402, "invalid_expiry_month", "exp_month")),
        ({"card[exp_month]": 13}, (402, "invalid_expiry_month", "exp_month")),
        ({"card[exp_month]": 0, "card[exp_year]": 2027}, (402, "invalid_expiry_month", "exp_month")),
        ({"card[exp_year]": 2026}, (402, "invalid_expiry_year", "exp_year")),
        ({"card[exp_year]": 2078}, (402, "invalid_expiry_year", "exp_year")),
        ({"card[exp_year]": 99}, (402, "invalid_expiry_year", "exp_year")),
        ({"card[exp_year]": -1}, (402, "invalid_expiry_year", "exp_year")),
        ({"card[exp_year]": 20300}, (402, "invalid_expiry_year", "exp_year")),
    ],
)
@pytest.mark.parametrize("path", [METHODS, "/v1/tokens"])
def test_n5_when_a_card_expires(path: str, details: dict[str, Any], expected: tuple[int, str, str]) -> None:
    """It is January 2027 here: what is missing, no month, over, or too far away is refused at its parameter."""
    whole = CARD | details
    form = {name: value for name, value in whole.items() if value is not None and (path == METHODS or name != "type")}
    assert refused(call(simulator(now=NOW), "POST", path, form)) == expected


@pytest.mark.parametrize(("year", "shown"), [(2027, 2027), (2077, 2077), (30, 2030), ("30", 2030)])
def test_n5_a_year_of_two_digits_is_of_this_century(year: Any, shown: int) -> None:
    """The nearest and the farthest year are taken, and two digits are a year too."""
    made = call(simulator(), "POST", METHODS, CARD | {"card[exp_year]": year}).document
    assert made["card"]["exp_year"] == shown


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"card[cvc]": "12"}, (402, "invalid_cvc", "cvc")),
        ({"card[cvc]": "1234"}, (402, "invalid_cvc", "cvc")),
        ({"card[cvc]": "12x"}, (402, "invalid_cvc", "cvc")),
        ({"card[number]": "378282246310005", "card[cvc]": "12345"}, (402, "invalid_cvc", "cvc")),
        ({"card[number]": "4242424242424243"}, (402, "incorrect_number", "number")),
        ({"card[number]": "4242 4242 4242 424x"}, (402, "invalid_number", "number")),
        ({"card[number]": "4012888888881880"}, (402, "incorrect_number", "number")),
        ({"card[number]": "4024007134364842"}, (402, "card_declined", None)),
    ],
)
def test_n6_numbers_and_codes_of_cards(details: dict[str, Any], expected: tuple[int, str, str | None]) -> None:
    """A code of another length, a number that has no check digit, and a good number that is no test card."""
    assert refused(call(simulator(), "POST", METHODS, CARD | details)) == expected


@pytest.mark.parametrize(
    "details", [{"card[cvc]": "123"}, {"card[number]": "378282246310005", "card[cvc]": "1234"}, {}]
)
def test_n6_good_codes_are_taken(details: dict[str, Any]) -> None:
    """Three digits, four on a card of American Express, or none."""
    assert call(simulator(), "POST", METHODS, CARD | details).status == 200


@pytest.mark.parametrize(
    ("data", "param"),
    [
        ({"type": "card"}, "payment_method_data[card]"),
        ({"card[number]": "4242424242424242"}, "payment_method_data[type]"),
        ({"type": "card", "card[exp_month]": "1"}, "payment_method_data[card][number]"),
        (CARD | {"card[exp_month]": "x"}, "payment_method_data[card][exp_month]"),
        (CARD | {"billing_details[address][city]": "x" * 5_001}, "payment_method_data[billing_details][address][city]"),
        (CARD | {"billing_details[email]": "x"}, "payment_method_data[billing_details][email]"),
    ],
)
def test_a_parameter_within_another_is_named_with_it(data: dict[str, str], param: str) -> None:
    """What is wrong in `payment_method_data` is told with that name in front."""
    form = {f"payment_method_data[{name.replace('[', '][', 1) + ']' * ('[' not in name)}": data[name] for name in data}
    assert refused(create(simulator(), **form))[::2] == (400, param)


@pytest.mark.parametrize(
    ("method", "path", "form", "param"),
    [
        ("POST", INTENTS, {"automatic_payment_methods[allow_redirects]": "always"},
         "automatic_payment_methods[enabled]"),
        ("POST", INTENTS, {"automatic_payment_methods[enabled]": "x"}, "automatic_payment_methods[enabled]"),
        ("POST", INTENTS, {"shipping[name]": "Ann"}, "shipping[address]"),
        ("POST", METHODS, CARD | {"card[exp_year]": "x"}, "card[exp_year]"),
        ("POST", f"/v1/customers/{ANN}", {"invoice_settings[default_payment_method][]": "x"},
         "invoice_settings[default_payment_method]"),
        ("GET", INTENTS, {"created[gte]": "x"}, "created[gte]"),
    ],
)  # fmt: skip
def test_a_part_of_a_parameter_is_named_with_it(method: str, path: str, form: dict[str, str], param: str) -> None:
    """Wherever parameters have parts, the refusal names the whole way to the wrong one."""
    money = {"amount": 1000, "currency": "usd"} if (method, path) == ("POST", INTENTS) else {}
    assert refused(call(simulator(), method, path, money | form))[::2] == (400, param)


LENGTHS = {
    "customers": {"email": 512, "name": 256, "phone": 20, "description": 5000},
    "payment_intents": {"description": 1000, "statement_descriptor_suffix": 22},
    "products": {"statement_descriptor": 22, "unit_label": 12},
    "subscriptions": {"description": 500},
}
MADE: dict[str, dict[str, Any]] = {
    "customers": {},
    "payment_intents": {"amount": 1000, "currency": "usd"},
    "products": {"name": "x"},
    "subscriptions": {"customer": ANN, "items[0][price]": "price_TollbridgeYardMonthly01"},
}


@pytest.mark.parametrize(("resource", "name"), [(kind, name) for kind, names in LENGTHS.items() for name in names])
def test_n7_a_text_has_its_length_whenever_it_comes(resource: str, name: str) -> None:
    """The longest is taken and one character more refused, on update as on create, by the same sentence."""
    most, end, said = LENGTHS[resource][name], "@b.co" if name == "email" else "", set()
    for length, status in ((most, 200), (most + 1, 400)):
        unique = ("a" + uuid4().hex * 200)[: length - len(end) - 1]  # keys that are looked up by are one object's
        stripe = simulator()
        made = call(stripe, "POST", f"/v1/{resource}", MADE[resource]).document["id"]
        updated = call(stripe, "POST", f"/v1/{resource}/{made}", {name: f"u{unique}{end}"})
        created = call(stripe, "POST", f"/v1/{resource}", MADE[resource] | {name: f"c{unique}{end}"})
        assert (created.status, updated.status) == (status, status), created.document
        if status == 400:
            said = {
                refusal.error["message"].replace(f"{mark}{unique}"[:10], "…")
                for mark, refusal in (("c", created), ("u", updated))
            }
            assert created.error["param"] == updated.error["param"] == name
    assert len(said) == 1


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [(None, "TOLLBRIDGE"), ("5K RACE", "TOLLBRIDGE* 5K RACE"), ("A" * 22, "TOLLBRIDGE* AAAAAAAAAA")],
)
def test_n8_a_charge_shows_what_a_statement_says(suffix: str | None, shown: str) -> None:
    """The account's prefix, and the suffix of the intent, or of the capture, within 22 characters."""
    stripe = simulator()
    paid = create(stripe, confirm="true", payment_method="pm_card_visa", statement_descriptor_suffix=suffix).document
    charge = call(stripe, "GET", f"/v1/charges/{paid['latest_charge']}").document
    assert (charge["statement_descriptor_suffix"], charge["calculated_statement_descriptor"]) == (suffix, shown)
    held = create(stripe, confirm="true", payment_method="pm_card_visa", capture_method="manual").document
    form = {"statement_descriptor_suffix": suffix} if suffix else {}
    call(stripe, "POST", f"{INTENTS}/{held['id']}/capture", form)
    charge = call(stripe, "GET", f"/v1/charges/{held['latest_charge']}").document
    assert (charge["statement_descriptor_suffix"], charge["calculated_statement_descriptor"]) == (suffix, shown)
