"""The contract, as the server and the harness read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tollbridge.contract.bodies import JSON, Body
from tollbridge.contract.ledger import Rule
from tollbridge.contract.schema import SchemaCheck
from tollbridge.contract.security import Scheme
from tollbridge.contract.sources import Sources
from tollbridge.contract.url import sendable
from tollbridge.documents import Place


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    Args:
        name: as the contract spells it.
        location: `header`, `path`, `query` or `cookie`.
        required: whether it has to be sent.
        type: `integer`, `number`, `boolean` or `string`; `array` of one of these; `object` of `deepObject` style.
        check: its schema, for typed values.
        rule: the ledger's id of the rule on its form; None where there is none.
        extensions: its members that begin with `x-`.
        items: the type of an array's items; empty where it is none.
        delimiter: what stands between the items of an array; empty where each is sent by itself.
        example: the first one that the contract shows of it; None where it shows none.
    """

    name: str
    location: str
    required: bool
    type: str
    check: SchemaCheck
    rule: str | None
    extensions: Mapping[str, object]
    items: str = ""
    delimiter: str = ""
    example: object = None


@dataclass(frozen=True)
class Example:
    """An answer that the contract shows.

    Args:
        name: among the `examples`; empty for an `example`, which has none.
        media_type: in which it is shown.
        value: the document.
    """

    name: str
    media_type: str
    value: object


@dataclass(frozen=True)
class Response:
    """A documented response.

    Args:
        status: `200`, or `default`.
        media: its schemas, by media type.
        headers: its headers, each with the example that the contract shows; None where it shows none.
        examples: of its bodies, in the contract's order.
        required_headers: the names of those that every such answer has.
        header_checks: the schemas of its headers, by name.
    """

    status: str
    media: Mapping[str, SchemaCheck]
    headers: Mapping[str, object]
    examples: tuple[Example, ...] = ()
    required_headers: frozenset[str] = frozenset()
    header_checks: Mapping[str, SchemaCheck] = field(default_factory=dict)


@dataclass(frozen=True)
class Obstacle:
    """Why an operation is not served.

    Args:
        reason: a sentence.
        place: of what is in the way.
    """

    reason: str
    place: Place


@dataclass(frozen=True)
class Operation:
    """A documented operation.

    Args:
        operation_id: unique in the contract; the handler's name. Made of method and path where the contract gives none.
        controller: the handler's file, below the folder of handlers.
        method: lower case.
        path: with the server's base path, as the contract spells it; its parameters are between braces.
        also: the same below further servers.
        parameters: the path's and the operation's own.
        bodies: that it takes, one of each media type, the one that is taken for the operation's first.
        body_required: whether a body has to be sent.
        example: the first example of a body; None where the contract shows none.
        examples: all that it shows of bodies, in its order.
        responses: by status.
        stripe: `x-stripe`, what it is for at Stripe; None where it says nothing.
        requires_token: whether every alternative of its security asks for a token.
        security: what it takes where the contract has schemes of its own; empty where it is this server's tokens.
        place: where it stands in the document.
        unserved: why it is not served; None where it is.
    """

    operation_id: str
    controller: str | None
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body_required: bool
    example: object
    responses: Mapping[str, Response]
    stripe: Mapping[str, object] | None
    requires_token: bool
    bodies: tuple[Body, ...] = ()
    examples: tuple[Example, ...] = ()
    security: tuple[tuple[Scheme, ...], ...] = ()
    place: Place = ()
    unserved: Obstacle | None = None
    also: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Its path, and the same below further servers."""
        return self.path, *self.also

    @property
    def body(self) -> SchemaCheck | None:
        """The schema of its body, JSON where it takes that; None where it takes none."""
        return self.bodies[0].check if self.bodies else None

    @property
    def body_type(self) -> str:
        """The media type of that body."""
        return self.bodies[0].media_type if self.bodies else JSON

    @property
    def target(self) -> str:
        """The path as clients send it, percent-encoded where a URL cannot hold it; its parameters between braces."""
        return sendable(self.path)


@dataclass(frozen=True)
class Contract:
    """A contract.

    Args:
        path: where it was read.
        content: as it stands there; of several files, as one document in JSON.
        document: the same as a value, references unresolved.
        operations: in its order.
        rules: its ledger.
        sources: the files that it is made of.
    """

    path: Path
    content: bytes = field(repr=False)
    document: dict[str, Any] = field(repr=False)
    operations: tuple[Operation, ...] = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)
    sources: Sources = field(repr=False)
