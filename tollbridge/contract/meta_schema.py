"""Whether a document has the shape that OpenAPI 3.0 gives it.

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

from tollbridge.contract.errors import Fault, spelled
from tollbridge.contract.references import MAX_HEIGHT
from tollbridge.contract.shape import misfits
from tollbridge.documents import Place, fits

WHOLE = "#"
OPERATION = "#/definitions/Operation"
PATH_ITEM = "#/definitions/PathItem"
SCHEMA = "#/definitions/Schema"
WIDE = ("paths", "components")
EMPTY: Mapping[str, Any] = {"openapi": "3.0.3", "info": {"title": "", "version": ""}, "paths": {}}
MAX_TOLD = 5_000
"""Values and names of a part whose every error is told: each value may be wrong, and an error takes 5 kB."""


def misshapen(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the shape of a document, part by part."""
    if not _validator(WHOLE).is_valid(document):
        for part, place in _parts(document):
            yield from _told(part, WHOLE, (), place)


def misshapen_part(part: Any, kind: str, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the shape of a part of a document.

    Args:
        part: the part.
        kind: what it has to be: `OPERATION`, `PATH_ITEM` or `SCHEMA`.
        place: of the part, in the document.
    """
    return _told(part, kind, place, place)


def _told(value: Any, kind: str, root: Place, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with a value that stands at `root`; of a large one only that something is, at `place`."""
    validator = _validator(kind)
    if validator.is_valid(value):
        return
    if fits(value, nodes=MAX_TOLD, depth=MAX_HEIGHT):
        yield from misfits(validator, value, root)
    else:
        yield Fault(f"{spelled(place)}: something in it does not have the shape that OpenAPI 3.0 gives it.", place)


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Yield documents with one operation or one component each, and one with all the rest; with the place of each."""
    wide = {top: document[top] for top in WIDE if isinstance(document.get(top), dict)}
    yield {**document, **{top: {} for top in wide}}, ()
    for top, groups in wide.items():
        for group, members in groups.items():
            named = members if isinstance(members, dict) else {}
            yield {**EMPTY, top: {group: {} if named else members}}, (top, group)
            for name, value in named.items():
                yield {**EMPTY, top: {group: {name: value}}}, (top, group, name)


@cache
def _validator(part: str) -> jsonschema_rs.Draft4Validator:
    """Compile a part of the meta-schema: the one that Connexion carries, found without loading Connexion.

    Its `format: regex` is left unchecked: patterns are ECMA-262's, and `patterns` compiles them.
    """
    found = find_spec("connexion")
    assert found is not None
    assert found.origin is not None
    schema = json.loads((Path(found.origin).parent / "resources/schemas/v3.0/schema.json").read_bytes())
    if part != WHOLE:
        schema = {"$ref": part, "definitions": schema["definitions"]}
    return jsonschema_rs.Draft4Validator(schema, validate_formats=False, offline=True)
