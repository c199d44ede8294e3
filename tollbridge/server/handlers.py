"""Finding the handlers: files below a folder, loaded by path, checked before the server starts."""

import ast
import importlib.util
import inspect
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tollbridge.contract import Contract, Operation

Handler = Callable[..., Any]


class HandlerError(Exception):
    """A handler is missing, doubled or of another shape; the sentence says which and where."""


def load_handlers(contract: Contract, folder: Path, bindable: frozenset[str]) -> dict[str, Handler]:
    """Load one function for each operation of the contract.

    Args:
        contract: names controllers (files below the folder) and operationIds (functions in them).
        folder: where the files are; nothing of it becomes importable by name.
        bindable: what a handler may ask for by the names of its parameters, besides the operation's own.

    Returns:
        The functions, by `controller.operationId`, as Connexion asks for them.

    Raises:
        HandlerError: a file or function is missing, defined twice, not async, or asks for what nobody has.
    """
    modules: dict[str, ModuleType] = {}
    found: dict[str, Handler] = {}
    for operation in contract.operations:
        if operation.controller not in modules:
            modules[operation.controller] = _module(folder, operation.controller)
        module = modules[operation.controller]
        names = bindable | {parameter.name for parameter in operation.parameters}
        handler = _function(module, operation.operation_id, names)
        found[qualified_name(operation)] = handler
    return found


def qualified_name(operation: Operation) -> str:
    """Return what Connexion calls an operation: `controller.operationId`."""
    return f"{operation.controller}.{operation.operation_id}"


def _module(folder: Path, controller: str) -> ModuleType:
    path = folder.joinpath(*controller.split(".")).with_suffix(".py")
    if not path.is_file():
        raise HandlerError(f"The contract names the controller {controller!r}, and there is no file {path}.")
    _require_single_functions(path)
    name = f"tollbridge_handlers_{abs(hash(folder.resolve()))}.{controller}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise HandlerError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _require_single_functions(path: Path) -> None:
    """A second definition would silently win, as Python has it."""
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise HandlerError(f"{path}, line {error.lineno}: {error.msg}.") from None
    defined = Counter(node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef))
    for name, count in defined.items():
        if count > 1:
            raise HandlerError(f"{path} defines {name} {count} times; keep one.")


def _function(module: ModuleType, name: str, names: frozenset[str]) -> Handler:
    function = getattr(module, name, None)
    if function is None:
        raise HandlerError(f"The contract names the operation {name!r}, and {module.__file__} has no such function.")
    if not inspect.iscoroutinefunction(function):
        raise HandlerError(f"{name} in {module.__file__} has to be an `async def`.")
    unknown = [wanted for wanted in inspect.signature(function).parameters if wanted not in names]
    if unknown:
        raise HandlerError(
            f"{name} in {module.__file__} asks for {', '.join(unknown)}; it may have {', '.join(sorted(names))}."
        )
    return function  # type: ignore[no-any-return]
