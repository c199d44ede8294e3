"""Answers of handlers, as HTTP: a status, a body or none, headers; held to what the contract documents.

A handler returns `(status, body)` or `(status, body, headers)`. The body of a status without content is None. Where the
contract has several media types, JSON is sent, or what the header `Content-Type` says.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from tollbridge.contract import Operation, Response
from tollbridge.documents import printable
from tollbridge.http1.media import JSON
from tollbridge.problems import ContractBreach
from tollbridge.server.documented import EMPTY, FIELD_NAME, FIELD_VALUE, OURS, Answer, is_json, response_of

CONTENT_TYPE = "content-type"
ALLOWED = frozenset({CONTENT_TYPE, "set-cookie"})
"""Of the headers that are not taken from examples, those that a handler may send."""

SHOWN = 60


def answer_said(operation: Operation, returned: object) -> Answer:
    """Return what a handler answers.

    Args:
        operation: that it answers.
        returned: by the handler.

    Raises:
        ContractBreach: it is no answer, or not one that the contract documents; the detail never has its values.
    """
    if not isinstance(returned, tuple) or not 2 <= len(returned) <= 3 or type(returned[0]) is not int:
        kind = type(returned).__name__
        raise ContractBreach(f"{operation.operation_id} returned {kind}; return (status, body) or (…, …, headers).")
    status, body, *rest = returned
    response = response_of(operation, status)
    if response is None:
        raise ContractBreach(f"{operation.operation_id} answered {status}, which the contract does not document.")
    headers = _headers(operation, rest[0]) if rest else {}
    media = _media_type(operation, status, response, body, headers.pop(CONTENT_TYPE, None))
    return Answer(status, media, body, headers)


def is_held(answer: Answer) -> bool:
    """Tell whether the body of an answer is held to its schema: bytes and files are not."""
    return answer.media_type is not None and not isinstance(answer.body, bytes)


def content_of(operation: Operation, answer: Answer) -> bytes:
    """Return the body of an answer as it is sent.

    Raises:
        ContractBreach: it has what JSON cannot say.
    """
    if answer.media_type is None:
        return b""
    if isinstance(answer.body, bytes):
        return answer.body
    if isinstance(answer.body, str) and not is_json(answer.media_type):
        return answer.body.encode()
    try:
        return orjson.dumps(answer.body)
    except TypeError:
        raise ContractBreach(f"{operation.operation_id} answered what JSON cannot say.") from None


def _media_type(operation: Operation, status: int, response: Response, body: object, stated: str | None) -> str | None:
    if not response.media or status in EMPTY:
        if body is not None:
            raise ContractBreach(f"{operation.operation_id} answered a body to a {status} that has none.")
        return None
    if stated is not None:
        if stated not in response.media:
            shown = printable(stated, SHOWN)
            raise ContractBreach(f"{operation.operation_id} answered {shown}, which is not documented for {status}.")
        return stated
    if JSON in response.media:
        return JSON
    fitting = [name for name in response.media if is_json(name) != isinstance(body, str | bytes)]
    if not fitting:
        raise ContractBreach(f"{operation.operation_id} answered JSON to a {status} that has none.")
    return fitting[0]


def _headers(operation: Operation, headers: Any) -> dict[str, str]:
    """Return a handler's headers, their names in lower case."""
    if not isinstance(headers, Mapping):
        raise ContractBreach(f"{operation.operation_id} returned headers that are not a mapping of names to texts.")
    return {str(name).lower(): _field(operation, name, value) for name, value in headers.items()}


def _field(operation: Operation, name: object, value: object) -> str:
    text = str(value) if type(value) in (str, int) else ""
    shown = printable(str(name), SHOWN)
    if not isinstance(name, str) or not FIELD_NAME.fullmatch(name) or not FIELD_VALUE.fullmatch(text):
        raise ContractBreach(f"{operation.operation_id} answered the header {shown}, which cannot be sent.")
    if name.lower() in OURS - ALLOWED:
        raise ContractBreach(f"{operation.operation_id} answered the header {shown}, which the server sends itself.")
    return text
