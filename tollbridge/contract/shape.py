"""The sentences of a value that does not have the shape that a JSON Schema gives it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import jsonschema_rs

from tollbridge.contract.dialect import Validator
from tollbridge.contract.errors import Fault, spelled
from tollbridge.documents import Place, placed, printable

MAX_ERRORS = 100
MAX_NAMES = 5
SHOWN = 40
KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
TYPES = {"object": "an object", "array": "a list", "string": "text", "boolean": "true or false", "number": "a number"}
Kinds = jsonschema_rs.ValidationErrorKind


def misfits(validator: Validator, value: Any, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the shape of a value, the first hundred faults.

    Args:
        validator: of the shape.
        value: a part of a document.
        place: of the part.
    """
    by_place: dict[Place, list[Any]] = {}
    found = [cause for error in islice(validator.iter_errors(value), MAX_ERRORS) for cause in _causes(error)]
    for cause in found:
        if not _follows(cause, found):
            by_place.setdefault(placed(value, cause.instance_path), []).append(cause.kind)
    for inner, kinds in by_place.items():
        whole = (*place, *inner)
        for said in _said(kinds, _at(value, inner)):
            yield Fault(f"{spelled(whole)}: {said}.", whole)


def _causes(error: jsonschema_rs.ValidationError) -> Iterable[jsonschema_rs.ValidationError]:
    """Return why a value fits no branch: the errors of those that it comes nearest to, which are the deepest."""
    match error.kind:
        case Kinds.OneOfNotValid(context) | Kinds.AnyOf(context):
            inner = [cause for branch in context for one in branch for cause in _causes(one)]
            depth = max((len(cause.instance_path) for cause in inner), default=0)
            deepest = [cause for cause in inner if len(cause.instance_path) == depth]
            return [cause for cause in deepest if not _wants_reference(cause.kind)] or deepest
    return [error]


def _follows(error: jsonschema_rs.ValidationError, found: list[jsonschema_rs.ValidationError]) -> bool:
    """Whether members count as unknown for no other reason than that something in them is wrong."""
    match error.kind:
        case Kinds.UnevaluatedProperties(names):
            here = error.instance_path
            wrong = {
                one.instance_path[len(here)]
                for one in found
                if one.instance_path[: len(here)] == here != one.instance_path
            }
            return bool(wrong & {*names})
    return False


def _wants_reference(kind: object) -> bool:
    """Whether it would have to be a reference, which is what everything may be instead."""
    return isinstance(kind, Kinds.Required) and kind.property == "$ref"


def _said(kinds: list[Any], value: Any) -> Iterator[str]:
    """Yield the sentences of what failed at a place; of a wrong type, nothing but that."""
    types = [name for kind in kinds if isinstance(kind, Kinds.Type) for name in kind.types]
    options = [str(option) for kind in kinds if isinstance(kind, Kinds.Enum) for option in kind.options]
    if types:
        yield f"is {KINDS.get(type(value), 'a number')}; it has to be {_any_of(TYPES.get(n, f'a {n}') for n in types)}"
    elif options:
        yield f"is {printable(str(value), SHOWN)}; it has to be {_any_of(options)}"
    else:
        yield from dict.fromkeys(_rule(kind) for kind in kinds)


def _any_of(names: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _rule(kind: Any) -> str:
    match kind:
        case Kinds.Required(name):
            return f"{printable(str(name), SHOWN)} is missing"
        case Kinds.AdditionalProperties(names) | Kinds.UnevaluatedProperties(names):
            shown = ", ".join(printable(name, SHOWN) for name in names[:MAX_NAMES])
            more = ", …" if len(names) > MAX_NAMES else ""
            return f"{shown}{more}: there is no such member here; leave it out, or let its name begin with x-"
    return f"it breaks {kind.name!r} of the schema of its kind"


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value
