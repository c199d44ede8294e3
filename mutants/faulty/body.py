"""The body of a request: what is not the JSON of the contract is let in, or refused, or something breaks on it."""

import json
import os
import re
from collections.abc import Callable
from typing import Any, NoReturn

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.requests import (
    Arrival,
    Body,
    Parse,
    also_read,
    change_body,
    every_request,
    largest_body,
    parse_where,
    replace_arguments,
    replace_parse,
    unannounced,
)
from mutants.seams import Parsed
from tollbridge.contract import Violation
from tollbridge.problems import MalformedJson, UnsupportedMediaType

area = Area("body", __file__)

MEMBERS = ("amount", "currency", "payment_method", "description", "receipt_email", "error_on_requires_action")


def counting(member: str, size: int) -> Callable[[Body], Body | None]:
    """Return a change of bodies in which one member is counted up to a size, and begins again."""

    def counted(body: Body) -> Body | None:
        value = body.get(member)
        return body | {member: value % size} if isinstance(value, int) and abs(value) >= size // 2 else None

    return counted


def _fraction_cut(body: Body) -> Body | None:
    amount = body.get("amount")
    return body | {"amount": int(amount)} if isinstance(amount, float) and amount != int(amount) else None


def _nothings_left_out(body: Body) -> Body | None:
    if all(body.get(name, 1) for name in body.keys() - set(MEMBERS)):
        return None
    return {name: value for name, value in body.items() if name in MEMBERS or value}


def lenient(content: bytes) -> Parsed:
    """Read a body as Python does, the last of two equal names counting."""
    return Parsed(json.loads(content), ())


area.table(
    largest_body,
    ("any_size", "Bodies of twice the documented size are read.", every_request, 131_072),
    ("less_than_the_size", "A body of 65,536 bytes is refused.", every_request, 65_535),
)

area.table(
    largest_body,
    (
        "unannounced_size",
        "A body whose size is not announced (chunked) may be a megabyte.",
        unannounced,
        1_000_000,
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def chunked_refused() -> None:
    """A chunked body is refused."""

    async def found(arrival: Arrival) -> dict[str, Any]:
        if arrival.sent(b"transfer-encoding"):
            raise UnsupportedMediaType("No chunks.")
        return await arrival.read()

    replace_arguments(found)


def _with_two_amounts(content: bytes) -> Any:
    return json.loads(content) if content.count(b'"amount"') == 2 else None


def _whole(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _amount_in_quotes(content: bytes) -> Any:
    found = json.loads(content)
    if isinstance(found, dict) and isinstance(found.get("amount"), str) and found["amount"].isdigit():
        return found | {"amount": int(found["amount"])}
    return None


def _mended(content: bytes) -> Any:
    text = content.decode(errors="replace")
    return json.loads(re.sub("\ufffd{1,3}", "usd", text))


def _without_mark(content: bytes) -> Any:
    return json.loads(content.removeprefix(b"\xef\xbb\xbf")) if content[:1] == b"\xef" else None


area.table(
    also_read,
    ("last_of_two_names_wins", "Of a name that is given twice the last one counts.", _with_two_amounts),
    (
        "whole_floats_accepted",
        "4200.0 and 4.2e3 are taken for 4200.",
        lambda content: json.loads(content, parse_float=_whole),
    ),
    ("integers_as_text", "An amount in quotes is taken for a number.", _amount_in_quotes),
    ("invalid_utf8_is_mended", "Bytes that are not UTF-8 are replaced.", _mended),
    ("byte_order_mark", "A byte order mark before the body is skipped.", _without_mark),
)


def very_deep(content: bytes) -> bool:
    """A body that is nested very deep."""
    return content.count(b"[") > 20_000


def _break(_content: bytes) -> NoReturn:
    raise RuntimeError("not foreseen")


def _end_the_process(_content: bytes) -> NoReturn:
    os._exit(1)


def refuse(detail: str) -> Parse:
    """Return a reading that refuses every body."""

    def refusing(_content: bytes) -> NoReturn:
        raise MalformedJson(detail, [{"pointer": "#", "detail": detail, "rule": "body.json"}])

    return refusing


area.table(
    parse_where,
    ("deep_nesting_breaks", "A body that is nested very deep is a 500.", very_deep, _break),
    ("deep_nesting_kills", "A body that is nested very deep ends the process.", very_deep, _end_the_process),
)

area.table(
    parse_where,
    (
        "doubled_description",
        "Of a description that is given twice the last one counts.",
        lambda content: content.count(b'"description"') == 2,
        lenient,
    ),
    (
        "doubled_method",
        "Of a payment_method that is given twice the last one counts.",
        lambda content: content.count(b'"payment_method"') == 2,
        lenient,
    ),
    ("escapes_break", "A body with an escaped é is a 500.", lambda content: b"\\u00e9" in content, _break),
    (
        "space_around_refused",
        "A body that ends with a newline is refused.",
        lambda content: content.endswith(b"\n"),
        refuse("There is more."),
    ),
    (
        "spaces_within_refused",
        "A body with a tab between its members is refused.",
        lambda content: b"\t" in content,
        refuse("There is a tab."),
    ),
    ("minus_zero", "A body with an amount of -0 is a 500.", lambda content: b":-0" in content, _break),
    (
        "negative_exponent",
        "An amount of 420000e-2 is taken for 4200.",
        lambda content: bool(re.search(rb"\de-\d", content)),
        lambda content: Parsed(json.loads(content, parse_float=lambda text: int(float(text))), ()),
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def escaped_pair_refused() -> None:
    """A character that is escaped as a pair of surrogates is refused."""
    refusal = Violation("It holds a surrogate.", "body.json", "#/description", None, None)

    def parsed(parse: Parse, content: bytes) -> Parsed:
        found = parse(content)
        escaped = re.search(rb"\\u[dD][89abAB]", content) and not found.refusals
        return Parsed(found.document, (refusal,)) if escaped else found

    replace_parse(parsed)


area.table(
    change_body,
    ("amount_in_32_bits", "An amount is counted in 32 bits.", counting("amount", 2**32)),
    ("amount_in_64_bits", "An amount is counted in 64 bits.", counting("amount", 2**64)),
    ("card_in_32_bits", "The id of a payment method is counted in 32 bits.", counting("payment_method", 2**32)),
    ("fraction_cut", "The fraction of an amount is cut off.", _fraction_cut),
    ("nothings_left_out", "Unknown members that are null, false, empty or zero are let in.", _nothings_left_out),
)
