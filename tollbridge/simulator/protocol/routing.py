"""Routes, and how a request finds its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from tollbridge.simulator.model.errors import not_simulated, unrecognized_url
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, Value
from tollbridge.simulator.protocol.specification import require_names, stripes_paths

V2 = "/v2/"
"""Below it are Stripe's routes of another kind, which its specification of these does not list."""


@dataclass(frozen=True)
class Route:
    """A route that the simulator has.

    Args:
        method: `GET`, `POST` or `DELETE`.
        template: the path, such as `/v1/payment_intents/{intent}`.
        operation: what serves it.
        parameters: those that are simulated; `card[number]` is one inside of another.
        shows: the type of the object that it answers with; `list of` it where it lists.
        browser: whether a publishable key opens it.
    """

    method: str
    template: str
    operation: Callable[..., Answer]
    parameters: frozenset[str]
    shows: str
    browser: bool = False

    @cached_property
    def names(self) -> tuple[tuple[str, int], ...]:
        """The names in its path, each with its place."""
        steps = enumerate(self.template.split("/"))
        return tuple((step[1:-1], place) for place, step in steps if step.startswith("{"))


def route(
    method: str, template: str, operation: Callable[..., Answer], shows: str, *parameters: str, browser: bool = False
) -> Route:
    """Return a route; no parameters means that it has none."""
    return Route(method, template, operation, frozenset(parameters), shows, browser)


@dataclass
class Node:
    """A place in the tree of paths: what is below it by name, below any name, and what is here."""

    named: dict[str, "Node"]
    anything: "Node | None" = None
    here: "Route | str | None" = None


class Routes:
    """All of Stripe's routes: ours with what serves them, the others by name only."""

    def __init__(self, served: Iterable[Route]) -> None:
        """Grow the trees, one a method."""
        self.all = tuple(served)
        self._trees = {method: Node({}) for method in ("GET", "POST", "DELETE")}
        for method in self._trees:
            for path in stripes_paths(method):
                self._place(method, path, path)
        for one in self.all:
            self._place(one.method, one.template, one)
        self._fixed = {(one.method, one.template): one for one in self.all if not one.names}

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route of a request, and what its path names.

        Raises:
            StripeFailure: 404 where Stripe has no such route, 501 where only we have not.
        """
        fixed = self._fixed.get((method, path))
        if fixed:
            return fixed, {}
        steps = [unquote(step) for step in path.split("/")] if "%" in path else path.split("/")
        tree = self._trees.get(method)
        found = _walk(tree, steps, 0) if tree else None
        if found is None and path.startswith(V2):
            raise not_simulated(f"any of Stripe's v2 routes ({method} {path[:80]})")
        if found is None:
            raise unrecognized_url(method, path[:200])
        if isinstance(found, str):
            raise not_simulated(f"{method} {path[:80]}")
        return found, {name: steps[place] for name, place in found.names}

    def has(self, method: str | None, template: str | None) -> bool:
        """Tell whether a route of ours has the method and the template; None stands for any."""
        return any(method in (None, one.method) and template in (None, one.template) for one in self.all)

    def _place(self, method: str, template: str, here: Route | str) -> None:
        node = self._trees[method]
        for step in template.split("/"):
            if step.startswith("{"):
                node.anything = node.anything or Node({})
                node = node.anything
            else:
                node = node.named.setdefault(step, Node({}))
        node.here = here


def _walk(node: Node, steps: list[str], index: int) -> Route | str | None:
    if index == len(steps):
        return node.here
    step = steps[index]
    below = node.named.get(step)
    found = _walk(below, steps, index + 1) if below else None
    if found is None and node.anything and step:
        return _walk(node.anything, steps, index + 1)
    return found


def require_known(served: Route, form: Form) -> None:
    """Refuse parameters that Stripe does not have (400), or that only we have not (501)."""
    require_names(served.method, served.template, form)
    for name, value in form.items():
        if name not in served.parameters and name != "expand":
            _require_simulated(served, name, value)


def _require_simulated(served: Route, spelt: str, value: Value) -> None:
    """Look for the parts of a parameter that is not simulated as a whole."""
    if spelt in served.parameters:
        return
    if not any(known.startswith(f"{spelt}[") for known in served.parameters):
        raise not_simulated(f"the parameter {spelt[:80]} of {served.method} {served.template}")
    if isinstance(value, dict):
        for name, below in value.items():
            _require_simulated(served, f"{spelt}[]" if name.isdecimal() else f"{spelt}[{name}]", below)
    elif isinstance(value, list):
        for item in value:
            _require_simulated(served, f"{spelt}[]", item)
