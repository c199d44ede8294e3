"""Violations: their sentences, places, rules and order."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbridge.contract import Contract, SchemaCheck, load_contract, pointer, shown_pointer
from tollbridge.contract.dialect import OPENAPI_31
from tollbridge.contract.wording import WORDS
from tollbridge.documents import printable

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = load_contract(ROOT / "openapi.yaml")
GOOD = {"amount": 4200, "currency": "usd"}
INT64 = 2**63
NOT_INTEGER = "send an integer, digits only."
LISTED = "one of the contract's 139 values: aed, afn, all, amd, ang, aoa, ars, aud, awg, azn, bam, bbd, …."
HINT = (
    "confirm is not a member of this API, though the page's texts mention it. To have the card charged on the server "
    "send error_on_requires_action: true; otherwise leave it out, and confirm in the browser with the client_secret."
)
FORM = "another form; send an e-mail address such as yard@example.com."
Told = list[tuple[str | None, str | None, str]]


def body_of(contract: Contract) -> SchemaCheck:
    """Return the schema of the one operation's body."""
    body = contract.operations[0].body
    assert body is not None
    return body


BODY = body_of(CONTRACT)


def told(check: SchemaCheck, instance: object) -> Told:
    """Return place, rule and sentence of each violation."""
    return [(violation.pointer, violation.rule, violation.detail) for violation in check.violations(instance)]


def places(instance: object) -> list[str | None]:
    """Return the places that a body's violations blame, in their order."""
    return [violation.pointer for violation in BODY.violations(instance)]


