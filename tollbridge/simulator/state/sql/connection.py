"""The interface between a transaction and each kind of database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from tollbridge.simulator.state.sql.columns import KeyRow, ObjectRow, WaitRow
from tollbridge.simulator.state.unit_of_work import Needed, Owner

PAGE = 101
"""Rows of a list that are read at once."""

Identity = tuple[str, str]
"""A type's name and an id."""


class Found(NamedTuple):
    """The data that a transaction begins with.

    Args:
        rows: objects that were asked for; None for one that does not exist.
        keys: the same of idempotency keys.
        shared: clock and faults, as they are stored; None where they were never set.
        places: some that no other transaction takes.
    """

    rows: dict[Identity, bytes | None]
    keys: dict[str, KeyRow | None]
    shared: bytes | None
    places: Iterable[int]


@dataclass
class Changes:
    """The writes of a transaction.

    Args:
        fresh: objects that the table does not have yet.
        changed: those that it has.
        new_keys: idempotency keys that the table does not have yet.
        keys: those that it has.
        freed: those of which nothing is known any more.
        told: calls, encoded.
        shared: clock and faults, encoded; None where they are as they were.
        waits: deliveries that wait.
        ended: the ids of those that wait no more.
    """

    fresh: list[ObjectRow] = field(default_factory=list)
    changed: list[ObjectRow] = field(default_factory=list)
    new_keys: list[KeyRow] = field(default_factory=list)
    keys: list[KeyRow] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)
    shared: bytes | None = None
    waits: list[WaitRow] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


class Connection(Protocol):
    """A connection to a database, which has one transaction at a time.

    Each method raises `Unavailable` where the database fails, and `Again` where others came in between. All but
    `begin`, `commit` and `rollback` are quick where the database is not `distant`.
    """

    distant: bool

    def begin(self, needed: Needed, jobs: int) -> Found:
        """Begin a transaction for some jobs; return what is known at once of what they need."""

    def row(self, name: str, identity: str) -> bytes | None:
        """Return an object."""

    def key(self, key: str) -> KeyRow | None:
        """Return an idempotency key."""

    def page(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> list[bytes]:
        """Return up to `PAGE` rows of a list from a place on."""

    def places(self, last: int) -> Iterable[int]:
        """Return the next places, after the last that this transaction took."""

    def write(self, changes: Changes) -> None:
        """Write, at once or with what is asked next."""

    def commit(self) -> None:
        """End the transaction, and keep what it wrote."""

    def rollback(self) -> None:
        """End the transaction, and what it wrote with it."""

    def close(self) -> None:
        """Disconnect."""
