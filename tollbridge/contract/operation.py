"""Reading an operation: its parameters, bodies and answers, references followed, their schemas compiled."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tollbridge.contract.bodies import Body, bodies_of, essence
from tollbridge.contract.dialect import Dialect
from tollbridge.contract.errors import Fault, Unserved
from tollbridge.contract.extensions import CONTROLLER, PREFIX, RULES, STRIPE
from tollbridge.contract.meta_schema import misshapen_part
from tollbridge.contract.model import Example, Obstacle, Operation, Parameter, Response
from tollbridge.contract.paths import require_routable
from tollbridge.contract.references import followed
from tollbridge.contract.samples import sample_of
from tollbridge.contract.schema import SchemaCheck
from tollbridge.contract.schemas import Schemas
from tollbridge.contract.security import alternatives
from tollbridge.contract.servers import Servers
from tollbridge.contract.sides import Side
from tollbridge.contract.types import type_of
from tollbridge.documents import Place, printable

TYPES = ("integer", "number", "boolean", "string")
FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""Names that a header can have (RFC 9110, section 5.1)."""

DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""Between the items of an array, by the style of a parameter; where they are not sent one by one."""

NAME_SHOWN = 60


class OperationReader:
    """Reads the operations of a document; what their references and patterns cost is counted together."""

    def __init__(self, document: Mapping[str, Any], dialect: Dialect) -> None:
        """Take the document.

        Args:
            document: of the shape that OpenAPI gives it.
            dialect: of it.
        """
        self._document = document
        self._dialect = dialect
        self._servers = Servers(document)
        self._schemas = Schemas(document, dialect)

    def read(self, path: str, method: str, item: Mapping[str, Any], operation_id: str) -> Operation:
        """Return an operation; one that needs what this server does not have says so, and has nothing else.

        Args:
            path: of its path item.
            method: lower case.
            item: the path item.
            operation_id: unique in the contract.

        Raises:
            Fault: a reference of it is not to what belongs there.
        """
        place: Place = ("paths", path, method)
        try:
            bases = self._servers.bases(item, item[method], place)
            return self._served([base + path for base in bases], method, item, operation_id, place)
        except Unserved as reason:
            obstacle = Obstacle(str(reason), reason.place or place)
            return self._bare([path], method, item[method], operation_id, place, unserved=obstacle)

    def _served(
        self, paths: Sequence[str], method: str, item: Mapping[str, Any], operation_id: str, place: Place
    ) -> Operation:
        spec = item[method]
        require_routable(paths[0], place)
        body = self._followed(spec.get("requestBody"), "RequestBody", (*place, "requestBody")) or {}
        content, within = body.get("content", {}), (*place, "requestBody", "content")
        bodies = bodies_of(content, within, self._schemas) if body else ()
        return self._bare(
            paths,
            method,
            spec,
            operation_id,
            place,
            parameters=tuple(self._parameters(item, spec, place)),
            bodies=bodies,
            body_required=bool(body.get("required")),
            example=self._example(content, bodies, within),
            examples=tuple(self._examples(content, within)),
            responses={
                status: self._response(status, entry, (*place, "responses", status))
                for status, entry in spec.get("responses", {}).items()
                if not status.startswith(PREFIX)
            },
        )

    def _bare(
        self,
        paths: Sequence[str],
        method: str,
        spec: Mapping[str, Any],
        operation_id: str,
        place: Place,
        **known: Any,
    ) -> Operation:
        """Return an operation with what can be said of every one, and what else is known of it."""
        security = spec.get("security", self._document.get("security", [{}]))
        nothing: dict[str, Any] = {
            "parameters": (),
            "body_required": False,
            "example": None,
            "responses": {},
        }
        return Operation(
            operation_id=operation_id,
            controller=_controller(spec, place),
            method=method,
            path=paths[0],
            also=tuple(paths[1:]),
            stripe=spec.get(STRIPE),
            requires_token=bool(security) and {} not in security,
            security=alternatives(self._document, spec),
            place=place,
            **{**nothing, **known},
        )

    def _followed(self, entry: Any, kind: str, place: Place) -> Any:
        """Return an entry, or what it refers to, which has to be of the kind."""
        found = followed(self._document, entry, place)
        if found is not entry:
            for fault in misshapen_part(found, self._dialect, kind, place):
                raise fault
        return found

    def _parameters(self, item: Mapping[str, Any], spec: Mapping[str, Any], place: Place) -> Iterator[Parameter]:
        """Yield an operation's parameters; its own replace the path's."""
        known: dict[tuple[str, str], Parameter] = {}
        for holder, where in ((item, place[:-1]), (spec, place)):
            for number, given in enumerate(holder.get("parameters", ())):
                here = (*where, "parameters", number)
                entry = self._followed(given, "Parameter", here)
                known[entry["name"], entry["in"]] = self._parameter(entry, here)
        yield from known.values()

    def _parameter(self, entry: Mapping[str, Any], place: Place) -> Parameter:
        name = printable(repr(entry["name"]), NAME_SHOWN)
        check = self._schemas.check(entry.get("schema", {}), (*place, "schema"), f"the parameter {name}")
        kind, items = type_of(check), type_of(check, "items")
        style = entry.get("style", "form" if entry["in"] in ("query", "cookie") else "simple")
        if not _is_read(kind, items, entry["in"], style):
            raise Unserved(f"the parameter {name} is not one that this server reads.", place)
        if entry["in"] == "header" and not FIELD_NAME.fullmatch(entry["name"]):
            raise Unserved(f"no header can be called {name}.", place)
        return Parameter(
            name=entry["name"],
            location=entry["in"],
            required=entry.get("required", False),
            type=kind,
            check=check,
            rule=next((rule["id"] for rule in entry.get(RULES, ())), None),
            extensions={name: value for name, value in entry.items() if name.startswith(PREFIX)},
            items=items if kind == "array" else "",
            delimiter="" if entry.get("explode", style == "form") and style == "form" else DELIMITERS.get(style, ""),
            example=self._shown(entry, place),
        )

    def _response(self, status: str, given: Any, place: Place) -> Response:
        response = self._followed(given, "Response", place)
        content = response.get("content", {})
        media = {
            name: self._schemas.check(
                entry.get("schema", {}), (*place, "content", name, "schema"), f"the response {status}", Side.ANSWER
            )
            for name, entry in content.items()
        }
        headers = {
            name: self._header(entry, (*place, "headers", name)) for name, entry in response.get("headers", {}).items()
        }
        return Response(
            status,
            media,
            headers,
            tuple(self._examples(content, (*place, "content"))),
            frozenset(self._required(response, place)),
            dict(self._header_checks(response, place)),
        )

    def _header_checks(self, response: Mapping[str, Any], place: Place) -> Iterator[tuple[str, SchemaCheck]]:
        for name, entry in response.get("headers", {}).items():
            here = (*place, "headers", name)
            header = self._followed(entry, "Header", here)
            if "schema" in header and name.lower() != "content-type":
                yield name, self._schemas.check(header["schema"], (*here, "schema"), "a header", Side.ANSWER)

    def _required(self, response: Mapping[str, Any], place: Place) -> Iterator[str]:
        """Yield the names of the headers that every such answer has; OpenAPI ignores one called Content-Type."""
        for name, entry in response.get("headers", {}).items():
            header = self._followed(entry, "Header", (*place, "headers", name))
            if header.get("required") and name.lower() != "content-type":
                yield name

    def _header(self, given: Any, place: Place) -> object:
        """Return the example of a header; of one that every answer has and no example shows, a value that fits it."""
        header = self._followed(given, "Header", place)
        shown = self._shown(header, place)
        if shown is not None or not header.get("required"):
            return shown
        sample = sample_of(
            self._schemas.check(header.get("schema", {}), (*place, "schema"), "a header"), str(place[-1])
        )
        return sample and sample.value

    def _example(self, content: Mapping[str, Any], bodies: Sequence[Body], place: Place) -> object:
        """Return the first example of the body that is taken for the operation's; None where none is shown."""
        names = [name for name in content if bodies and essence(name) == bodies[0].media_type]
        return self._shown(content[names[0]], (*place, names[0])) if names else None

    def _shown(self, described: Mapping[str, Any], place: Place) -> object:
        """Return the first example of a body or a header; None where none is shown."""
        named = (
            self._followed(entry, "Example", (*place, "examples", name)).get("value")
            for name, entry in described.get("examples", {}).items()
        )
        return next(named, described.get("example"))

    def _examples(self, content: Mapping[str, Any], place: Place) -> Iterator[Example]:
        for media_type, media in content.items():
            if "example" in media:
                yield Example("", media_type, media["example"])
            for name, given in media.get("examples", {}).items():
                entry = self._followed(given, "Example", (*place, media_type, "examples", name))
                if "value" in entry:  # an `externalValue` is at a URL, and no URL is followed
                    yield Example(name, media_type, entry["value"])


def _is_read(kind: str, items: str, location: str, style: str) -> bool:
    """Tell whether values of a type are read from a place in a style."""
    if kind == "object":
        return style == "deepObject" and location == "query"
    return style in DELIMITERS and (kind in TYPES or (kind == "array" and items in TYPES))


def _controller(spec: Mapping[str, Any], place: Place) -> str | None:
    controller = spec.get(CONTROLLER)
    if controller is not None and not isinstance(controller, str):
        words = f"{str(place[2]).upper()} {printable(str(place[1]), NAME_SHOWN)}"
        raise Fault(f"{words}: `{CONTROLLER}` has to be text.", (*place, CONTROLLER))
    return controller
