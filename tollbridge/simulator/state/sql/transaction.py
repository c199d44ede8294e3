"""One transaction of a database, in which units of work follow each other."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

import orjson

from tollbridge.simulator.protocol.envelope import encoded
from tollbridge.simulator.state.idempotency import Kept, Known, Use, storable
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.sql.columns import key_row, known_from, object_row, shared_of, wait_row
from tollbridge.simulator.state.sql.connection import PAGE, Changes, Connection, Found, Identity
from tollbridge.simulator.state.unit_of_work import Again, Owner, Rows, place_of
from tollbridge.simulator.state.waiting import DELIVERY

T = TypeVar("T")


class Unforeseen(Exception):
    """A job asks a distant database for more than was foreseen: it has to be done where it may wait."""


class Transaction:
    """A transaction of several units of work, one after the other; each sees the writes of those before it.

    Rows are read once. Writes wait for the end, unless a list is asked for, which the database has to put together.
    """

    def __init__(self, connection: Connection, found: Found, *, may_wait: bool) -> None:
        """Go on from what is known at the beginning.

        Args:
            connection: where the transaction has begun.
            found: what is known.
            may_wait: whether the database may be asked for more where it is distant.
        """
        self._connection = connection
        self._asks = may_wait or not connection.distant
        self._rows = dict(found.rows)
        self._key_rows = dict(found.keys)
        self._keys: dict[str, Known] = {}
        self._places = deque(found.places)
        self._last_place = 0
        self._shared = found.shared
        self._in_table = {identity for identity, content in found.rows.items() if content is not None}
        self._keys_in_table = {key for key, row in found.keys.items() if row}
        self._written: dict[Identity, bytes] = {}
        self._known: dict[str, Known] = {}
        self._told: list[bytes] = []
        self._shared_changed = False
        self._read: Shared | None = None

    def begin(self) -> None:
        """Nothing to do: the transaction has begun."""

    def abort(self) -> None:
        """Nothing to do: a unit of work hands over what it wrote when it ends well."""

    @property
    def _asked(self) -> Connection:
        """The connection, to be asked.

        Raises:
            Unforeseen: it is too far away.
        """
        if not self._asks:
            raise Unforeseen
        return self._connection

    def stored(self, name: str, identity: str) -> bytes | None:
        """Return a stored row; None where nothing has the id."""
        known = name, storable(identity)
        if known not in self._rows:
            content = self._rows[known] = self._asked.row(*known)
            if content is not None:
                self._in_table.add(known)
        return self._rows[known]

    def listed(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> Iterator[bytes]:
        """Yield the rows of a list from a place on, a page at a time."""
        connection = self._asked
        self.write()
        place = beyond
        while True:
            found = connection.page(name, owner, place, newest_first=newest_first)
            yield from found
            if len(found) < PAGE:
                return
            place = place_of(found[-1])

    def key(self, key: str) -> Known:
        """Return what is known of an idempotency key.

        A transaction elsewhere that answers the same key at the same time is found out when this one is written.
        """
        if key not in self._keys:
            row = self._key_rows[key] if key in self._key_rows else self._asked.key(key)
            self._keys[key] = known_from(row) if row else Known()
            if row:
                self._keys_in_table.add(key)
        return self._keys[key]

    def claim(self, key: str, use: Use, machine: int) -> bool:
        """Let a slow call use a key; False where another uses it."""
        first, other = self.key(key)
        if other and other.until > machine:
            return False
        self._keys[key] = self._known[key] = Known(first, use)
        return True

    def release(self, key: str, owner: str) -> None:
        """End a call's use of a key."""
        first, use = self.key(key)
        if use and use.owner == owner:
            self._keys[key] = self._known[key] = Known(first)

    def next_place(self) -> int:
        """Return the place of an object that is being made."""
        if not self._places:
            self._places.extend(self._asked.places(self._last_place))
        self._last_place = self._places.popleft()
        return self._last_place

    def commit(self, writes: Rows, keys: dict[str, Kept], told: list[RecordedCall]) -> None:
        """Keep what a unit of work wrote, until the transaction ends.

        Raises:
            Again: chance made an id twice.
        """
        for name, rows in writes.items():
            for identity, content in rows.items():
                written = name, storable(identity)
                earlier = self._rows.get(written)
                if earlier and place_of(earlier) != place_of(content):
                    raise Again(f"There is a {name} {identity} already.")
                self._rows[written] = self._written[written] = content
        for key, first in keys.items():
            self._keys[key] = self._known[key] = Known(first, self.key(key).use)
        self._told += [encoded(tuple(call)) for call in told]

    def shared(self) -> Shared:
        """Return clock and faults, to be read only."""
        self._read = self._read or shared_of(self._shared)
        return self._read

    def change(self, how: Callable[[Shared], T]) -> T:
        """Change clock and faults by a function of them, and return what it returns."""
        shared = shared_of(self._shared)
        result = how(shared)
        self._shared, self._shared_changed, self._read = orjson.dumps(shared.document()), True, None
        return result

    def write(self) -> None:
        """Write what the units of work kept."""
        changes = self._changes()
        if changes != Changes():
            self._connection.write(changes)
        self._in_table |= self._written.keys()
        self._keys_in_table |= self._known.keys()
        self._written, self._known, self._told, self._shared_changed = {}, {}, [], False

    def _changes(self) -> Changes:
        """Return what is not written yet, in one order for all transactions: so there is no deadlock."""
        changes = Changes(told=self._told, shared=self._shared if self._shared_changed else None)
        for (name, identity), content in sorted(self._written.items()):
            into = changes.changed if (name, identity) in self._in_table else changes.fresh
            into.append(object_row(name, identity, content))
            if name == DELIVERY:
                _note_wait(changes, identity, content)
        for key, known in sorted(self._known.items()):
            if known == Known():
                changes.freed.append(key)
            else:
                (changes.keys if key in self._keys_in_table else changes.new_keys).append(key_row(key, known))
        return changes


def _note_wait(changes: Changes, delivery: str, content: bytes) -> None:
    """Let a delivery that is written wait, or wait no more."""
    wait = wait_row(content)
    if wait is None:
        changes.ended.append(delivery)
    else:
        changes.waits.append(wait)
