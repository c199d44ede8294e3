"""Proving findings: each is played again from the beginning, made small, and its scripts are run."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tollbridge.verify.cases import CaseContext
from tollbridge.verify.checks import SEVERITIES
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.findings.confinement import exit_code
from tollbridge.verify.findings.pytest_script import pytest_script
from tollbridge.verify.findings.script import Shown, is_endless, is_plain, variables, written
from tollbridge.verify.findings.shell_script import shell_script
from tollbridge.verify.findings.shrink import reduced
from tollbridge.verify.model.check import Wrong
from tollbridge.verify.model.evidence import Known
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.finding import Finding, fingerprint
from tollbridge.verify.model.steps import Call, Case, Together
from tollbridge.verify.run import Run
from tollbridge.verify.target.connection import REFUSED

HISTORY = 12
"""How many earlier cases are played before one that does not fail alone."""

SCRIPTED = 25
"""How many findings get scripts; what many causes have in common is better mended first."""

DEPENDS = "it shows only after the calls before it: the target remembers them, or Stripe was left otherwise"
REMEMBERS = "the target remembers: with Stripe set back, it shows only after the calls before it"

A_SCRIPT, MAX_A_SCRIPT = 1.0, 60.0
"""Seconds without which no script is begun, and that one may take."""

ASSERTED = 7
"""The exit code of a test that fails; Python itself ends with 1 for any other error."""


def make_small(run: Run, context: CaseContext, finding: Finding) -> None:
    """Play the case from the beginning, with what came before where it needs that, and leave out what it can spare."""
    if finding.fingerprint in run.options.baseline:
        return
    if finding.follows:
        finding.replay = f"it follows from {finding.follows}"
        return
    if not run.stripe or len(roots(run)) > SCRIPTED:
        finding.replay = (
            f"only the first {SCRIPTED} findings are played again" if run.stripe else "Stripe cannot be set back"
        )
        return
    finding.replay = "the run's time was over before it was played again"
    with run.runner.limit.into_kept():
        for case in _longer_and_longer(run, context, finding.case):
            if _take(run, context, finding, case):
                finding.remembers = DEPENDS if case is not finding.case and run.target.can_reset else None
                _reduce(run, context, finding)
                return
    finding.replay = "played again from the beginning it did not show; the exchange above is what was seen"


def _reduce(run: Run, context: CaseContext, finding: Finding) -> None:
    """Make a finding's case small; where the small one needs what the target remembers, set it back each time."""
    case = finding.case

    def fails(case: Case, *, fresh: bool = False) -> bool:
        return _shown(run, context, case, finding.fingerprint, fresh=fresh) is not None

    small = _ending(reduced(case, fails), fails)
    if small is not case and not _take(run, context, finding, small):
        fails_afresh = partial(fails, fresh=True)
        small = _ending(reduced(case, fails_afresh), fails_afresh)
        finding.remembers = REMEMBERS
        _take(run, context, finding, small)


def _take(run: Run, context: CaseContext, finding: Finding, case: Case) -> bool:
    """Let a case stand for a finding, where it shows it to a target that is set back."""
    shown = _shown(run, context, case, finding.fingerprint, fresh=True)
    if shown:
        finding.case, finding.reproduced = case, True
        finding.replay = "none that was run alone failed again"
        x, wrong = shown
        finding.exchange, finding.wrong, finding.log = x.kept(), wrong.brief(), run.target.words()
    return shown is not None


