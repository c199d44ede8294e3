"""One line a request: for people on a terminal, JSON otherwise.

Written directly, as `logging` costs three times as much. A line has the operation and never a body, a
query or a header; where the path is shown, what looks like a secret in it is masked.
"""

from collections.abc import Callable
from typing import TextIO

import orjson

from tollbridge.server.redaction import redacted
from tollbridge.server.request_context import Exchange

RED, YELLOW, GREEN, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"
SHOWN = 80


def request_log(stream: TextIO, *, pretty: bool, colours: bool) -> Callable[[Exchange], None]:
    """Return what writes the line of an exchange.

    Args:
        stream: where lines go; a reader that has gone away is not an error of the server.
        pretty: for people; otherwise one JSON object a line.
        colours: whether the status is coloured.
    """
    form = (lambda exchange: _pretty(exchange, colours=colours)) if pretty else _json

    def write(exchange: Exchange) -> None:
        try:
            stream.write(form(exchange))
            stream.flush()
        except (OSError, ValueError):
            return

    return write


def _json(exchange: Exchange) -> str:
    line = {
        "operation": exchange.operation.operation_id if exchange.operation else None,
        "method": exchange.method,
        "path": exchange.operation.path if exchange.operation else _shown(exchange.path),
        "status": exchange.status,
        "error_code": exchange.error_code,
        "ms": round(exchange.milliseconds, 2),
        "request_id": exchange.id,
    }
    return orjson.dumps(line).decode() + "\n"


def _pretty(exchange: Exchange, *, colours: bool) -> str:
    status = str(exchange.status)
    if colours:
        colour = GREEN if exchange.status < 400 else YELLOW if exchange.status < 500 else RED
        status = f"{colour}{status}{PLAIN}"
    what = f"{exchange.method} {_shown(exchange.path)}"
    why = f"  {exchange.error_code}" if exchange.error_code else ""
    return f"{status}  {what}{why}  {exchange.milliseconds:.1f} ms  {exchange.id}\n"


def _shown(path: str) -> str:
    """Return a path that is safe to print: secrets masked, then cut, and without control characters."""
    return redacted(path)[:SHOWN].encode("ascii", "backslashreplace").decode().translate(CONTROLS)


CONTROLS = dict.fromkeys((*range(32), 127), "?")
