"""Our own server in a thread of the tests, changed as a test wants it, judged case by case in the same process."""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.types import ASGIApp

from tollbridge.compose import TOKEN_SECRET, Options, compose
from tollbridge.contract import load_contract
from tollbridge.gateway import Settings
from tollbridge.launch import free_port
from tollbridge.verify import CHECKS
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.evaluator import Evaluator, Verdict
from tollbridge.verify.findings.alone import Shown, judged
from tollbridge.verify.findings.earlier import keep_right
from tollbridge.verify.model.evidence import Known
from tollbridge.verify.model.steps import Case
from tollbridge.verify.model.subject import subjects
from tollbridge.verify.model.terms import CHOICE, DOCUMENTED, PROVIDER, Held
from tollbridge.verify.options import VerifyOptions
from tollbridge.verify.run import Run
from tollbridge.verify.run_limit import RunLimit
from tollbridge.verify.session import canaries_of
from tollbridge.verify.target.runner import Runner
from tollbridge.verify.target.stripe_double import StripeDouble, charged_alone
from tollbridge.verify.target.target import Target, desk_tokens
from tollbridge.verify.target.threaded_server import ThreadedServer
from tollbridge.world import load_world

HOST, SECONDS = "127.0.0.1", 10.0
EVERY_ORIGIN = frozenset({DOCUMENTED, PROVIDER, CHOICE})


SDK_WARNS = "ignore:Use 'content=:DeprecationWarning"
"""The stripe SDK (16.1.0) gives httpx its form as data; where warnings are errors, each call to Stripe would fail."""


UNCLOSED = "ignore::pytest.PytestUnraisableExceptionWarning"
"""The server's thread ends with its connections to Stripe open, which the process would close at its end."""


def unchanged(app: ASGIApp) -> ASGIApp:
    """The server as it is."""
    return app


@dataclass(frozen=True)
class Bench:
    """A target that listens, and the run that judges it."""

    run: Run

    @property
    def context(self) -> CaseContext:
        """The operation in its world."""
        return self.run.contexts[0]

    def judge(self, cases: Iterable[Case], context: CaseContext | None = None) -> list[Verdict]:
        """What is found when cases are played; a case that can be spared is not played for it."""
        run, context = self.run, context or self.context
        shown = [one for case in cases for one in self._shown(run, context, case)]
        return [verdict for _, verdicts in shown for verdict in verdicts]

    @staticmethod
    def _shown(run: Run, context: CaseContext, case: Case) -> list[Shown]:
        played = run.runner.play(context, case)
        verdicts = run.evaluator.judge(played)
        keep_right(run, case.name, played, (x for x, _, _ in verdicts))
        return judged(run, context, case, played, verdicts)

    def found(self, cases: Iterable[Case], context: CaseContext | None = None) -> list[str]:
        """The names of the checks that find something, each once."""
        return [*dict.fromkeys(check.name for _, check, _ in self.judge(cases, context))]


@contextmanager
def bench(
    world: Path | None = None,
    change: Callable[[ASGIApp], ASGIApp] = unchanged,
    origins: frozenset[str] = EVERY_ORIGIN,
    contract: Path | None = None,
    handlers: Path | None = None,
    secret: str | None = None,
) -> Iterator[Bench]:
    """Serve a world, with a change, for the length of a `with` block.

    Args:
        world: the world file; None for the default one.
        change: of the application.
        origins: of the rules that it is held to.
        contract: None for the bundled one.
        handlers: None for the bundled ones.
        secret: that signs its tokens, and is known to the harness; None for one that is not.
    """
    usual = replace(Options(), contract=contract or Options().contract, handlers=handlers or Options().handlers)
    read = load_contract(usual.contract)
    path = world or usual.world
    loaded = load_world(path)
    with StripeDouble(loaded, None) as stripe:
        given = replace(usual, world=path, stripe=stripe.url, calls=Settings(answer_within=3.0), steers=False)
        given = replace(given, environment={**given.environment, TOKEN_SECRET: secret}) if secret else given
        port = free_port()
        server = ThreadedServer(change(compose(given, lambda _exchange: None).app), HOST, port)
        server.start()
        try:
            url = f"http://{HOST}:{port}"
            tokens = desk_tokens(url, loaded, within=SECONDS, secret=secret)
            limit = RunLimit(600, time.monotonic())
            runner = Runner(url, SECONDS, stripe, tokens, limit, Known(canaries_of(tokens, loaded)))
            held, cards, others = Held(origins, read), charged_alone(loaded), dict[str, CaseContext]()
            for subject in subjects(read):
                context = CaseContext(subject, loaded, tokens, held, cards, two_sided=True, others=others)
                others[subject.operation.operation_id] = context
            options = VerifyOptions(given.contract, given.handlers, path, url)
            contexts = [*others.values()]
            run = Run(options, read, loaded, Target(url), stripe, runner, Evaluator(CHECKS), contexts, _quiet)
            yield Bench(run)
            if runner.line:
                runner.line.close()
        finally:
            server.stop()
            del server
            gc.collect()  # its connections, while UNCLOSED lets them be


def _quiet(_what: str, _part: float) -> None:
    """Tell nobody of the progress."""