ONE_FAULT: list[tuple[str, object, tuple[str, str | None, str]]] = [
    ("no object: null", None, ("#", "body.object", "The body is null; send a JSON object.")),
    ("no object: a list", [], ("#", "body.object", "The body is a list; send a JSON object.")),
    ("no object: text", "pay", ("#", "body.object", "The body is text of 3 characters; send a JSON object.")),
    ("no object: true", True, ("#", "body.object", "The body is true; send a JSON object.")),
    ("no object: 5", 5, ("#", "body.object", "The body is 5; send a JSON object.")),
    (
        "no object: 5.5",
        5.5,
        ("#", "body.object", "The body is a number with a fraction or an exponent; send a JSON object."),
    ),
    ("no amount", {"currency": "usd"}, ("#/amount", "body.required", f"amount is missing; {NOT_INTEGER}")),
    ("no currency", {"amount": 50}, ("#/currency", "body.required", f"currency is missing; send {LISTED}")),
    ("amount null", {**GOOD, "amount": None}, ("#/amount", "amount.positive", f"amount is null; {NOT_INTEGER}")),
    ("amount true", {**GOOD, "amount": True}, ("#/amount", "amount.positive", f"amount is true; {NOT_INTEGER}")),
    (
        "amount in text",
        {**GOOD, "amount": "9"},
        ("#/amount", "amount.positive", f"amount is text of 1 character; {NOT_INTEGER}"),
    ),
    (
        "amount with a fraction",
        {**GOOD, "amount": 4200.5},
        ("#/amount", "amount.positive", f"amount is a number with a fraction or an exponent; {NOT_INTEGER}"),
    ),
    (
        "amount with a fraction of nothing",
        {**GOOD, "amount": 4200.0},
        ("#/amount", "amount.positive", f"amount is a number with a fraction or an exponent; {NOT_INTEGER}"),
    ),
    (
        "amount an object",
        {**GOOD, "amount": {}},
        ("#/amount", "amount.positive", f"amount is an object; {NOT_INTEGER}"),
    ),
    (
        "below the currency's minimum",
        {**GOOD, "amount": 49},
        ("#/amount", "amount.minimum", "amount is 49; the minimum for usd is 50. Send at least 50."),
    ),
    (
        "zero",
        {**GOOD, "amount": 0},
        ("#/amount", "amount.minimum", "amount is 0; the minimum for usd is 50. Send at least 50."),
    ),
    (
        "below one, in a currency that has no other minimum",
        {"amount": -5, "currency": "afn"},
        ("#/amount", "amount.minimum", "amount is -5; the minimum for afn is 1. Send at least 1."),
    ),
    (
        "nine digits",
        {**GOOD, "amount": 100000000},
        ("#/amount", "amount.digits", "amount is 100000000; the maximum for usd is 99999999. Send at most 99999999."),
    ),
    (
        "off the step",
        {"amount": 6150, "currency": "isk"},
        ("#/amount", "amount.step", "amount is 6150; it has to be a multiple of 100 for isk. Send 6100 or 6200."),
    ),
    (
        "off the last step",
        {"amount": 99999999, "currency": "isk"},
        ("#/amount", "amount.step", "amount is 99999999; it has to be a multiple of 100 for isk. Send 99999900."),
    ),
    (
        "25 digits",
        {**GOOD, "amount": -(10**24)},
        (
            "#/amount",
            "amount.minimum",
            "amount is an integer of 25 digits; the minimum for usd is 50. Send at least 50.",
        ),
    ),
    ("capitals", {**GOOD, "currency": "USD"}, ("#/currency", "currency.supported", "currency is 'USD'; send 'usd'.")),
    ("blanks", {**GOOD, "currency": " eur "}, ("#/currency", "currency.supported", "currency is ' eur '; send 'eur'.")),
    (
        "no currency of Stripe's",
        {**GOOD, "currency": "string"},
        ("#/currency", "currency.supported", f"currency is 'string'; send {LISTED}"),
    ),
    (
        "long text as currency",
        {**GOOD, "currency": "4242424242424242"},
        ("#/currency", "currency.supported", f"currency is text of 16 characters; send {LISTED}"),
    ),
    (
        "control characters as currency",
        {**GOOD, "currency": "\x1b[31m\u202e"},
        ("#/currency", "currency.supported", rf"currency is '\x1b[31m\u202e'; send {LISTED}"),
    ),
    ("currency null", {**GOOD, "currency": None}, ("#/currency", "currency.supported", "currency is null; send text.")),
    ("currency 840", {**GOOD, "currency": 840}, ("#/currency", "currency.supported", "currency is 840; send text.")),
    (
        "empty description",
        {**GOOD, "description": ""},
        ("#/description", "description.length", "description has 0 characters; the least is 1."),
    ),
    (
        "long description",
        {**GOOD, "description": "é" * 1001},
        ("#/description", "description.length", "description has 1001 characters; the most is 1000."),
    ),
    (
        "description with NUL",
        {**GOOD, "description": "a\0b"},
        (
            "#/description",
            "description.nul",
            "description is text of 3 characters of another form; send text without NUL.",
        ),
    ),
    (
        "description null",
        {**GOOD, "description": None},
        ("#/description", "description.text", "description is null; send text."),
    ),
    (
        "receipt_email no address",
        {**GOOD, "receipt_email": "string"},
        ("#/receipt_email", "email.address", f"receipt_email is text of 6 characters of {FORM}"),
    ),
    (
        "receipt_email long",
        {**GOOD, "receipt_email": "a" * 243 + "@example.com"},
        ("#/receipt_email", "email.address", "receipt_email has 255 characters; the most is 254."),
    ),
    (
        "receipt_email a list",
        {**GOOD, "receipt_email": ["yard@example.com"]},
        ("#/receipt_email", "email.address", "receipt_email is a list; send text."),
    ),
    (
        "flag in text",
        {**GOOD, "error_on_requires_action": "true"},
        (
            "#/error_on_requires_action",
            "confirm.absent",
            "error_on_requires_action is text of 4 characters; send true or false.",
        ),
    ),
    (
        "Stripe's id",
        {**GOOD, "payment_method": "pm_card_visa"},
        ("#/payment_method", "method.id", f"payment_method is text of 12 characters; {NOT_INTEGER}"),
    ),
    (
        "method 0",
        {**GOOD, "payment_method": 0},
        ("#/payment_method", "method.id", "payment_method is 0; the minimum is 1. Send at least 1."),
    ),
    (
        "method above int64",
        {**GOOD, "payment_method": INT64},
        (
            "#/payment_method",
            None,
            f"payment_method is {INT64}; the maximum is {INT64 - 1}. Send at most {INT64 - 1}.",
        ),
    ),
    ("confirm", {**GOOD, "confirm": True}, ("#/confirm", "body.members", HINT)),
    (
        "unknown member",
        {**GOOD, "foo": 1},
        ("#/foo", "body.members", "foo is not a member that the contract has; leave it out."),
    ),
]


