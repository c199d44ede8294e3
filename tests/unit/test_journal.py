"""When a server writes exchanges to the database that it shares with others."""

import asyncio
import time
from collections.abc import Callable
from itertools import count

import pytest

from tollbridge.server import journal
from tollbridge.server.areas import Area
from tollbridge.server.journal import Entry, Journal
from tollbridge.server.request_context import Exchange


class Database:
    """What keeps entries, and counts them.

    Args:
        asked: called each time a server asks until when somebody follows; returns that.
    """

    def __init__(self, asked: Callable[[], float]) -> None:
        self.written: list[int] = []
        self.until = 0.0
        self.followed = asked

    def note(self, entries: list[bytes], most: int) -> None:
        """Count what is written together."""
        self.written.append(len(entries))

    def noted(self, after: int, most: int) -> list[tuple[int, bytes]]:
        """Return nothing."""
        return []

    def noted_total(self) -> int:
        """Return nothing."""
        return 0

    def forget_noted(self) -> None:
        """Forget nothing."""

    def follow(self, until: float) -> None:
        """Keep until when somebody follows."""
        self.until = until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FLUSH_SECONDS", 0.001)
    monkeypatch.setattr(journal, "ASK_SECONDS", -1.0)


def entry() -> Entry:
    """An exchange that was answered."""
    return Entry(Exchange("POST", "/", anonymous=False), Area.API, b"", [])


def written(asks: Callable[[Journal], float], entries: int = 1) -> list[int]:
    """Return what is written together, of exchanges that come at once; `asks` is what a server learns at each look."""

    async def main() -> list[int]:
        kept = Database(lambda: asks(kept_journal))
        kept_journal = Journal(lambda _: b"{}", kept)
        for _ in range(entries):
            kept_journal.end(entry())
        assert kept_journal._flushing is not None
        await kept_journal._flushing
        return kept.written

    return asyncio.run(asyncio.wait_for(main(), 10))


def another_each_time(turns: int, then: float) -> Callable[[Journal], float]:
    """Let one more exchange come at each look; after some turns no more, and somebody follows until `then`."""
    looks = count(1)

    def asked(of: Journal) -> float:
        if next(looks) > turns:
            return then
        of.end(entry())
        return 0.0

    return asked


def test_exchanges_are_written_when_no_more_come() -> None:
    """Nobody follows, and nothing has come since the last look: what waits is written, in one go."""
    assert written(lambda _: 0.0, entries=3) == [3]


def test_exchanges_that_nobody_follows_wait_while_more_come() -> None:
    """At twenty looks there is one more each time: only when no more come are they written, together."""
    assert written(another_each_time(20, then=0.0)) == [21]


def test_exchanges_are_written_soon_once_somebody_follows_at_another_server() -> None:
    """More come at each look, and at the third somebody follows: what came until then is written at once."""
    looks = count(1)

    def asked(of: Journal) -> float:
        of.end(entry())
        return time.time() + 60 if next(looks) == 3 else 0.0

    assert written(asked) == [4]


def test_exchanges_wait_no_longer_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """More come at each look, and nobody follows: what waits is written all the same after a while."""
    monkeypatch.setattr(journal, "RARE_SECONDS", 0.02)
    first, *_ = written(another_each_time(2_000, then=0.0))
    assert 1 <= first < 2_001


def test_whoever_looks_at_the_exchanges_tells_the_other_servers() -> None:
    """A look says until when it counts as following; a look that is as good as at the same time says nothing new."""

    async def main() -> tuple[float, float]:
        kept = Database(lambda: 0.0)
        here = Journal(lambda _: b"{}", kept)
        await here.after(0, 10)
        first, kept.until = kept.until, 0.0
        await here.after(0, 10)
        return first, kept.until

    before = time.time()
    journal_seconds = journal.FOLLOWED_SECONDS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "ASK_SECONDS", 1.0)
        first, second = asyncio.run(main())
    assert before + journal_seconds <= first <= time.time() + journal_seconds
    assert second == 0.0
