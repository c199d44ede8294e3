"""Stripe's form encoding: `a=1&b[c]=2&d[]=3` into nested values, refused with Stripe's errors.

Facts are numbered as in `docs/stripe-facts.md`.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar
from urllib.parse import unquote_plus

from tollbridge.http1.media import FORM, media_type
from tollbridge.simulator.model.errors import StripeFailure, empty, invalid

MAX_BODY = 1_048_576
MAX_FIELDS = 1_000
MAX_DEPTH = 8
MAX_DIGITS = 18
DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
UNDECODABLE = "Invalid request: the parameters could not be decoded."

Value = str | list["Value"] | dict[str, "Value"]
Form = dict[str, Value]
B = TypeVar("B", bool, bool | None)


def decoded(text: str) -> Form:
    """Return the values of a query or a form.

    Raises:
        StripeFailure: 400, for what cannot be read.
    """
    form: Form = {}
    if not text:
        return form
    if text.count("&") >= MAX_FIELDS:
        raise invalid(UNDECODABLE)
    try:
        text.isascii() or text.encode()  # lone surrogates, which no HTTP can carry
        for field in filter(None, text.split("&")):
            key, _, value = field.partition("=")
            if "%" in field or "+" in field:
                key, value = unquote_plus(key, errors="strict"), unquote_plus(value, errors="strict")
            if "[" in key:
                _place(form, key, value)
            else:
                form[key] = value
    except UnicodeError:
        raise invalid(UNDECODABLE) from None
    return form


def text_of(method: str, query: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Return the parameters of a request, as one text: Stripe takes those of a POST from its address too (unverified).

    Raises:
        StripeFailure: 400 or 413, as of `body_text`.
    """
    if method == "GET":
        return query
    sent = body_text(body, headers.get("content-type", ""))
    return f"{query}&{sent}" if query else sent


def body_text(body: bytes, content_type: str) -> str:
    """Return a form's text.

    Raises:
        StripeFailure: 400, for another media type and for what is not UTF-8; 413, for more than `MAX_BODY`.
    """
    if len(body) > MAX_BODY:
        raise StripeFailure(413, "Request body too large.")
    if body and media_type(content_type) != FORM:
        raise invalid(f"Invalid request: unsupported Content-Type {content_type[:60]}. Use {FORM}.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise invalid(UNDECODABLE) from None


def _place(form: Form, key: str, value: str) -> None:
    """Put a value where `a[b][]` says."""
    path = key.replace("]", "").split("[")
    if len(path) > MAX_DEPTH:
        raise invalid("Invalid request: the parameters are nested too deep.")
    here: Form | list[Value] = form
    for step, following in pairwise(path):
        child = _child(here, step, following)
        # A list and a set of names in one place are a mistake, and so is a value with something below it.
        if isinstance(child, str) or isinstance(child, list) != (following == ""):
            raise invalid(f"Invalid request: {key[:60]} is used in two ways.", param=path[0][:60])
        here = child
    if isinstance(here, list):
        here.append(value)
    else:
        here[path[-1]] = value


def _child(here: Form | list[Value], step: str, following: str) -> Value:
    """Return what is below a step, made where it is not there."""
    made: Value = [] if following == "" else {}
    if isinstance(here, dict):
        return here.setdefault(step, made)
    # `a[][b]=1&a[][c]=2&a[][b]=3` are two items: a name that comes again begins the next.
    if here and isinstance(here[-1], dict) and following not in here[-1]:
        return here[-1]
    here.append(made)
    return made


def text(form: Mapping[str, Value], name: str, *, most: int = 5_000, may_clear: bool = False) -> str | None:
    """Return a text parameter; None where it is absent.

    Raises:
        StripeFailure: 400, for another kind of value, an empty or a long one.
    """
    value = form.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {{...}}; {name} has to be text", param=name)
    if not value and not may_clear:
        raise empty(name)
    if len(value) > most:
        raise invalid(f"Invalid string: {value[:10]}...; must be at most {most} characters", param=name)
    return value


def nested(form: Mapping[str, Value], name: str, *, may_clear: bool = False) -> Form | None:
    """Return a parameter that is a set of names; None where it is absent, or an empty one clears it.

    Raises:
        StripeFailure: 400, for what is none.
    """
    value = form.get(name)
    if value is None or (may_clear and not value):
        return None
    if not isinstance(value, dict):
        raise invalid("Invalid object", param=name)
    return value


def boolean(form: Mapping[str, Value], name: str, absent: B = False) -> bool | B:
    """Return a boolean parameter, or what stands for one that is absent.

    Raises:
        StripeFailure: 400, for what is none.
    """
    value = form.get(name)
    if value is None:
        return absent
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise invalid(f"Invalid boolean: {value if isinstance(value, str) else '{...}'}"[:200], param=name)


def texts(form: Mapping[str, Value], name: str) -> list[str] | None:
    """Return a list parameter, sent as `name[]=…` or `name[0]=…`; None where it is absent.

    Raises:
        StripeFailure: 400, for what is none.
    """
    value = form.get(name)
    if value is None:
        return None
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise invalid("Invalid array", param=name)
    return [str(item) for item in items]


def integer(form: Mapping[str, Value], name: str) -> int | None:
    """Return an integer parameter; None where it is absent.

    Numbers beyond eighteen digits are told as the largest of eighteen: nothing is that large.

    Raises:
        StripeFailure: 400, for what is none (fact e2).
    """
    value = form.get(name)
    if value is None:
        return None
    if value == "":
        raise empty(name)
    digits = value.removeprefix("-") if isinstance(value, str) else ""
    if not digits.isascii() or not digits.isdigit():
        shown = value[:60] if isinstance(value, str) else "{...}"
        raise invalid(f"Invalid integer: {shown}", param=name, code="parameter_invalid_integer")
    size = digits.lstrip("0")
    number = int(size or "0") if len(size) <= MAX_DIGITS else 10**MAX_DIGITS - 1
    return -number if digits != value else number


def decimal(form: Mapping[str, Value], name: str) -> Decimal | None:
    """Return a decimal parameter, exactly; None where it is absent.

    Raises:
        StripeFailure: 400, for what is none, or has more than twelve places.
    """
    value = form.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        shown = value[:60] if isinstance(value, str) else "{...}"
        raise invalid(f"Invalid decimal: {shown}", param=name, code="parameter_invalid_decimal")  # unverified
    return Decimal(value)


def one_of(form: Mapping[str, Value], name: str, allowed: tuple[str, ...]) -> str | None:
    """Return a parameter that is one of some words; None where it is absent.

    Raises:
        StripeFailure: 400, for another.
    """
    value = text(form, name)
    if value is None or value in allowed:
        return value
    words = f"{', '.join(allowed[:-1])}, or {allowed[-1]}" if len(allowed) > 1 else allowed[0]
    raise invalid(f"Invalid {name}: must be one of {words}", param=name)
