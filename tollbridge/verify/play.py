"""Playing a run: the tables, then sequences drawn at random; what is found is kept, told and made small at once."""

from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from tollbridge.verify.cases import CaseContext
from tollbridge.verify.cases.thinning import Planned, plan
from tollbridge.verify.coverage.promises import anything_awaited, brings
from tollbridge.verify.errors import Enough, TimeOver, VerifyError
from tollbridge.verify.evaluator import MAX_FINDINGS, Verdict
from tollbridge.verify.evidence.file import COUNTED, KEPT
from tollbridge.verify.findings.alone import judged
from tollbridge.verify.findings.earlier import keep_right, tell_memory
from tollbridge.verify.findings.folding import fold
from tollbridge.verify.findings.reproduce import SCRIPTED, make_small, reported, roots
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.finding import Finding, fingerprint
from tollbridge.verify.model.steps import Case
from tollbridge.verify.run import Run
from tollbridge.verify.target.connection import REFUSED

if TYPE_CHECKING:  # it takes longer to load than a run without random sequences may take
    from tollbridge.verify.cases.ordinary.random_requests import Drawn
    from tollbridge.verify.cases.random_sequences import Search

T = TypeVar("T")
SEEDS_APART = 1_000
"""Between the seeds of shards; each finding that a search makes takes the next one."""

THINNED = (
    "an answer takes {answer_in:.0f} ms, so of the tables whose cases are most alike every {every}th case was played, "
    "of others a few more; a longer --max-time plays more"
)
LEAST_EXAMPLES = 5
"""Random requests to each ordinary operation, however many there are."""

SILENT_CALLS = 5
"""A target that answered none of so many is not asked all the others."""


def play(run: Run) -> None:
    """Play the tables and search; where the target can be judged no further, what was found before counts.

    Raises:
        Enough: the run ends before its end.
    """
    try:
        _play_tables(run)
        _search(run)
        _search_ordinary(run)
    except VerifyError as why:
        raise Enough("\n".join(run.in_words(why))) from None


def _written(run: Run, case: Case, use: str, played: list[Exchange]) -> list[Exchange]:
    """Return what was played, after it was written down."""
    for x in played if run.writer else ():
        assert run.writer
        run.writer.write(case.name, use, x)
    return played


def _play_tables(run: Run) -> None:
    """Play the cases of the tables; of those that a short run leaves out, as many as something still waits for."""
    answer_in = median(seconds for _, seconds in run.runner.timings)
    chosen = plan(run.contexts, run.options.every, answer_in, run.runner.limit.left)
    run.announce(
        f"{chosen.calls} calls of the tables, about {chosen.seconds:.0f} s at {1_000 * answer_in:.0f} ms an answer; "
        f"the run ends within {run.options.max_time:g} s."
    )
    if chosen.every > run.options.every:
        run.not_reached = THINNED.format(answer_in=1_000 * answer_in, every=chosen.every)
    _play_all(run, share(run.options.shard, chosen.played))
    for planned in share(run.options.shard, chosen.left):
        if not anything_awaited(run):
            return
        context, _, case = planned
        if brings(run, context, case):
            _play_all(run, [planned])


def share(shard: tuple[int, int] | None, planned: Sequence[T]) -> Sequence[T]:
    """Return what a shard plays of what is planned: cases that are alike stand together, so it gets of every table."""
    number, of = shard or (1, 1)
    return planned[number - 1 :: of]


def _play_all(run: Run, planned: Sequence[Planned]) -> None:
    for number, (context, table, case) in enumerate(planned):
        if number == SILENT_CALLS and not run.evaluator.answered:
            raise Enough(f"none of the first {SILENT_CALLS} requests got an answer")
        run.say(table, 0.9 * number / len(planned))
        try:
            _judge(run, context, case)
        except TimeOver as why:
            left = [*dict.fromkeys(name for _, name, _ in planned[number:])]
            raise TimeOver(f"{why}: {number} of {len(planned)} cases were played; left: {', '.join(left)}") from None


def _judge(run: Run, context: CaseContext, case: Case) -> None:
    played = _written(run, case, KEPT, run.play(context, case))
    verdicts = run.evaluator.judge(played)
    keep_right(run, case.name, played, (x for x, _, _ in verdicts))
    shown = judged(run, context, case, played, verdicts)
    new = [finding for of, wrong in shown for finding in _kept(run, of, wrong)]
    for finding in new:
        first = finding.exchange
        make_small(run, context, finding)
        tell_memory(run, finding, first)
    if new:
        fold_all(run)  # small calls have less about them
    run.history.append((context, case))
    if any(x.evidence.broken == REFUSED or (x.evidence.broken and run.target.ended) for x in played):
        _bring_back(run)
    if new and run.options.fail_fast:
        raise Enough
    if len(run.evaluator.findings) >= MAX_FINDINGS:
        raise Enough(f"{MAX_FINDINGS} findings are enough")


