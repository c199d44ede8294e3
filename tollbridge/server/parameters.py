"""Parameters, read strictly: Connexion 3.3.0 coerces no header, and `int()` takes too much."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Scope

from tollbridge.contract import Operation, Parameter, SchemaCheck, Violation, type_of
from tollbridge.contract.paths import PARAMETER
from tollbridge.contract.wording import WHOLE

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?", re.ASCII)
BOOLEANS = {"true": True, "false": False}
EXPECTED = {
    "integer": "digits only, without sign, fraction, separator or leading zero",
    "number": "a plain decimal number",
    "boolean": "true or false",
}
SHOWN = 24


def read_parameters(operation: Operation, scope: Scope) -> tuple[dict[str, Any], list[Violation]]:
    """Return the values of an operation's parameters, and every rule that they break.

    Args:
        operation: what the contract documents.
        scope: the ASGI scope, routed.

    Returns:
        Values by name, absent ones left out; violations in the contract's order.
    """
    values: dict[str, Any] = {}
    violations: list[Violation] = []
    for parameter in operation.parameters:
        found = list(_sent(parameter, operation.paths, scope))
        if parameter.type in ("array", "object"):
            _read_many(parameter, found, scope, values, violations)
        elif len(found) == 1:
            _read(parameter, found[0], values, violations)
        elif found:
            text = f"{parameter.name} was sent {len(found)} times; send it once."
            violations.append(_violation(parameter, text))
        elif parameter.required:
            violations.append(_violation(parameter, f"{parameter.name} is missing; send it."))
    return values, violations


def _sent(parameter: Parameter, templates: Sequence[str], scope: Scope) -> Iterable[str]:
    if parameter.location == "path":
        # Connexion's converters would make 7 of 07.
        for pattern, names in map(_template, templates):
            if found := pattern.fullmatch(scope["path"]):
                return (value for name, value in zip(names, found.groups(), strict=True) if name == parameter.name)
        return ()
    return sent_at(parameter.location, parameter.name, scope)


def sent_at(location: str, name: str, scope: Scope) -> Iterable[str]:
    """Return every value that a request has under a name in its headers, its cookies or its query."""
    if location == "header":
        lower = name.lower().encode()
        return (value.decode("latin-1") for key, value in scope["headers"] if key == lower)
    pairs = _cookies(scope) if location == "cookie" else _query(scope)
    return (value for key, value in pairs if key == name)


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _cookies(scope: Scope) -> list[tuple[str, str]]:
    """Return the cookies of a request (RFC 6265, section 4.2)."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"]
    parts = [part.strip().partition("=") for line in lines for part in line.split(";")]
    return [(name, value) for name, _, value in parts if name]


@lru_cache(maxsize=10_000)
def _template(path: str) -> tuple[re.Pattern[str], list[str]]:
    """Return the pattern of a path's template, with a group for each parameter, and the names of these."""
    parts = PARAMETER.split(path)
    pattern = "".join("([^/]*)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile(pattern), parts[1::2]


def _read_many(
    parameter: Parameter, found: list[str], scope: Scope, values: dict[str, Any], violations: list[Violation]
) -> None:
    """Read an array, sent item by item or in one text, or an object, sent as `name[member]=value`."""
    if parameter.type == "object":
        value: object = form_value(parameter.check, _members_of(parameter.name, _query(scope)))
    else:
        texts = [text for one in found for text in one.split(parameter.delimiter)] if parameter.delimiter else found
        value = [typed(parameter.items, text) for text in texts]
    if value:
        _take(parameter, value, values, violations)
    elif parameter.required:
        violations.append(_violation(parameter, f"{parameter.name} is missing; send it."))


def _members_of(name: str, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    begin = f"{name}["
    return [(key[len(begin) : -1], value) for key, value in pairs if key.startswith(begin) and key.endswith("]")]


def form_value(check: SchemaCheck, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return an object of names and texts, each of the type that its schema says; a list where that is one.

    Args:
        check: the schema of the object.
        pairs: as they were sent; of what is not a list, one that is sent twice stays a list, which no schema takes.
    """
    made: dict[str, Any] = {}
    for name, text in pairs:
        member = ("properties", name)
        kind = type_of(check, member)
        item = typed(type_of(check, member, "items") if kind == "array" else kind, text)
        if kind == "array" or name in made:
            made[name] = [
                *(made[name] if isinstance(made.get(name), list) else [made[name]] if name in made else []),
                item,
            ]
        else:
            made[name] = item
    return made


def typed(kind: str, text: str) -> Any:
    """Return a text as a value of a type; as it is where it is not of that type, for the schema to refuse."""
    value = _value(kind, text)
    return text if value is None else value


def _read(parameter: Parameter, text: str, values: dict[str, Any], violations: list[Violation]) -> None:
    value = _value(parameter.type, text)
    if value is None:
        sent = repr(text[:SHOWN]) if text.isascii() and text.isprintable() else "something else"
        expected = EXPECTED.get(parameter.type, "text")
        violations.append(_violation(parameter, f"{parameter.name} is {sent}; send {expected}."))
    else:
        _take(parameter, value, values, violations)


def _take(parameter: Parameter, value: object, values: dict[str, Any], violations: list[Violation]) -> None:
    if parameter.check.is_valid(value):
        values[parameter.name] = value
    else:
        violations.extend(
            _violation(parameter, broken.detail.replace(WHOLE, parameter.name, 1), broken.rule)
            for broken in parameter.check.violations(value)
        )


def _value(kind: str, text: str) -> object:
    """Return the typed value; None where the text is not of that type."""
    if kind == "integer":
        return int(text) if INTEGER.fullmatch(text) else None
    if kind == "number":
        return float(text) if NUMBER.fullmatch(text) else None
    return BOOLEANS.get(text) if kind == "boolean" else text


def _violation(parameter: Parameter, detail: str, rule: str | None = None) -> Violation:
    in_header = parameter.location == "header"
    return Violation(
        detail=detail,
        rule=rule or parameter.rule,
        pointer=None,
        header=parameter.name if in_header else None,
        parameter=None if in_header else parameter.name,
    )
