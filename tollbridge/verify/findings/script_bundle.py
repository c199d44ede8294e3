"""The part of the harness's own source that a script carries: what some functions need, from the pure modules.

A script says what its check says because it runs the same source. Of a dataclass it carries the members that this
source reads, and no others.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

from tollbridge.quoting import python

OURS = "tollbridge.verify."
NOT_FOR_READERS = re.compile(r"  # (?:noqa|type: ignore|only this check).*")
DECORATOR = "check"
"""Puts a function on the list of checks, which scripts have no use for."""


class BundleError(Exception):
    """Two modules call different things by one name, so they cannot stand in one script."""


@dataclass(frozen=True)
class Bundle:
    """Source that runs alone.

    Args:
        source: imports and definitions, in an order in which they can be run.
        members: the names of attributes that it reads; of evidence and expectation only these are needed.
    """

    source: str
    members: frozenset[str]

    @property
    def imports(self) -> frozenset[str]:
        """The names of the modules that it imports, at its top or later."""
        nodes = ast.walk(ast.parse(self.source))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        return frozenset(name.partition(".")[0] for name in names)


@dataclass(frozen=True)
class Module:
    """One parsed module.

    Args:
        name: of the module.
        lines: of its source.
        defined: its statements, by the names that they define.
        ours: names that it imports from another module of the harness, with that module's name.
        foreign: names that it imports from elsewhere, each with its import statement.
    """

    name: str
    lines: list[str]
    defined: dict[str, ast.stmt]
    ours: dict[str, str]
    foreign: dict[str, str]


@cache
def module_of(name: str) -> Module:
    """Return a module of the harness, parsed."""
    source = inspect.getsource(import_module(name))
    defined: dict[str, ast.stmt] = {}
    ours: dict[str, str] = {}
    foreign: dict[str, str] = {}
    for node in ast.parse(source).body:
        for found in _defined(node):
            defined[found] = node
        if isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            into = ours if node.module.startswith(OURS) else foreign
            statement = node.module if into is ours else f"from {node.module} import "
            into.update({a.name: statement if into is ours else statement + a.name for a in node.names})
        elif isinstance(node, ast.Import):
            foreign.update({a.name.partition(".")[0]: f"import {a.name}" for a in node.names})
    return Module(name, source.splitlines(), defined, ours, foreign)


def _defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            for target in targets:
                yield from (found.id for found in ast.walk(target) if isinstance(found, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


@cache
def bundle(*functions: Callable[..., Any]) -> Bundle:
    """Return the source that some functions of the pure modules need.

    Raises:
        BundleError: two modules call different things by one name.
    """
    taken = Taken()
    for function in functions:
        taken.take(function.__module__, function.__name__)
    taken.close()
    return Bundle(taken.source(), frozenset(taken.members))


class Taken:
    """The definitions that a script takes along, found step by step: names lead to definitions, these to more names."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.definitions: dict[str, str] = {}  # each name with its module
        self.foreign: dict[str, str] = {}
        self.members: set[str] = set()
        self.positional: set[str] = set()
        self._order: list[str] = []

    def take(self, module: str, name: str) -> None:
        """Take a name as a module understands it: its definition, or its import."""
        found = module_of(module)
        if name in found.ours:
            self.take(found.ours[name], name)
        elif name in found.foreign:
            self._keep(self.foreign, name, found.foreign[name])
        elif name in found.defined and self._keep(self.definitions, name, module):
            self._read(module, found.defined[name])

    def _keep(self, kept: dict[str, str], name: str, what: str) -> bool:
        """Put a name on a list, and tell whether it is new."""
        other = self.foreign if kept is self.definitions else self.definitions
        if kept.get(name, what) != what or name in other:
            raise BundleError(f"{name} is one thing in {kept.get(name, other.get(name))}, and another in {what}.")
        new = name not in kept
        kept[name] = what
        return new

    def _read(self, module: str, node: ast.AST) -> None:
        """Follow what a definition reads; of a class only the members that are read themselves."""
        parts: list[ast.AST] = _kept_parts(node, self) if isinstance(node, ast.ClassDef) else [node]
        for found in (found for part in parts for found in _walk(part)):
            if isinstance(found, ast.Attribute):
                self.members.add(found.attr)
            elif isinstance(found, ast.Call):
                self.members |= {keyword.arg for keyword in found.keywords if keyword.arg}
                if found.args and isinstance(found.func, ast.Name):
                    self.positional.add(found.func.id)
            elif isinstance(found, ast.Name):
                self.take(module, found.id)

    def close(self) -> None:
        """Read the classes again until no more of their members is needed."""
        before = -1
        while before != len(self.members) + len(self.definitions) + len(self.positional):
            before = len(self.members) + len(self.definitions) + len(self.positional)
            for name, module in list(self.definitions.items()):
                node = module_of(module).defined[name]
                if isinstance(node, ast.ClassDef):
                    self._read(module, node)

    def source(self) -> str:
        """Return imports and definitions, what is imported by others first."""
        for module in dict.fromkeys(self.definitions.values()):
            self._put(module)
        parts = [self._imports()]
        for module in self._order:
            found = module_of(module)
            nodes = {id(found.defined[n]): found.defined[n] for n, of in self.definitions.items() if of == module}
            parts += [self._text(found, node) for node in sorted(nodes.values(), key=lambda node: node.lineno)]
        # Our own words are not all ASCII; within their literals an escape means the same.
        return "\n\n\n".join(part for part in parts if part).encode("ascii", "backslashreplace").decode()

    def _imports(self) -> str:
        """Return the import statements, the names of one module in one of them."""
        named: dict[str, list[str]] = {}
        for statement in sorted(set(self.foreign.values())):
            module, _, name = statement.partition(" import ")
            named.setdefault(module, []).extend([name] if name else [])
        lines = [f"{module} import {', '.join(names)}" if names else module for module, names in named.items()]
        return "\n".join(sorted(lines, key=lambda line: (line.startswith("from"), line)))

    def _put(self, module: str) -> None:
        """Put a module behind those that it imports from."""
        if module in self._order:
            return
        for other in dict.fromkeys(module_of(module).ours.values()):
            if other in self.definitions.values():
                self._put(other)
        self._order.append(module)

    def _text(self, module: Module, node: ast.stmt) -> str:
        if isinstance(node, ast.ClassDef):
            return self._class_text(module, node)
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        kept = [_lines(module, decorator, "@") for decorator in decorators if not _lists(decorator)]
        return "\n".join([*kept, _lines(module, node)])

    def _class_text(self, module: Module, node: ast.ClassDef) -> str:
        head = [_lines(module, decorator, "@") for decorator in node.decorator_list]
        bases = ", ".join(map(ast.unparse, node.bases))
        head.append(f"class {node.name}({bases}):" if bases else f"class {node.name}:")
        summary = (ast.get_docstring(node) or "").partition("\n")[0]
        members = [part for part in _kept_parts(node, self) if isinstance(part, ast.stmt)]
        body = [f'    """{summary}"""']
        for member in members:
            decorators = member.decorator_list if isinstance(member, ast.FunctionDef) else []
            body += [""] if isinstance(member, ast.FunctionDef) or len(body) == 1 else []
            body += [*(_lines(module, decorator, "    @") for decorator in decorators), _lines(module, member)]
        return "\n".join([*head, *body])


