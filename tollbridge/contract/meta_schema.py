"""Whether a document has the shape that OpenAPI gives it.

So what reads a contract need not ask at each step whether a list is a list. Members that begin with `x-` are not
OpenAPI's: whoever reads one looks at it.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

from tollbridge.contract.dialect import OPENAPI_30, OPENAPI_31, Dialect, Validator
from tollbridge.contract.errors import Fault, spelled
from tollbridge.contract.references import MAX_HEIGHT
from tollbridge.contract.shape import misfits
from tollbridge.documents import Place, fits

WHOLE = "the document"
KINDS = {
    "Example": "example",
    "Header": "header",
    "Parameter": "parameter",
    "PathItem": "path-item",
    "RequestBody": "request-body",
    "Response": "response",
    "Schema": "schema",
}
"""Kinds of objects that a reference can name: as the schema of 3.0 calls them, and as that of 3.1 does."""

WIDE = ("paths", "components")
MAX_TOLD = 5_000
"""Values and names of a part whose every error is told: each value may be wrong, and an error takes 5 kB."""


def misshapen(document: Mapping[str, Any], dialect: Dialect) -> Iterator[Fault]:
    """Yield what is wrong with the shape of a document, part by part."""
    if not _validator(dialect, WHOLE).is_valid(document):
        for part, place in _parts(document):
            yield from _told(part, dialect, WHOLE, (), place)


def misshapen_part(part: Any, dialect: Dialect, kind: str, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the shape of a part of a document.

    Args:
        part: the part.
        dialect: of the document.
        kind: what it has to be, one of `KINDS`.
        place: of the part, in the document.
    """
    return _told(part, dialect, kind, place, place)


def _told(value: Any, dialect: Dialect, kind: str, root: Place, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a value that stands at `root`; of a large one only that something is, at `place`."""
    validator = _validator(dialect, kind)
    if validator.is_valid(value):
        return
    if fits(value, nodes=MAX_TOLD, depth=MAX_HEIGHT):
        yield from misfits(validator, value, root)
    else:
        version = dialect.version
        yield Fault(
            f"{spelled(place)}: something in it does not have the shape that OpenAPI {version} gives it.", place
        )


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Yield documents with one operation or one component each, and one with all the rest; with the place of each."""
    wide = {top: document[top] for top in WIDE if isinstance(document.get(top), dict)}
    empty = {"openapi": document["openapi"], "info": {"title": "", "version": ""}, "paths": {}}
    yield {**document, **{top: {} for top in wide}}, ()
    for top, groups in wide.items():
        for group, members in groups.items():
            named = members if isinstance(members, dict) else {}
            yield {**empty, top: {group: {} if named else members}}, (top, group)
            for name, value in named.items():
                yield {**empty, top: {group: {name: value}}}, (top, group, name)


@cache
def _validator(dialect: Dialect, kind: str) -> Validator:
    """Compile a part of the meta-schema. Patterns are ECMA-262's, so `format: regex` is left unchecked here."""
    return _of_30(kind) if dialect is OPENAPI_30 else _of_31(kind)


def _of_30(kind: str) -> Validator:
    """Compile the schema that Connexion carries, found without loading Connexion."""
    found = find_spec("connexion")
    assert found is not None
    assert found.origin is not None
    schema = json.loads((Path(found.origin).parent / "resources/schemas/v3.0/schema.json").read_bytes())
    if kind != WHOLE:
        schema = {"$ref": f"#/definitions/{kind}", "definitions": schema["definitions"]}
    return jsonschema_rs.Draft4Validator(schema, validate_formats=False, offline=True)


def _of_31(kind: str) -> Validator:
    """Compile the OpenAPI Initiative's schema; schemas in a document are judged by JSON Schema's own."""
    published = json.loads((Path(__file__).parent / "meta/openapi-3.1.json").read_bytes())
    schemas = {"$dynamicAnchor": "meta", "$ref": published["$schema"]}
    wanted = published["$id"] if kind == WHOLE else f"{published['$id']}#/$defs/{KINDS[kind]}"
    whole = {"$id": "urn:tollbridge:openapi", "$ref": wanted, "$defs": {"schema": schemas}}
    registry = jsonschema_rs.Registry([(published["$id"], published)], draft=jsonschema_rs.Draft202012)
    return OPENAPI_31.validator(whole, registry=registry, validate_formats=False, offline=True)
