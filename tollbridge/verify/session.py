"""One run: look at the target, play the tables, search at random, and report."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib.util import find_spec
from secrets import token_hex
from typing import IO, TYPE_CHECKING

from tollbridge.contract import Contract, ContractError, load_contract
from tollbridge.contract.extensions import EFFECTIVE_ORGANIZATION
from tollbridge.launch import WITHIN, awaited
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.cases.leaks import CANARIES
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.coverage.applicable import not_applicable
from tollbridge.verify.coverage.exercised import unexercised, unprovoked
from tollbridge.verify.errors import Enough, TimeOver, VerifyError
from tollbridge.verify.evaluator import Evaluator, chosen_checks, set_aside
from tollbridge.verify.evidence.file import Head, Writer
from tollbridge.verify.evidence.masking import Masking
from tollbridge.verify.findings.reproduce import prove, reported
from tollbridge.verify.findings.script import secrets_of
from tollbridge.verify.model.evidence import NO_TOKEN_OF_ANYBODY, TOKEN, Known
from tollbridge.verify.model.hold import held_to
from tollbridge.verify.model.requests import uncallable
from tollbridge.verify.model.subject import subjects
from tollbridge.verify.model.terms import CHOICE, terms_of
from tollbridge.verify.model.tokens import Tokens, world_tokens
from tollbridge.verify.options import VerifyOptions
from tollbridge.verify.play import play
from tollbridge.verify.reports.report import Report
from tollbridge.verify.run import Announce, Run, Say, Tell, in_words
from tollbridge.verify.run_limit import RunLimit
from tollbridge.verify.target.base_path import alone, base_of, has_base, leaves_it_out, without_base
from tollbridge.verify.target.probe import first_cases, opening
from tollbridge.verify.target.runner import Runner
from tollbridge.verify.target.started import OwnServer, Start, own_target, started_target
from tollbridge.verify.target.stripe_double import StripeDouble, charged_alone
from tollbridge.verify.target.target import Target, desk_tokens
from tollbridge.verify.webhooks import given, judged_alone, judged_beside, registered
from tollbridge.world import World, WorldError, load_world

if TYPE_CHECKING:  # a run without random sequences does without Hypothesis
    from hypothesis.database import ExampleDatabase

LOOKED_AT = 3
"""Ordinary operations that are called before the tables are: nothing is learned by them but that somebody is there."""

NO_BASE = "the base path {base} of the contract's server: the target serves the contract's paths without it"
FOREIGN_SECONDS, OWN_SECONDS = 35.0, 6.0


def verify(
    options: VerifyOptions,
    say: Say = lambda _what, _part: None,
    tell: Tell = lambda _severity, _title: None,
    announce: Announce = lambda _plan: None,
) -> Report:
    """Judge a target.

    Args:
        options: of the run.
        say: told of the progress.
        tell: told the severity and the title of each finding as soon as it is found.
        announce: told how long the run will take, as soon as the target's first answers have shown that.

    Raises:
        VerifyError: the target could not be asked; with a sentence that says why.
    """
    if options.webhook and options.url is None and options.start is None:
        return judged_alone(options)
    begun = time.monotonic()
    chosen = chosen_checks(options.checks, options.exclude)
    if options.max_examples and find_spec("schemathesis") is None:
        raise VerifyError(
            "Random sequences need Hypothesis and Schemathesis, which are not installed: pip install "
            "'tollbridge[verify]' (in a checkout: make verify), or leave them out with --max-examples 0."
        )
    try:
        contract, world = load_contract(options.contract), load_world(options.world)
        contract = _spelt(contract, options.organization_header)
        contract = without_base(contract) if options.url and has_base(options.url, contract) else contract
    except (ContractError, WorldError) as error:
        raise VerifyError(*str(error).split("\n")) from None
    with ExitStack() as whole:
        run = _prepared(options, contract, world, chosen, whole, say, begun)
        run.tell, run.announce = tell, announce
        whole.callback(run.runner.hang_up)
        try:
            _play(run, whole)
            prove(run)
            if run.endpoint:
                run.consumer = judged_beside(run.endpoint, run.stripe)
        except KeyboardInterrupt:
            run.unfinished = "interrupted"
        except VerifyError as why:
            raise VerifyError(*run.in_words(why)) from None
        return _report(run, time.monotonic() - begun)


def _spelt(contract: Contract, header: str | None) -> Contract:
    """Return a contract whose operations name the effective organization by another header; None changes nothing."""
    if header is None:
        return contract
    operations = tuple(
        replace(
            operation,
            parameters=tuple(
                replace(p, name=header) if p.extensions.get(EFFECTIVE_ORGANIZATION) else p for p in operation.parameters
            ),
        )
        for operation in contract.operations
    )
    return replace(contract, operations=operations)


def _writer(run: Run, file: IO[str]) -> Writer:
    """Return what writes the evidence of a run into a file."""
    head = Head(
        target=run.target.url,
        contract=run.contract.path.name,
        world=run.options.world.name,
        origins=sorted(run.contexts[0].held.origins),
        rules=sorted(run.contexts[0].held.rules),
        names_organization=all(context.held.names_organization for context in run.contexts),
        two_sided=run.stripe is not None,
        seed=run.options.seed,
        known=asdict(run.runner.known),
    )
    operations = {}
    for context in run.contexts:
        terms = terms_of(context.subject, context.held)
        operations[terms.operation] = {"terms": asdict(terms), "aside": _not_applicable_at(context)}
    masking = Masking(secrets_of(run.runner))
    masking.learn_client_secrets(run.runner.known.secrets)
    return Writer(file, head, operations, masking)


def _not_applicable_at(context: CaseContext) -> dict[str, str]:
    """Return the checks that cannot be exercised at an operation, each with the reason."""
    reasons = {name: not_applicable(check, context) for name, check in CHECKS.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _play(run: Run, whole: ExitStack) -> None:
    """Look at the target, play the tables, then search at random, as far as there is time."""
    try:
        _look(run)
        if run.options.evidence:
            run.writer = _writer(run, whole.enter_context(run.options.evidence.open("w", encoding="utf-8")))
        play(run)
    except TimeOver as why:
        run.not_reached = str(why)
    except Enough as why:
        run.unfinished = str(why) or None
    run.unfinished = run.unfinished or run.runner.limit.stopped


def _prepared(
    options: VerifyOptions,
    contract: Contract,
    world: World,
    chosen: list[str],
    whole: ExitStack,
    say: Say,
    begun: float,
) -> Run:
    examples = _examples(options)
    say("starting", 0.0)
    own = options.own
    held = held_to(options.hold or ((CHOICE,) if own else ()), contract)
    stripe = None
    if own or options.start or options.stripe_listen:
        stripe = whole.enter_context(_stripe_side(options, world))
    within = options.answer_within or (OWN_SECONDS if own else FOREIGN_SECONDS)
    tokens = world_tokens(world)
    secret = tokens.secret or (token_hex(32) if own or options.start else None)
    try:
        target = _target(options, stripe, within, whole, secret)
    except VerifyError as why:
        raise VerifyError(*in_words(why, Known(canaries_of(tokens, world)))) from None
    if not tokens.good:
        tokens = desk_tokens(target.url, world, options.control_token, within=within, secret=secret)
    cards = charged_alone(world)
    canaries = canaries_of(tokens, world)
    if stripe:
        canaries[f"{stripe.host}:{stripe.port}"] = "the address of Stripe"
    runner = Runner(target.url, within, stripe, tokens, RunLimit(options.max_time, begun), Known(canaries))
    known = subjects(contract)
    uncalled = uncallable(contract, known)
    contexts = [
        CaseContext(subject, world, tokens, held, cards, stripe is not None)
        for subject in known
        if subject.operation.operation_id not in uncalled
    ]
    if not contexts:
        raise VerifyError("No operation can be called.", *(f"{name}: {why}" for name, why in uncalled.items()))
    evaluator = Evaluator(chosen)
    run = Run(options, contract, world, target, stripe, runner, evaluator, contexts, say, examples=examples)
    run.uncalled = uncalled
    return run


def _target(
    options: VerifyOptions, stripe: StripeDouble | None, within: float, whole: ExitStack, secret: str | None
) -> Target:
    """Return the target, started where that is ours to do."""
    start_within = options.start_within or WITHIN
    if options.start:
        assert stripe
        start = Start(options.start, dict(options.start_env), start_within, options.reset, secret)
        return whole.enter_context(started_target(start, options.url, stripe).running())
    if options.url is None:
        assert stripe
        files = options.contract, options.handlers, options.world
        server = OwnServer(*files, max(0.5, within / 2), start_within, secret)
        return whole.enter_context(own_target(server, stripe.url).running())
    if options.start_within:
        awaited(options.url, options.start_within)  # where no server is, the first call says so
    return Target(options.url, options.reset)


def _examples(options: VerifyOptions) -> "Callable[[str, int], ExampleDatabase] | None":
    """Return what opens Hypothesis's examples; None where none are kept, or drawn."""
    if not (options.examples_database and options.max_examples):
        return None
    from tollbridge.verify.cases.examples_database import examples_database

    return examples_database(options.examples_database)


