"""Hypothesis's examples, kept for later runs: in a folder that a CI caches, or in a Redis that machines share.

What one run found, the next one tries first, on whichever machine. An example is Hypothesis's own record of choices; it
is data, and means nothing without the strategy that drew it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tollbridge.verify.errors import VerifyError

REDIS = ("redis://", "rediss://")
SECONDS = 5.0
"""The longest that Redis may take to answer."""

Open = Callable[[str, int], ExampleDatabase]
"""Opens the database of one operation and turn."""


def examples_database(place: str) -> Open:
    """Return what opens databases at a place.

    Each operation has its own examples, and each turn of a search: in a later turn, what the first one found is known
    and shown no more, and Hypothesis would forget it.

    Args:
        place: a folder, or the URL of a Redis.

    Raises:
        VerifyError: it cannot be used; with a sentence that says why.
    """
    return _in_redis(place) if place.startswith(REDIS) else _in_folder(Path(place))


def _in_folder(folder: Path) -> Open:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VerifyError(f"--examples-database: {folder} cannot be made ({error.strerror}).") from None
    return lambda operation, turn: Forgiving(DirectoryBasedExampleDatabase(folder / _named(operation, turn)))


def _in_redis(url: str) -> Open:
    try:
        from hypothesis.extra.redis import RedisExampleDatabase
        from redis import Redis
    except ImportError:
        raise VerifyError("--examples-database in Redis needs its client: pip install 'tollbridge[redis]'.") from None
    try:
        redis = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        redis.ping()
    except Exception as error:  # of its parser, of the network, of the server
        raise VerifyError(f"--examples-database: Redis cannot be asked ({type(error).__name__}).") from None
    return lambda operation, turn: Forgiving(
        RedisExampleDatabase(redis, key_prefix=f"tollbridge:{_named(operation, turn)}:".encode())
    )


def _named(operation: str, turn: int) -> str:
    """Return a name for files and keys: an operation's own id may be anything."""
    return f"{sha256(operation.encode()).hexdigest()[:16]}-{turn}"


class Forgiving(ExampleDatabase):
    """A database that goes away without ending the run: what cannot be read or written is not there."""

    def __init__(self, inner: ExampleDatabase) -> None:
        """Stand before another one."""
        super().__init__()
        self._inner = inner

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """Return the examples of a key."""
        found: list[bytes] = []
        with suppress(Exception):
            found = [*self._inner.fetch(key)]
        return found

    def save(self, key: bytes, value: bytes) -> None:
        """Keep an example."""
        self._try(self._inner.save, key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget an example."""
        self._try(self._inner.delete, key, value)

    def move(self, src: bytes, dest: bytes, value: bytes) -> None:
        """Keep an example under another key."""
        self._try(self._inner.move, src, dest, value)

    def _try(self, work: Callable[..., Any], *arguments: bytes) -> None:
        with suppress(Exception):
            work(*arguments)
