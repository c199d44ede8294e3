"""One run: look at the target, play the tables, search at random, and report."""

import time
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec

from tollbridge.contract import Contract, ContractError, load_contract
from tollbridge.launch import WITHIN, awaited
from tollbridge.verify.applies import not_applicable
from tollbridge.verify.calls import NO_TOKEN_OF_ANYBODY, Case
from tollbridge.verify.cases import Stage, cases
from tollbridge.verify.cases.leaks import CANARIES
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.error import VerifyError
from tollbridge.verify.exchange import Memory
from tollbridge.verify.exercised import unexercised, unprovoked
from tollbridge.verify.finding import Finding, fingerprint
from tollbridge.verify.judge import Bench
from tollbridge.verify.line import REFUSED
from tollbridge.verify.opening import first_cases, opening
from tollbridge.verify.oracle import CHOICE, DOCUMENTED, PROVIDER, Held, Oracle
from tollbridge.verify.plan import Enough, Plan, Run, Say, require_time
from tollbridge.verify.player import Player
from tollbridge.verify.prove import make_small, prove, reported
from tollbridge.verify.report import Report
from tollbridge.verify.stripeside import StripeSide, charged_alone
from tollbridge.verify.subject import Tokens, subjects, world_tokens
from tollbridge.verify.targets import OwnServer, OwnTarget, Target, desk_tokens
from tollbridge.world import World, WorldError, load_world

SILENT_CALLS = 5
"""A target that answered none of so many is not asked all the others."""

FOREIGN_SECONDS, OWN_SECONDS = 35.0, 6.0
EVERY_ORIGIN = frozenset({DOCUMENTED, PROVIDER, CHOICE})


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
    if plan.max_examples and find_spec("schemathesis") is None:
        raise VerifyError(
            "Random sequences need Hypothesis and Schemathesis, which are not installed: pip install "
            "'tollbridge[verify]' (in a checkout: make verify), or leave them out with --max-examples 0."
        )
    try:
        contract, world = load_contract(plan.contract), load_world(plan.world)
    except (ContractError, WorldError) as error:
        raise VerifyError(str(error)) from None
    with ExitStack() as whole:
        run = _prepared(plan, contract, world, chosen, whole, say, begun)
        try:
            _play(run)
            prove(run)
        except KeyboardInterrupt:
            run.unfinished = "interrupted"
        return _report(run, time.monotonic() - begun)


def _play(run: Run) -> None:
    """Play the tables, then search at random, as far as there is time."""
    try:
        _play_tables(run)
        _search(run)
    except Enough as why:
        run.unfinished = str(why) or None


def _chosen(plan: Plan) -> list[str]:
    unknown = [name for name in (*plan.checks, *plan.exclude) if name not in CHECKS]
    if unknown:
        raise VerifyError(f"There is no check {', '.join(unknown)}. Known are: {', '.join(CHECKS)}.")
    chosen = [name for name in CHECKS if (not plan.checks or name in plan.checks) and name not in plan.exclude]
    if not chosen:
        raise VerifyError("No check is left: what --checks names, --exclude takes away.")
    return chosen


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
        server = OwnServer(plan.contract, plan.handlers, plan.world, max(0.5, within / 2), plan.start_within or WITHIN)
        target: Target = whole.enter_context(OwnTarget(server, stripe.url).running())
    else:
        within = plan.answer_within or FOREIGN_SECONDS
        target = Target(str(plan.url), plan.reset)
        if plan.start_within:
            awaited(target.url, plan.start_within)  # where nobody is, the first call says so
    tokens = world_tokens(world)
    if not tokens.good:
        tokens = desk_tokens(target.url, world, plan.control_token)
    origins = plan.hold or (EVERY_ORIGIN if own else frozenset({DOCUMENTED, PROVIDER}))
    cards = charged_alone(world)
    memory = Memory(canaries=_canaries(tokens, world))
    if stripe:
        memory.canaries[f"{stripe.host}:{stripe.port}"] = "the address of Stripe"
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


def _canaries(tokens: Tokens, world: World) -> dict[str, str]:
    """Return what belongs into no answer, or into none but its own request's, with what each is."""
    addresses = dict.fromkeys([o.email for o in world.organizations.values() if o.email], "a customer's e-mail address")
    return {**CANARIES, **addresses, **dict.fromkeys([*tokens.every(), NO_TOKEN_OF_ANYBODY], "a token")}


def _play_tables(run: Run) -> None:
    """Play every case of the tables."""
    planned = [(stage, table, case) for stage in run.stages for table, case in cases(stage)]
    for number, (stage, table, case) in enumerate(planned):
        require_time(run)
        if number == SILENT_CALLS and not run.bench.answered:
            raise Enough(f"none of the first {SILENT_CALLS} requests got an answer")
        run.say(table, 0.9 * number / len(planned))
        _judge(run, stage, case)


def _judge(run: Run, stage: Stage, case: Case) -> list[Finding]:
    played = run.player.play(stage.subject, case)
    new = run.bench.keep(case, run.bench.judge(played))
    for finding in new:
        make_small(run, stage, finding)
    run.history.append((stage, case))
    if any(x.broken == REFUSED for x in played):
        _bring_back(run)
    if any(f.fingerprint not in run.plan.baseline for f in new) and run.plan.fail_fast:
        raise Enough
    return new


def _bring_back(run: Run) -> None:
    """Set a target back that is gone; where that cannot be done, the run ends with what it has."""
    if not run.target.can_reset:
        raise Enough("the target is gone, and no --reset CMD brings it back")
    run.target.reset()


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
            _judge(run, stage, case)
        run.generated += drawn.cases
        run.dropped += drawn.dropped


def _cut_short(run: Run) -> bool:
    return bool(run.unfinished) or (run.plan.fail_fast and bool(run.bench.findings))


def _report(run: Run, seconds: float) -> Report:
    excluded = {name: "excluded by an option" for name in CHECKS if name not in {c.name for c in run.bench.checks}}
    aside: dict[str, str] = dict(excluded)
    for check in run.bench.checks:
        reasons = [not_applicable(check, stage) for stage in run.stages]
        if all(reasons):
            aside[check.name] = str(reasons[0])
        elif check.optional and not run.bench.tally.held[check.name] and not _cut_short(run):
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
        findings=reported(run),
        known=[f for f in run.bench.findings.values() if f.fingerprint in run.plan.baseline],
        aside=aside,
        unexercised=[*unexercised(run, aside)],
        unprovoked=dict(unprovoked(run.stages)),
        unfinished=run.unfinished,
        generated=run.generated,
        stale=sorted(run.plan.baseline - run.bench.findings.keys()),
        world=run.plan.world.name,
    )
