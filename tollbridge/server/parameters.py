"""Parameters, read strictly: Connexion 3.3.0 coerces no header, and `int()` takes too much."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Scope

from tollbridge.contract import Operation, Parameter, Violation
from tollbridge.contract.wording import WHOLE

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?", re.ASCII)
PARAMETER = re.compile(r"\{([^{}]*)\}")
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
        found = list(_sent(parameter, operation.path, scope))
        if len(found) == 1:
            _read(parameter, found[0], values, violations)
        elif found:
            text = f"{parameter.name} was sent {len(found)} times; send it once."
            violations.append(_violation(parameter, text))
        elif parameter.required:
            violations.append(_violation(parameter, f"{parameter.name} is missing; send it."))
    return values, violations


def _sent(parameter: Parameter, template: str, scope: Scope) -> Iterable[str]:
    if parameter.location == "header":
        name = parameter.name.lower().encode()
        return (value.decode("latin-1") for key, value in scope["headers"] if key == name)
    if parameter.location == "path":
        # Connexion's converters would make 7 of 07.
        found = _template(template).fullmatch(scope["path"])
        names = PARAMETER.findall(template)
        return (
            value for name, value in zip(names, found.groups() if found else (), strict=False) if name == parameter.name
        )
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return (value for key, value in query if key == parameter.name)


@lru_cache(maxsize=10_000)
def _template(path: str) -> re.Pattern[str]:
    """Return the pattern of a path's template, with a group for each parameter; the last may have slashes."""
    parts = PARAMETER.split(path)
    return re.compile("".join("([^/]*)" if number % 2 else re.escape(part) for number, part in enumerate(parts)))


def _read(parameter: Parameter, text: str, values: dict[str, Any], violations: list[Violation]) -> None:
    value = _value(parameter.type, text)
    if value is None:
        sent = repr(text[:SHOWN]) if text.isascii() and text.isprintable() else "something else"
        expected = EXPECTED.get(parameter.type, "text")
        violations.append(_violation(parameter, f"{parameter.name} is {sent}; send {expected}."))
    elif parameter.check.is_valid(value):
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
