"""Finding the handlers: files below a folder, loaded by path, checked before the server starts."""

import ast
import importlib.util
import inspect
import keyword
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from tollbridge.contract import Contract
from tollbridge.documents import DocumentError, printable, read_file
from tollbridge.server.signatures import parameters_by_name, unfit

Handler = Callable[..., Any]
CONTROLLER = "operations"
"""Of operations of which the contract does not say it."""

MAX_NAME = 200
"""Bytes of a controller's name: a file system takes 255 bytes."""

NAME_SHOWN = 60
REASON_SHOWN = 400


class HandlerError(Exception):
    """A handler is missing, doubled or of another shape; the sentence says which and where."""


def load_handlers(
    contract: Contract, folder: Path, bindings: Mapping[str, object], *, missing: bool = False
) -> dict[str, Handler]:
    """Load the functions that answer the operations of the contract.

    Args:
        contract: names controllers (files below the folder) and operationIds (functions in them).
        folder: where the files are; nothing of it becomes importable by name.
        bindings: what a handler may ask for by name, besides body, caller and the operation's parameters.
        missing: whether an operation may have no function, and no file.

    Returns:
        The functions, by the operation's id.

    Raises:
        HandlerError: a file or function is missing, defined twice, not async, takes an unknown name, or does not
            take what a request may send.
    """
    modules: dict[str, ModuleType] = {}
    found: dict[str, Handler] = {}
    for operation in contract.operations:
        controller = CONTROLLER if operation.controller is None else operation.controller
        if operation.unserved or (missing and not _has_file(folder, controller)):
            continue
        if controller not in modules:
            modules[controller] = _module(folder, controller)
        module = modules[controller]
        if missing and not (_is_name(operation.operation_id) and hasattr(module, operation.operation_id)):
            continue
        names = frozenset({"body", "caller", *bindings, *parameters_by_name(operation)})
        handler = found[operation.operation_id] = _function(module, operation.operation_id, names)
        for reason in unfit(handler, operation, bindings):
            raise HandlerError(f"{operation.operation_id} in {module.__file__}: {reason}.")
    return found


def _has_file(folder: Path, controller: str) -> bool:
    """Tell whether there is a file of a controller, or one has to be looked for: a wrong name is refused."""
    return not _is_file_name(controller) or _path(folder, controller).is_file()


def _module(folder: Path, controller: str) -> ModuleType:
    path = _file(folder, controller)
    code = _compiled(path)
    name = f"tollbridge_handlers_{abs(hash(folder.resolve()))}.{controller}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)  # noqa: S102 - the handlers are the server's code
    except (Exception, SystemExit) as error:
        reason = printable(" ".join(f"{type(error).__name__}: {error}".split()), REASON_SHOWN)
        raise HandlerError(f"{path} cannot be imported: {reason}") from error
    return module


def _file(folder: Path, controller: str) -> Path:
    """Return the file of a controller: one below the folder, wherever the contract or a link leads.

    Raises:
        HandlerError: its name is not one of modules, there is no such file, or it is elsewhere.
    """
    if not _is_file_name(controller):
        shown = printable(repr(controller), NAME_SHOWN)
        raise HandlerError(
            f"The contract names the controller {shown}; it has to be a name such as `payments.intents`."
        )
    path = _path(folder, controller)
    if not path.is_file():
        raise HandlerError(f"The contract names the controller {controller!r}, and there is no file {path}.")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise HandlerError(f"{path} leads to {path.resolve()}, which is not below {folder}; put the file itself there.")
    return path


def _path(folder: Path, controller: str) -> Path:
    return folder.joinpath(*controller.split(".")).with_suffix(".py")


def _is_file_name(controller: str) -> bool:
    return len(controller.encode(errors="replace")) <= MAX_NAME and all(map(_is_name, controller.split(".")))


def _is_name(text: str) -> bool:
    """Whether a text may name what a contract asks for: not what Python and a module's author keep to themselves."""
    return text.isidentifier() and not keyword.iskeyword(text) and not text.startswith("_")


def _compiled(path: Path) -> CodeType:
    """Return a file's code: never what Python cached of an edit before, which it tells apart by seconds and bytes."""
    try:
        tree = ast.parse(read_file(path), filename=str(path))
        code = compile(tree, str(path), "exec")
    except DocumentError as error:
        raise HandlerError(str(error)) from None
    except SyntaxError as error:
        raise HandlerError(f"{path}{f', line {error.lineno}' if error.lineno else ''}: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError) as error:  # of a NUL, and of nesting
        raise HandlerError(f"{path} cannot be read as Python: {error or type(error).__name__}.") from None
    defined = Counter(node.name for node in tree.body if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef))
    for name, count in defined.items():
        if count > 1:
            # A second definition would silently win, as Python has it.
            raise HandlerError(f"{path} defines {name} {count} times; keep one.")
    return code


def _function(module: ModuleType, name: str, names: frozenset[str]) -> Handler:
    if not _is_name(name):
        shown = printable(repr(name), NAME_SHOWN)
        raise HandlerError(f"The contract's operationId {shown} cannot be a function's; give it one such as `pay`.")
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
