"""The journal: the newest exchanges, from both sides, for the console.

An exchange is a request to the API, with what the server asked of Stripe for it, or a request to the built-in Stripe.
What is kept is bounded in number and in bytes; secrets are masked before anything is shown or written to a database.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from secrets import token_hex
from time import perf_counter
from typing import NamedTuple, Protocol

import orjson
from anyio.to_thread import run_sync
from starlette.types import Message, Receive, Scope

from tollbridge.server.areas import Area
from tollbridge.server.request_context import Exchange

log = logging.getLogger(__name__)

MAX_KEPT = 1_000
MAX_BYTES = 8_192
"""Of a body; the rest is cut."""

MAX_CALLS = 50
"""Calls to Stripe that are kept of one exchange."""

MAX_TOTAL = 32_000_000
"""Bytes of all exchanges that are kept: a thousand usual ones have a third of it, and hostile ones drop older ones."""

FLUSH_SECONDS = 0.25
"""How long exchanges wait for others, to be written to a database together."""

RARE_SECONDS = 15.0
"""How long they wait at most while more come and no page follows them: of so many, only the newest would stay."""

FOLLOWED_SECONDS = 10.0
"""How long a look at the exchanges counts as following them."""

ASK_SECONDS = 1.0
"""How often a server asks whether they are followed at another one, and tells the others that they are at this one."""


HeaderList = list[tuple[bytes, bytes]]
Numbered = list[tuple[int, bytes]]
"""Entries as JSON, each with its number; the first ever has 1."""


@dataclass(slots=True)
class Body:
    """A body, as far as it is kept.

    Args:
        content: its first bytes.
        size: of all of it.
        ended: whether its end has come through.
    """

    content: bytes = b""
    size: int = 0
    ended: bool = False

    def add(self, piece: bytes) -> None:
        """Take a further piece."""
        self.size += len(piece)
        if len(self.content) < MAX_BYTES:
            self.content = (self.content + piece)[:MAX_BYTES]


def whole_body(content: bytes) -> Body:
    """Return a body that has come through as one piece."""
    return Body(content[:MAX_BYTES], len(content), ended=True)


class StripeCall(NamedTuple):
    """A call that the server made to its built-in Stripe.

    Args:
        method: the HTTP method.
        path: with the query.
        form: the body that was sent.
        idempotency_key: None where there was none.
        status: of the answer; 0 where none came.
        answer: its body.
        milliseconds: that it took.
    """

    method: str
    path: str
    form: Body
    idempotency_key: str | None
    status: int
    answer: Body
    milliseconds: float


@dataclass(slots=True)
class Entry:
    """One exchange.

    Args:
        exchange: what the layers of the server noted on it.
        area: the API, or the built-in Stripe.
        query: of the address.
        headers: of the request.
        when: seconds since the epoch.
        sent: the request's body.
        answered: headers of the answer.
        answer: its body.
        calls: that the server made to Stripe for it.
        milliseconds: that it took.
    """

    exchange: Exchange
    area: Area
    query: bytes
    headers: HeaderList
    when: float = field(default_factory=time.time)
    sent: Body = field(default_factory=Body)
    answered: HeaderList = field(default_factory=list)
    answer: Body = field(default_factory=Body)
    calls: list[StripeCall] = field(default_factory=list)
    milliseconds: float = 0.0

    @property
    def size(self) -> int:
        """The bytes that it keeps, without what the interpreter adds."""
        headers = sum(len(name) + len(value) for name, value in (*self.headers, *self.answered))
        calls = sum(len(call.path) + len(call.form.content) + len(call.answer.content) for call in self.calls)
        return len(self.query) + headers + len(self.sent.content) + len(self.answer.content) + calls


class Newest:
    """The newest entries, bounded in number and in bytes."""

    def __init__(self, most: int, most_bytes: int) -> None:
        """Begin without any.

        Args:
            most: entries that are kept.
            most_bytes: of all of them.
        """
        self._most, self._most_bytes = most, most_bytes
        self._entries: deque[tuple[Entry, int]] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, entry: Entry) -> None:
        """Keep an entry, in the place of the oldest ones where there are too many."""
        size = entry.size
        self._entries.append((entry, size))
        self._bytes += size
        while len(self._entries) > self._most or self._bytes > self._most_bytes:
            self._bytes -= self._entries.popleft()[1]

    def part(self, begin: int, most: int) -> list[Entry]:
        """Return some entries, the oldest first."""
        return [entry for entry, _ in islice(self._entries, begin, begin + most)]

    def take(self) -> list[Entry]:
        """Return all entries, and keep none."""
        taken = self.part(0, len(self))
        self.clear()
        return taken

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()
        self._bytes = 0


calls_made: ContextVar[list[StripeCall] | None] = ContextVar("calls_made", default=None)
"""Where calls to Stripe are noted while a request is answered; None where they are not needed."""


def note_call(method: str, path: str, form: bytes, key: str | None, began: float, status: int, answer: bytes) -> None:
    """Note a call to Stripe on the request that is being answered.

    Args:
        method: the HTTP method.
        path: with the query.
        form: the body that was sent.
        key: the idempotency key; None where there was none.
        began: `perf_counter` when it was made.
        status: of the answer; 0 where none came.
        answer: its body.
    """
    calls = calls_made.get()
    if calls is not None and len(calls) < MAX_CALLS:
        took = (perf_counter() - began) * 1000
        calls.append(StripeCall(method, path, whole_body(form), key, status, whole_body(answer), took))


class Kept(Protocol):
    """A store of entries that several servers share; called from threads."""

    def note(self, entries: list[bytes], most: int) -> None:
        """Keep entries, and of all of them the newest so many."""

    def noted(self, after: int, most: int) -> Numbered:
        """Return entries after a number, the oldest first."""

    def noted_total(self) -> int:
        """Return the number of the newest entry."""

    def forget_noted(self) -> None:
        """Forget every entry; numbers go on."""

    def follow(self, until: float) -> None:
        """Say that somebody follows the entries, until a time in seconds since the epoch."""

    def followed(self) -> float:
        """Return the time until which a page follows the entries; 0 for none."""


class Journal:
    """The newest exchanges of this process, or, where they are kept with a shared state, of all its servers.

    Its `id` says which: after a restart the numbers of a process begin again, under another id. Writing an exchange to
    a database costs a good part of what its request costs, so exchanges are written soon only while somebody follows
    them, or when no more come.
    """

    def __init__(self, shown: Callable[[Entry], bytes], kept: Kept | None = None) -> None:
        """Begin.

        Args:
            shown: an entry as JSON, without secrets.
            kept: what keeps entries outside this process; None keeps them here.
        """
        self._shown = shown
        self._kept = kept
        self._here = Newest(MAX_KEPT, MAX_TOTAL)
        self._total = 0
        self._waiting = Newest(MAX_KEPT, MAX_TOTAL)
        self._asked = 0.0
        self._followed = 0.0
        self._flushing: asyncio.Task[None] | None = None
        self.id = token_hex(8) if kept is None else "shared"
        self.closed = False

    def begin(self, exchange: Exchange, area: Area, scope: Scope) -> Entry:
        """Begin the entry of a request, and note the calls that are made to Stripe for it."""
        entry = Entry(exchange, area, scope["query_string"], scope["headers"])
        calls_made.set(entry.calls)
        return entry

    def end(self, entry: Entry) -> None:
        """Keep an entry whose request was answered."""
        entry.milliseconds = entry.exchange.milliseconds
        self._total += 1
        if self._kept is None:
            self._here.append(entry)
            return
        self._waiting.append(entry)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.get_running_loop().create_task(self._flush(self._kept))

    async def after(self, number: int, most: int) -> Numbered:
        """Return entries after a number, the oldest first."""
        if self._kept is not None:
            await self._follow(self._kept)
            return await run_sync(self._kept.noted, number, most)
        first = self._total - len(self._here) + 1
        begin = max(0, number - first + 1)
        return [(first + begin + n, self._shown(entry)) for n, entry in enumerate(self._here.part(begin, most))]

    async def newest(self) -> int:
        """Return the number of the newest entry."""
        return self._total if self._kept is None else await run_sync(self._kept.noted_total)

    async def forget(self) -> None:
        """Forget every entry; numbers go on."""
        self._here.clear()
        self._waiting.clear()
        if self._kept is not None:
            await run_sync(self._kept.forget_noted)

    def close(self) -> None:
        """Let those who follow the journal go: the server ends."""
        self.closed = True

    async def _flush(self, kept: Kept) -> None:
        while self._waiting:
            await self._until_wanted(kept)
            batch = self._waiting.take()
            try:
                await run_sync(lambda entries: kept.note([*map(self._shown, entries)], MAX_KEPT), batch)
            except Exception as error:  # the console is not worth a request
                log.warning("%d exchanges could not be kept for the console: %s", len(batch), type(error).__name__)

    async def _until_wanted(self, kept: Kept) -> None:
        """Wait until what waits is to be written: somebody follows it, no more comes, or it has waited long enough."""
        latest = time.monotonic() + RARE_SECONDS
        seen = -1
        while seen != self._total and time.monotonic() < latest:
            seen = self._total
            await asyncio.sleep(FLUSH_SECONDS)
            if await self._is_followed(kept):
                return

    async def _is_followed(self, kept: Kept) -> bool:
        now = time.time()
        if self._followed < now and not self._asked <= now < self._asked + ASK_SECONDS:
            self._asked = now
            with suppress(Exception):  # what waits is written later
                self._followed = await run_sync(kept.followed)
        return now < self._followed

    async def _follow(self, kept: Kept) -> None:
        """Let every server know that somebody follows the entries."""
        now = time.time()
        if self._followed < now + FOLLOWED_SECONDS - ASK_SECONDS:
            self._followed = now + FOLLOWED_SECONDS
            await run_sync(kept.follow, self._followed)


def hearing(receive: Receive, entry: Entry) -> Receive:
    """Return a channel that keeps what comes through it of the request's body."""

    async def heard() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            entry.sent.add(message.get("body", b""))
            entry.sent.ended = not message.get("more_body", False)
        return message

    return heard


def note_answer(entry: Entry, message: Message) -> None:
    """Keep what is sent of the answer."""
    if message["type"] == "http.response.start":
        entry.answered = message["headers"]
    elif message["type"] == "http.response.body":
        entry.answer.add(message.get("body", b""))


def summary_of(document: bytes) -> dict[str, object]:
    """Return what a list shows of an entry."""
    whole = orjson.loads(document)
    return {name: whole[name] for name in SUMMARY}


SUMMARY = frozenset(
    ("when", "id", "area", "method", "path", "status", "error_code", "operation", "milliseconds", "asked", "steered")
)
"""The members of an entry that a list shows."""
