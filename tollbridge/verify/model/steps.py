"""Steps of a case: calls to the target, and actions at Stripe between them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from tollbridge.contract import Operation, Parameter, Scheme, sendable
from tollbridge.simulator import Fault
from tollbridge.verify.model.sources import Source

JSON = ("Content-Type", "application/json")
Headers = tuple[tuple[str, str], ...]

OWN, EXPIRED, UNKNOWN, BASIC, TWICE, TWO = "own", "expired", "unknown", "basic", "twice", "two"
"""Kinds of tokens of a call: the account's own, expired, never issued, of another scheme, two at once."""

LOWER, BARE, SCHEME_ONLY, EMPTY, OTHER_SCHEME = "lower", "bare", "scheme only", "empty", "other scheme"
"""The own one with the scheme in lower case, without a scheme, no token behind the scheme, nothing, another scheme."""

UNSIGNED, TAMPERED, ALTERED = "unsigned", "tampered", "altered"
"""The own one without its signature (alg none), with another one, and with somebody else's claims and its own."""

ENDING, ENDED = "ending", "ended"
"""One that is good for a few seconds more, and the same once it has expired."""

BAD = "bad_{}"
"""One of those that the world says are not to be accepted, by its number."""

GOOD_TOKENS = (OWN, LOWER, ENDING)


@dataclass(frozen=True)
class Head:
    """The head of a request beside the headers that a case gives.

    Args:
        version: of HTTP.
        hosts: the values of Host; None for the target's own, once.
        whole: whether the request target is a whole URL.
    """

    version: str = "HTTP/1.1"
    hosts: tuple[str, ...] | None = None
    whole: bool = False


PLAIN = Head()


@dataclass(frozen=True)
class WireVerdict:
    """The expected answer to a strict-wire row.

    Args:
        status: the HTTP status.
        error_code: of the problem; None for a success.
        places: the pointers and headers that have to be blamed.
        rules: the ledger's rules that decide it.
        framing: whether HTTP itself refuses it: what serves HTTP answers, in a form of its own.
        half_pair: whether it may as well be told as a fault of the JSON.
    """

    status: int
    error_code: str | None
    places: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    framing: bool = False
    half_pair: bool = False


FITS, SHOWN = "fits", "shown"
"""Kinds of right answers of ordinary operations: of a request that is made for its schemas, and of one that the
contract shows as an example, or that needs nothing."""


@dataclass(frozen=True)
class Fill:
    """A parameter in a path whose value an earlier answer of the case has.

    Args:
        parameter: of the operation that is called.
        source: whose answer has it.
        altered: whether another id of the same form is sent, which nobody issued.
    """

    parameter: Parameter
    source: Source
    altered: bool = False


ANYTHING = "free"
"""Of a request of which nothing is known but its form."""

ABSENT = "absent"
"""Of a request for what is not there."""

VIOLATES, PROVES_NOTHING, ELSEWHERE = "violations", "token", "wire"
"""Of a request that breaks a rule of the contract, of one without what its security asks for, and of one that HTTP
itself may refuse."""


@dataclass(frozen=True)
class RightAnswer:
    """What a call of an ordinary operation has to get; the maker of the case knows what it changed in a right one.

    Args:
        kind: one of the five above.
        places: the pointers, headers and parameters that are wrong.
        code: the `error_code` with which our own server refuses it; None for any.
        issued: whether all ids in its path come from earlier answers of the target.
        absent: whether what its path names is not there: nobody issued the id, or it was deleted.
    """

    kind: str
    places: frozenset[str] = frozenset()
    code: str | None = None
    issued: bool = False
    absent: bool = False


@dataclass(frozen=True)
class Call:
    """One request to the target.

    Args:
        operation: what of the contract is asked.
        document: the JSON body; ignored where `raw` is given.
        account: whose token it carries; None for no token.
        token: which token: `own`, `expired`, `unknown`, `basic` or `twice`.
        headers: besides Content-Type, Content-Length, Host and Authorization.
        path_values: of the parameters in the path.
        raw: the body's bytes, where no JSON document can say them.
        content: the Content-Type headers.
        method: another method than the operation's; None for its own.
        path: another path than the operation's; None for its own.
        wire: what the strict-wire table says of it; None where the contract's schema decides.
        head: what is unusual about the head of the request.
        note: what is special about it, in words.
        query: names and values behind the path.
        security: what it proves itself by in place of a bearer token; empty for the bearer token.
        fills: values of its path that earlier answers of the case have.
        after: the operation that has to have succeeded just before for `right` to be known; None for none.
        right: what it has to get; None where the operation says what it is for at Stripe, and the oracle knows.
    """

    operation: Operation
    document: Any = None
    account: int | None = None
    token: str = OWN
    headers: Headers = ()
    path_values: Mapping[str, object] = field(default_factory=dict)
    raw: bytes | None = None
    content: Headers = (JSON,)
    method: str | None = None
    path: str | None = None
    wire: WireVerdict | None = None
    head: Head = PLAIN
    note: str = ""
    query: Headers = ()
    security: tuple[Scheme, ...] = ()
    right: RightAnswer | None = None
    fills: tuple[Fill, ...] = ()
    after: str | None = None

    @property
    def body(self) -> bytes:
        """The body as it is sent."""
        if self.raw is not None:
            return self.raw
        return json.dumps(self.document, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @property
    def verb(self) -> str:
        """The HTTP method."""
        return (self.method or self.operation.method).upper()

    @property
    def target(self) -> str:
        """The request target."""
        path = self.operation.target if self.path is None else self.path
        for name, value in self.path_values.items():
            path = path.replace(f"{{{sendable(name)}}}", quote(str(value), safe=""))
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def but(self, **changes: Any) -> "Call":
        """Return the call with some changes."""
        return replace(self, **changes)


@dataclass(frozen=True)
class AtStripe:
    """Something done at the target's Stripe, by somebody else than the target.

    Args:
        path: of a POST, such as `/v1/payment_methods/pm_…/detach`.
        form: its parameters.
    """

    path: str
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Break:
    """Stripe is told to fail."""

    fault: Fault


@dataclass(frozen=True)
class Mend:
    """Stripe fails no more."""


@dataclass(frozen=True)
class Together:
    """Calls that are under way at the same time."""

    calls: tuple[Call, ...]


Step = Call | AtStripe | Break | Mend | Together


@dataclass(frozen=True)
class Case:
    """Steps that belong together.

    Args:
        name: what they try, in words.
        steps: in their order.
        same: the last two calls have to get answers that are alike.
        equal: the last two calls are equal, and so is their verdict.
    """

    name: str
    steps: tuple[Step, ...]
    same: bool = False
    equal: bool = False