def _look(run: Run) -> None:
    """Look at the target, and hold it at each operation to what it shares."""
    base = next((found for one in run.contexts if (found := base_of(one.subject.operation))), "")
    if base and leaves_it_out(run.runner, run.contexts):
        run.contexts, run.not_judged = alone(run.contexts), [NO_BASE.format(base=base)]
    others: dict[str, CaseContext] = {}
    for number, plain in enumerate(run.contexts):
        if number < LOOKED_AT or not plain.subject.ordinary:
            plain = opening(run.runner, plain, own=run.options.own)
        run.contexts[number] = context = replace(plain, others=others)
        others[context.subject.operation.operation_id] = context
        run.history += [(context, case) for case in first_cases(context)]
    run.endpoint = given(run.options)
    if run.stripe and not run.endpoint:
        run.endpoint = registered(run.stripe, run.target.url, run.options)


def _stripe_side(options: VerifyOptions, world: World) -> StripeDouble:
    try:
        return StripeDouble(world, options.stripe_listen, seed=options.seed)
    except ValueError as error:
        raise VerifyError(f"{options.world}: {error}") from None


def canaries_of(tokens: Tokens, world: World) -> dict[str, str]:
    """Return what belongs into no answer, or into none but its own request's, with what each is."""
    addresses = dict.fromkeys([o.email for o in world.organizations.values() if o.email], "a customer's e-mail address")
    return {**CANARIES, **addresses, **dict.fromkeys([*tokens.every(), NO_TOKEN_OF_ANYBODY], TOKEN)}


