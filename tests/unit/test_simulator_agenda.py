"""What this process remembers of objects that change by themselves."""

from tests.unit.stripe_calls import NOW
from tollbridge.simulator.model.rows import Refund, Subscription
from tollbridge.simulator.resources.agenda import Agenda


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
