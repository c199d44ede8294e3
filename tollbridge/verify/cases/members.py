"""Members of the body: each missing, mistyped, at its edges, unknown, and combined."""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.leaks import BAD_ADDRESS, TEXTS
from tollbridge.verify.model.steps import Call, Case

ASTRAL = "\U0001f600"
LABEL = "a" * 63
EMAILS = (
    "yard@example.com",
    "yard+dock4@example.com",
    "first.last@mail.yard.example.com",
    "yard.dock.4@gmail.com",
    "Yard.Master@Example.COM",
    "o'brien-1@ex-ample.co",
    "a" * 64 + "@example.com",
    f"a@{LABEL}.{LABEL}.{LABEL}.{'a' * 57}.com",
)
NOT_EMAILS = (
    "",
    "yard",
    "yard@",
    "@example.com",
    "a@b",
    "yard@example",
    "yard@@example.com",
    "yard@example..com",
    ".yard@example.com",
    "yard.@example.com",
    "yard@-example.com",
    "yard@example.com\n",
    "yard @example.com",
    "yard@exämple.com",
    "Yard <yard@example.com>",
    f"aaa@{LABEL}.{LABEL}.{LABEL}.{'a' * 57}.com",
)
WRONG_TYPES: tuple[Any, ...] = (None, True, 7, "7", "x", [], {}, [7])
UNKNOWN_VALUES: tuple[Any, ...] = (None, False, 0, 7.5, "", [], {}, [None], {"amount": 1})
"""Of an unknown member: a value of every type of JSON, and those that many languages take for nothing."""

UNKNOWN = ("confirm", "x", "a/b~c", "clientSecret", "Amount", "metadata", "é", "")
INHERITED = {"__proto__": {"amount": 1}, "constructor": {"prototype": {}}, "toString": "x"}
"""Names that objects have from elsewhere in some languages."""


def members(context: CaseContext) -> Iterator[Case]:
    """Yield cases about each member, then about two at a time."""
    subject = context.subject
    schema = subject.schema
    properties = schema.get("properties", {})
    right = context.call()
    for name in schema.get("required", ()):
        yield _one(right, {n: v for n, v in right.document.items() if n != name}, f"no {name}")
    yield _one(right, {}, "an empty object")
    for document in ([], [right.document], "x", 7):
        yield _one(right, document, f"{_kind(document)} for the object")
    for name in properties:
        for value in WRONG_TYPES:
            if not _fits(properties[name], value):
                yield _one(right, right.document | {name: value}, f"{name} as {_kind(value)}")
    yield from _unknown(right, properties)
    yield from _texts(context)
    yield from _pairs(context)
    yield from _combinations(context)


def _unknown(right: Call, properties: Mapping[str, Any]) -> Iterator[Case]:
    """Members that the contract does not have, by many names and of every type."""
    for name, value in [*((name, True) for name in UNKNOWN), *INHERITED.items()]:
        if name not in properties:
            yield _one(right, right.document | {name: value}, f"unknown member {name or '(empty)'}")
    for value in UNKNOWN_VALUES:
        yield _one(right, right.document | {"unknown": value}, f"unknown member with {json.dumps(value)}")


def _texts(context: CaseContext) -> Iterator[Case]:
    texts: dict[str, tuple[Any, ...]] = {}
    for role in ("description", "receipt_email"):
        member = context.subject.members.get(role)
        if member is None:
            continue
        most = context.subject.schema["properties"][member].get("maxLength", 1_000)
        if role == "description":
            texts[role] = (
                "x",
                "",
                "é" * most,
                ASTRAL * most,
                ASTRAL * most + "x",
                "x" * (most + 1),
                "a\x00b",
                "<b>&amp;'\"\\/\n\t",
            )
            texts[role] += (
                "null",
                "0",
                " ",
                "amount=1&currency=eur",
                "%00%0d%0a",
                "Zoë\u0301 ‮x‬",
                "  two  blanks within, and more at the ends   ",
            )
        else:
            texts[role] = (*EMAILS, *NOT_EMAILS)
    for role, values in texts.items():
        for value in values:
            shown = (
                value if value.isascii() and value.isprintable() and len(value) < 40 else f"of {len(value)} characters"
            )
            yield Case(f"{role} {shown}", (context.call(note=f"{role} {shown or 'empty'}", **{role: value}),))


def _pairs(context: CaseContext) -> Iterator[Case]:
    """Two faults in one body, each of another member."""
    bad: dict[str, Any] = {
        "amount": 0,
        "currency": "xxx",
        "description": "",
        "receipt_email": BAD_ADDRESS,
        "payment_method": 0,
        "confirm": "yes",
    }
    here = [role for role in bad if role in context.subject.members]
    for first, second in combinations(here, 2):
        what = f"{first} and {second} wrong"
        yield Case(what, (context.call(note=what, **{first: bad[first], second: bad[second]}),))
    if len(here) > 2:
        yield Case("everything wrong", (context.call(note="everything wrong", **{role: bad[role] for role in here}),))
    # what is right beside it must neither be blamed nor repeated
    for role in ("amount", "currency"):
        what = f"{role} wrong beside texts"
        yield Case(what, (context.call(note=what, **TEXTS, **{role: bad[role]}),))


def _combinations(context: CaseContext) -> Iterator[Case]:
    """Right bodies with every subset of the optional members."""
    home = context.home()
    good = context.methods(home, good=True)
    offered: dict[str, Any] = {
        "description": "Dock 4",
        "receipt_email": "yard@example.com",
        "confirm": True,
        **({"payment_method": good[0].id} if good else {}),
    }
    roles = [role for role in offered if role in context.subject.members]
    for count in range(1, len(roles) + 1):
        for chosen in combinations(roles, count):
            what = f"with {', '.join(chosen)}"
            yield Case(what, (context.call(note=what, **{role: offered[role] for role in chosen}),))
    if "confirm" in context.subject.members:
        yield Case("confirm false", (context.call(note="confirm false", confirm=False),))


def _one(right: Any, document: Any, what: str) -> Case:
    return Case(what, (right.but(document=document, note=what),))


def _fits(schema: Any, value: Any) -> bool:
    kinds = {"integer": int, "string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    named = schema.get("type", "object")
    for kind in named if isinstance(named, list) else [named]:
        if isinstance(value, kinds.get(kind, object)) and (kind == "boolean" or not isinstance(value, bool)):
            return True
    return False


def _kind(value: Any) -> str:
    return {
        "NoneType": "null",
        "bool": "true",
        "int": "a number",
        "str": f"text {value!r}",
        "list": "a list",
        "dict": "an object",
    }[type(value).__name__]
