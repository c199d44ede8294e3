"""The whole state as lines of JSON, to be kept and put back: a head, then a line for each object and each key.

It holds client secrets, as Stripe's own memory does: keep it where you keep those. The record is no part of it. What is
put back may be anybody's: `reading.py` holds each line against what the simulator itself would have written.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, NamedTuple, TypeVar

import orjson

from tollbridge.simulator.model.field_kinds import Matching, OneOf
from tollbridge.simulator.model.rows import ROW_TYPES
from tollbridge.simulator.state.idempotency import MAX_LENGTH, Kept
from tollbridge.simulator.state.unit_of_work import Store, Whole

T = TypeVar("T")
NAME, VERSION = "tollbridge-simulator-", 1
FORMAT = f"{NAME}{VERSION}"
KEY = "IdempotencyKey"
IN_MEMORY = 8_000_000
AT_ONCE = 1_000


class KeyLine(NamedTuple):
    """An idempotency key, as a line has it; `content` is the body, or the row of the `type` that it shows."""

    key: Annotated[str, Matching(rf"[^\0]{{1,{MAX_LENGTH}}}", f"text of 1 to {MAX_LENGTH} characters")]
    path: str
    fingerprint: Annotated[str, Matching(r"[0-9a-f]{64}", "64 hexadecimal digits")]
    status: int
    content: Any
    type: Annotated[str, OneOf(tuple(ROW_TYPES))] | None
    request_id: Annotated[str, Matching(r"req_[A-Za-z0-9]{1,40}", "the id of a request")]
    when: int


class Head(NamedTuple):
    """The members of the first line, beside the format.

    Args:
        stopped_at: seconds since the epoch at which the clock stands; None goes with the machine's.
        ahead: seconds that it is ahead.
        lines: how many follow, at least; fewer were cut off.
        randomness: what makes ids; None where nothing repeats them.
    """

    stopped_at: int | None = None
    ahead: int | None = None
    lines: int | None = None
    randomness: Any = None


def dump(store: Store, randomness: random.Random | None) -> IO[bytes]:
    """Return the lines of a snapshot as a file, from its beginning; the reader closes it.

    All of it is read at one moment, and before the first line is given away: a reader may take its time.

    Args:
        store: the objects, the idempotency keys, and the clock where it was set.
        randomness: what makes ids, where they repeat; None where they do not.

    Raises:
        OSError: there is no room for it.
    """
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with ExitStack() as failed:
        failed.callback(file.close)
        with store.whole() as whole:
            # After the state was taken: what is drawn from here on made none of its ids.
            state = randomness.getstate() if randomness else None
            for lines in _batches(_written(whole, state)):
                file.write(b"".join(lines))
        file.seek(0)
        failed.pop_all()
    return file


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    items = iter(items)
    while batch := list(islice(items, AT_ONCE)):
        yield batch


def _written(whole: Whole, randomness: object) -> Iterator[bytes]:
    head = Head(whole.shared.stopped_at, whole.shared.ahead, whole.lines, randomness)
    yield orjson.dumps({"format": FORMAT, **head._asdict()}) + b"\n"
    starts = {name: b'["' + name.encode() + b'",' for name in ROW_TYPES}
    for name, stored in whole.rows:
        yield starts[name] + stored + b"]\n"
    for key, kept in whole.keys:
        yield orjson.dumps([KEY, *_key_line(key, kept)]) + b"\n"


def _key_line(key: str, kept: Kept) -> KeyLine:
    fingerprint, content = kept.fingerprint.hex(), orjson.loads(kept.content)
    return KeyLine(key, kept.path, fingerprint, kept.status, content, kept.type, kept.request_id, kept.when)
