"""Stripe's form encoding: `a=1&b[c]=2&d[]=3` into nested values, refused with Stripe's errors."""

from collections.abc import Mapping
from urllib.parse import unquote_plus

from tollbridge.simulator.failures import empty, invalid

MAX_FIELDS = 1_000
MAX_DEPTH = 8
UNDECODABLE = "Invalid request: the parameters could not be decoded."
FORM = "application/x-www-form-urlencoded"

Value = str | list["Value"] | dict[str, "Value"]
Form = dict[str, Value]


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
        for field in filter(None, text.split("&")):
            key, _, value = field.partition("=")
            if "%" in field or "+" in field:
                key, value = unquote_plus(key, errors="strict"), unquote_plus(value, errors="strict")
            _place(form, key, value)
    except UnicodeDecodeError:
        raise invalid(UNDECODABLE) from None
    return form


def body_text(body: bytes, content_type: str) -> str:
    """Return a form's text.

    Raises:
        StripeFailure: 400, for another media type and for what is not UTF-8.
    """
    if body and content_type.split(";")[0].strip().lower() != FORM:
        raise invalid(f"Invalid request: unsupported Content-Type {content_type[:60]}. Use {FORM}.")
    try:
        return body.decode("ascii")
    except UnicodeDecodeError:
        raise invalid(UNDECODABLE) from None


def _place(form: Form, key: str, value: str) -> None:
    """Put a value where `a[b][]` says."""
    if "[" not in key:
        form[key] = value
        return
    name, *steps = key.replace("]", "").split("[")
    if len(steps) > MAX_DEPTH:
        raise invalid("Invalid request: the parameters are nested too deep.")
    here: Form = form
    for step, following in zip([name, *steps], steps, strict=False):
        made: Value = [] if following == "" else {}
        child = here.setdefault(step, made)
        if isinstance(child, list) and following == "":
            child.append(value)
            return
        if not isinstance(child, dict):
            raise invalid(f"Invalid request: {key[:60]} is used in two ways.", param=name[:60])
        here = child
    here[steps[-1]] = value


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


def boolean(form: Mapping[str, Value], name: str) -> bool:
    """Return a boolean parameter; False where it is absent.

    Raises:
        StripeFailure: 400, for what is none.
    """
    value = form.get(name)
    if value is None:
        return False
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
