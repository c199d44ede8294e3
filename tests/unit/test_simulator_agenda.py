"""What this process remembers of objects that change by themselves."""

from collections.abc import Callable
from typing import TypeVar

from tests.unit.stripe_calls import NOW, call, create, on
from tollbridge.simulator import Unavailable
from tollbridge.simulator.model.rows import Refund, Subscription
from tollbridge.simulator.resources.agenda import Agenda
from tollbridge.simulator.state.memory import MemoryStore
from tollbridge.simulator.state.unit_of_work import Needed, nothing_needed

T = TypeVar("T")


class Unreachable(MemoryStore):
    """A store that cannot be reached while a test says so."""

    reached = True

    def run(self, job: Callable[[], T], needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Run a job where it can be reached."""
        if not self.reached:
            raise Unavailable("the disk is full")
        return super().run(job, needed)


def test_an_object_that_is_read_again_and_again_is_remembered_once() -> None:
    """A subscription changes in a month, and each of its readers expects that."""
    now = [NOW]
    agenda = Agenda(lambda: now[0])
    for seconds in range(1_000):
        now[0] = NOW + seconds
        agenda.expect(10_000, Subscription, "sub_1")
    assert len(agenda._heap) == 1
    now[0] = NOW + 10_000
    assert (agenda.due(), agenda.due()) == ([(Subscription, "sub_1")], [])


def test_the_earliest_of_several_times_is_remembered() -> None:
    """An object is due once, at the earliest time that somebody expects."""
    now = [NOW]
    agenda = Agenda(lambda: now[0])
    for seconds in (30, 10, 20):
        agenda.expect(seconds, Refund, "re_1")
    now[0] = NOW + 10
    assert agenda.due() == [(Refund, "re_1")]
    now[0] = NOW + 40
    assert agenda.due() == []


def test_what_could_not_be_written_is_made_with_the_next_call() -> None:
    """A call at the time of a change is a 503 of ours while the state cannot be reached; the change is made after."""
    now, store = [NOW], Unreachable(recorded=10)
    stripe = on(store, lambda: now[0])
    intent = create(stripe, confirm="true", payment_method="pm_card_visa").document
    call(stripe, "POST", "/v1/refunds", {"payment_intent": intent["id"]})
    now[0] = NOW + 60
    store.reached = False
    assert call(stripe, "GET", "/v1/balance").status == 503
    store.reached = True
    call(stripe, "GET", "/v1/balance")
    events = call(stripe, "GET", "/v1/events").document["data"]
    assert "refund.updated" in [one["type"] for one in events]
