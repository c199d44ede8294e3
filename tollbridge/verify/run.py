"""One run: look at the target, play the tables, search at random, make findings small, see what was not exercised."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tollbridge.contract import Contract, ContractError, load_contract
from tollbridge.verify.applies import documented_codes, not_applicable, unreachable
from tollbridge.verify.calls import Case
from tollbridge.verify.cases import Stage, cases
from tollbridge.verify.checks import CHECKS, Wrong
from tollbridge.verify.error import VerifyError
from tollbridge.verify.exchange import Memory
from tollbridge.verify.finding import Finding, fingerprint
from tollbridge.verify.judge import Bench
from tollbridge.verify.opening import first_cases, opening
from tollbridge.verify.oracle import CHOICE, DOCUMENTED, PROVIDER, Held, Oracle
from tollbridge.verify.player import Player
from tollbridge.verify.reduce import reduced
from tollbridge.verify.report import Report
from tollbridge.verify.script import provable, scripts, variables
from tollbridge.verify.stripeside import StripeSide, charged_alone
from tollbridge.verify.subject import Tokens, subjects, world_tokens
from tollbridge.verify.targets import OwnServer, OwnTarget, Target, desk_tokens
from tollbridge.world import World, WorldError, load_world

HISTORY = 12
"""How many earlier cases are played before one that does not fail alone."""

SCRIPTED = 25
"""How many findings get scripts; what many causes have in common is better mended first."""

SILENT_CALLS = 5
"""A target that answered none of so many is not asked all the others."""

SCRIPT_SECONDS = 60
ASSERTED = 7
"""The exit code of a test that fails; Python itself ends with 1 for any other error."""

GONE = "refuses connections"
FOREIGN_SECONDS, OWN_SECONDS = 35.0, 6.0
EVERY_ORIGIN = frozenset({DOCUMENTED, PROVIDER, CHOICE})


@dataclass(frozen=True)
class Plan:
    """What a run is asked for.

    Args:
        contract: the OpenAPI document.
        handlers: the folder of our own server's handlers.
        world: the world file.
        url: of the target; None starts our own server.
        stripe_listen: host and port that the target has as its Stripe; None where it has another.
        hold: the origins of the rules that the target is held to; None for the usual ones.
        max_time: seconds for the whole run.
        max_examples: how many random cases, at most.
        seed: of the random cases, and of Stripe's ids.
        checks: names of checks; empty for all.
        exclude: names of checks that are left out.
        baseline: fingerprints that are known and not reported again.
        reset: a shell command that sets the target back.
        answer_within: seconds for one answer; None for the usual bound.
        fail_fast: whether the run ends with the first finding.
    """

    contract: Path
    handlers: Path
    world: Path
    url: str | None = None
    stripe_listen: tuple[str, int] | None = None
    hold: frozenset[str] | None = None
    max_time: float = 300.0
    max_examples: int = 150
    seed: int = 1
    checks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: frozenset[str] = frozenset()
    reset: str | None = None
    answer_within: float | None = None
    fail_fast: bool = False


Say = Callable[[str, float], None]
"""Told what is being done, and which part of the run is over, from 0 to 1."""


class Enough(Exception):
    """The run ends here: its time is over, or it was to end with the first finding."""


@dataclass
class Run:
    """What a run works with."""

    plan: Plan
    contract: Contract
    world: World
    target: Target
    stripe: StripeSide | None
    player: Player
    bench: Bench
    stages: list[Stage]
    say: Say
    until: float
    history: list[tuple[Stage, Case]] = field(default_factory=list)
    unfinished: str | None = None
    generated: int = 0
    dropped: int = 0


def verify(plan: Plan, say: Say = lambda _what, _part: None) -> Report:
    """Judge a target.

    Args:
        plan: what is asked for.
        say: told of the progress.

    Raises:
        VerifyError: the target could not be asked; with a sentence that says why.
    """
    begun = time.monotonic()
    chosen = _chosen(plan)
    try:
        contract, world = load_contract(plan.contract), load_world(plan.world)
    except (ContractError, WorldError) as error:
        raise VerifyError(str(error)) from None
    with ExitStack() as whole:
        run = _prepared(plan, contract, world, chosen, whole, say, begun)
        try:
            _play_tables(run)
            _search(run)
        except Enough as why:
            run.unfinished = str(why) or None
        except ConnectionRefusedError:
            raise VerifyError(f"The target at {run.target.url} is gone.") from None
        _prove(run)
        return _report(run, time.monotonic() - begun)


def _chosen(plan: Plan) -> list[str]:
    unknown = [name for name in (*plan.checks, *plan.exclude) if name not in CHECKS]
    if unknown:
        raise VerifyError(f"There is no check {', '.join(unknown)}. Known are: {', '.join(CHECKS)}.")
    return [name for name in CHECKS if (not plan.checks or name in plan.checks) and name not in plan.exclude]


def _prepared(
    plan: Plan, contract: Contract, world: World, chosen: list[str], whole: ExitStack, say: Say, begun: float
) -> Run:
    say("starting", 0.0)
    own = plan.url is None
    stripe = None
    if own or plan.stripe_listen:
        stripe = whole.enter_context(_stripe_side(plan, world))
    if own:
        assert stripe
        within = plan.answer_within or OWN_SECONDS
        server = OwnServer(plan.contract, plan.handlers, plan.world, answer_within=max(0.5, within / 2))
        target: Target = whole.enter_context(OwnTarget(server, stripe.url).running())
    else:
        within = plan.answer_within or FOREIGN_SECONDS
        target = Target(str(plan.url), plan.reset)
    tokens = world_tokens(world)
    if not tokens.good:
        tokens = desk_tokens(target.url, world)
    origins = plan.hold or (EVERY_ORIGIN if own else frozenset({DOCUMENTED, PROVIDER}))
    cards = charged_alone(world)
    memory = Memory(canaries=_canaries(tokens))
    oracle = Oracle(world, stripe, Held(origins, contract), cards)
    player = Player(target.url, within, stripe, oracle, tokens, memory)
    run = Run(plan, contract, world, target, stripe, player, Bench(chosen), [], say, begun + plan.max_time)
    for subject in subjects(contract):
        stage = Stage(subject, world, tokens, oracle.held, cards, stripe is not None)
        held = opening(player, stage, own=own)
        oracle.held = held
        run.stages.append(replace(stage, held=held))
        run.history += [(run.stages[-1], case) for case in first_cases(run.stages[-1])]
    return run


def _stripe_side(plan: Plan, world: World) -> StripeSide:
    try:
        return StripeSide(world, plan.stripe_listen, seed=plan.seed)
    except ValueError as error:
        raise VerifyError(f"{plan.world}: {error}") from None


def _canaries(tokens: Tokens) -> dict[str, str]:
    known = {"canary of a description": "a description", "canary@example.com": "an e-mail address"}
    known["canary.of.an.address"] = "an e-mail address"
    return known | dict.fromkeys(tokens.every(), "a token")


def _play_tables(run: Run) -> None:
    """Play every case of the tables."""
    planned = [(stage, table, case) for stage in run.stages for table, case in cases(stage)]
    for number, (stage, table, case) in enumerate(planned):
        _require_time(run)
        if number == SILENT_CALLS and not run.bench.answered:
            raise Enough(f"none of the first {SILENT_CALLS} requests got an answer")
        run.say(table, 0.9 * number / len(planned))
        _play(run, stage, case)


def _play(run: Run, stage: Stage, case: Case) -> list[Finding]:
    played = run.player.play(stage.subject, case)
    new = run.bench.keep(case, run.bench.judge(played))
    for finding in new:
        _make_small(run, stage, finding)
    run.history.append((stage, case))
    if any(x.broken and GONE in x.broken for x in played):
        _bring_back(run)
    if any(f.fingerprint not in run.plan.baseline for f in new) and run.plan.fail_fast:
        raise Enough
    return new


def _bring_back(run: Run) -> None:
    """Set a target back that is gone; where that cannot be done, the run ends with what it has."""
    if not run.target.can_reset:
        raise Enough("the target is gone, and no --reset CMD brings it back")
    run.target.reset()


def _require_time(run: Run) -> None:
    if time.monotonic() > run.until:
        raise Enough(f"--max-time {run.plan.max_time:g} s was over")


def _search(run: Run) -> None:
    """Let Hypothesis draw sequences, and shrink what fails."""
    if run.plan.max_examples < 1:
        return
    from tollbridge.verify.fuzz import Drawn, search, sequences_of

    for stage in run.stages:
        drawn = Drawn()

        def shows(case: Case, stage: Stage = stage, drawn: Drawn = drawn) -> str | None:
            drawn.cases += 1
            run.say("random sequences", 0.9 + 0.1 * min(1.0, drawn.cases / run.plan.max_examples))
            found = run.bench.judge(run.player.play(stage.subject, case))
            names = (fingerprint(x.subject.operation.operation_id, c.name, w.cause) for x, c, w in found)
            return next((name for name in names if name not in run.bench.findings), None)

        strategy = sequences_of(run.contract, stage, drawn)
        for _name, case in search(strategy, shows, seed=run.plan.seed, examples=run.plan.max_examples, until=run.until):
            _play(run, stage, case)
        run.generated += drawn.cases
        run.dropped += drawn.dropped


def _make_small(run: Run, stage: Stage, finding: Finding) -> None:
    """Play the case from the beginning, with what came before where it needs that, and leave out what it can spare."""
    if finding.fingerprint in run.plan.baseline or len(run.bench.findings) > SCRIPTED or not run.stripe:
        return

    def fails(case: Case) -> bool:
        return _shown(run, stage, case, finding.fingerprint) is not None

    for case in _longer_and_longer(run, stage, finding.case):
        if fails(case):
            small = reduced(case, fails)
            shown = _shown(run, stage, small, finding.fingerprint)
            if shown:
                finding.case, finding.reproduced = small, True
                finding.exchange, finding.wrong = shown
            return
        _require_time(run)


def _longer_and_longer(run: Run, stage: Stage, case: Case) -> Iterator[Case]:
    """Yield the case, and the case with more and more of what was played before it."""
    yield case
    earlier = [before for of, before in run.history if of.subject is stage.subject]
    for count in (1, HISTORY):
        steps = tuple(step for before in earlier[-count:] for step in before.steps)
        if steps:
            yield replace(case, steps=steps + case.steps)


def _shown(run: Run, stage: Stage, case: Case, name: str) -> tuple[Any, Wrong] | None:
    """Return the exchange and the verdict with which a case shows a finding from the beginning; None where not."""
    assert run.stripe
    run.stripe.reset()
    if run.target.can_reset and len(case.steps) > 1 and not isinstance(run.target, OwnTarget):
        run.target.reset()
    bench = Bench([check.name for check in run.bench.checks])
    secrets, keys = set(run.player.memory.secrets), dict(run.player.memory.keys)
    try:
        for x, check, wrong in bench.judge(run.player.play(stage.subject, case)):
            if fingerprint(x.subject.operation.operation_id, check.name, wrong.cause) == name:
                return x, wrong
    finally:
        run.player.memory.secrets, run.player.memory.keys = secrets, keys
    return None


def _prove(run: Run) -> None:
    """Write the scripts of findings, and keep those that fail when they are run."""
    if run.stripe is None:
        return
    for finding in _reported(run):
        if not (finding.reproduced and provable(finding.wrong)):
            continue
        run.say("running the scripts of findings", 0.99)
        finding.scripts = _failing(run, finding)


def _failing(run: Run, finding: Finding) -> dict[str, str]:
    about = (
        f"{finding.check.name}: {finding.wrong.said}\nexpected: {finding.wrong.expected}\nfinding {finding.fingerprint}"
    )
    made = scripts(run.player, finding.case.steps, finding.wrong, about)
    kept = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, text in made.items():
            path = Path(folder) / f"finding.{'sh' if kind == 'sh' else 'py'}"
            path.write_text(text)
            call = (
                ["sh", str(path)]
                if kind == "sh"
                else [sys.executable, "-c", PYTEST.format(path=str(path), wrong=ASSERTED)]
            )
            try:
                environment = os.environ | variables(run.player)
                done = subprocess.run(call, capture_output=True, env=environment, timeout=SCRIPT_SECONDS, check=False)  # noqa: S603
            except (subprocess.TimeoutExpired, OSError):
                continue
            if done.returncode == (1 if kind == "sh" else ASSERTED):
                kept[kind] = text
    return kept


PYTEST = """
import runpy, sys
test = runpy.run_path({path!r})["test_the_finding"]
try:
    test()
