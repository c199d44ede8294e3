"""Parameters of an ordinary operation: each that is required missing, and each with values that break its schema."""

from collections.abc import Iterator
from typing import Any

from tollbridge.contract import Parameter
from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.model.requests import Place, can_be_sent, pairs_of, parameters_of
from tollbridge.verify.model.steps import VIOLATES, Case, RightAnswer

WRONG: dict[str, tuple[Any, ...]] = {
    "integer": ("x", "1.5"),
    "number": ("x",),
    "boolean": ("maybe",),
}
"""Texts that are not of a type, whoever reads them."""

MAX_LENGTH = 2_000
"""Characters of a text that is sent in the head of a request."""


def parameters(context: CaseContext) -> Iterator[Case]:
    """Yield a request without each required parameter, then with each wrong value."""
    operation = context.subject.operation
    request = context.request
    for parameter in parameters_of(operation):
        place: Place = (parameter.location, parameter.name)
        said = f"{parameter.location} parameter {parameter.name}"
        right = RightAnswer(VIOLATES, frozenset({parameter.name}))
        if parameter.required and parameter.location != "path" and pairs_of(parameter, request.values[place]):
            values = {where: value for where, value in request.values.items() if where != place}
            call = right_call(context, request.but(values=values), note=f"without the {said}").but(right=right)
            yield Case(call.note, (call,))
        for what, value in _wrong(parameter):
            values = {**request.values, place: value}
            call = right_call(context, request.but(values=values), note=f"the {said} {what}").but(right=right)
            yield Case(call.note, (call,))


def _wrong(parameter: Parameter) -> Iterator[tuple[str, Any]]:
    """Yield values that break a parameter's schema as every reader takes them, each with what is wrong in words."""
    for text in WRONG.get(parameter.type, ()):
        if not parameter.check.is_valid(text):
            yield f"as the text {text}", text
    for what, value in _beyond(parameter):
        if not parameter.check.is_valid(value) and can_be_sent(parameter, value):
            yield what, value


def _beyond(parameter: Parameter) -> Iterator[tuple[str, Any]]:
    """Yield values on the other side of what a schema bounds; some of them may fit it nevertheless."""
    schema = parameter.check.schema
    if parameter.type in ("integer", "number"):
        for keyword, step in (("minimum", -1), ("maximum", 1)):
            if isinstance(schema.get(keyword), int):
                yield f"beyond its {keyword}", schema[keyword] + step
    if parameter.type == "string":
        if isinstance(schema.get("maxLength"), int) and schema["maxLength"] < MAX_LENGTH:
            yield "too long", "x" * (schema["maxLength"] + 1)
        if "enum" in schema:
            yield "not one of its values", "not-one-of-its-values"
        if "pattern" in schema:
            yield "against its pattern", "~"
            yield "against its pattern", "aA1"