@pytest.mark.parametrize(("instance", "violation"), [row[1:] for row in ONE_FAULT], ids=[row[0] for row in ONE_FAULT])
def test_one_fault_is_told_once(instance: object, violation: tuple[str, str | None, str]) -> None:
    """A body with one fault gets one violation, with this place, rule and sentence."""
    assert not BODY.is_valid(instance)
    assert told(BODY, instance) == [violation]


OTHER_SCHEMAS: list[tuple[str, dict[str, Any], object, Told]] = [
    (
        "several types",
        {"type": "integer", "nullable": True},
        "x",
        [("#", None, f"The body is text of 1 character; {NOT_INTEGER[:-1]} or null.")],
    ),
    ("number", {"type": "number"}, "x", [("#", None, "The body is text of 1 character; send a number.")]),
    ("list", {"type": "array"}, {}, [("#", None, "The body is an object; send a list.")]),
    (
        "a fraction below a minimum",
        {"type": "number", "minimum": 1},
        0.5,
        [("#", None, "The body is a number with a fraction or an exponent; the minimum is 1. Send at least 1.")],
    ),
    (
        "a fraction off a step",
        {"type": "number", "multipleOf": 2},
        0.5,
        [("#", None, "The body is a number with a fraction or an exponent; it has to be a multiple of 2.")],
    ),
    (
        "few values",
        {"enum": ["a", "b"]},
        "c",
        [("#", None, "The body is 'c'; send one of the contract's 2 values: a, b.")],
    ),
    (
        "a pattern without words of its own",
        {"type": "string", "pattern": "^a$"},
        "b",
        [("#", None, "The body is text of 1 character of another form; send text that matches ^a$.")],
    ),
    (
        "a missing member that the schema does not describe",
        {"type": "object", "required": ["a"]},
        {},
        [("#/a", None, "a is missing; send it.")],
    ),
    (
        "a keyword without words",
        {"type": "array", "minItems": 1},
        [],
        [("#", None, "The body breaks the contract's minItems.")],
    ),
    (
        "a place within lists and objects",
        {"properties": {"a": {"items": {"properties": {"b": {"type": "boolean"}}}}}},
        {"a": [{}, {"b": 1}]},
        [("#/a/1/b", None, "a.1.b is 1; send true or false.")],
    ),
    (
        "a branch's keyword beside words that stand around the branches",
        {
            "required": ["kind"],
            "properties": {"kind": {"enum": ["a", "b"]}, "code": {"x-form": "four digits"}},
            "anyOf": [
                {"properties": {"kind": {"enum": ["a"]}, "code": {"pattern": "^[0-9]{4}$"}}},
                {"properties": {"kind": {"enum": ["b"]}}},
            ],
        },
        {"kind": "a", "code": "12345"},
        [("#/code", None, "code is text of 5 characters of another form; send four digits.")],
    ),
    (
        "alternatives that nothing tells apart",
        {"anyOf": [{"required": ["pointer"]}, {"required": ["header"]}]},
        {},
        [("#", None, "The body breaks the contract's anyOf.")],
    ),
]


@pytest.mark.parametrize(("schema", "instance", "violations"), [row[1:] for row in OTHER_SCHEMAS], ids=lambda _: "")
def test_what_the_contract_does_not_use_has_a_sentence_too(
    schema: dict[str, Any], instance: object, violations: Told
) -> None:
    """Another contract's schemas are told in the same words; a keyword without words is named."""
    assert told(SchemaCheck(schema), instance) == violations


def test_every_keyword_that_has_words_is_in_the_tables() -> None:
    """Without a keyword's words, some sentence of the tables would be the one that only names the keyword."""
    sentences = " ".join(row[2][2] for row in ONE_FAULT)
    assert "breaks the contract's" not in sentences
    signs = {
        "type": "; send a JSON object.",
        "minimum": "Send at least",
        "maximum": "Send at most",
        "multipleOf": "has to be a multiple of",
        "enum": "one of the contract's 139 values",
        "required": "is missing",
        "additionalProperties": "leave it out",
        "minLength": "the least is",
        "maxLength": "the most is",
        "pattern": "of another form",
    }
    assert signs.keys() == WORDS.keys()
    assert [keyword for keyword, sign in signs.items() if sign not in sentences] == []


