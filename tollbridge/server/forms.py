"""Bodies that are forms, `application/x-www-form-urlencoded`: each text as the type that the contract says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from tollbridge.contract import Body, Field, SchemaCheck, type_of
from tollbridge.contract.types import Step
from tollbridge.problems import MalformedForm, MalformedJson
from tollbridge.server.parameters import form_value, typed
from tollbridge.server.wire import Parsed, parse_json

MAX_FIELDS = 1_000
MAX_DEEP = 20
"""Names in brackets, one after the other."""

DEEP_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
IN_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
PLAIN = Field()
Pair = tuple[str, str]


def parse_form(body: Body, content: bytes) -> Parsed:
    """Read a form.

    Args:
        body: what the contract says of it.
        content: the bytes, as they came.

    Raises:
        MalformedForm: 400, it is not UTF-8, or has too many fields.
    """
    try:
        pairs = parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise MalformedForm("The form is not UTF-8. Percent-encode text in UTF-8.") from None
    except ValueError:
        raise MalformedForm(f"The form has more than {MAX_FIELDS:,} fields. Send fewer.") from None
    deep = {name for name, one in body.fields.items() if one.style == "deepObject"}
    steps = {key: names for key, _ in pairs if (names := _deep_steps(key)) and names[0] in deep}
    value = form_value(body.check, _split([pair for pair in pairs if pair[0] not in steps], body.fields))
    for name, found in _trees((steps[key], text) for key, text in pairs if key in steps).items():
        value[name] = _typed_tree(body.check, (("properties", name),), found) if name not in value else [value[name]]
    objects = (name for name in value if type_of(body.check, ("properties", name)) == "object")
    return Parsed(value | {name: _read(value[name]) for name in objects}, ())


def _split(pairs: Iterable[Pair], fields: Mapping[str, Field]) -> Iterator[Pair]:
    """Yield the pairs of a form, the items of a list that is sent in one text by themselves."""
    for name, text in pairs:
        field = fields.get(name, PLAIN)
        if field.explode:
            yield name, text
        else:
            yield from ((name, item) for item in text.split(DELIMITERS.get(field.style, ",")))


def _read(value: Any) -> Any:
    """Return an object that is sent as JSON, as OpenAPI says where nothing else is said; what is not JSON stays."""
    if not isinstance(value, str):
        return value
    try:
        parsed = parse_json(value.encode())
    except MalformedJson:
        return value
    return value if parsed.refusals else parsed.document


def _deep_steps(key: str) -> list[str]:
    """Return the names of `name[a][b]`; none where it is not like that."""
    found = DEEP_NAME.fullmatch(key)
    names = [found[1], *IN_BRACKETS.findall(found[2])] if found else []
    return names if len(names) <= MAX_DEEP else []


def _trees(pairs: Iterable[tuple[list[str], str]]) -> dict[str, Any]:
    """Return texts as objects within objects; what is given twice is a list, which only lists take."""
    made: dict[str, Any] = {}
    for names, text in pairs:
        here = made
        for name in names[:-1]:
            below = here.setdefault(name, {})
            here = below if isinstance(below, dict) else here.setdefault(f"{name}[", {})
        _add(here, names[-1], text)
    return made


def _add(holder: dict[str, Any], name: str, text: str) -> None:
    if name in holder:
        known = holder[name]
        holder[name] = [*(known if isinstance(known, list) else [known]), text]
    else:
        holder[name] = text


def _typed_tree(check: SchemaCheck, steps: tuple[Step, ...], tree: Any) -> Any:
    """Return a tree with each text as the type that its schema says; `name[0]` and `name[]` are items of a list."""
    kind = type_of(check, *steps)
    if isinstance(tree, dict) and kind == "array" and all(name.isdigit() or not name for name in tree):
        items = [item for found in tree.values() for item in (found if isinstance(found, list) else [found])]
        return [_typed_tree(check, (*steps, "items"), item) for item in items]
    if isinstance(tree, dict):
        return {name: _typed_tree(check, (*steps, ("properties", name)), found) for name, found in tree.items()}
    if isinstance(tree, list):
        return [_typed_tree(check, (*steps, "items"), item) for item in tree]
    return typed(kind, tree)