def _kept_parts(node: ast.ClassDef, taken: Taken) -> list[ast.AST]:
    """Return what of a class is needed: its decorators and bases, and the members that are read."""
    whole = node.name in taken.positional  # arguments by position need all fields
    parts: list[ast.AST] = [*node.decorator_list, *node.bases]
    for member in node.body:
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            parts += [member] if whole or member.target.id in taken.members else []
        elif isinstance(member, ast.FunctionDef) and (member.name in taken.members or member.name.startswith("__")):
            parts.append(member)
    return parts


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it, without annotations, which are not evaluated, and without `@check(…)`."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        children = [value] if isinstance(value, ast.AST) else value if isinstance(value, list) else []
        for child in children:
            if isinstance(child, ast.AST) and not (name == "decorator_list" and _lists(child)):
                yield from _walk(child)


def _lists(decorator: ast.AST) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == DECORATOR


def _lines(module: Module, node: ast.stmt | ast.expr, before: str = "") -> str:
    """Return the source of a node, without what is said to linters."""
    if isinstance(node, ast.expr):
        return before + ast.unparse(node)
    lines = module.lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(NOT_FOR_READERS.sub("", line) for line in lines)


def constructor(made: Any, members: frozenset[str], indent: str = "") -> str:
    """Return the Python expression that makes a dataclass's instance again, of the members that are read.

    Whatever it holds is data: every text is a literal of ASCII characters.

    Args:
        made: an instance of a dataclass that is JSON all the way, or a JSON value.
        members: the names of the fields that are kept.
        indent: of the line on which the expression begins.
    """
    if isinstance(made, list) and any(map(is_dataclass, made)):
        inner = [f"{indent}    {constructor(one, members, indent + '    ')},\n" for one in made]
        return f"[\n{''.join(inner)}{indent}]"
    if not is_dataclass(made):
        return python(made).replace("\n", f"\n{indent}")
    kept = [(f, getattr(made, f.name)) for f in fields(made) if f.name in members]
    lines = [f"{indent}    {f.name}={constructor(value, members, indent + '    ')},\n" for f, value in kept]
    return f"{type(made).__name__}(\n{''.join(lines)}{indent})" if lines else f"{type(made).__name__}()"