def _ending(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Return the case without the calls behind the one that shows the finding: a script judges the last one."""
    for end in range(1, len(case.steps)):
        cut = replace(case, steps=case.steps[:end])
        if isinstance(cut.steps[-1], Call | Together) and not (case.same or case.equal) and fails(cut):
            return cut
    return case


def _longer_and_longer(run: Run, context: CaseContext, case: Case) -> Iterator[Case]:
    """Yield the case, and the case with more and more of what was played before it."""
    yield case
    earlier = [before for of, before in run.history if of.subject is context.subject]
    for count in (1, HISTORY):
        steps = tuple(step for before in earlier[-count:] for step in before.steps)
        if steps:
            yield replace(case, steps=steps + case.steps)


def _shown(run: Run, context: CaseContext, case: Case, name: str, *, fresh: bool) -> tuple[Exchange, Wrong] | None:
    """Return the exchange and the verdict with which a case shows a finding from the beginning; None where not.

    Args:
        run: that has found it.
        context: of the case.
        case: to play.
        name: the finding's fingerprint.
        fresh: whether the target is set back before, where it can be.
    """
    assert run.stripe
    run.stripe.reset()
    run.set_back(fresh=fresh)
    evaluator = Evaluator([check.name for check in run.evaluator.checks])
    kept, run.runner.known = run.runner.known, Known(run.runner.known.canaries)  # it has to show by itself
    try:
        for x, check, wrong in evaluator.judge(run.play(context, case)):
            if x.evidence.broken == REFUSED:
                return None  # a target that has gone shows nothing
            if fingerprint(x.operation, check.name, wrong.cause) == name:
                return x, wrong
    finally:
        run.runner.known = kept
    return None


def prove(run: Run) -> None:
    """Write the scripts of findings, and keep those that fail when they are run."""
    if run.stripe is None:
        return
    run.runner.hang_up()
    with run.stripe.controllable():
        for finding in sorted(roots(run), key=lambda finding: SEVERITIES.index(finding.check.severity)):
            why = _unprovable(run, finding)
            if why is None:
                run.say("running the scripts of findings", 0.99)
                _script(run, finding)
            else:
                finding.replay = why


def _unprovable(run: Run, finding: Finding) -> str | None:
    """Return why a finding gets no script; None where it may get one."""
    if not finding.reproduced:
        return finding.replay
    if run.runner.limit.left < A_SCRIPT:
        return "the run's time was over"
    if not is_plain(finding.case):
        return "what is sent cannot be written into a script"
    return "none is made for an answer that does not end" if is_endless(finding.exchange) else None


def _script(run: Run, finding: Finding) -> None:
    """Write the scripts of a finding; where the target cannot be set back for them, say that."""
    try:
        run.set_back(fresh=True)
        finding.scripts = _failing(run, finding)
    except VerifyError as why:
        finding.replay = "\n".join(run.in_words(why))


def _failing(run: Run, finding: Finding) -> dict[str, str]:
    """Return the scripts of a finding that fail when they are run."""
    shown = Shown(run.runner, finding.case, finding.exchange, finding.check, finding.wrong.cause, finding.fingerprint)
    texts = {kind: written(how.write, shown) for kind, how in KINDS.items()}
    # The harness's own Python judges in the sh script too: it has what the check needs.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = variables(run.runner) | {"PATH": path}
    found: dict[str, str] = {}
    for kind, text in texts.items():
        if found:  # the script before has asked the target too
            run.set_back(fresh=len(finding.case.steps) > 1)
        if text is not None and _ended_with(run, text, kind, environment) == KINDS[kind].fails:
            found[kind] = text
    return found


def _ended_with(run: Run, text: str, kind: str, environment: dict[str, str]) -> int | None:
    """Return the exit code of a script; None where there was no time for it."""
    left = min(run.runner.limit.left, MAX_A_SCRIPT)
    return exit_code(text, KINDS[kind].interpreter, environment, within=left) if left > 0 else None


@dataclass(frozen=True)
class Kind:
    """A kind of script.

    Args:
        write: makes its text.
        interpreter: the command that takes its path.
        fails: the exit code with which it says that the target is wrong.
    """

    write: Callable[[Shown], str]
    interpreter: tuple[str, ...]
    fails: int


PYTEST = f"""
import runpy, sys
test = runpy.run_path(sys.argv[1])["test_the_finding"]
try:
    test()
except AssertionError:
    sys.exit({ASSERTED})
"""

KINDS = {
    "sh": Kind(shell_script, ("sh",), 1),
    "pytest": Kind(pytest_script, (sys.executable, "-I", "-c", PYTEST), ASSERTED),
}


def roots(run: Run) -> list[Finding]:
    """Return the reported findings that follow from no other."""
    return [finding for finding in reported(run) if finding.follows is None]


def reported(run: Run) -> list[Finding]:
    """Return the findings that are not in the baseline."""
    return [f for f in run.evaluator.findings.values() if f.fingerprint not in run.options.baseline]
