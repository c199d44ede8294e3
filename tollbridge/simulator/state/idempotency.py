"""Idempotency keys: the first answer is kept and replayed; other parameters under the same key are refused.

A key replays for a day of the simulator's clock, as at Stripe. It is thrown away when a day has gone by on the
simulator's clock and on the machine's: a clock that a test sets ahead and back forgets no key that is live again.

While a slow answer is under way its key is in use, for everybody who shares the state: another call with it gets
Stripe's 409. Any other call takes no time of the simulator's: a call with its key meanwhile waits, and is a replay.
"""

from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from tollbridge.simulator.model.errors import IN_FLIGHT, StripeFailure, invalid
from tollbridge.simulator.model.rows import ROW_TYPES
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.call import Call
from tollbridge.simulator.protocol.messages import Request
from tollbridge.simulator.serializers import shown

KEPT_SECONDS = 24 * 3600
MAX_LENGTH = 255


class Kept(NamedTuple):
    """A first answer.

    Args:
        path: of the first request.
        fingerprint: of what was asked.
        status: the HTTP status.
        content: the body; or, a tenth of its size, the row that it shows, as it was stored.
        type: the row's type; None where the content is the body.
        request_id: of the first request.
        when: seconds since the epoch, by the simulator's clock.
        made: seconds since the epoch, by the machine's.
    """

    path: str
    fingerprint: bytes
    status: int
    content: bytes
    type: str | None
    request_id: str
    when: int
    made: int

    @property
    def body(self) -> bytes:
        """The body, byte for byte."""
        if self.type is None:
            return self.content
        return orjson.dumps(shown(ROW_TYPES[self.type](*orjson.loads(self.content)[1:])))


class Use(NamedTuple):
    """A slow call under way with a key.

    Args:
        owner: the call's request id.
        until: seconds since the epoch, by the machine's clock; a call whose process died is over then.
    """

    owner: str
    until: int


class Known(NamedTuple):
    """An idempotency key in a state.

    Args:
        first: the first answer; None before there is one.
        use: the slow call under way with it; None for none.
    """

    first: Kept | None = None
    use: Use | None = None


def key_of(request: Request) -> str | None:
    """Return a request's key, as every kind of state can hold it; None where it has none, or a read has one.

    Raises:
        StripeFailure: 400, its length is wrong.
    """
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_LENGTH:
        raise invalid(
            f"Idempotent key length is {len(key)}, which is outside accepted lengths. Idempotent Keys must be "
            f"1-{MAX_LENGTH} characters long."
        )
    return storable(key)


def storable(text: str) -> str:
    """Return a text that every kind of state can hold: PostgreSQL has no NUL, and none has lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def earlier(known: Known, key: str, call: Call) -> Kept | None:
    """Return the first answer to a key, if it is one to this call; None where there is none, or it is too old.

    Args:
        known: what the state has of the key.
        key: as `key_of` returns it.
        call: that brings the key.

    Raises:
        StripeFailure: 400, the key was used for something else; 409, it is in use.
    """
    kept, use = known
    if use and use.until > call.machine and use.owner != call.id:
        raise StripeFailure(409, IN_FLIGHT.format(key=key), "idempotency_error", "idempotency_key_in_use")
    if kept is None or call.now - kept.when > KEPT_SECONDS:
        return None
    if kept.fingerprint != _fingerprint(call.request):
        raise _misused(key, call.request.path, kept.path)
    return kept


def first_answer(call: Call, answer: Answer, stored: bytes | None) -> Kept:
    """Return a first answer as it is kept; validation failures never come here.

    Args:
        call: what was asked.
        answer: what was answered.
        stored: the answer's row, as the store has it; None where the answer shows none.
    """
    name = type(answer.row).__name__ if answer.row and stored else None
    content = stored if name and stored else bytes(memoryview(orjson.dumps(answer.document)))
    fingerprint = _fingerprint(call.request)
    return Kept(call.request.path, fingerprint, answer.status, content, name, call.id, call.now, call.machine)


def dumped(key: str, kept: Kept) -> tuple[Any, ...]:
    """Return a key as it goes into a snapshot."""
    content = orjson.loads(kept.content)
    return key, kept.path, kept.fingerprint.hex(), kept.status, content, kept.type, kept.request_id, kept.when


def put_back(document: list[Any], machine: int) -> tuple[str, Kept]:
    """Return a key of a snapshot, as if it had been made now by the machine's clock.

    Raises:
        ValueError, TypeError: it is none.
    """
    key, path, fingerprint, status, content, name, request_id, when = document
    if name is not None and name not in ROW_TYPES:
        raise ValueError(name)
    stored = bytes(memoryview(orjson.dumps(content)))
    kept = Kept(path, bytes.fromhex(fingerprint), int(status), stored, name, str(request_id), int(when), machine)
    orjson.loads(kept.body)
    return str(key), kept


def _misused(key: str, path: str, first: str) -> StripeFailure:
    same = "with the same parameters they were first used with"
    if path != first:
        same = f"for the same endpoint they were first used for ('{path}' vs '{first}')"
    return StripeFailure(
        400,
        f"Keys for idempotent requests can only be used {same}. Try using a key other than '{key}' if you meant to "
        "execute a different request.",
        type="idempotency_error",
    )


def _fingerprint(request: Request) -> bytes:
    """Return what tells one request from another: the order of its parameters does not, that of a list's items does."""
    fields = b"&".join((request.query.encode("utf-8", "replace"), request.body)).split(b"&")
    sent = sorted(filter(None, fields), key=_name)
    address = request.method.encode(), request.path.encode("utf-8", "replace")
    return sha256(b"\n".join((*address, *sent))).digest()


def _name(field: bytes) -> bytes:
    return field.partition(b"=")[0]
