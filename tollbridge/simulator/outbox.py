"""The outbox: pending deliveries, as the deliverer asks for them."""

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from tollbridge.simulator.engine import Engine, worked
from tollbridge.simulator.model.rows import Attempt, Delivery, WebhookEndpoint
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.deliveries import Sendable, deliver_again, drop, sendable, settle, shown_delivery
from tollbridge.simulator.resources.webhook_endpoints import follow
from tollbridge.simulator.state.clock import Clock
from tollbridge.simulator.state.settings import ORDERS, Shared
from tollbridge.simulator.state.unit_of_work import Row, Store

log = logging.getLogger(__name__)

MAX_WAITING = 100_000
"""Deliveries that wait; what is beyond is dropped, and the log says so."""

T = TypeVar("T")


class Outbox:
    """The deliveries of a simulator."""

    def __init__(self, store: Store, clock: Clock, engine: Engine, most: int = MAX_WAITING) -> None:
        """Take the parts of a simulator, and how many deliveries may wait."""
        self._store = store
        self._clock = clock
        self._engine = engine
        self._most = most

    @property
    def waits(self) -> bool:
        """Whether asking it may wait for a disk or a network."""
        return self._store.waits

    def wake_by(self, wake: Callable[[], None]) -> None:
        """Call a function whenever there may be something new to deliver, from whatever thread."""
        self._engine.wake = wake

    def sleep(self, wake: Callable[[], None]) -> None:
        """Call a function no more; where another came after it, that one is called."""
        if self._engine.wake is wake:
            self._engine.wake = lambda: None

    def wake(self) -> None:
        """Say that there may be something new to deliver."""
        self._engine.wake()

    def ready(self) -> list[str]:
        """Return the endpoints that have a delivery due, and none under way; what is too many is dropped first.

        Every server asks each second, so where nothing waits it is one question.
        """
        waiting = self._store.waiting()
        if not waiting:
            return []
        if waiting > self._most:
            self._shed()
        return self._store.ready(self._clock(), self._clock.machine())

    def waiting(self) -> int:
        """Return how many deliveries wait."""
        return self._store.waiting()

    def take(self, endpoint: str, seconds: int) -> str | None:
        """Return an endpoint's next delivery, under way for some seconds at most; None where none is due."""
        machine = self._clock.machine()
        return self._store.take(endpoint, self._clock(), machine, machine + seconds)

    def sendable(self, delivery: str) -> Sendable | None:
        """Return what is to be sent; None where there is nothing to send any more."""
        return self._worked(lambda context: sendable(context, delivery))

    def settle(self, delivery: str, attempt: Attempt) -> None:
        """Keep what came of a try."""
        self._worked(lambda context: settle(context, delivery, attempt))

    def deliver_again(self, delivery: str) -> dict[str, Any] | None:
        """Let a delivery be made again, now; None where there is none with the id."""

        def again(context: Context) -> dict[str, Any] | None:
            row = deliver_again(context, delivery)
            return row and shown_delivery(context, row)

        shown = self._worked(again)
        self.wake()
        return shown

    def newest(self, most: int) -> list[dict[str, Any]]:
        """Return the newest deliveries, the newest first."""
        return self._worked(
            lambda context: [shown_delivery(context, row) for row in islice(context.work.listed(Delivery), most)]
        )

    def endpoints(self) -> list[WebhookEndpoint]:
        """Return the endpoints that events go to, the newest first."""
        rows = worked(self._store, lambda work: list(work.listed(WebhookEndpoint)))
        return [row for row in rows if not row.disabled and not row.deleted]

    def order(self) -> tuple[str, bool]:
        """Return the order of the deliveries, and whether each event is delivered twice."""
        shared = self._store.shared()
        return shared.order, shared.duplicates

    def set_order(self, order: str | None = None, *, duplicates: bool | None = None) -> None:
        """Choose the order of the deliveries of one call's events, and whether each is made twice; None leaves it.

        Raises:
            ValueError: there is no such order.
        """
        if order not in (None, *ORDERS):
            raise ValueError(f"order is {order!r}; there are {' and '.join(ORDERS)}.")

        def setting(shared: Shared) -> None:
            shared.order = shared.order if order is None else order
            shared.duplicates = shared.duplicates if duplicates is None else duplicates

        self._store.change(setting)

    def follow_planted(self) -> None:
        """Let events go to the endpoints of a seed that was planted."""
        rows = worked(self._store, lambda work: list(work.listed(WebhookEndpoint)))
        if {row.id for row in rows if not row.disabled and not row.deleted} != set(self._store.shared().followers):
            self._store.change(lambda shared: follow_all(shared, rows))

    def _shed(self) -> None:
        while over := self._store.excess(self._most):
            self._worked(partial(drop, identities=over))
            log.warning("%d deliveries of events were dropped: more than %d waited.", len(over), self._most)

    def _worked(self, operation: Callable[[Context], T]) -> T:
        now = self._clock()
        return worked(self._store, lambda work: operation(self._engine.context(work, now)))


def follow_all(shared: Shared, rows: Iterable[WebhookEndpoint]) -> None:
    """Let events go to the endpoints of a state."""
    for row in rows:
        follow(shared, row)


def following(shared: Shared, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows, and let events go to the endpoints among them."""
    for name, values in rows:
        if name == WebhookEndpoint.__name__:
            follow(shared, WebhookEndpoint(*values[1:]))
        yield name, values
