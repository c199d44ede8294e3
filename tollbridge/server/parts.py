"""Bodies in parts, `multipart/form-data`: each part as the type that the contract says.

A part that is a file, or bytes by its schema, is judged as text with a character for each byte, as OpenAPI counts their
length; the handler is given the bytes. What a file is called is the client's word, and reaches nobody.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tollbridge.contract import Body, Field, Violation, is_json_type, part_of, shown_pointer, type_of
from tollbridge.http1.media import media_type
from tollbridge.problems import MalformedForm, Problem
from tollbridge.server.parameters import typed
from tollbridge.server.wire import MAX_LISTED, Parsed, parse_json

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_PARTS = 1_000
BINARY = ("binary", "byte")
ANY = Field()


@dataclass
class Part:
    """A part of a body.

    Args:
        headers: by lower-case name.
        content: its bytes.
    """

    headers: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)

    @property
    def named(self) -> tuple[str, bool]:
        """Its name, and whether it is a file."""
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        return options.get(b"name", b"").decode("utf-8", "replace"), b"filename" in options

    @property
    def media_type(self) -> str:
        """Its media type; empty where it says none."""
        return media_type(self.headers.get(b"content-type", b"").decode("latin-1"))


@dataclass(frozen=True)
class _Read:
    """What a part says.

    Args:
        judged: the value that its schema is held against.
        given: what a handler gets.
        wrong: why it is neither; empty where it is.
    """

    judged: Any
    given: Any
    wrong: str = ""


def parse_parts(body: Body, content_type: str, content: bytes) -> Parsed:
    """Read a body in parts.

    Args:
        body: what the contract says of it.
        content_type: of the request, with the boundary.
        content: the bytes, as they came.

    Raises:
        MalformedForm: 400, it is not parts with a name each between the boundaries, or has too many.
    """
    judged: dict[str, Any] = {}
    given: dict[str, Any] = {}
    wrong: list[Violation] = []
    for part in _parts(content_type, content):
        name, is_file = part.named
        if not name:
            raise MalformedForm("A part has no name. Give each a Content-Disposition: form-data; name=….")
        read = _value(body, name, part, is_file)
        if read.wrong:
            wrong.append(Violation(f"{shown_pointer(name)} {read.wrong}.", None, shown_pointer(name)))
        else:
            is_list = type_of(body.check, ("properties", name)) == "array"
            _put(judged, name, read.judged, is_list)
            _put(given, name, read.given, is_list)
    return Parsed(judged, tuple(wrong[:MAX_LISTED]), max(len(wrong) - MAX_LISTED, 0), given)


def _parts(content_type: str, content: bytes) -> list[Part]:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise MalformedForm("The Content-Type has no boundary. Send multipart/form-data; boundary=….")
    reading = _Parts()
    try:
        parser = MultipartParser(boundary, reading.callbacks)
        parser.write(content)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise MalformedForm(f"The body is not parts between boundaries ({type(error).__name__}).") from None
    if not reading.ended:
        raise MalformedForm("The body ends before its last boundary.")
    return reading.parts


class _Parts:
    """Collects what the parser finds."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._name = b""
        self._value = b""
        self.callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_header_field": self._field,
            "on_header_value": self._text,
            "on_header_end": self._header,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == MAX_PARTS:
            raise MalformedForm(f"The body has more than {MAX_PARTS:,} parts. Send fewer.")
        self.parts.append(Part())

    def _data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += data[start:end]

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _text(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        self.parts[-1].headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _end(self) -> None:
        self.ended = True


def _put(values: dict[str, Any], name: str, value: Any, is_list: bool) -> None:
    """Keep a value; of what is not a list, one that is sent twice becomes one, which no schema takes."""
    if is_list or name in values:
        kept = values.get(name, [])
        value = [*(kept if isinstance(kept, list) else [kept]), value]
    values[name] = value


def _value(body: Body, name: str, part: Part, is_file: bool) -> _Read:
    """Return what a part says, by the schema of its member, or of the items of that."""
    steps: list[Any] = [("properties", name)]
    if type_of(body.check, *steps) == "array":
        steps.append("items")
    kind, expected = type_of(body.check, *steps), body.fields.get(name, ANY).types
    if expected and not _fits(part.media_type, expected):
        return _Read(None, None, f"is sent as {part.media_type or 'no media type'}; send {' or '.join(expected)}")
    if kind == "object" or is_json_type(part.media_type):
        return _json(part)
    described = part_of(body.check, *steps)
    if is_file or described.get("format") in BINARY or "contentMediaType" in described:
        return _Read(part.content.decode("latin-1"), bytes(part.content))
    return _text(kind, part)


def _fits(sent: str, expected: tuple[str, ...]) -> bool:
    ranges = (sent, f"{sent.partition('/')[0]}/*", "*/*")
    return any(one in ranges for one in expected)


def _json(part: Part) -> _Read:
    try:
        parsed = parse_json(bytes(part.content))
    except Problem as problem:
        return _Read(None, None, f"is not JSON: {problem.detail.removeprefix('The body is not JSON: ').rstrip('.')}")
    if parsed.refusals:
        return _Read(None, None, f"is not JSON: {parsed.refusals[0].detail.rstrip('.')}")
    return _Read(parsed.document, parsed.document)


def _text(kind: str, part: Part) -> _Read:
    try:
        value = typed(kind, part.content.decode())
    except UnicodeDecodeError:
        return _Read(None, None, "is not UTF-8")
    return _Read(value, value)
