"""What is played after the target's process has ended is played to a new one: calls alone, random sequences."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.test_verify_checks import exchange
from tests.unit.test_verify_findings import CALL
from tollbridge.verify.cases import random_sequences
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.findings.alone import MAX_REMEMBERED, judged
from tollbridge.verify.model.check import Wrong
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import Case
from tollbridge.verify.play import _search
from tollbridge.verify.run import Run
from tollbridge.verify.target.connection import CLOSED, REFUSED
from tollbridge.verify.target.target import Target


class Mortal(Target):
    """A target whose process has ended, until it is set back."""

    dead = True

    @property
    def can_reset(self) -> bool:
        """It can."""
        return True

    @property
    def ended(self) -> bool:
        """Whether it has not been set back."""
        return self.dead

    def reset(self) -> None:
        """Start it anew."""
        self.dead = False


class Deaf(Target):
    """A target at a URL, where nobody is any more."""


def the_run(target: Target) -> Run:
    """A run whose target answers a call, or is gone."""

    def play(_context: object, _case: Case) -> list[Exchange]:
        gone = not target.can_reset or target.ended
        return [exchange(answer=None, broken=REFUSED)] if gone else [exchange()]

    def judge(played: list[Exchange]) -> list[Any]:
        return [(x, CHECKS["answers"], Wrong("", "", "")) for x in played if x.evidence.broken]

    limit = SimpleNamespace(require=lambda: None)
    runner: Any = SimpleNamespace(play=play, hang_up=lambda: None, limit=limit)
    evaluator: Any = SimpleNamespace(judge=judge, findings={})
    nothing: Any = None
    return Run(nothing, nothing, nothing, target, None, runner, evaluator, [], lambda *_: None)


@pytest.mark.parametrize("target", [Mortal("http://127.0.0.1:1"), Deaf("http://127.0.0.1:1")])
def test_a_target_that_is_gone_shows_nothing_alone(target: Target) -> None:
    """What ended it stays the finding: that nobody is there afterwards is no fault of the call's alone."""
    x = exchange(answer=None, broken=CLOSED)
    verdict = (x, CHECKS["answers-under-faults"], Wrong("", "", ""))
    case, run = Case("a fault", (CALL,)), the_run(target)
    [(shown, kept), *instead] = judged(run, None, case, [x], [verdict])  # type: ignore[arg-type]  # of no operation
    assert (shown, kept, instead) == (case, [verdict], [])
    assert not any(run.alone.values())


def test_what_calls_showed_alone_is_remembered_within_a_bound() -> None:
    """Each may have been answered with a megabyte, and a search draws ever new ones."""
    run = the_run(Mortal("http://127.0.0.1:1"))
    x = exchange(answer=None, broken=CLOSED)
    for amount in range(2 * MAX_REMEMBERED):
        case = Case("a fault", (replace(CALL, document={"amount": amount}),))
        judged(run, None, case, [x], [(x, CHECKS["answers-under-faults"], Wrong("", "", ""))])  # type: ignore[arg-type]
    assert len(run.alone) == MAX_REMEMBERED


def test_the_search_goes_on_with_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise every sequence would show what the dead one shows, and the finding would shrink to any call."""
    target = Mortal("http://127.0.0.1:1")
    run: Any = the_run(target)
    run.options = SimpleNamespace(max_examples=2, shard=None, seed=1)
    run.contexts = [SimpleNamespace(subject=SimpleNamespace(operation=CALL.operation, ordinary=False))]
    shown: list[str | None] = []

    def search(_strategy: object, shows: Callable[[Case], str | None], *_: object) -> Iterator[tuple[str, Case]]:
        shown.extend(shows(Case(name, (CALL,))) for name in ("deadly", "harmless"))
        return iter(())

    monkeypatch.setattr(random_sequences, "search", search)
    monkeypatch.setattr(random_sequences, "sequences_of", lambda *_: None)
    _search(run)
    assert [name is None for name in shown] == [False, True]