except AssertionError:
    sys.exit({wrong})
"""


def _reported(run: Run) -> list[Finding]:
    return [f for f in run.bench.findings.values() if f.fingerprint not in run.plan.baseline]


def _report(run: Run, seconds: float) -> Report:
    excluded = {name: "excluded by an option" for name in CHECKS if name not in {c.name for c in run.bench.checks}}
    aside: dict[str, str] = dict(excluded)
    for check in run.bench.checks:
        reasons = [not_applicable(check, stage) for stage in run.stages]
        if all(reasons):
            aside[check.name] = str(reasons[0])
        elif check.optional and not run.bench.tally.held[check.name]:
            aside[check.name] = "the target gave no occasion"
    return Report(
        url=run.target.url,
        contract=run.contract,
        held=run.player.oracle.held,
        two_sided=run.stripe is not None,
        seed=run.plan.seed,
        seconds=seconds,
        calls=run.player.sent,
        tally=run.bench.tally,
        findings=_reported(run),
        known=[f for f in run.bench.findings.values() if f.fingerprint in run.plan.baseline],
        aside=aside,
        unexercised=[*_unexercised(run, aside)],
        unprovoked=dict(_aside_codes(run.stages)),
        unfinished=run.unfinished,
        generated=run.generated,
    )


def _unexercised(run: Run, aside: dict[str, str]) -> Iterator[str]:
    """Yield what had to be exercised and was not."""
    tally = run.bench.tally
    if run.plan.fail_fast and run.bench.findings:
        return
    for check in run.bench.checks:
        if check.name not in aside and not tally.held[check.name]:
            yield f"the check {check.name}: its precondition never held"
    for role in sorted({account.role for stage in run.stages for account in stage.usable() if account.active}):
        if not any(tally.accounts[a.id] for a in run.world.accounts.values() if a.role == role):
            yield f"the role {role}: nobody asked as it"
    for stage in run.stages:
        yield from _unreached(run, stage)
    if run.dropped * 2 > run.generated > 0:
        yield f"the generator: {run.dropped} of {run.generated} cases were dropped"


def _unreached(run: Run, stage: Stage) -> Iterator[str]:
    """Yield what an operation never answered."""
    name = stage.subject.operation.operation_id
    if not run.bench.tally.successes[name]:
        yield f"the operation {name}: it never got a 2xx"
    for status, code in documented_codes(stage):
        if not unreachable(stage, status, code) and not run.bench.tally.codes[status, code]:
            yield f"the problem {status} {code} of {name}: it never came"


def _aside_codes(stages: list[Stage]) -> Iterator[tuple[str, str]]:
    for stage in stages:
        for status, code in documented_codes(stage):
            reason = unreachable(stage, status, code)
            if reason:
                yield f"{status} {code}", reason