def test_all_faults_are_told_in_the_contracts_order_with_unknown_members_last() -> None:
    """The order of the request's members plays no part."""
    instance = {
        "zzz": 1,
        "receipt_email": "é" * 300,
        "payment_method": "pm_1",
        "aaa": 2,
        "error_on_requires_action": None,
        "description": "\0" * 1001,
        "currency": "isk",
        "amount": 42,
    }
    assert [(violation.pointer, violation.rule) for violation in BODY.violations(instance)] == [
        ("#/amount", "amount.minimum"),
        ("#/amount", "amount.step"),
        ("#/description", "description.length"),
        ("#/description", "description.nul"),
        ("#/error_on_requires_action", "confirm.absent"),
        ("#/payment_method", "method.id"),
        ("#/receipt_email", "email.address"),
        ("#/receipt_email", "email.address"),
        ("#/zzz", "body.members"),
        ("#/aaa", "body.members"),
    ]


def test_an_empty_body_lacks_both_required_members() -> None:
    """The missing members themselves are blamed, amount first."""
    assert places({}) == ["#/amount", "#/currency"]


CURRENCIES_THAT_CHOOSE_NOTHING: list[object] = ["USD", "string", "", None, 1, True, 1.5, ["usd"], {"usd": 1}]


@pytest.mark.parametrize("currency", CURRENCIES_THAT_CHOOSE_NOTHING, ids=repr)
@pytest.mark.parametrize("amount", [1, 42, 6150, 99999999])
def test_a_bad_currency_adds_nothing_about_the_amount(currency: object, amount: int) -> None:
    """Without a branch the amount is judged against 1 to 99999999 only."""
    assert places({"amount": amount, "currency": currency}) == ["#/currency"]


@pytest.mark.parametrize("currency", [*CURRENCIES_THAT_CHOOSE_NOTHING, "missing"], ids=repr)
@pytest.mark.parametrize(("amount", "bound"), [(0, "the minimum is 1."), (100000000, "the maximum is 99999999.")])
def test_the_outer_bounds_hold_whatever_the_currency(currency: object, amount: int, bound: str) -> None:
    """An amount outside them is blamed beside the currency, and the sentence names no currency."""
    sent = {"amount": amount} if currency == "missing" else {"amount": amount, "currency": currency}
    first, second = BODY.violations(sent)
    assert (first.pointer, second.pointer) == ("#/amount", "#/currency")
    assert bound in first.detail


@pytest.mark.parametrize("currency", BODY.schema["properties"]["currency"]["enum"])
@pytest.mark.parametrize("amount", [-1, 0, 100000000, 10**400, -(10**400), None, "50", 50.5, True, [], {}])
def test_a_bad_amount_in_a_good_currency_blames_the_amount_alone(currency: str, amount: object) -> None:
    """Never the currency and never the whole body, once for each keyword."""
    violations = BODY.violations({"amount": amount, "currency": currency})
    assert {violation.pointer for violation in violations} == {"#/amount"}
    assert {violation.rule for violation in violations} <= {
        "amount.positive",
        "amount.minimum",
        "amount.digits",
        "amount.step",
    }
    assert len({violation.detail for violation in violations}) == len(violations)
    assert "anyOf" not in " ".join(violation.detail for violation in violations)


@pytest.mark.parametrize("power", [63, 100, 4299, 4300, 4301, 65_000])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_huge_integer_is_beyond_the_bound_on_its_side(power: int, sign: int) -> None:
    """Also one that Python refuses to print: it is told by its size, on the right side."""
    huge = sign * 10**power
    [amount] = BODY.violations({"amount": huge, "currency": "usd"})
    [method] = BODY.violations({**GOOD, "payment_method": huge})
    for violation in (amount, method):
        assert ("the maximum" if sign > 0 else "the minimum") in violation.detail
        assert re.search(r" is an integer of (\d+|more than 1,000) digits; ", violation.detail)


@pytest.mark.parametrize("name", ["description", "receipt_email"])
@pytest.mark.parametrize("value", [4242424242424242, -17, True, 4242.5, ["4242"], {"4242": 4242}])
def test_what_stands_for_free_text_is_told_by_its_kind(name: str, value: object) -> None:
    """A number in the place of free text is not shown: it may be a card's."""
    [violation] = BODY.violations({**GOOD, name: value})
    assert violation.pointer == f"#/{name}"
    assert not re.search(r"\d|true", violation.detail)


