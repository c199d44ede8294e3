"""A Stripe that has already done a lot: snapshots with as many paid intents as wanted."""

from collections.abc import Callable, Iterator

from contestants import CONFIRM
from servers import BenchError

from tollbridge.simulator import Request, Simulator

KEY = "Bearer sk_test_1"
PATH = "/v1/payment_intents"
HEADERS = {"authorization": KEY, "content-type": "application/x-www-form-urlencoded"}
COPIED = (b'["PaymentMethod"', b'["Charge"', b'["PaymentIntent"')
EVENT = b'["Event"'


def empty() -> Simulator:
    """Return a simulator of an empty world."""
    return Simulator({})


def pay(simulator: Simulator, key: str) -> None:
    """Create and confirm an intent, under an idempotency key as the SDKs send one.

    Raises:
        BenchError: it was refused.
    """
    reply = simulator.handle(Request("POST", PATH, "", {**HEADERS, "idempotency-key": key}, CONFIRM.encode()))
    if reply.status != 200:
        raise BenchError(f"the simulator answered {reply.status}: {reply.body[:300]!r}")


def follow(simulator: Simulator) -> None:
    """Register a webhook endpoint for every event; nothing is delivered, and each event waits for it.

    Raises:
        BenchError: it was refused.
    """
    form = b"url=http%3A%2F%2F127.0.0.1%3A1%2F&enabled_events[]=*"
    reply = simulator.handle(Request("POST", "/v1/webhook_endpoints", "", HEADERS, form))
    if reply.status != 200:
        raise BenchError(f"the simulator answered {reply.status}: {reply.body[:300]!r}")


def snapshot(intents: int, *, events: bool = False) -> Iterator[bytes]:
    """Yield the lines of a snapshot with so many paid intents, each with its charge and its card.

    One payment is made; the others are its copies with ids and places of their own.

    Args:
        intents: how many.
        events: whether the events of each are there too, as they are for the first thirty days.
    """
    simulator = empty()
    pay(simulator, "first")
    _, *lines = simulator.snapshot()
    yield b'{"format":"tollbridge-simulator-1"}\n'
    rows = [_row(line) for line in lines if line.startswith((*COPIED, EVENT) if events else COPIED)]
    ids = [row(0)[1] for row in rows]
    for number in range(intents):
        for index, row in enumerate(rows):
            line, _ = row(number * len(rows) + index + 1)
            for identity in ids:
                line = line.replace(identity, identity[:-8] + _digits(number))
            yield line


def _row(line: bytes) -> Callable[[int], tuple[bytes, bytes]]:
    """Take a line `["Type",[place,"id",…]]` apart; return how to write it with another place, and its id."""
    name, _, rest = line.partition(b",[")
    _, _, row = rest.partition(b",")
    identity = row.split(b'"')[1]
    return lambda place: (b"%b,[%d,%b" % (name, place, row), identity)


def _digits(number: int) -> bytes:
    return b"%08d" % number
