"""Reading a contract: an OpenAPI 3.0 document, and the parts of it that a server needs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tollbridge.contract.ledger import Rule, rules_of
from tollbridge.contract.schema import SchemaCheck

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LOCATIONS = ("header", "path", "query")
CONTROLLER = "x-openapi-router-controller"
MAX_REFERENCES = 64


class ContractError(Exception):
    """The contract cannot be used; the sentence says where and why."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    Args:
        name: as the contract spells it.
        location: `header`, `path` or `query`.
        required: whether it has to be sent.
        type: `integer`, `number`, `boolean` or `string`.
        check: its schema, for typed values.
        rule: the ledger's id of the rule on its form; None where there is none.
        extensions: its members that begin with `x-`.
    """

    name: str
    location: str
    required: bool
    type: str
    check: SchemaCheck
    rule: str | None
    extensions: Mapping[str, object]


@dataclass(frozen=True)
class Response:
    """A documented response.

    Args:
        status: `200`, or `default`.
        media: its schemas, by media type.
        headers: the names of its headers.
    """

    status: str
    media: Mapping[str, SchemaCheck]
    headers: tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """A documented operation.

    Args:
        operation_id: unique in the contract; the handler's name.
        controller: the handler's file, below the folder of handlers.
        method: lower case.
        path: with the server's base path, as clients send it.
        parameters: the path's and the operation's own.
        body: the schema of its JSON body; None where it has none.
        body_required: whether a body has to be sent.
        example: the first example of a body; None where the contract shows none.
        responses: by status.
        stripe: `x-stripe`, what it is for at Stripe; None where it says nothing.
        requires_token: whether every alternative of its security asks for a token.
    """

    operation_id: str
    controller: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: SchemaCheck | None
    body_required: bool
    example: object
    responses: Mapping[str, Response]
    stripe: Mapping[str, object] | None
    requires_token: bool


@dataclass(frozen=True)
class Contract:
    """A contract.

    Args:
        path: where it was read.
        document: as it stands there, references unresolved.
        operations: in its order.
        rules: its ledger.
    """

    path: Path
    document: dict[str, Any] = field(repr=False)
    operations: tuple[Operation, ...] = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)


def load_contract(path: Path) -> Contract:
    """Read a contract.

    Args:
        path: an OpenAPI 3.0 document in YAML or JSON.

    Raises:
        ContractError: it cannot be read, or asks for what this server does not do.
    """
    document = _read(path)
    try:
        operations = tuple(_operations(document))
        rules = tuple(rules_of(document))
    except ContractError as error:
        raise ContractError(f"{path}: {error}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise ContractError(f"{path}: is not a usable OpenAPI document ({said}).") from None
    return Contract(path, document, operations, rules)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise ContractError(f"{path}: cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: is not YAML: {' '.join(str(error).split())}.") from None
    version = document.get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("3.0."):
        raise ContractError(f"{path}: OpenAPI 3.0.x is needed; `openapi` is {version!r}.")
    return document  # type: ignore[no-any-return]


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    found = [
        _operation(document, path, method, item)
        for path, item in document["paths"].items()
        for method in item
        if method in METHODS
    ]
    for operation_id, count in Counter(operation.operation_id for operation in found).items():
        if count > 1:
            # Connexion (3.3.0) would validate one with the other's schema, and say nothing.
            raise ContractError(f"the operationId {operation_id!r} is given {count} times.")
    if not found:
        raise ContractError("there are no operations.")
    yield from found


def _operation(document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]) -> Operation:
    spec = item[method]
    place = f"{method.upper()} {path}"
    for needed in ("operationId", CONTROLLER, "responses"):
        if needed not in spec:
            raise ContractError(f"{place} has no `{needed}`.")
    described = resolved(document, [*item.get("parameters", ()), *spec.get("parameters", ())])
    body = resolved(document, spec.get("requestBody"))
    security = spec.get("security", document.get("security", [{}]))
    return Operation(
        operation_id=spec["operationId"],
        controller=spec[CONTROLLER],
        method=method,
        path=_base_path(document) + path,
        parameters=tuple(_parameter(entry, place) for entry in described),
        body=_body(body, place),
        body_required=bool(body and body.get("required")),
        example=_example(body),
        responses={
            str(status): _response(str(status), response)
            for status, response in resolved(document, spec["responses"]).items()
        },
        stripe=spec.get("x-stripe"),
        requires_token=bool(security) and {} not in security,
    )


def _parameter(entry: Mapping[str, Any], place: str) -> Parameter:
    if entry["in"] not in LOCATIONS or entry["schema"].get("type") not in ("integer", "number", "boolean", "string"):
        raise ContractError(f"{place}: the parameter {entry['name']!r} is not one that this server reads.")
    form = next((rule["id"] for rule in entry.get("x-rules", ())), None)
    return Parameter(
        name=entry["name"],
        location=entry["in"],
        required=entry.get("required", False),
        type=entry["schema"]["type"],
        check=SchemaCheck(entry["schema"]),
        rule=form,
        extensions={name: value for name, value in entry.items() if name.startswith("x-")},
    )


def _body(body: Mapping[str, Any] | None, place: str) -> SchemaCheck | None:
    if body is None:
        return None
    if list(body["content"]) != ["application/json"]:
        raise ContractError(f"{place}: only `application/json` bodies are read.")
    return SchemaCheck(body["content"]["application/json"]["schema"])


def _example(body: Mapping[str, Any] | None) -> object:
    media = body["content"]["application/json"] if body else {}
    named = [entry.get("value") for entry in media.get("examples", {}).values()]
    return next(iter(named), media.get("example"))


def _response(status: str, response: Mapping[str, Any]) -> Response:
    media = {name: SchemaCheck(entry.get("schema", {})) for name, entry in response.get("content", {}).items()}
    return Response(status, media, tuple(response.get("headers", ())))


def _base_path(document: Mapping[str, Any]) -> str:
    servers = document.get("servers") or [{"url": "/"}]
    return urlsplit(str(servers[0]["url"])).path.rstrip("/")


def resolved(document: Mapping[str, Any], value: Any, depth: int = 0) -> Any:
    """Return a value with its references (`$ref: "#/…"`) replaced by what they name.

    Raises:
        ContractError: a reference leads out of the document, nowhere, or to itself.
    """
    if depth > MAX_REFERENCES:
        raise ContractError("references lead back to themselves; this server needs schemas without recursion.")
    if isinstance(value, list):
        return [resolved(document, item, depth) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        return resolved(document, _named(document, value["$ref"]), depth + 1)
    return {name: resolved(document, member, depth) for name, member in value.items()}


def _named(document: Mapping[str, Any], reference: str) -> Any:
    here: Any = document
    if not reference.startswith("#/"):
        raise ContractError(f"the reference {reference!r} leads out of the document.")
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(here, dict) or name not in here:
            raise ContractError(f"the reference {reference!r} names nothing.")
        here = here[name]
    return here
