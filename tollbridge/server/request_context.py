"""Notes of the server's layers on one request, for its log line and its problems."""

from dataclasses import dataclass, field
from secrets import token_hex
from time import perf_counter

from tollbridge.contract import Operation
from tollbridge.server.steering import NONE, Steering

EXCHANGE = "tollbridge.exchange"
"""Where the notes stand in the ASGI scope."""


@dataclass(slots=True)
class Exchange:
    """Notes on one request.

    Args:
        method: the HTTP method.
        path: the path, decoded.
        id: the request id, which is `instance` in problems and `X-Request-Id` in every answer.
        began: `perf_counter` when the request came.
        operation: what it was routed to; None while, or where, it is to nothing.
        status: the HTTP status; 0 while there is no answer.
        error_code: of the problem that was answered; None where it was none.
        anonymous: whether the request came without a token.
        steering: what it asks of its answer by `Prefer`.
        account: the id of the account whose token it carried; None where it carried none that is good.
    """

    method: str
    path: str
    anonymous: bool
    id: str = field(default_factory=lambda: f"req-{token_hex(8)}")
    began: float = field(default_factory=perf_counter)
    operation: Operation | None = None
    status: int = 0
    error_code: str | None = None
    steering: Steering = NONE
    account: int | None = None

    @property
    def milliseconds(self) -> float:
        """Milliseconds since the request came."""
        return (perf_counter() - self.began) * 1000
