"""Idempotency keys: what every store does with them, whatever the clock does meanwhile."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.stripe_calls import INTENTS, NOW, Answered, call, on
from tollbridge.simulator import Simulator, Store
from tollbridge.simulator.state.idempotency import KEPT_SECONDS

DAY = KEPT_SECONDS
BARE = {"amount": 1000, "currency": "usd"}
STEPS = st.one_of(
    st.tuples(st.just("pay"), st.sampled_from("ab")),
    st.tuples(st.just("advance"), st.sampled_from([DAY // 2, DAY + 1])),
    st.tuples(st.just("stop"), st.sampled_from([NOW - DAY, NOW, NOW + DAY + 1])),
    st.tuples(st.just("let go"), st.none()),
    st.tuples(st.just("machine"), st.sampled_from([DAY // 2, DAY + 1])),
)


def pay(stripe: Simulator, key: str) -> Answered:
    """Create an intent under a key."""
    return call(stripe, "POST", INTENTS, BARE, idempotency_key=key)


def kept(stripe: Simulator) -> set[str]:
    """The keys that the state holds."""
    lines = [line.split(b'"') for line in stripe.snapshot() if line.startswith(b'["IdempotencyKey"')]
    return {parts[3].decode() for parts in lines}


@dataclass
class Past:
    """What a key did before.

    Args:
        intent: the id that it made.
        when: by the simulator's clock.
        made: by the machine's.
        over: whether it was thrown away: both clocks were more than a day after it at once.
    """

    intent: str
    when: int
    made: int
    over: bool = False


@dataclass
class Keys:
    """A simulator whose clocks move, and what its keys did.

    Args:
        store: its state.
        machine: seconds since the epoch, by the machine's clock.
        past: by key.
    """

    store: Store
    machine: int = NOW
    past: dict[str, Past] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with an empty state."""
        self.stripe = on(self.store, lambda: self.machine)
        self.stripe.reset()

    def step(self, what: str, value: int | str | None) -> None:
        """Move a clock, or pay and hold the answer against the past; then throw old keys away."""
        clock = self.stripe.clock
        if isinstance(value, str):
            self.pays(value)
        elif what == "machine":
            self.machine += value or 0
        elif what == "advance":
            clock.advance(value or 0)
        else:
            clock.set(value)
        self.store.prune(clock(), self.machine)
        for past in self.past.values():
            past.over = past.over or (clock() - past.when > DAY and self.machine - past.made > DAY)

    def pays(self, key: str) -> None:
        """A key replays within a day of the simulator's clock; after it, or thrown away, it begins anew."""
        answer, now = pay(self.stripe, key), self.stripe.clock()
        assert answer.status == 200
        past = self.past.get(key)
        if past is None or past.over or now - past.when > DAY:
            assert "idempotent-replayed" not in answer.headers
            assert answer.document["id"] not in [other.intent for other in self.past.values()]
            self.past[key] = Past(answer.document["id"], now, self.machine)
        else:
            assert (answer.document["id"], answer.headers.get("idempotent-replayed")) == (past.intent, "true")


class KeyRules:
    """The suite of idempotency keys, for a fixture `store`."""

    def test_a_clock_that_goes_ahead_and_back_forgets_no_key(self, store: Store) -> None:
        """Keys made before, and while it was ahead, replay afterwards, though old keys were thrown away meanwhile."""
        stripe = on(store)
        first = pay(stripe, "before").document
        stripe.clock.advance(3 * DAY)
        ahead = pay(stripe, "ahead").document
        for days in (3, 0):
            stripe.clock.set(None, days * DAY)
            store.prune(stripe.clock(), stripe.clock.machine())
        assert [pay(stripe, key).document for key in ("before", "ahead")] == [first, ahead]

    def test_a_key_is_thrown_away_when_both_clocks_are_a_day_beyond_it(self, store: Store) -> None:
        """One of them alone throws nothing away; exactly a day is not beyond it."""
        now = [NOW]
        stripe = on(store, lambda: now[0])
        pay(stripe, "old")
        now[0] += DAY
        pay(stripe, "young")
        store.prune(stripe.clock() + 9 * DAY, now[0])
        assert kept(stripe) == {"old", "young"}
        store.prune(NOW, now[0] + 9 * DAY)
        assert kept(stripe) == {"old", "young"}
        store.prune(stripe.clock() + 1, now[0] + 1)
        assert kept(stripe) == {"young"}

    def test_no_live_key_makes_a_second_intent(self, store: Store) -> None:
        """Whatever both clocks do between two calls with a key."""

        @settings(max_examples=settings.default.max_examples // (5 if store.waits else 1))
        @given(st.lists(STEPS, min_size=3, max_size=12))
        def moved(steps: list[tuple[str, int | str | None]]) -> None:
            keys = Keys(store)
            for what, value in steps:
                keys.step(what, value)

        moved()
