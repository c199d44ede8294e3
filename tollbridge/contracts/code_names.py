"""Whether code is there that a contract names, by reading it: a name in a contract runs nothing."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tollbridge.documents import DocumentError, read_file

PACKAGE = Path(__file__).parents[1]
MAX_STEPS = 10
"""Modules that a name is followed through, from one that imports it to the one that defines it."""

Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def has_code(root: Path, name: str) -> bool:
    """Tell whether a function or class exists.

    Args:
        root: the folder below which modules are looked for, before our own.
        name: `package.module:function`, or `package.module:Class.method`.
    """
    module, _, attributes = name.partition(":")
    first, *inner = attributes.split(".")
    here = _defined(root, module, first)
    for attribute in inner:
        here = _member(here, attribute)
    return here is not None


def has_test(root: Path, name: str) -> bool:
    """Tell whether a test exists.

    Args:
        root: the folder below which it is.
        name: `path/to/file.py::test_function`.
    """
    file, _, function = name.partition("::")
    tree = _tree(root / file) if (root / file).resolve().is_relative_to(root.resolve()) else None
    return tree is not None and any(isinstance(node, Defined) and node.name == function for node in ast.walk(tree))


def _defined(root: Path, module: str, name: str) -> Defined | None:
    """Return what a name of a module is, wherever it has it from; None where that is neither function nor class."""
    for _ in range(MAX_STEPS):
        tree = next((tree for path in _files(root, module) if (tree := _tree(path))), None)
        if tree is None:
            return None
        found = next((node for node in tree.body if isinstance(node, Defined) and node.name == name), None)
        origin = next(_origins(tree, name), None)
        if found is not None or origin is None:
            return found
        module, name = origin
    return None


def _origins(tree: ast.Module, name: str) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names if (alias.asname or alias.name) == name)


def _member(node: Defined | None, name: str) -> Defined | None:
    inner = node.body if isinstance(node, ast.ClassDef) else []
    return next((one for one in inner if isinstance(one, Defined) and one.name == name), None)


def _files(root: Path, module: str) -> Iterator[Path]:
    steps = module.split(".")
    if all(step.isidentifier() for step in steps):
        for base in (root, PACKAGE.parent):
            path = base.joinpath(*steps)
            yield from (file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file())


@cache
def _tree(path: Path) -> ast.Module | None:
    try:
        return ast.parse(read_file(path))
    except (DocumentError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