def _cut_short(run: Run) -> bool:
    """Tell whether the run ended before its end, for another reason than its time."""
    return bool(run.unfinished) or (run.options.fail_fast and bool(run.evaluator.findings))


def _report(run: Run, seconds: float) -> Report:
    aside_at = {c.subject.operation.operation_id: _not_applicable_at(c) for c in run.contexts}
    aside = set_aside(run.evaluator, aside_at, whole=not _cut_short(run))
    return Report(
        url=run.target.url,
        contract=run.contract,
        held=min((context.held for context in run.contexts), key=lambda held: held.names_organization),
        two_sided=run.stripe is not None,
        seed=run.options.seed,
        seconds=seconds,
        calls=run.runner.sent,
        tally=run.evaluator.tally,
        findings=reported(run),
        known=[f for f in run.evaluator.findings.values() if f.fingerprint in run.options.baseline],
        aside=aside,
        aside_at=aside_at,
        unexercised=[*unexercised(run, aside)],
        unprovoked=dict(unprovoked(run.contexts)),
        unfinished=run.unfinished,
        not_reached=run.not_reached,
        generated=run.generated,
        stale=run.evaluator.unseen(run.options.baseline),
        world=run.options.world.name,
        shard=run.options.shard and "/".join(map(str, run.options.shard)),
        timings=run.runner.timings,
        not_judged=run.not_judged,
        consumer=run.consumer,
        baseline=run.options.baseline,
    )
