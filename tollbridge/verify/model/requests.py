"""A right request to an ordinary operation: of the contract's own examples, or else of samples of its schemas."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tollbridge.contract import Contract, Operation, Parameter, Reading, SchemaCheck, sample_of
from tollbridge.contract.bodies import essence
from tollbridge.contract.samples.written import content_type_of, reading_of_body, written
from tollbridge.quoting import terminal
from tollbridge.verify.model.steps import Call
from tollbridge.verify.model.subject import Subject

SHOWN_BY = ("const", "default", "enum", "example", "examples")
"""Keywords of a schema by which it says itself what a value may be."""

NOT_OF_AN_OPERATION = frozenset({"accept", "authorization", "content-type"})
"""Headers that OpenAPI does not let be parameters: what describes them so is ignored."""

NAME_SHOWN = 60
Place = tuple[str, str]
"""Location and name of a parameter."""


class Unmade(Exception):
    """No right request can be made; the sentence says why."""


@dataclass(frozen=True)
class Request:
    """The values of a request, of the types that the contract gives them.

    Args:
        values: of its parameters.
        document: of its body; None also where it has none.
        has_body: whether it has one.
        shown: whether the contract shows each of its values itself.
    """

    values: Mapping[Place, Any] = field(default_factory=dict)
    document: Any = None
    has_body: bool = False
    shown: bool = True

    def but(self, **changes: Any) -> "Request":
        """Return the request with some changes."""
        return replace(self, **changes)


def right_request(operation: Operation, *, whole: bool = False) -> Request:
    """Return a request that fits the contract.

    Args:
        operation: that takes it.
        whole: whether it has every optional parameter that a value is found for, too.

    Raises:
        Unmade: something that it needs cannot be made.
    """
    values: dict[Place, Any] = {}
    all_shown = True
    for parameter in parameters_of(operation):
        found = _value(parameter) if parameter.required or whole else None
        if found:
            values[parameter.location, parameter.name], shown = found
            all_shown = all_shown and shown
        elif parameter.required:
            raise Unmade(f"no value is found that fits the parameter {terminal(parameter.name)[:NAME_SHOWN]}")
    request = Request(values, shown=all_shown)
    return request if operation.body is None else _with_body(operation, operation.body, request)


def uncallable(contract: Contract, subjects: Sequence[Subject]) -> dict[str, str]:
    """Return the operations that cannot be called, each with the reason."""
    found = {one.operation_id: one.unserved.reason for one in contract.operations if one.unserved}
    for subject in subjects:
        try:
            right_request(subject.operation) if subject.ordinary else None
        except Unmade as reason:
            found[subject.operation.operation_id] = str(reason)
    return found


def parameters_of(operation: Operation) -> Iterator[Parameter]:
    """Yield the parameters that a request may have."""
    for one in operation.parameters:
        if one.location != "header" or one.name.lower() not in NOT_OF_AN_OPERATION:
            yield one


def shown_bodies(operation: Operation) -> Iterator[tuple[str, Any]]:
    """Yield each example of a body that the contract shows, with its name; those that break its own schema are not."""
    for example in operation.examples:
        if not (operation.body and operation.body.is_valid(example.value)):
            continue
        if essence(example.media_type) == operation.body_type:
            yield example.name, example.value


def _with_body(operation: Operation, check: SchemaCheck, request: Request) -> Request:
    for _, document in shown_bodies(operation):
        return request.but(document=document, has_body=True)
    sample = sample_of(check, operation.path, answered=False)
    if sample is not None:
        shown = request.shown and any(name in check.schema for name in SHOWN_BY)
        return request.but(document=sample.value, has_body=True, shown=shown)
    if operation.body_required:
        raise Unmade("no body is found that fits its schema")
    return request


def _value(parameter: Parameter) -> tuple[Any, bool] | None:
    """Return a value that fits a parameter, and whether the contract shows it; None where none is found."""
    if parameter.example is not None and is_right(parameter, parameter.example):
        return parameter.example, True
    sample = sample_of(parameter.check, parameter.name, answered=False)
    if sample is None or not is_right(parameter, sample.value):
        return None
    return sample.value, any(name in parameter.check.schema for name in SHOWN_BY)


def is_right(parameter: Parameter, value: Any) -> bool:
    """Tell whether a value fits a parameter and can be sent at its place."""
    return can_be_sent(parameter, value) and parameter.check.is_valid(value)


def can_be_sent(parameter: Parameter, value: Any) -> bool:
    """Tell whether a value arrives as it was meant at the place of a parameter."""
    texts = [text for _, text in pairs_of(parameter, value)]
    sendable = all(text.isprintable() and text == text.strip() for text in texts)
    if parameter.location == "header":
        sendable = sendable and all(text.isascii() for text in texts)
    if parameter.location == "cookie":
        sendable = sendable and all(text.isascii() and not {*text} & {*';, "'} for text in texts)
    if parameter.location == "path":
        sendable = sendable and texts[:1] not in ([], [""], ["."], [".."])
    return sendable


def pairs_of(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    """Return a value as it is sent: one name and text, or more where each item has its own."""
    if isinstance(value, dict):
        return [(f"{parameter.name}[{name}]", text_of(one)) for name, one in value.items()]
    if isinstance(value, list):
        texts = [text_of(one) for one in value]
        if parameter.delimiter:
            return [(parameter.name, parameter.delimiter.join(texts))] if texts else []
        return [(parameter.name, text) for text in texts]
    return [(parameter.name, text_of(value))]


def text_of(value: Any) -> str:
    """Return a value as a parameter or a form spells it."""
    return value if isinstance(value, str) else json.dumps(value)


def call_of(operation: Operation, request: Request, **more: Any) -> Call:
    """Return a call that sends a request.

    Args:
        operation: that takes it.
        request: its values.
        more: members of the call.
    """
    at: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": [], "cookie": []}
    for parameter in operation.parameters:
        place = (parameter.location, parameter.name)
        if place in request.values:
            at[parameter.location] += pairs_of(parameter, request.values[place])
    cookie = "; ".join(f"{name}={value}" for name, value in at["cookie"])
    return Call(
        operation,
        document=request.document,
        raw=_written(operation, request),
        content=(("Content-Type", content_type_of(operation)),) if request.has_body else (),
        headers=(*at["header"], *((("Cookie", cookie),) if cookie else ())),
        query=tuple(at["query"]),
        path_values=dict(at["path"]),
        **more,
    )


def _written(operation: Operation, request: Request) -> bytes | None:
    """Return a body that is not plain JSON; nothing where there is none."""
    if not request.has_body:
        return b""
    if reading_of_body(operation) is Reading.JSON:
        return None
    text = written(operation, request.document)
    return text.encode("latin-1" if reading_of_body(operation) is Reading.BYTES else "utf-8", "replace")
