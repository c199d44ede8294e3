"""The part of a module that some code needs: what a script takes along, and no more."""

import ast
import inspect
import re
from types import ModuleType

NOT_FOR_READERS = re.compile(r"  # noqa: .*")


def names_in(code: str) -> set[str]:
    """Return the names that some Python code reads."""
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def excerpt(module: ModuleType, code: str) -> str:
    """Return the imports and definitions of a module that some code needs, in the module's order.

    Args:
        module: whose source is taken.
        code: Python; the names in it are looked for.
    """
    source = inspect.getsource(module)
    parts = [(_defined(node), node) for node in ast.parse(source).body if not isinstance(node, ast.Expr)]
    wanted = names_in(code)
    known: set[str] = set()
    while not wanted <= known:
        known = set(wanted)
        for names, node in parts:
            if names & wanted and not isinstance(node, ast.Import | ast.ImportFrom):
                wanted |= {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
    lines = source.splitlines()
    taken = [
        (node, "\n".join(NOT_FOR_READERS.sub("", line) for line in lines[node.lineno - 1 : node.end_lineno]))
        for names, node in parts
        if names & wanted
    ]
    imports = [text for node, text in taken if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n\n\n".join(["\n".join(imports), *(text for _, text in taken if text not in imports)])


def _defined(node: ast.stmt) -> set[str]:
    """Return the names that a statement of a module defines."""
    match node:
        case ast.Import(names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()