@given(st.text(min_size=1).map(lambda text: f"<{text}>\0"), st.sampled_from(["description", "receipt_email"]))
def test_free_text_is_never_echoed(text: str, name: str) -> None:
    """No part of a violation shows a description or an address."""
    violations = BODY.violations({**GOOD, name: text})
    assert {violation.pointer for violation in violations} == {f"#/{name}"}
    assert all(text not in violation.detail and text[:-1] not in violation.detail for violation in violations)


def test_a_long_member_name_is_cut_and_an_odd_one_escaped() -> None:
    """The sentence shows 40 characters at most, all of them printable; so does the pointer."""
    [violation] = BODY.violations({**GOOD, "\x07" + "x" * 99: 1})
    assert violation.detail == "\\x07" + "x" * 39 + "… is not a member that the contract has; leave it out."
    assert violation.pointer == "#/%07" + "x" * 39 + "%E2%80%A6"


POINTERS: list[tuple[tuple[str | int, ...], str]] = [
    ((), "#"),
    (("",), "#/"),
    (("foo", 0), "#/foo/0"),
    (("a/b",), "#/a~1b"),
    (("m~n",), "#/m~0n"),
    (("~1",), "#/~01"),
    (("c%d",), "#/c%25d"),
    (("e^f",), "#/e%5Ef"),
    (("g|h",), "#/g%7Ch"),
    (("i\\j",), "#/i%5Cj"),
    (('k"l',), "#/k%22l"),
    ((" ",), "#/%20"),
    (("#",), "#/%23"),
    (("é",), "#/%C3%A9"),
    (("\U0001f600",), "#/%F0%9F%98%80"),
    (("\0\n",), "#/%00%0A"),
    (("<>[]{}`",), "#/%3C%3E%5B%5D%7B%7D%60"),
    (("!$&'()*+,;=:@-._?",), "#/!$&'()*+,;=:@-._?"),
    (("\ud800",), "#/%ED%A0%80"),
    (("\udfff~/",), "#/%ED%BF%BF~0~1"),
]


@pytest.mark.parametrize(("steps", "expected"), POINTERS, ids=[expected for _, expected in POINTERS])
def test_a_pointer_is_escaped_for_a_fragment(steps: tuple[str | int, ...], expected: str) -> None:
    """RFC 6901's own examples (§6), what a fragment may hold bare, and lone surrogates."""
    assert pointer(*steps) == expected


@given(st.lists(st.text(st.characters(exclude_categories=()))))
def test_pointers_are_ascii_and_tell_all_places_apart(steps: list[str]) -> None:
    """Unquoting, splitting and unescaping gives the steps back, lone surrogates included."""
    escaped = pointer(*steps)
    assert re.fullmatch(r"#(/[!-~]*)*", escaped)
    assert escaped.count("#") == 1
    raw = re.sub(rb"%([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), escaped[1:].encode())
    unquoted = raw.decode(errors="surrogatepass")
    assert [step.replace("~1", "/").replace("~0", "~") for step in unquoted.split("/")[1:]] == steps


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=200), max_size=100))
def test_a_shown_pointer_is_bounded(steps: list[str]) -> None:
    """Short places are shown as they are, others cut: names after 40 characters, the whole after some hundred."""
    shown = shown_pointer(*steps)
    assert len(shown) < 900
    short = all(len(step) <= 40 for step in steps) and len(pointer(*steps)) <= 300
    assert (shown == pointer(*steps)) or not short
    assert shown.endswith("%E2%80%A6") or len(shown) >= len(pointer(*steps))


def test_a_name_is_cut_between_characters() -> None:
    """The pointer of a cut name can be decoded, and says that it is cut."""
    assert shown_pointer("☂" * 41) == pointer("☂" * 40 + "…")
    assert shown_pointer("x" * 40, 7) == "#/" + "x" * 40 + "/7"


def test_lone_surrogates_can_be_shown() -> None:
    """A sentence that names a member with one can be encoded."""
    assert printable("a\ud800", 40).encode() == rb"a\ud800"


