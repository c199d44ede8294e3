"""Objects, first answers and calls as the tables have them."""

import json
from typing import Any, NamedTuple

import orjson

from tollbridge.simulator.model.rows import LISTED_BY
from tollbridge.simulator.state.idempotency import Kept, Known, Use, storable
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.settings import Shared, shared_from
from tollbridge.simulator.state.unit_of_work import damage_told, place_of
from tollbridge.simulator.state.waiting import wait_of


class ObjectRow(NamedTuple):
    """A row of the table `objects`; `content` is the object as the memory store has it."""

    type: str
    id: str
    place: int
    customer: str | None
    payment_intent: str | None
    content: bytes


class KeyRow(NamedTuple):
    """A row of the table `idempotency_keys`; without a first answer all but key, owner and until are None."""

    key: str
    path: str | None
    fingerprint: bytes | None
    status: int | None
    content: bytes | None
    type: str | None
    request_id: str | None
    created: int | None
    made: int | None
    owner: str | None
    until: int | None


class WaitRow(NamedTuple):
    """A row of the table `waiting`, of a delivery that is not under way."""

    delivery: str
    endpoint: str
    due: int
    place: int


def wait_row(stored: bytes) -> WaitRow | None:
    """Return the row of a stored delivery in the outbox; None where it waits no more."""
    endpoint, wait = wait_of(stored)
    return WaitRow(wait.delivery, endpoint, wait.due, wait.place) if wait else None


def object_row(name: str, identity: str, stored: bytes) -> ObjectRow:
    """Return the row of an object."""
    fields = LISTED_BY.get(name, ())
    row = orjson.loads(stored) if fields else ()
    owners = {field: row[index] for field, index in fields}
    customer, intent = owners.get("customer"), owners.get("payment_intent")
    return ObjectRow(name, storable(identity), place_of(stored), customer, intent, stored)


def key_row(key: str, known: Known) -> KeyRow:
    """Return the row of an idempotency key."""
    first, use = known
    answer = (storable(first.path), *first[1:]) if first else (None,) * len(Kept._fields)
    return KeyRow(key, *answer, *(use or (None, None)))


@damage_told()
def known_from(row: KeyRow) -> Known:
    """Return what a row of `idempotency_keys` tells of its key."""
    use = Use(row.owner, row.until) if row.owner is not None and row.until is not None else None
    return Known(None if row.path is None else kept_from(row), use)


def kept_from(row: Any) -> Kept:
    """Return the first answer of a row of `idempotency_keys` that has one."""
    content, fingerprint = bytes(row.content), bytes(row.fingerprint)
    return Kept(row.path, fingerprint, row.status, content, row.type, row.request_id, row.created, row.made)


@damage_told()
def shared_of(content: bytes | None) -> Shared:
    """Return clock and faults from what was kept of them; as they are at the beginning, where nothing was."""
    return shared_from(orjson.loads(content)) if content else Shared()


@damage_told()
def told_from(content: bytes) -> RecordedCall:
    """Return a call from what was kept of it."""
    try:
        told = RecordedCall(*orjson.loads(content))
    except orjson.JSONDecodeError:  # lone surrogates, as `encoded` spells them
        told = RecordedCall(*json.loads(content))
    return told._replace(effects=tuple((what, identity) for what, identity in told.effects))
