"""The simulator: an engine over a store, and what can be done to them from beside."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any, TypeVar

from tollbridge.simulator.engine import Engine, job_of, worked
from tollbridge.simulator.model.randomness import Chance
from tollbridge.simulator.model.rows import PaymentIntent, Subscription
from tollbridge.simulator.outbox import Outbox, following
from tollbridge.simulator.protocol.faults import Fault
from tollbridge.simulator.protocol.messages import Reply, Request
from tollbridge.simulator.resources.agenda import Agenda, Waiting
from tollbridge.simulator.resources.checkout_payment import Outcome, PaymentPage, last_refusal, page_of, pay
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.event_log import Cause
from tollbridge.simulator.resources.routes import ROUTES, is_template
from tollbridge.simulator.resources.three_d_secure import after_challenge, after_page, is_due
from tollbridge.simulator.resources.turns import everything, turn
from tollbridge.simulator.seed import plant, planted
from tollbridge.simulator.state.call_log import CallLog
from tollbridge.simulator.state.clock import Clock
from tollbridge.simulator.state.memory import MemoryStore
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.snapshot import dump
from tollbridge.simulator.state.snapshot_reading import Reading
from tollbridge.simulator.state.unit_of_work import R, SharedJournal, Store, Unavailable, UnitOfWork, damage_told

RECORDED = 10_000
T = TypeVar("T")


class Simulator:
    """Stripe, as far as it goes; what it does not know is a loud 501."""

    def __init__(
        self,
        seed: Mapping[str, Any],
        *,
        clock: Callable[[], int] = lambda: int(time.time()),
        randomness: random.Random | None = None,
        recorded: int = RECORDED,
        store: Store | None = None,
        base: Callable[[Mapping[str, str]], str] = lambda _headers: "",
    ) -> None:
        """Begin with the objects of a seed, as far as the store has them not yet.

        Args:
            seed: `settlement_currency`, and lists of `customers`, `payment_methods` and `subscriptions`.
            clock: seconds since the epoch.
            randomness: for ids and secrets; None for the system's own.
            recorded: how many calls the record keeps, where no store is given.
            store: what keeps the state; None for this process's memory.
            base: the server's own address as the headers of a call tell it, where it has the page that asks
                cardholders; empty where it has none.

        Raises:
            ValueError: a card of the seed is none of the test cards.
            Unavailable: the store cannot be reached.
        """
        self._seed = seed
        self._store: Store = MemoryStore(recorded=recorded) if store is None else store
        self.clock = Clock(clock, self._store, self._turn_everything)
        self._agenda = Agenda(self.clock.machine)
        self._chance = Chance(randomness)
        worked(self._store, lambda work: plant(work, seed, self.clock()))
        self.record = CallLog(self._store, key=self._store.secret("record", self._chance.randomness.randbytes(16)))
        currency = str(seed.get("settlement_currency", "usd"))
        self._engine = Engine(self._store, self.clock, self._chance, self.record, currency, base, self._agenda)
        self.outbox = Outbox(self._store, self.clock, self._engine)
        self.outbox.follow_planted()
        self._turn_everything()

    def add(self, seed: Mapping[str, Any]) -> None:
        """Begin with another seed from now on: its objects are added, as far as they are not there yet.

        The settlement currency stays that of the beginning.

        Raises:
            ValueError: a card of the seed is none of the test cards.
            Unavailable: the store cannot be reached.
        """
        worked(self._store, lambda work: plant(work, seed, self.clock()))
        self.outbox.follow_planted()
        self._seed = seed

    def handle(self, request: Request) -> Reply:
        """Answer a request.

        Raises:
            NoAnswer: a fault says that nothing comes back.
            Late: a fault says that the answer comes later.
        """
        self.turn()
        return self._engine.handle(request)

    async def answer(self, request: Request) -> Reply:
        """Do what `handle` does, without keeping the event loop waiting."""
        waiting = self._agenda.due()
        if waiting:
            with self._again_later(waiting):
                await self._store.run_soon(self._turning(lambda _context: waiting))
        return await self._engine.answer(request)

    def turn(self) -> None:
        """Make the changes that time has brought to what this process has seen, such as a refund that has failed."""
        waiting = self._agenda.due()
        if waiting:
            with self._again_later(waiting):
                self._store.run(self._turning(lambda _context: waiting))

    @contextmanager
    def _again_later(self, waiting: list[Waiting]) -> Iterator[None]:
        """Let what is due be due again with the next call, where the state cannot be reached in this one."""
        try:
            yield
        except Unavailable:  # the call that comes next meets it too, and says so
            for cls, identity in waiting:
                self._agenda.expect(0, cls, identity)

    def _turn_everything(self) -> None:
        """Do so with all that there is, and wake the deliverer: the clock was moved, or others may have written."""
        self._store.run(self._turning(everything))
        self._engine.wake()

    def _turning(self, what: Callable[[Context], list[Waiting]]) -> Callable[[], None]:
        """Return a job that makes the changes that are due of some objects."""

        def operation(work: UnitOfWork) -> None:
            context = self._engine.context(work, self.clock())
            turn(context, what(context))

        return job_of(self._store, operation)

    def secret(self, name: str, fresh: bytes) -> bytes:
        """Return a secret that all who share the state have; the fresh one becomes it where there is none."""
        return self._store.secret(name, fresh)

    @property
    def shared_journal(self) -> SharedJournal | None:
        """The journal that all servers of the state share; None where the state belongs to this process alone."""
        return self._store if isinstance(self._store, SharedJournal) else None

    def close(self) -> None:
        """Let go of what keeps the state."""
        self._store.close()

    @property
    def waits(self) -> bool:
        """Whether a call may wait for a disk or a network, and so belongs into a thread of its own."""
        return self._store.waits

    def reset(self, seed: int | None = None) -> None:
        """Go back to the beginning: objects, idempotency keys, faults, clock and record.

        Args:
            seed: makes the ids that follow repeatable; None leaves them to the system's randomness.

        Raises:
            ValueError: a seed, where others may share the state.
        """
        if seed is not None and not self._store.alone:
            raise ValueError(
                "A seed repeats the ids of one process, and other processes may share this state: leave seed out, or "
                "keep the state in memory."
            )
        shared = Shared()
        rows = following(shared, iter(planted(self._seed, self.clock.at(shared))))
        self._store.replace(shared, rows, {}, forgets_calls=True)
        self._chance.follow(None if seed is None else random.Random(seed))  # noqa: S311 - test ids, on purpose

    def snapshot(self) -> Iterator[bytes]:
        """Yield the whole state, as it is when the first is asked for, as lines; see the module `snapshot`."""
        with self.snapshot_file() as file:
            yield from file

    def snapshot_file(self) -> IO[bytes]:
        """Return the whole state, as it is now, as a file of lines, which the caller closes.

        Raises:
            OSError: there is no room for the file.
            Unavailable: the store cannot be reached.
        """
        with damage_told(damageable=not self._store.alone):
            return dump(self._store, self._chance.repeating if self._store.alone else None)

    def restore(self, lines: Iterable[bytes]) -> None:
        """Put a state back, at once; faults are forgotten, and the record goes on.

        Raises:
            ValueError: it is not a snapshot; what was here stays.
            Unavailable: the store cannot be reached; what was here stays.
        """
        reading = Reading(lines, self.clock.machine())
        head = reading.head()
        order, duplicates = self.outbox.order()
        shared = Shared(head.stopped_at, head.ahead or 0, order=order, duplicates=duplicates)
        rows = following(shared, reading.rows(planted(self._seed, self.clock.at(shared))))
        self._store.replace(shared, rows, reading.keys, forgets_calls=False)
        self._turn_everything()
        self._chance.follow(reading.randomness if self._store.alone else None)

    def faults(self) -> list[Fault]:
        """Return the faults that wait for their call."""
        return [replace(one.fault) for one in self._store.shared().faults.waiting]

    def forgive(self) -> None:
        """Forget every fault."""
        self._store.change(lambda shared: shared.faults.forget())

    def counts(self) -> dict[str, int]:
        """Return how many objects there are of each type."""
        return self._store.counts()

    def authenticate(self, identity: str, *, passes: bool) -> dict[str, Any]:
        """End the 3-D Secure challenge of an intent, as its cardholder would.

        Args:
            identity: of a payment intent or a setup intent that requires action.
            passes: whether the cardholder proves who they are.

        Returns:
            The intent as Stripe shows it; or, of a card that is declined afterwards, as the refusal embeds it.

        Raises:
            StripeFailure: 404 where there is no such intent, 400 where nothing is asked of its cardholder.
        """
        return self._worked(lambda context: after_challenge(context, identity, passes=passes))

    def is_asking(self, identity: str, token: str) -> bool:
        """Tell whether the page of an intent still asks its cardholder.

        Raises:
            StripeFailure: 404 for a token that is not the intent's.
        """
        return self._worked(lambda context: is_due(context, identity, token))

    def answer_page(self, identity: str, token: str, *, passes: bool) -> str:
        """Go on as a cardholder chose on the page of an intent; return the address that the browser goes back to.

        Raises:
            StripeFailure: 404 for a token that is not the intent's, 400 where nothing is asked any more.
        """
        return self._worked(lambda context: after_page(context, identity, token, passes=passes))

    def payment_page(self, identity: str) -> PaymentPage:
        """Return what the page of a session of Checkout shows.

        Raises:
            StripeFailure: 404 where there is no such session.
        """
        return self._worked(lambda context: page_of(context, identity))

    def last_refusal(self, identity: str) -> str | None:
        """Return why the newest try to pay a session of Checkout failed; None where it did not."""
        return self._worked(lambda context: last_refusal(context, identity))

    def pay(self, identity: str, entered: Mapping[str, str], here: str) -> Outcome:
        """Pay a session of Checkout as a customer does on its page, which is at the address `here`.

        Raises:
            StripeFailure: for what cannot be taken; nothing is kept of it.
        """
        return self._worked(lambda context: pay(context, identity, entered, here))

    def _worked(self, operation: Callable[[Context], T]) -> T:
        """Return what an operation returns that no call asks for, done at this moment."""
        now, cause = self.clock(), Cause(self.clock.machine())

        def done(work: UnitOfWork) -> T:
            context = self._engine.context(work, now)
            result = operation(context)
            self._engine.note_events(context, cause)
            return result

        with self._engine.waking():
            return worked(self._store, done)

    def inject(self, fault: Fault) -> None:
        """Let a fault wait for its call.

        Raises:
            ValueError: no call will come, as the simulator has no such route.
        """
        if not is_template(fault.method, fault.path):
            raise ValueError(f"A fault waits for a route such as POST {ROUTES[-1].template}, not {fault.path}.")
        seed = self._chance.seed_of_draws()
        self._store.change(lambda shared: shared.faults.add(fault, seed))

    def intents(self) -> list[PaymentIntent]:
        """Return every payment intent, oldest first: for tests and tools in the same process."""
        return worked(self._store, lambda work: list(work.listed(PaymentIntent, newest_first=False)))

    def subscription(self, identity: str) -> Subscription | None:
        """Return a subscription; None where there is none with the id."""
        return self.row(Subscription, identity)

    def row(self, cls: type[R], identity: str) -> R | None:
        """Return what is remembered of an object; None where nothing of the type has the id."""
        return worked(self._store, lambda work: work.get(cls, identity))
