"""Reading an operation: its parameters, bodies and answers, without references, their schemas compiled."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.contract.errors import Fault
from tollbridge.contract.extensions import CONTROLLER, PREFIX, RULES, STRIPE
from tollbridge.contract.keywords import objects
from tollbridge.contract.meta_schema import OPERATION, misshapen_part
from tollbridge.contract.model import Example, Operation, Parameter, Response
from tollbridge.contract.patterns import Patterns
from tollbridge.contract.references import References
from tollbridge.contract.schema import SchemaCheck
from tollbridge.documents import Place, printable

LOCATIONS = ("header", "path", "query")
TYPES = ("integer", "number", "boolean", "string")
FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What a header may be called (RFC 9110, section 5.1)."""

REASON_SHOWN = 200
NAME_SHOWN = 60


class OperationReader:
    """Reads the operations of a document; what their references and patterns cost is counted together."""

    def __init__(self, document: Mapping[str, Any], base_path: str) -> None:
        """Take the document.

        Args:
            document: of the shape that OpenAPI 3.0 gives it.
            base_path: of its server.
        """
        self._document = document
        self._base_path = base_path
        self._references = References(document)
        self._patterns = Patterns()

    def read(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        """Return an operation.

        Args:
            path: of its path item.
            method: lower case.
            item: the path item.

        Raises:
            Fault: it asks for what this server does not do, or a reference of it is not to what belongs there.
        """
        spec = item[method]
        place: Place = ("paths", path, method)
        _require_named(spec, place)
        parts = self._parts(item, spec, place)
        security = spec.get("security", self._document.get("security", [{}]))
        return Operation(
            operation_id=spec["operationId"],
            controller=spec[CONTROLLER],
            method=method,
            path=self._base_path + path,
            parameters=tuple(self._parameter(entry, place) for entry in parts["parameters"]),
            body=self._body(parts.get("requestBody"), place),
            body_required=bool(parts.get("requestBody", {}).get("required")),
            example=_example(parts.get("requestBody")),
            responses={status: self._response(status, entry, place) for status, entry in parts["responses"].items()},
            stripe=spec.get(STRIPE),
            requires_token=bool(security) and {} not in security,
        )

    def _parts(self, item: Mapping[str, Any], spec: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """Return what an operation is made of, without references; its own parameters replace the path's."""
        described = [*item.get("parameters", ()), *spec.get("parameters", ())]
        more = {name: spec[name] for name in ("requestBody", "responses") if name in spec}
        parts: dict[str, Any] = self._references.resolved({"parameters": described, **more}, place)
        parts["parameters"] = [*{_identity(entry): entry for entry in parts["parameters"]}.values()]
        for fault in misshapen_part(parts, OPERATION, place):
            raise fault
        return parts

    def _parameter(self, entry: Mapping[str, Any], place: Place) -> Parameter:
        schema = entry.get("schema", {})
        name = printable(repr(entry["name"]), NAME_SHOWN)
        if entry["in"] not in LOCATIONS or schema.get("type") not in TYPES:
            raise Fault(f"{_words(place)}: the parameter {name} is not one that this server reads.", place)
        if entry["in"] == "header" and not FIELD_NAME.fullmatch(entry["name"]):
            raise Fault(f"{_words(place)}: no header can be called {name}.", place)
        return Parameter(
            name=entry["name"],
            location=entry["in"],
            required=entry.get("required", False),
            type=schema["type"],
            check=self._check(schema, place, f"the parameter {name}"),
            rule=next((rule["id"] for rule in entry.get(RULES, ())), None),
            extensions={name: value for name, value in entry.items() if name.startswith(PREFIX)},
        )

    def _body(self, body: Mapping[str, Any] | None, place: Place) -> SchemaCheck | None:
        if body is None:
            return None
        if list(body["content"]) != ["application/json"]:
            raise Fault(f"{_words(place)}: only `application/json` bodies are read.", place)
        return self._check(body["content"]["application/json"].get("schema", {}), place, "the body")

    def _response(self, status: str, response: Mapping[str, Any], place: Place) -> Response:
        media = {
            name: self._check(entry.get("schema", {}), (*place, "responses", status), f"the response {status}")
            for name, entry in response.get("content", {}).items()
        }
        headers = {name: _shown(entry) for name, entry in response.get("headers", {}).items()}
        return Response(status, media, headers, tuple(_answers(response.get("content", {}))))

    def _check(self, schema: Mapping[str, Any], place: Place, what: str) -> SchemaCheck:
        for _, inner in objects(schema):
            if "pattern" in inner:
                self._patterns.require(inner["pattern"], place)
        try:
            return SchemaCheck(schema)
        except ValueError as error:
            reason = printable(str(error).partition("\n")[0], REASON_SHOWN)
            raise Fault(f"{_words(place)}: the schema of {what} cannot be compiled: {reason}.", place) from None


def _require_named(spec: Mapping[str, Any], place: Place) -> None:
    for needed in ("operationId", CONTROLLER):
        if needed not in spec:
            raise Fault(f"{_words(place)} has no `{needed}`.", place)
        if not isinstance(spec[needed], str):
            raise Fault(f"{_words(place)}: `{needed}` has to be text.", (*place, needed))


def _words(place: Place) -> str:
    _, path, method = place[:3]
    return f"{str(method).upper()} {printable(str(path), NAME_SHOWN)}"


def _identity(entry: object) -> object:
    """Return what tells a parameter from others; one of the wrong shape is like no other."""
    return (str(entry.get("name")), str(entry.get("in"))) if isinstance(entry, dict) else id(entry)


def _example(body: Mapping[str, Any] | None) -> object:
    return _shown(body["content"]["application/json"] if body else {})


def _shown(described: Mapping[str, Any]) -> object:
    """Return the first example of a body or a header; None where none is shown."""
    named = [entry.get("value") for entry in described.get("examples", {}).values()]
    return next(iter(named), described.get("example"))


def _answers(content: Mapping[str, Any]) -> Iterator[Example]:
    for media_type, media in content.items():
        if "example" in media:
            yield Example("", media_type, media["example"])
        for name, entry in media.get("examples", {}).items():
            if "value" in entry:  # an `externalValue` is at a URL, and no URL is followed
                yield Example(name, media_type, entry["value"])
