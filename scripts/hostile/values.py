"""Changes of a value: the places of a document, and what is put there."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

Holder = dict[str, Any] | list[Any]
LARGE = 20_000

SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**300, 0.5, -0.0, 1e308, 5e-324, "",
    " ", "a", "0", "-1", "true", "null", "\x00", "a\x00b", "\x1b[31m", "\u202e", "\ufeff", "é", "😀", "x" * LARGE, "/",
    "//", "/{", "/{}", "/{a}/{a}", "/{a:int}", "/..", "../../etc/passwd", "/etc/passwd", "pays\n", "a.b.c",
    "__init__", "http://127.0.0.1:9/", "file:///etc/passwd", "http://[", "://", "{", "}", "{0.__class__}", "%", "%00",
    "%s", "$", "#", "#/", "#/paths", "#/components", "#/components/schemas", "#/info/title", "#/~", "#//", "*", "&a",
    "<<", "!!int", "(", "[", "a{50000}", "(a{1000}){1000}", r"^(a*)*\1b$", "(?=a)*", "\\", "[[:alpha:]]", "(?P<n>.)",
    r"\p{L}{1,999}", "integer", "array", "object", "string", "number", "boolean", "strin", "int64", "path", "header",
    "query", "cookie", "application/json", "default", "200", "2XX", "999", "ORG_ADMIN", "cus_a", "pm_a", "sub_a",
    "4242424242424242", "usd", "$HOME", "a" * 300, "9" * 5000,
)  # fmt: skip
NAMES = (
    "", "$ref", "x-rules", "x-stripe", "x-unknown-members", "x-form", "x-effective-organization", "__proto__",
    "__class__", "<<", "a/b~c", "007", "1", "\x00", "type", "properties", "items", "enum", "nullable",
    "additionalProperties", "anyOf", "oneOf", "allOf", "not", "format", "pattern", "minimum", "maximum", "multipleOf",
    "required", "default", "example", "parameters", "requestBody", "responses", "content", "schema", "headers", "get",
    "post", "servers", "security", "name", "id", "customer", "subscription", "organization", "payment_methods",
    "default_source", "claims", "token", "exp", "x" * 999,
)  # fmt: skip


def places(value: Any) -> list[tuple[Holder, str | int]]:
    """Return every place in a value: what holds it, and its name or index there."""
    found: list[tuple[Holder, str | int]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            names = list(holder) if isinstance(holder, dict) else range(len(holder))
            found += [(holder, name) for name in names]
            waiting += [holder[name] for name in names]
    return found


def _hostile(draw: random.Random, value: Any) -> Any:
    """Return something that does not belong where it will stand."""
    return draw.choice(
        (
            lambda: draw.choice(SCALARS),
            lambda: draw.choice(([], {}, [[]], [{}], [None], {"": None}, {"a": {}}, [1, "1", 1.0, True])),
            lambda: {"$ref": _pointer(draw, value)},
            lambda: {draw.choice(NAMES): draw.choice(SCALARS) for _ in range(3)},
            lambda: [draw.choice(SCALARS)] * draw.choice((2, 300)),
            lambda: _nested(draw.choice((5, 50, 99, 101, 300)), draw.choice(SCALARS)),
        )
    )()


def _nested(levels: int, value: Any) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"properties": value}
    return value


def _pointer(draw: random.Random, value: Any) -> str:
    """Return a pointer to some place in a value."""
    steps = []
    while isinstance(value, dict) and value and draw.random() < 0.8:
        name = draw.choice(list(value))
        steps.append(str(name).replace("~", "~0").replace("/", "~1"))
        value = value[name]
    return "#/" + "/".join(steps)


def _replace(draw: random.Random, whole: Any, holder: Any, name: Any) -> None:
    holder[name] = _hostile(draw, whole)


def _alter(draw: random.Random, whole: Any, holder: Any, name: Any) -> None:
    """Put something of the same type there, which the first look cannot refuse."""
    now = holder[name]
    if isinstance(now, dict | list):
        _shuffle(draw, whole, holder, name)
    else:
        holder[name] = draw.choice([other for other in SCALARS if type(other) is type(now)] or [now])


def _shuffle(draw: random.Random, whole: Any, holder: Any, name: Any) -> None:
    """Put there what stands under the same name, or index, elsewhere."""
    others = [other[inner] for other, inner in places(whole) if inner == name]
    holder[name] = deepcopy(draw.choice(others))


def _remove(_draw: random.Random, _whole: Any, holder: Any, name: Any) -> None:
    del holder[name]


def _rename(draw: random.Random, whole: Any, holder: Any, name: Any) -> None:
    if isinstance(holder, dict):
        holder[draw.choice(NAMES)] = holder.pop(name)
    else:
        _replace(draw, whole, holder, name)


def _add(draw: random.Random, whole: Any, holder: Any, _name: Any) -> None:
    if isinstance(holder, dict):
        holder[draw.choice(NAMES)] = _hostile(draw, whole)
    else:
        holder.insert(0, _hostile(draw, whole))


def _splice(draw: random.Random, whole: Any, holder: Any, name: Any) -> None:
    """Put a copy of another part there."""
    other, inner = draw.choice(places(whole))
    holder[name] = deepcopy(other[inner])  # type: ignore[index]


def _repeat(draw: random.Random, _whole: Any, holder: Any, name: Any) -> None:
    """Put many copies of it there, or beside it."""
    count = draw.choice((2, 50, 1000))
    if isinstance(holder, list):
        holder += [deepcopy(holder[name]) for _ in range(min(count, 50))]
    else:
        holder.update({f"{name}{number}": holder[name] for number in range(count)})


def _wrap(draw: random.Random, _whole: Any, holder: Any, name: Any) -> None:
    holder[name] = draw.choice(
        ([holder[name]], {"a": holder[name]}, {"anyOf": [holder[name]]}, {"items": holder[name]})
    )


CHANGES: tuple[Callable[[random.Random, Any, Any, Any], None], ...] = (
    _alter, _alter, _alter, _alter, _shuffle, _shuffle, _replace, _replace, _remove, _rename, _add, _splice, _repeat,
    _wrap,
)  # fmt: skip


def changed(draw: random.Random, value: Any) -> Any:
    """Return a value with one to four changes."""
    whole = deepcopy(value)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        found = places(whole)
        if not found:
            return _hostile(draw, whole)
        holder, name = draw.choice(found)
        draw.choice(CHANGES)(draw, whole, holder, name)
    return whole
