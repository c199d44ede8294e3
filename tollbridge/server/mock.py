"""The answer of an operation that has no handler: what the contract shows of a success, or what is made for its schema.

It comes after the same strict reading of the request as a handler's. Nothing is done, and nothing is kept.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tollbridge.contract import Example, Operation, Response
from tollbridge.contract.paths import PARAMETER
from tollbridge.server.documented import Answer, answer_of, is_json, made_answer

HEADER = "Tollbridge-Mock"
"""Of every answer that a mock gives; it says where the body is from."""

EXAMPLE, GENERATED, BREAKS = "example", "generated", "example-breaks-schema"
SUCCESS = re.compile(r"2(?:[0-9]{2}|XX)", re.IGNORECASE)
WITHIN = "data"
"""The member in which many APIs answer what was asked for."""


def marked(answer: Answer, origin: str | None = None) -> Answer:
    """Return an answer with the header that says that it is a mock's."""
    origin = origin or (GENERATED if answer.generated else EXAMPLE)
    return replace(answer, headers={**answer.headers, HEADER: origin})


def mocked(operation: Operation, arguments: Mapping[str, Any]) -> Answer:
    """Return the answer of a success.

    Args:
        operation: that has no handler.
        arguments: the request's parameters by name, and its `body`.
    """
    key, status = _success(operation)
    if key is None:
        return marked(Answer(status, None, None))
    response = operation.responses[key]
    shown = sorted(response.examples, key=lambda one: not is_json(one.media_type))
    good = [one for one in shown if response.media[one.media_type].is_valid(one.value)]
    if good:
        return marked(
            _echoing(operation, response, answer_of(response, status, _closest(operation, good, arguments)), arguments)
        )
    made = made_answer(response, status, operation.operation_id)
    if made is not None:
        return marked(_echoing(operation, response, made, arguments))
    return marked(answer_of(response, status, shown[0] if shown else None), BREAKS if shown else None)


def _success(operation: Operation) -> tuple[str | None, int]:
    """Return the response that documents a success, with its status; of `2XX` and `default` the plainest."""
    keys = sorted(operation.responses, key=lambda key: (not SUCCESS.fullmatch(key), key == "default"))
    if not keys:
        return None, 200
    return keys[0], int(keys[0].upper().replace("X", "0")) if keys[0] != "default" else 200


def _closest(operation: Operation, shown: list[Example], arguments: Mapping[str, Any]) -> Example:
    """Return the example that fits a request best: of the same name as the request's, or with most of its values."""
    body = arguments.get("body")
    names = {one.name for one in operation.examples if one.name and one.value == body}
    sent = [*(body.items() if isinstance(body, dict) else ()), *_ids(operation, arguments)]
    return max(shown, key=lambda one: (one.name in names, _shared(one.value, sent)))


def _shared(value: object, sent: list[tuple[str, Any]]) -> int:
    """Return how many members of a value are as they were sent."""
    return sum(holder.get(name, holder) == given for holder in _holders(value) for name, given in sent)


def _holders(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects that may be what was asked for: the value, and what it wraps."""
    if isinstance(value, dict):
        yield value
        yield from _holders(value.get(WITHIN))


def _ids(operation: Operation, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a path names, by the members that may have it: its own name, and of the last one `id` or `sid`."""
    names = [name for name in PARAMETER.findall(operation.path) if name in arguments]
    for name in names:
        yield name, arguments[name]
    ending = names[-1].lower() if names and operation.path.rstrip("/").endswith("}") else ""
    yield from ((member, arguments[names[-1]]) for member in ("id", "sid") if ending.endswith(member))


def _echoing(operation: Operation, response: Response, answer: Answer, arguments: Mapping[str, Any]) -> Answer:
    """Return an answer with the ids of the path in it, where it has such members and they fit."""
    if answer.media_type is None or answer.media_type not in response.media:
        return answer
    check = response.media[answer.media_type]
    for name, given in _ids(operation, arguments):
        for value in (given, str(given)):
            changed = _with(answer.body, name, value)
            if changed != answer.body and check.is_valid(changed):
                answer = replace(answer, body=changed)
                break
    return answer


def _with(body: object, name: str, value: object) -> object:
    """Return a body with a member that it has, or that what it wraps has, changed."""
    if not isinstance(body, dict):
        return body
    if name in body:
        return {**body, name: value}
    return {**body, WITHIN: _with(body[WITHIN], name, value)} if WITHIN in body else body
