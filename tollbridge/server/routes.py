"""The part of a contract that Connexion gets: its paths, with a name for the operation at each.

Connexion (3.3.0) follows every `$ref` of a document, to any URL and any file, copies what it finds without bound,
formats the server's URL with what stands in its braces, and takes a parameter's name in a path for Python's. So it gets
nothing of the document itself.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any

from tollbridge.contract import Contract, Operation
from tollbridge.contract.paths import PARAMETER, unroutable

ANSWERS: dict[str, Any] = {"x-answers": {}}
"""Connexion looks at a member that begins with x- no closer, and takes a parameter in a path that is not described for
text without slashes. Described answers and parameters of 600 operations take it half a second."""


def names_of(contract: Contract) -> Mapping[str, Operation]:
    """Return the operations of a contract by the names that Connexion has for them: an id may be any text."""
    return {f"operation_{number}": operation for number, operation in enumerate(contract.operations)}


def routes_of(contract: Contract) -> dict[str, Any]:
    """Return an OpenAPI document with the paths and methods of a contract, and nothing else.

    A path that takes too long to be matched is not in it: nothing is found there.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route, operation in names_of(contract).items():
        if unroutable(operation.path):
            continue
        for template in map(_numbered, operation.paths):
            paths.setdefault(template, {}).setdefault(operation.method, {"operationId": route, "responses": ANSWERS})
    return {"openapi": "3.0.3", "info": {"title": "routes", "version": "1"}, "paths": paths}


def documents(contract: Contract, path: str) -> bool:
    """Tell whether a contract has a path, by one of its templates."""
    steps = path.split("/")
    templates = [one.split("/") for operation in contract.operations for one in operation.paths]
    return any(len(steps) == len(of) and all(map(_is_step, steps, of)) for of in templates)


def _is_step(step: str, template: str) -> bool:
    return "{" in template or step == template


def _numbered(path: str) -> str:
    numbers = count()
    return PARAMETER.sub(lambda _: f"{{p{next(numbers)}}}", path)