@pytest.mark.parametrize(
    ("form", "least", "most"),
    [({"format": "int32"}, -(2**31), 2**31 - 1), ({"format": "int64"}, -INT64, INT64 - 1)],
)
def test_integer_formats_are_bounds(form: dict[str, str], least: int, most: int) -> None:
    """What every validator leaves unchecked is checked; a narrower bound of the schema's stays."""
    check = SchemaCheck({"type": "integer", **form})
    assert [check.is_valid(value) for value in (least - 1, least, most, most + 1)] == [False, True, True, False]
    narrow = SchemaCheck({"type": "integer", **form, "minimum": 1, "maximum": 9})
    assert [narrow.is_valid(value) for value in (0, 1, 9, 10)] == [False, True, True, False]
    wide = SchemaCheck({"type": "integer", **form, "minimum": least - 5, "maximum": most + 5})
    assert [wide.is_valid(value) for value in (least - 1, least, most, most + 1)] == [False, True, True, False]


def test_nullable_allows_null_and_nothing_else_more() -> None:
    """`nullable: true` admits null, beside an enumeration too; false, or no word, does not."""
    enum = {"type": "string", "enum": ["a"]}
    allowed = [SchemaCheck({"type": "integer", "nullable": True}), SchemaCheck({**enum, "nullable": True})]
    refused = [SchemaCheck({"type": "integer", "nullable": False}), SchemaCheck(enum)]
    assert [check.is_valid(None) for check in allowed + refused] == [True, True, False, False]
    assert [check.is_valid({}) for check in allowed] == [False, False]
    member = SchemaCheck({"type": "object", "properties": {"a": {"type": "string", "nullable": True}}})
    assert member.is_valid({"a": None})


def test_a_member_called_nullable_or_format_is_a_member() -> None:
    """Names of members are not keywords, whatever they are, and hints about unknown members stay."""
    names = ["nullable", "format", "type", "enum", "example", "default", "anyOf", "oneOf", "required"]
    integer = {"type": "integer", "format": "int32"}
    hints = {"unknown": "Not this one."}
    check = SchemaCheck(
        {"additionalProperties": False, "properties": dict.fromkeys(names, integer), "x-unknown-members": hints}
    )
    assert check.is_valid(dict.fromkeys(names, 1))
    blamed = [violation.pointer for violation in check.violations(dict.fromkeys(names, 2**31))]
    assert blamed == [f"#/{name}" for name in names]
    assert told(check, {"unknown": 1}) == [("#/unknown", None, "Not this one.")]
    bare = SchemaCheck({"additionalProperties": False, "x-unknown-members": {"nullable": "Not null."}})
    assert told(bare, {"nullable": 1}) == [("#/nullable", None, "Not null.")]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
AMOUNTS = st.integers(-2, 100000001) | st.sampled_from([1, 10, 49, 50, 6100, 6150, 99999999, 100000000, 10**5000])
NEAR = st.fixed_dictionaries(
    {},
    optional={
        "amount": AMOUNTS | ANYTHING,
        "currency": st.sampled_from(["usd", "isk", "kwd", "USD", "btn", ""]) | ANYTHING,
        "description": st.text() | st.sampled_from(["", "x" * 1000, "x" * 1001]) | ANYTHING,
        "error_on_requires_action": st.booleans() | ANYTHING,
        "payment_method": st.integers(-1, INT64 + 1) | st.sampled_from([INT64 - 1, INT64]) | ANYTHING,
        "receipt_email": st.emails() | st.sampled_from(["a@b.de", "a@b", "a@b.de\n"]) | ANYTHING,
        "confirm": st.booleans(),
        "x/~%": st.none(),
    },
)


@given(NEAR | ANYTHING)
def test_an_instance_is_valid_exactly_when_it_has_no_violations(instance: object) -> None:
    """The quick verdict and the list agree, and every violation names a place in the body."""
    violations = BODY.violations(instance)
    assert BODY.is_valid(instance) == (violations == [])
    assert all((violation.pointer or "").startswith("#") and violation.detail for violation in violations)


@pytest.mark.parametrize(
    ("member", "said"),
    [({"type": ["null", "string"]}, "name is missing; send text."), (True, "name is missing; send it.")],
)
def test_a_missing_member_of_several_types_or_any_is_told(member: object, said: str) -> None:
    """In OpenAPI 3.1 a member's type may be a list, and its schema may be true."""
    check = SchemaCheck({"type": "object", "required": ["name"], "properties": {"name": member}}, OPENAPI_31)
    assert [violation.detail for violation in check.violations({})] == [said]
