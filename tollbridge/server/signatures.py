"""Signatures of handlers: the names they can take, and whether they take all that a request can hold."""

import ast
import inspect
import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from textwrap import dedent
from typing import Any

from tollbridge.contract import Operation, Parameter

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NOT_A_LETTER = re.compile(r"[^0-9A-Za-z]+")
BODY = "body"


def python_name(name: str) -> str:
    """Return a parameter's name in snake case: `Idempotency-Key` is `idempotency_key`, `from` is `from_`."""
    made = NOT_A_LETTER.sub("_", HUMP.sub("_", name)).strip("_").lower()
    return f"{made}_" if keyword.iskeyword(made) else made


def parameters_by_name(operation: Operation) -> Mapping[str, Parameter]:
    """Return an operation's parameters by the names that a handler asks for them: as they are, and in snake case."""
    exact = {one.name: one for one in operation.parameters if _is_plain(one.name)}
    return {python_name(one.name): one for one in reversed(operation.parameters)} | exact


def _is_plain(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def unfit(handler: Callable[..., Any], operation: Operation, bindings: Mapping[str, object]) -> Iterator[str]:
    """Yield why a handler would fail on requests that the contract allows, a sentence each.

    Args:
        handler: that answers the operation.
        operation: what the contract documents.
        bindings: what handlers may ask for by name, besides body, caller and parameters.
    """
    named = parameters_by_name(operation)
    for name, parameter in inspect.signature(handler).parameters.items():
        found = named.get(name)
        if found is not None and not found.required and parameter.default is inspect.Parameter.empty:
            yield f"a request may leave {found.name} out; give {name} a default"
    calls = [*_calls(handler)]
    taken = {name for call in calls for name in _popped(call)}
    for call in calls:
        if any(one.arg is None and _is_body(one.value) for one in call.keywords):  # f(**body)
            yield from _refused(call, handler, [n for n in _members(operation) if n not in taken], bindings)


def _calls(handler: Callable[..., Any]) -> Iterator[ast.Call]:
    """Yield the calls that a handler makes, as they are written."""
    try:
        tree = ast.parse(dedent(inspect.getsource(handler)))
    except (OSError, SyntaxError, TypeError):  # made without a file
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _popped(call: ast.Call) -> Iterator[str]:
    """Yield the member that a call takes out of the body: `body.pop("memo")`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "pop" and _is_body(call.func.value):
        yield from (one.value for one in call.args[:1] if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _is_body(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == BODY


def _refused(
    call: ast.Call, handler: Callable[..., Any], members: list[str], bindings: Mapping[str, object]
) -> Iterator[str]:
    function = _called(call.func, {**getattr(handler, "__globals__", {}), **bindings})
    try:
        takes = inspect.signature(function).parameters if callable(function) else None
    except (TypeError, ValueError):  # of what is not written in Python
        return
    if takes is None or any(one.kind is inspect.Parameter.VAR_KEYWORD for one in takes.values()):
        return
    left = [name for name in members if name not in takes]
    if left:
        what = ast.unparse(call.func)
        yield f"it passes the body to {what}, which does not take {', '.join(left)}; take that, or leave it out"


def _called(node: ast.expr, known: Mapping[str, object]) -> object:
    """Return what an expression such as `payments.create_intent` names; None where it is not that plain."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_called(node.value, known), node.attr, None)
    return None


def _members(operation: Operation) -> list[str]:
    """Return the names that the body's schema describes, those of its `allOf` too."""
    waiting: list[Any] = [operation.body.schema if operation.body else {}]
    found: dict[str, None] = {}
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Mapping):
            found.update(dict.fromkeys(part.get("properties", {})))
            waiting += part.get("allOf", ())
    return [*found]
