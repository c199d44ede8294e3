"""The meaning of an operation, by the contract: its members by role, a body that fits, the roles that may call."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tollbridge.contract import Contract, Operation, Parameter
from tollbridge.contract.extensions import EFFECTIVE_ORGANIZATION
from tollbridge.contract.pointer import steps_of
from tollbridge.verify.errors import VerifyError

REQUEST_ROLES = ("amount", "currency", "payment_method", "confirm", "description", "receipt_email")
MISSING = object()


@dataclass(frozen=True)
class Subject:
    """An operation as the harness sees it.

    Args:
        operation: of the contract.
        members: the body's member for each role at Stripe (`amount`, `currency`, …), from `x-stripe`.
        secret: the answer's member that has the client secret; None where it has none.
        caller: the roles that the caller decides (`customer`, `subscription`).
    """

    operation: Operation
    members: Mapping[str, str]
    secret: str | None
    caller: frozenset[str]

    @property
    def ordinary(self) -> bool:
        """Whether the operation says nothing of what it is for at Stripe."""
        return not self.operation.stripe or self.operation.body is None

    @property
    def schema(self) -> Mapping[str, Any]:
        """The body's schema; empty where there is no body."""
        return self.operation.body.schema if self.operation.body else {}

    @property
    def organization(self) -> Parameter | None:
        """The parameter that names the effective organization; None where there is none."""
        return next((p for p in self.operation.parameters if p.extensions.get(EFFECTIVE_ORGANIZATION)), None)

    @cached_property
    def success(self) -> str:
        """The documented status of a success."""
        return next((status for status in self.operation.responses if status.startswith("2")), "2XX")

    @property
    def spelt_plainly(self) -> bool:
        """Whether JSON spells every member's name as it is: the wire table writes bodies by hand."""
        names = [*self.members.values(), *self.schema.get("properties", ())]
        return all(json.dumps(name, ensure_ascii=False)[1:-1] == name for name in names)

    @property
    def successes(self) -> list[int]:
        """The HTTP statuses of a documented success: one, or with `2XX` all of them."""
        return [int(self.success)] if self.success.isdigit() else [*range(200, 300)]

    @cached_property
    def codes(self) -> frozenset[tuple[str, str]]:
        """The documented problems, by status and `error_code`; empty where the contract enumerates none."""
        return frozenset(
            (status, code)
            for status, response in self.operation.responses.items()
            for found in response.media.values()
            for part in (found.schema, *found.schema.get("allOf", ()))
            for code in part.get("properties", {}).get("error_code", {}).get("enum", ())
        )

    @cached_property
    def good(self) -> dict[str, Any]:
        """A body that fits the contract, as small as it can be."""
        found: dict[str, Any] = minimal(self.schema)
        return found

    def money(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield each currency with its minimum, its maximum and its step."""
        amount, currency = self.members.get("amount"), self.members.get("currency")
        if not (amount and currency):
            return
        own = self.schema["properties"]
        branches = self.schema.get("anyOf") or [{}]
        for branch in branches:
            narrowed = branch.get("properties", {})
            bounds = own[amount] | narrowed.get(amount, {})
            codes = narrowed.get(currency, own[currency]).get("enum", ())
            for code in codes:
                step = bounds.get("multipleOf", 1)
                yield code, bounds.get("minimum", 1), bounds.get("maximum", 2**63 - 1), step

    def filled(self, **roles: Any) -> dict[str, Any]:
        """Return a good body with members by role; what the operation has not is left out."""
        document = copy.deepcopy(self.good)
        for role, value in roles.items():
            if role in self.members:
                document[self.members[role]] = value
        return document

    def value(self, document: Any, role: str) -> Any:
        """Return what a body has for a role; `MISSING` where it has nothing."""
        member = self.members.get(role)
        return document.get(member, MISSING) if member and isinstance(document, dict) else MISSING


def minimal(schema: Mapping[str, Any]) -> Any:
    """Return a small value that a schema allows."""
    if "enum" in schema:
        return "usd" if "usd" in schema["enum"] else schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        made = {name: minimal(schema["properties"][name]) for name in schema.get("required", ())}
        for branch in schema.get("anyOf", ()):
            members = branch.get("properties", {})
            if all(value.get("enum") is None or made.get(name) in value["enum"] for name, value in members.items()):
                made |= {n: max(made[n], b["minimum"]) for n, b in members.items() if "minimum" in b and n in made}
                break
        return made
    if kind == "integer":
        return schema.get("minimum", 1)
    return {"boolean": False, "array": [], "number": 1}.get(kind, "x" * max(1, schema.get("minLength", 1)))


def subjects(contract: Contract) -> list[Subject]:
    """Return the operations that can be judged: those that are for something at Stripe first.

    Raises:
        VerifyError: there is none, or what one says of Stripe does not fit its body.
    """
    found = [subject_of(operation) for operation in contract.operations if not operation.unserved]
    for subject in found:
        if not subject.ordinary and not _is_object(subject.schema):
            named = subject.operation.operation_id
            raise VerifyError(
                f"{named}: its body is no JSON object with properties, which is all that x-stripe is for."
            )
    if not found:
        raise VerifyError(f"{contract.path}: it has no operation that can be called, so there is nothing to verify.")
    return sorted(found, key=lambda subject: subject.ordinary)


def _is_object(schema: Mapping[str, Any]) -> bool:
    """Whether a body can be made that fits: of a schema that says its members itself."""
    try:
        return isinstance(minimal(schema), dict)
    except (KeyError, TypeError, IndexError):
        return False


def subject_of(operation: Operation) -> Subject:
    """Return an operation as the harness sees it.

    Raises:
        VerifyError: what it says of Stripe does not fit its body.
    """
    said: Any = operation.stripe or {}
    if not isinstance(said, dict):
        raise VerifyError(
            f"{operation.operation_id}: x-stripe is to be an object of roles, such as creates and amount."
        )
    members, caller = {}, set()
    for role, where in said.items():
        place = _pointer(where, "request")
        if role in REQUEST_ROLES and place:
            members[role] = _member_of(place)
        elif isinstance(where, dict) and "caller" in where:
            caller.add(role)
    known = operation.body.schema.get("properties", {}) if operation.body else {}
    for role, member in members.items():
        if member not in known:
            raise VerifyError(
                f"{operation.operation_id}: x-stripe says that {role} is #/{member}, and the body's schema has no such "
                f"member. It has: {', '.join(known) or 'none'}."
            )
    secret = _pointer(said.get("secret"), "response")
    return Subject(operation, members, _member_of(secret) or None, frozenset(caller))


def _member_of(place: str) -> str:
    """Return the member that a pointer leads to; of a deeper place the pointer itself, which no body has as a name."""
    steps = steps_of(place)
    return steps[0] if len(steps) == 1 else place


def _pointer(where: object, side: str) -> str:
    """Return the pointer to where something stands in a request or a response; empty where `x-stripe` has none."""
    found = where.get(side) if isinstance(where, dict) else where
    return found if isinstance(found, str) and found.startswith("#/") else ""
