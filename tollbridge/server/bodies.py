"""A request's body: which of those that the contract has it is, by its Content-Type, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tollbridge.contract import Body, Operation, Reading, Violation, reading_of, type_of
from tollbridge.http1.media import JSON, media_type
from tollbridge.problems import UnsupportedMediaType
from tollbridge.server.forms import parse_form
from tollbridge.server.negotiation import require_json_body, require_plain
from tollbridge.server.parameters import typed
from tollbridge.server.parts import parse_parts
from tollbridge.server.wire import Parsed, parse_json

TYPES_SHOWN = 10


def body_sent(operation: Operation, headers: Mapping[bytes, list[bytes]]) -> tuple[Body, str] | None:
    """Return the body that a request has, with its Content-Type; None where it has none and needs none.

    Args:
        operation: what the contract documents.
        headers: of the request, every value by lower-case name.

    Raises:
        UnsupportedMediaType: 415, it is not one that the operation takes.
    """
    if not operation.bodies or not (operation.body_required or _has_body(headers)):
        return None
    types, encodings = headers.get(b"content-type", []), headers.get(b"content-encoding", [])
    if len(operation.bodies) == 1 and operation.body_type == JSON:
        require_json_body(types, encodings)
        return operation.bodies[0], JSON
    return _chosen(operation, require_plain(types, encodings, _listed(operation)))


def parsed_body(body: Body, content_type: str, content: bytes) -> Parsed:
    """Return what a body says.

    Args:
        body: that `body_sent` has found.
        content_type: with it.
        content: the bytes, as they came.

    Raises:
        MalformedJson, MalformedForm: 400.
    """
    if body.reading is Reading.JSON:
        return parse_json(content)
    if body.reading is Reading.PARTS:
        return parse_parts(body, content_type, content)
    return READERS[body.reading or Reading.BYTES](body, content)


def _has_body(headers: Mapping[bytes, list[bytes]]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", [b"0"]) != [b"0"]


def _chosen(operation: Operation, content_type: str) -> tuple[Body, str]:
    """Return the body of a Content-Type: one of that type, or else of the narrowest range around it."""
    sent = media_type(content_type)
    for name in (sent, f"{sent.partition('/')[0]}/*", "*/*"):
        for body in operation.bodies:
            reading = body.reading or reading_of(sent, body.check)
            if body.media_type == name and reading is not None:
                return replace(body, reading=reading), content_type
    raise UnsupportedMediaType(f"The Content-Type is not one that this operation takes. Send {_listed(operation)}.")


def _listed(operation: Operation) -> str:
    names = [body.media_type for body in operation.bodies]
    return " or ".join(names[:TYPES_SHOWN]) + (" or another" if len(names) > TYPES_SHOWN else "")


def _text(body: Body, content: bytes) -> Parsed:
    try:
        return Parsed(typed(type_of(body.check), content.decode()), ())
    except UnicodeDecodeError as error:
        said = f"The body is not UTF-8 (byte {error.start}). Send text encoded in UTF-8."
        return Parsed(None, (Violation(said, None, "#"),))


def _bytes(_body: Body, content: bytes) -> Parsed:
    """Judge bytes as text with a character for each, as OpenAPI counts their length; the handler is given bytes."""
    return Parsed(content.decode("latin-1"), (), bytes_given=content)


READERS: Mapping[Reading, Callable[[Body, bytes], Parsed]] = {
    Reading.FORM: parse_form,
    Reading.TEXT: _text,
    Reading.BYTES: _bytes,
}