def _kept(run: Run, case: Case, verdicts: list[Verdict]) -> list[Finding]:
    """Put verdicts to the findings, keep time for the scripts of those that are new, and return these."""
    new = [f for f in run.evaluator.keep(case, verdicts) if f.fingerprint not in run.options.baseline]
    if new:
        fold_all(run)
    for finding in new:
        finding.log = run.target.words()
        if finding.follows is None:
            run.tell(finding.check.severity, finding.title)
    run.runner.limit.keep(min(SCRIPTED, len(roots(run))) if run.stripe else 0, run.target.set_back_in)
    return new


def fold_all(run: Run) -> None:
    """Find out which findings follow from others."""
    fold(reported(run), run.world.default_account.id)


def _bring_back(run: Run) -> None:
    """Set a target back that is gone; where that cannot be done, the run ends with what it has."""
    if not run.target.can_reset:
        raise Enough("the target is gone, and no --reset CMD or --start CMD brings it back")
    run.set_back(fresh=True)


def _how_to_search(run: Run, context: CaseContext) -> "Search":
    """Return how random sequences of an operation are drawn; shards draw their share, each by a seed of its own."""
    from tollbridge.verify.cases.random_sequences import Search

    number, of = run.options.shard or (1, 1)
    name = context.subject.operation.operation_id
    return Search(
        seed=run.options.seed + SEEDS_APART * (number - 1),
        examples=len(range(number, run.options.max_examples + 1, of)),
        database=run.examples and partial(run.examples, name),
    )


def _new(run: Run, context: CaseContext, case: Case, played: list[Exchange]) -> tuple[str, Verdict] | None:
    """Return the first verdict on a case that is no finding yet, with its name; None where there is none."""
    shown = judged(run, context, case, played, run.evaluator.judge(played))
    if any(x.evidence.broken for x in played):
        run.set_back(fresh=False)  # of a dead process every case would show the same
    for _, verdicts in shown:
        for x, check, wrong in verdicts:
            name = fingerprint(x.operation, check.name, wrong.cause)
            if name not in run.evaluator.findings:
                return name, (x, check, wrong)
    return None


def _search_ordinary(run: Run) -> None:
    """Let Schemathesis draw requests to ordinary operations, each its share, and judge them by its checks too."""
    ordinary = [one for one in run.contexts if one.subject.ordinary]
    if run.options.max_examples < 1 or not ordinary:
        return
    from tollbridge.verify.cases.ordinary.random_requests import NotDrawn, read, search

    share_of_each = max(LEAST_EXAMPLES, run.options.max_examples // len(ordinary))
    try:
        schema = read(run.contract)
    except NotDrawn as why:
        run.not_judged.append(f"random requests: Schemathesis does not read the contract ({why})")
        return
    for context in ordinary:
        run.runner.limit.require()
        try:
            search(schema, context, run.options.seed, share_of_each, partial(_play_drawn, run, context))
        except NotDrawn as why:
            run.not_judged.append(f"random requests to {context.subject.operation.operation_id}: {why}")


def _play_drawn(run: Run, context: CaseContext, drawn: "Drawn") -> None:
    """Play a request that Schemathesis drew, and judge it by our checks and by its own."""
    run.generated += 1
    run.say("random requests", 0.95)
    played = _written(run, drawn.case, COUNTED, run.play(context, drawn.case))
    verdicts = run.evaluator.judge(played)
    known = {check.name: check for check in run.evaluator.checks}
    theirs = drawn.judged(played[-1]) if not verdicts else []
    verdicts += [(played[-1], known[name], wrong) for name, wrong in theirs if name in known]
    _kept(run, drawn.case, verdicts)
    if any(x.evidence.broken for x in played):
        _bring_back(run)


def _search(run: Run) -> None:
    """Let Hypothesis draw sequences, and shrink what fails."""
    if run.options.max_examples < 1:
        return
    from tollbridge.verify.cases.random_sequences import Drawn, search, sequences_of

    for context in (one for one in run.contexts if not one.subject.ordinary):
        how = _how_to_search(run, context)
        if not how.examples:
            continue
        drawn = Drawn()
        seen: dict[str, Verdict] = {}

        def shows(
            case: Case, context: CaseContext = context, drawn: Drawn = drawn, seen: dict[str, Verdict] = seen
        ) -> str | None:
            drawn.cases += 1
            run.say("random sequences", 0.9 + 0.1 * min(1.0, drawn.cases / run.options.max_examples))
            try:
                played = _written(run, case, COUNTED, run.play(context, case))
            except Enough:  # the search sees it before the next case; Hypothesis would look for it again
                return None
            new = _new(run, context, case, played)
            if new is None:
                return None
            name, verdict = new
            seen[name] = verdict
            return name

        strategy = sequences_of(run.contract, context, drawn)
        limit = run.runner.limit
        try:
            for name, case in search(strategy, shows, how, limit):
                try:
                    _judge(run, context, case)
                finally:  # the time may be over, or the target may answer otherwise by now
                    _kept(run, case, [] if name in run.evaluator.findings else [seen[name]])
        finally:
            run.generated += drawn.cases
            run.dropped += drawn.dropped
        limit.require()
